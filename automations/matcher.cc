#include "automations/matcher.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "automations/conditions.h"
#include "automations/event_types.h"
#include "automations/wildcard.h"

namespace herald::automations {
namespace {

using namespace registry;

struct Rule {
  AutomationId id;
  AutomationDefinition definition;
  Conditions conditions;
};
using Rules = std::vector<const Rule*>;

void drop(Rules& rules, const Rule* rule) {
  std::erase(rules, rule);
}

// Rules by the pattern of their models' names, found by what stands before its first wildcard, or else after
// its last.
class PatternIndex {
 public:
  void add(const Rule* rule) { place(rule).push_back(rule); }
  void remove(const Rule* rule) { drop(place(rule), rule); }

  void collect(std::string_view name, Rules& out) const {
    for (const auto& [length, rules] : by_prefix_) {
      if (length <= name.size()) append(rules, name.substr(0, length), out);
    }
    for (const auto& [length, rules] : by_suffix_) {
      if (length <= name.size()) append(rules, name.substr(name.size() - length), out);
    }
    out.insert(out.end(), anything_.begin(), anything_.end());
  }

 private:
  using Literals = std::map<std::string, Rules, std::less<>>;

  static void append(const Literals& rules, std::string_view literal, Rules& out) {
    if (const auto found = rules.find(literal); found != rules.end()) {
      out.insert(out.end(), found->second.begin(), found->second.end());
    }
  }

  Rules& place(const Rule* rule) {
    const std::string_view pattern = *rule->definition.scope.name_pattern;
    const std::string_view prefix = pattern.substr(0, pattern.find_first_of("*?"));
    if (!prefix.empty()) return by_prefix_[prefix.size()][std::string(prefix)];
    const std::string_view suffix = pattern.substr(pattern.find_last_of("*?") + 1);
    if (!suffix.empty()) return by_suffix_[suffix.size()][std::string(suffix)];
    return anything_;
  }

  std::map<std::size_t, Literals> by_prefix_, by_suffix_;  // by length
  Rules anything_;
};

// The rules of one event type, each under the narrowest part of its scope.
class TypeIndex {
 public:
  void add(const Rule* rule) {
    const Scope& scope = rule->definition.scope;
    if (scope.model_id) {
      by_model_[*scope.model_id].push_back(rule);
    } else if (scope.name_pattern) {
      by_pattern_.add(rule);
    } else if (scope.registry_id) {
      by_registry_[*scope.registry_id].push_back(rule);
    } else {
      everywhere_.push_back(rule);
    }
  }

  void remove(const Rule* rule) {
    const Scope& scope = rule->definition.scope;
    if (scope.model_id) {
      drop(by_model_[*scope.model_id], rule);
    } else if (scope.name_pattern) {
      by_pattern_.remove(rule);
    } else if (scope.registry_id) {
      drop(by_registry_[*scope.registry_id], rule);
    } else {
      drop(everywhere_, rule);
    }
  }

  // Those whose narrowest part fits; the rest of their scope is still to be looked at.
  Rules candidates(const std::vector<Subject>& subjects) const {
    Rules out = everywhere_;
    for (const Subject& subject : subjects) {
      if (subject.model_id) append(by_model_, *subject.model_id, out);
      if (subject.model_id) by_pattern_.collect(subject.model.str(), out);
      if (subject.registry_id) append(by_registry_, *subject.registry_id, out);
    }
    return out;
  }

 private:
  template <class Id>
  static void append(const std::unordered_map<Id, Rules>& rules, const Id& id, Rules& out) {
    if (const auto found = rules.find(id); found != rules.end()) {
      out.insert(out.end(), found->second.begin(), found->second.end());
    }
  }

  Rules everywhere_;
  std::unordered_map<RegistryId, Rules> by_registry_;
  std::unordered_map<ModelId, Rules> by_model_;
  PatternIndex by_pattern_;
};

bool fits(const Scope& scope, const Subject& subject) {
  if (scope.registry_id && subject.registry_id) {
    if (*scope.registry_id != *subject.registry_id) return false;
  } else if (scope.registry && *scope.registry != subject.registry) {
    return false;
  }
  if (scope.model_id) {
    if (scope.model_id != subject.model_id) return false;
  } else if (scope.model && *scope.model != subject.model) {
    return false;
  }
  return !scope.name_pattern ||
         (subject.model_id && wildcard_match(*scope.name_pattern, subject.model.str()));
}

bool in_scope(const Scope& scope, const std::vector<Subject>& subjects) {
  if (!scope.registry && !scope.registry_id && !scope.model && !scope.model_id && !scope.name_pattern)
    return true;
  return std::any_of(subjects.begin(), subjects.end(),
                     [&](const Subject& subject) { return fits(scope, subject); });
}

std::set<std::size_t> types_of(const AutomationDefinition& definition) {
  std::set<std::size_t> types;
  for (const std::string& pattern : definition.on) {
    const auto numbers = types_of_pattern(pattern);
    types.insert(numbers.begin(), numbers.end());
  }
  return types;
}

}  // namespace

struct Matcher::State {
  std::map<AutomationId, Rule> rules;
  std::vector<TypeIndex> by_type{event_types().size()};
  mutable std::uint64_t considered = 0;

  void put(AutomationId id, AutomationDefinition definition) {
    erase(id);
    auto conditions = Conditions::compile(definition.conditions);
    const bool readable = conditions.has_value();
    const Rule& rule =
        rules.emplace(id, Rule{id, std::move(definition), readable ? std::move(*conditions) : Conditions()})
            .first->second;
    if (!rule.definition.enabled || !readable) return;
    for (const std::size_t type : types_of(rule.definition)) by_type[type].add(&rule);
  }

  void erase(AutomationId id) {
    const auto found = rules.find(id);
    if (found == rules.end()) return;
    for (const std::size_t type : types_of(found->second.definition)) by_type[type].remove(&found->second);
    rules.erase(found);
  }

  void enable(AutomationId id, bool enabled) {
    const auto found = rules.find(id);
    if (found == rules.end()) return;
    AutomationDefinition definition = found->second.definition;
    definition.enabled = enabled;
    put(id, std::move(definition));
  }

  void fold(const AutomationCreated& fact) { put(fact.automation_id, fact.definition); }
  void fold(const AutomationUpdated& fact) { put(fact.automation_id, fact.to); }
  void fold(const AutomationEnabled& fact) { enable(fact.automation_id, true); }
  void fold(const AutomationDisabled& fact) { enable(fact.automation_id, false); }
  void fold(const AutomationDeleted& fact) { erase(fact.automation_id); }
  template <class Other>
  void fold(const Other&) {}
};

Matcher::Matcher() : state_(std::make_unique<State>()) {}
Matcher::~Matcher() = default;

void Matcher::fold(const Event& event) {
  std::visit([&](const auto& fact) { state_->fold(fact); }, event.payload);
}

void Matcher::load(const Reader& state) {
  state_ = std::make_unique<State>();
  state.scan(Table::automations, "", "", [&](std::string_view, std::string_view value) {
    auto automation = record::decode<AutomationRecord>(value);
    state_->put(automation.id, std::move(automation.definition));
    return true;
  });
}

std::vector<Matcher::Match> Matcher::match(const Event& event, std::string_view bytes) const {
  const std::vector<Subject> subjects = subjects_of(event.payload);
  const Rules candidates = state_->by_type[type_number(event.payload)].candidates(subjects);
  state_->considered += candidates.size();

  std::optional<json::Document> document;  // read only when some candidate has conditions
  const auto root = [&] {
    if (!document) document.emplace(json::Document::parse(bytes).value());
    return document->root();
  };
  std::map<AutomationId, const AutomationDefinition*> matching;
  for (const Rule* rule : candidates) {
    if (!in_scope(rule->definition.scope, subjects)) continue;
    if (rule->conditions.empty() || rule->conditions.hold(root()))
      matching.emplace(rule->id, &rule->definition);
  }

  std::vector<Match> matches;
  for (const auto& [id, definition] : matching) matches.push_back({id, definition});
  return matches;
}

std::size_t Matcher::size() const {
  return state_->rules.size();
}
std::uint64_t Matcher::considered() const {
  return state_->considered;
}

}  // namespace herald::automations
