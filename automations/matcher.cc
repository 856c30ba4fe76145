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
  bool indexed = false;  // enabled, and readable for this version
};
using Rules = std::vector<const Rule*>;

// Adds or takes away a rule; a key without rules goes.
template <class Map, class Key>
void add(Map& rules, const Key& key, const Rule* rule) {
  rules[key].push_back(rule);
}
template <class Map, class Key>
void drop(Map& rules, const Key& key, const Rule* rule) {
  const auto found = rules.find(key);
  std::erase(found->second, rule);
  if (found->second.empty()) rules.erase(found);
}
template <class Map, class Key>
void append(const Map& rules, const Key& key, Rules& out) {
  if (const auto found = rules.find(key); found != rules.end()) {
    out.insert(out.end(), found->second.begin(), found->second.end());
  }
}

// Rules by the pattern of their models' names, found by what stands before its first wildcard, or else after its last.
class PatternIndex {
 public:
  void add(const Rule* rule) {
    const auto [literals, literal] = place(*rule->definition.scope.name_pattern);
    automations::add((*literals)[literal.size()], literal, rule);
  }
  void remove(const Rule* rule) {
    const auto [literals, literal] = place(*rule->definition.scope.name_pattern);
    const auto found = literals->find(literal.size());
    drop(found->second, literal, rule);
    if (found->second.empty()) literals->erase(found);
  }
  void collect(std::string_view name, Rules& out) const {
    for (const auto& [length, rules] : by_prefix_) {
      if (length <= name.size()) append(rules, name.substr(0, length), out);
    }
    for (const auto& [length, rules] : by_suffix_) {
      if (length <= name.size()) append(rules, name.substr(name.size() - length), out);
    }
  }

 private:
  using Literals = std::map<std::size_t, std::map<std::string, Rules, std::less<>>>;  // by length

  // A pattern of wildcards at both ends stands under the empty suffix.
  std::pair<Literals*, std::string> place(std::string_view pattern) {
    const std::string_view prefix = pattern.substr(0, pattern.find_first_of("*?"));
    if (!prefix.empty()) return {&by_prefix_, std::string(prefix)};
    return {&by_suffix_, std::string(pattern.substr(pattern.find_last_of("*?") + 1))};
  }

  Literals by_prefix_, by_suffix_;
};

// The rules of one event type, each under the narrowest part of its scope.
class TypeIndex {
 public:
  void add(const Rule* rule) {
    const Scope& scope = rule->definition.scope;
    if (scope.model_id) return automations::add(by_model_, *scope.model_id, rule);
    if (scope.name_pattern) return by_pattern_.add(rule);
    if (scope.registry_id) return automations::add(by_registry_, *scope.registry_id, rule);
    everywhere_.push_back(rule);
  }

  void remove(const Rule* rule) {
    const Scope& scope = rule->definition.scope;
    if (scope.model_id) return drop(by_model_, *scope.model_id, rule);
    if (scope.name_pattern) return by_pattern_.remove(rule);
    if (scope.registry_id) return drop(by_registry_, *scope.registry_id, rule);
    std::erase(everywhere_, rule);
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
    const bool indexed = conditions && definition.enabled;
    Rule& rule = rules[id];
    rule = Rule{id, std::move(definition), conditions ? std::move(*conditions) : Conditions(), indexed};
    if (!indexed) return;
    for (const std::size_t type : types_of(rule.definition)) by_type[type].add(&rule);
  }

  void erase(AutomationId id) {
    const auto found = rules.find(id);
    if (found == rules.end()) return;
    const Rule& rule = found->second;
    if (rule.indexed) {
      for (const std::size_t type : types_of(rule.definition)) by_type[type].remove(&rule);
    }
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
