// Many changes of one kind.
#include <fmt/format.h>

#include <set>

#include "base/limits.h"
#include "registry/deciding/rules.h"
#include "registry/overlay_state.h"
#include "registry/sentence.h"

namespace herald::registry::deciding {
namespace {

struct TogetherAnswer {
  std::uint64_t versions = 0, events = 0;
};
BOOST_DESCRIBE_STRUCT(TogetherAnswer, (), (versions, events))

struct ModelsAnswer {
  std::uint64_t models = 0, events = 0;
};
BOOST_DESCRIBE_STRUCT(ModelsAnswer, (), (models, events))

struct RegisteredAnswer {
  std::vector<VersionNumber> numbers;  // in the order of the request
};
BOOST_DESCRIBE_STRUCT(RegisteredAnswer, (), (numbers))

// What no two of the changes may be about.
struct About {
  RegistryName registry;
  ModelName model;
  std::optional<VersionNumber> version;
  friend auto operator<=>(const About&, const About&) = default;
};
About what(const ModelAddress& command) {
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

// As the fields of the command are called, and its answer.
std::string plural(ChangedTogether what) {
  return std::string(reflect::enum_name(what));
}

std::string part_of(ChangedTogether what, std::size_t index) {
  return fmt::format("{}[{}]", plural(what), index);
}

Result<void> check_how_many(std::size_t changes, ChangedTogether what, std::string_view done) {
  if (changes > 0) return check_number_at_once(changes, plural(what), done);
  return error(Cause::invalid_value,
               fmt::format("\"{}\" is empty: name at least one {}", plural(what),
                           what == ChangedTogether::models ? "model" : "version"),
               plural(what));
}

// The refusal of one of them, as one of the whole. `field`: of the one.
Error refusal_of(const Error& one, const About& about, const std::string& field) {
  return error(one.cause, shown(about) + ": " + one.message, field);
}

std::string answer_of_all(ChangedTogether of, std::size_t changes, std::size_t events) {
  if (of == ChangedTogether::models) return json::to_json(ModelsAnswer{changes, events});
  return json::to_json(TogetherAnswer{changes, events});
}

template <class Change>
Result<Decision> decide_each(const Reader& state, const std::vector<Change>& changes, ChangedTogether of) {
  HERALD_CHECK(check_how_many(changes.size(), of, "changed"));
  Decision all;
  std::set<About> seen;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const About about = what(changes[i]);
    const std::string field = part_of(of, i);
    if (!seen.insert(about).second)
      return error(Cause::invalid_value, fmt::format("{} is named twice", in_quotes(shown(about))), field);
    Result<Decision> one = decide_one(state, changes[i]);
    if (!one) return refusal_of(one.error(), about, field);
    for (Draft& draft : one->drafts) all.drafts.push_back(std::move(draft));
  }
  all.answer = answer_of_all(of, changes.size(), all.drafts.size());
  return all;
}

// As if it had been recorded; of its marks nobody who decides asks.
void evolve_ahead(OverlayState& state, const std::vector<Draft>& drafts) {
  for (const Draft& draft : drafts) {
    Event event;
    event.payload = draft.payload;
    evolve(state, event);
  }
}

// One after the other: a model may get several.
Result<Decision> decide_each(const Reader& state, const std::vector<RegisterVersion>& changes,
                             ChangedTogether of) {
  HERALD_CHECK(check_how_many(changes.size(), of, "registered"));
  OverlayState ahead(state);
  Decision all;
  all.created = true;
  RegisteredAnswer answer;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    Result<Decision> one = decide_one(ahead, changes[i]);
    if (!one) {
      const std::string field = part_of(of, i);
      return refusal_of(one.error(), what(changes[i]),
                        one.error().field.empty() ? field : field + "." + one.error().field);
    }
    evolve_ahead(ahead, one->drafts);
    const auto home = find_registry(ahead, changes[i].registry);
    answer.numbers.push_back(find_model(ahead, home->id, changes[i].model)->last_version);
    for (Draft& draft : one->drafts) all.drafts.push_back(std::move(draft));
    if (all.drafts.size() > limits::kMaxEventsPerCommand) break;  // which the recorder refuses
  }
  all.answer = json::to_json(answer);
  return all;
}

}  // namespace

Result<Decision> rule(const Reader& state, const ChangeTogether& command) {
  return std::visit([&](const auto& changes) { return decide_each(state, changes, command.what); },
                    command.changes);
}

}  // namespace herald::registry::deciding
