// The values that events, commands and the state share.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "reflect/json_read.h"
#include "reflect/json_write.h"
#include "registry/names.h"

namespace herald::registry {

BOOST_DEFINE_ENUM_CLASS(VersionStatus, pending, ready, failed)
BOOST_DEFINE_ENUM_CLASS(RegistryKind, model, dataset)
BOOST_DEFINE_ENUM_CLASS(NodeKind, version, artifact, run, dataset, deployment)
// Data flows from upstream to downstream; the relation says how:
//   used: artifact, data set or version -> run   produced: run -> artifact or version
//   derived_from: version -> version
//   trained_on, evaluated_on: data set (or artifact, or version of a registry of data sets) -> version or run
//   deployed_as: version -> deployment
BOOST_DEFINE_ENUM_CLASS(Relation, used, produced, derived_from, trained_on, evaluated_on, deployed_as)

// An erasable text: kept in the work store under this digest, SHA-256(salt || text) with 16 random bytes of salt
// that are stored with the text and never in the event.
struct TextRef {
  Digest digest;
  std::uint32_t bytes = 0;
  friend bool operator==(const TextRef&, const TextRef&) = default;
};
BOOST_DESCRIBE_STRUCT(TextRef, (), (digest, bytes))

// A text in Markdown and the headings that stand in it, so that a policy can ask for them without reading the text.
struct Card {
  TextRef text;
  std::vector<Label> sections;  // titles of the headings, without marks, each once, in their order
  std::optional<std::vector<Label>> empty = {};  // those of them that nothing stands behind; absent: none
  friend bool operator==(const Card&, const Card&) = default;
};
BOOST_DESCRIBE_STRUCT(Card, (), (text, sections, empty))

// What is said of a move that took an alias back to a version that it held before.
struct Rollback {
  std::optional<std::vector<VersionNumber>> passed_over = {};  // held it since, and are deleted
  std::optional<std::vector<Label>> lacking =
      {};  // sections that the registry's policy asks for by now and the card has not
  friend bool operator==(const Rollback&, const Rollback&) = default;
};
BOOST_DESCRIBE_STRUCT(Rollback, (), (passed_over, lacking))

// The run that made a version, as the caller knows it.
struct Run {
  Label id;
  std::optional<Label> name;
  std::optional<Uri> url;
  std::optional<Label> commit;               // of the source code
  std::optional<Uri> repository = {};        // in which that commit is
  std::optional<Label> framework = {};       // "scikit-learn 1.7.2"
  std::optional<Digest> environment = {};    // of the environment's lock file, a blob where Herald keeps it
  std::optional<json::Raw> parameters = {};  // an object
  friend bool operator==(const Run&, const Run&) = default;
};
BOOST_DESCRIBE_STRUCT(Run, (), (id, name, url, commit, repository, framework, environment, parameters))

// One end of a lineage edge. `id`: a version's "<model id>/<number>", an artifact's id, or what the caller calls
// its run, data set or deployment. `name`: what people called it then.
struct Node {
  NodeKind kind = NodeKind::version;
  std::string id;
  std::string name;
  friend bool operator==(const Node&, const Node&) = default;
};
BOOST_DESCRIBE_STRUCT(Node, (), (kind, id, name))

// The version that a node stands for; nothing when it stands for something else.
struct VersionOfModel {
  ModelId model_id;
  VersionNumber version;
};
std::optional<VersionOfModel> version_of(const Node& node);
// What version_of() reads: a version's Node::id.
std::string version_node_id(ModelId model, VersionNumber version);

// ---- automations as data (automations/ gives them their meaning) ----

// Everything optional: an empty scope is the whole server. Ids are filled in when the automation is saved, so that
// a rename does not change what it watches.
struct Scope {
  std::optional<RegistryName> registry;
  std::optional<ModelName> model;
  std::optional<std::string> name_pattern;  // of models, with * and ?
  std::optional<RegistryId> registry_id;
  std::optional<ModelId> model_id;
  friend bool operator==(const Scope&, const Scope&) = default;
};
BOOST_DESCRIBE_STRUCT(Scope, (), (registry, model, name_pattern, registry_id, model_id))

BOOST_DEFINE_ENUM_CLASS(Operator, equals, not_equals, any_of, none_of, prefix, suffix, matches, exists,
                        absent, greater, greater_or_equal, less, less_or_equal)

struct Condition {
  std::string field;  // a path into the event: data.alias, data.to, actorkind
  Operator op = Operator::equals;
  std::optional<json::Raw> value;
  friend bool operator==(const Condition&, const Condition&) = default;
};
BOOST_DESCRIBE_STRUCT(Condition, (), (field, op, value))

BOOST_DEFINE_ENUM_CLASS(ActionKind, webhook, slack, teams)

struct Action {
  ActionKind kind = ActionKind::webhook;
  std::optional<std::string> url;                                    // in the clear; or
  std::optional<SecretName> url_secret;                              // the name of the secret that holds it
  std::optional<std::map<std::string, std::string>> headers;         // webhook
  std::optional<std::map<std::string, std::string>> secret_headers;  // webhook: header -> name of a secret
  std::optional<json::Raw> payload;          // webhook: JSON template; absent: the event itself
  std::optional<SecretName> signing_secret;  // webhook: Standard Webhooks, whsec_...
  std::optional<std::string> text;           // slack, teams: template of the message
  friend bool operator==(const Action&, const Action&) = default;
};
BOOST_DESCRIBE_STRUCT(Action, (),
                      (kind, url, url_secret, headers, secret_headers, payload, signing_secret, text))

struct AutomationDefinition {
  Label name;
  bool enabled = true;
  Scope scope;
  std::vector<std::string> on;        // event types, * allowed: "alias.*"
  std::vector<Condition> conditions;  // all must hold
  std::vector<Action> actions;
  std::optional<std::vector<std::uint32_t>>
      retry_seconds;                            // gaps between attempts; absent: the server's schedule
  std::optional<std::uint32_t> max_per_minute;  // triggers; absent: the server's limit
  friend bool operator==(const AutomationDefinition&, const AutomationDefinition&) = default;
};
BOOST_DESCRIBE_STRUCT(AutomationDefinition, (),
                      (name, enabled, scope, on, conditions, actions, retry_seconds, max_per_minute))

// automation_deleted: between the event and the record of what it set off.
BOOST_DEFINE_ENUM_CLASS(SkipCause, depth_limit, rate_limit, automation_deleted)

struct PlannedDelivery {
  DeliveryId delivery_id;
  std::uint32_t action = 0;  // index into the automation's actions
  ActionKind kind = ActionKind::webhook;
  friend bool operator==(const PlannedDelivery&, const PlannedDelivery&) = default;
};
BOOST_DESCRIBE_STRUCT(PlannedDelivery, (), (delivery_id, action, kind))

}  // namespace herald::registry
