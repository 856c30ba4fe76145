#include "automations/event_types.h"

#include <boost/mp11.hpp>

#include "automations/wildcard.h"
#include "reflect/describe.h"

namespace herald::automations {
namespace {

using namespace registry;

template <class T>
concept AboutRegistry = requires(const T& fact) {
  fact.registry_id;
  fact.registry;
};
template <class T>
concept AboutModel = AboutRegistry<T> && requires(const T& fact) {
  fact.model_id;
  fact.model;
};
template <class T>
concept AboutVersion = AboutModel<T> && requires(const T& fact) {
  fact.version;
};

template <class T>
inline constexpr bool about_alias = std::is_same_v<T, AliasAssigned> || std::is_same_v<T, AliasRemoved>;
template <class T>
inline constexpr bool about_lineage = std::is_same_v<T, LineageRecorded>;

bool is_internal(std::string_view type) {
  return type.starts_with("automation.") || type.starts_with("delivery.");
}

template <class T>
EventType describe_type() {
  EventType type{.name = T::kType, .fields = {}, .internal = is_internal(T::kType)};
  type.of_model = AboutModel<T> || about_lineage<T>;
  type.of_version = AboutVersion<T> || about_alias<T> || about_lineage<T>;
  namespace describe = reflect::describe;
  boost::mp11::mp_for_each<describe::describe_members<T, describe::mod_public | describe::mod_inherited>>(
      [&](auto member) { type.fields.push_back(member.name); });
  return type;
}

// A version's node has the reference that people wrote as its name.
std::optional<Subject> subject_of_node(const Node& node) {
  const auto version = version_of(node);
  if (!version) return std::nullopt;
  Subject subject;
  subject.model_id = version->model_id;
  subject.version = version->version;
  if (const auto reference = VersionReference::parse(node.name)) {
    subject.registry = reference->registry;
    subject.model = reference->model;
  }
  return subject;
}

template <class T>
std::vector<Subject> subjects(const T& fact) {
  std::vector<Subject> all;
  if constexpr (about_lineage<T>) {
    for (const Node* node : {&fact.downstream, &fact.upstream}) {
      if (auto subject = subject_of_node(*node)) all.push_back(std::move(*subject));
    }
  } else if constexpr (AboutRegistry<T>) {
    Subject& subject = all.emplace_back();
    subject.registry_id = fact.registry_id;
    subject.registry = fact.registry;
    if constexpr (AboutModel<T>) {
      subject.model_id = fact.model_id;
      subject.model = fact.model;
    }
    if constexpr (AboutVersion<T>) subject.version = fact.version;
    if constexpr (std::is_same_v<T, AliasAssigned>) {
      subject.version = fact.to;
      subject.previous = fact.from;
    }
    if constexpr (std::is_same_v<T, AliasRemoved>) subject.version = fact.from;
  }
  return all;
}

}  // namespace

std::span<const EventType> event_types() {
  static const std::vector<EventType> types = [] {
    std::vector<EventType> all;
    boost::mp11::mp_for_each<boost::mp11::mp_transform<boost::mp11::mp_identity, Payload::variant>>(
        [&]<class T>(boost::mp11::mp_identity<T>) { all.push_back(describe_type<T>()); });
    return all;
  }();
  return types;
}

std::size_t type_number(const Payload& payload) {
  return payload.index();
}

std::span<const std::string_view> event_attributes() {
  static constexpr std::string_view kAttributes[] = {
      "specversion",     "id",          "source",  "type",      "subject",  "time",          "sequence",
      "datacontenttype", "dataschema",  "actorid", "actorkind", "actorvia", "correlationid", "causationid",
      "causationdepth",  "traceparent", "data"};
  return kAttributes;
}

std::vector<std::size_t> types_of_pattern(std::string_view pattern) {
  std::vector<std::size_t> numbers;
  const bool wild = has_wildcard(pattern);
  for (std::size_t i = 0; i < event_types().size(); ++i) {
    const EventType& type = event_types()[i];
    if (wild ? !type.internal && wildcard_match(pattern, type.name) : pattern == type.name)
      numbers.push_back(i);
  }
  return numbers;
}

std::vector<Subject> subjects_of(const Payload& payload) {
  return std::visit([](const auto& fact) { return subjects(fact); }, payload);
}

}  // namespace herald::automations
