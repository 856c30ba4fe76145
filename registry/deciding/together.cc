// Many changes of one kind.
#include <fmt/format.h>

#include <set>
#include <tuple>

#include "base/limits.h"
#include "registry/deciding/rules.h"
#include "registry/sentence.h"

namespace herald::registry::deciding {
namespace {

struct TogetherAnswer {
  std::uint64_t versions = 0, events = 0;
};
BOOST_DESCRIBE_STRUCT(TogetherAnswer, (), (versions, events))

// What no two of the changes may be about.
struct About {
  RegistryName registry;
  ModelName model;
  std::optional<VersionNumber> version;
  friend auto operator<=>(const About&, const About&) = default;
};
About what(const MoveAliases& command) {
  return {command.registry, command.model, std::nullopt};
}
About what(const ChangeTags& command) {
  return {command.registry, command.model, command.version};
}
About what(const VersionAddress& command) {
  return {command.registry, command.model, command.version};
}

std::string shown(const About& about) {
  const std::string model = about.registry.str() == kDefaultRegistry
                                ? about.model.str()
                                : about.registry.str() + "/" + about.model.str();
  return about.version ? model + ":" + label(*about.version) : model;
}

template <class Change>
Result<Decision> decide_each(const Reader& state, const std::vector<Change>& changes) {
  if (changes.empty())
    return error(Cause::invalid_value, "\"versions\" is empty: name at least one version", "versions");
  if (changes.size() > limits::kMaxEventsPerCommand) {
    return error(Cause::too_many,
                 fmt::format("{} versions cannot be changed at once: at most {} can", changes.size(),
                             limits::kMaxEventsPerCommand),
                 "versions");
  }
  Decision all;
  std::set<About> seen;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const About about = what(changes[i]);
    const std::string field = fmt::format("versions[{}]", i);
    if (!seen.insert(about).second)
      return error(Cause::invalid_value, fmt::format("{} is named twice", in_quotes(shown(about))), field);
    Result<Decision> one = rule(state, changes[i]);
    if (!one) return error(one.error().cause, shown(about) + ": " + one.error().message, field);
    for (Draft& draft : one->drafts) all.drafts.push_back(std::move(draft));
  }
  all.answer = json::to_json(TogetherAnswer{changes.size(), all.drafts.size()});
  return all;
}

}  // namespace

Result<Decision> rule(const Reader& state, const ChangeTogether& command) {
  return std::visit([&](const auto& changes) { return decide_each(state, changes); }, command.changes);
}

}  // namespace herald::registry::deciding
