#include "registry/decide.h"

#include "registry/deciding/rules.h"

namespace herald::registry {

Result<Decision> decide(const Reader& state, const Command& command) {
  return std::visit([&](const auto& asked) { return deciding::decide_one(state, asked); }, command);
}

namespace deciding {

void give_reason(std::vector<Draft>& drafts, const Reason& reason) {
  const auto give = [&](auto& fact) {
    if constexpr (requires { fact.reason; }) {
      if (!fact.reason) fact.reason = reason;
    }
  };
  for (Draft& draft : drafts) std::visit(give, static_cast<Payload::variant&>(draft.payload));
}

Error taken(std::string sentence, std::string field) {
  return error(Cause::already_exists, std::move(sentence), std::move(field));
}

Error about(Error error, std::string field) {
  error.field = std::move(field);
  return error;
}

}  // namespace deciding
}  // namespace herald::registry
