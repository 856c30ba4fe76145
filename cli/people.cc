#include "cli/people.h"

#include <algorithm>
#include <array>

#include "base/limits.h"
#include "cli/url.h"
#include "cli/view.h"
#include "registry/names.h"

namespace herald::cli {
namespace {

// The members of answers and of events that name a principal by its id; "from" and "to" where a model changes its owner.
constexpr std::array<std::string_view, 7> kPersonMembers{"actor",   "actorid", "owner", "principal_id",
                                                         "team_id", "from",    "to"};
constexpr std::size_t kDeepest = 6;

template <class Found>
void each_person(const json::Value& value, std::size_t depth, const Found& found) {
  if (depth > kDeepest) return;
  if (value.kind() == json::Kind::array) {
    for (const json::Value element : value.elements()) each_person(element, depth + 1, found);
  } else if (value.kind() == json::Kind::object) {
    for (const auto& [name, member] : value.members()) {
      const bool names_one =
          std::find(kPersonMembers.begin(), kPersonMembers.end(), name) != kPersonMembers.end();
      const auto text = names_one ? member.string() : std::nullopt;
      if (text && registry::PrincipalId::parse(*text)) found(std::string(*text));
      if (!text) each_person(member, depth + 1, found);
    }
  }
}

ClientOptions asking_once(ClientOptions options) {
  options.attempts = 1;
  options.idempotency_key.reset();
  return options;
}

}  // namespace

People::People(ClientOptions options) : client_(asking_once(std::move(options))) {}

void People::ask(const std::string& id) {
  if (asked_.size() >= limits::kMaxPeopleNamed || !asked_.insert(id).second) return;
  const auto answer = client_.get("/v1/principals/" + percent_encode(id));
  const auto document = answer ? json::Document::parse(answer->body) : Result<json::Document>(answer.error());
  const std::string name = document ? text_at(document->root(), "name") : "";
  if (!name.empty()) names_[id] = name;
}

void People::meet(const json::Value& answer) {
  each_person(answer, 0, [this](const std::string& id) { ask(id); });
}

Result<std::string> principal_id(Client& client, const std::string& who) {
  if (registry::PrincipalId::parse(who)) return who;
  HERALD_TRY(const Answer answer, client.get("/v1/principals/" + percent_encode(who)));
  HERALD_TRY(const auto document, json::Document::parse(answer.body));
  return string_at(document.root(), "id");
}

}  // namespace herald::cli
