// How nodes of lineage and versions that stand on something go out, and how callers write nodes.
#pragma once

#include "api/call.h"
#include "api/representation.h"
#include "api/sight.h"
#include "projections/lineage.h"

namespace herald::api {

// Exactly one of these.
struct NodeRequest {
  std::optional<std::string> version;  // "churn:v3"
  std::optional<registry::ArtifactId> artifact;
  std::optional<registry::Label> run;
  std::optional<registry::Label> dataset;
  std::optional<registry::Label> deployment = {};
};
BOOST_DESCRIBE_STRUCT(NodeRequest, (), (version, artifact, run, dataset, deployment))
// Errors: about "<field>.version".
Result<registry::NodeAddress> address_of(const NodeRequest& node, const std::string& field);

// A version of a data set by what it is called in `state`: "data/customers:v1", "data/customers:gold". What is called so as a
// data set without versions is another thing. Errors: invalid_value, not_found (for who does not see it, too).
Result<registry::Node> data_set_called(const Sight& sight, const registry::Reader& state,
                                       std::string_view text);
// Its data set: of "data/customers", and of "data/customers:v1".
Result<registry::FoundModel> registered_data_set(const Sight& sight, const registry::Reader& state,
                                                 const registry::ModelAddress& address);

// A node as an answer shows it.
struct ShownNodeBody : registry::Node {
  std::optional<bool> deleted = {};  // it has the name that it had
};
BOOST_DESCRIBE_STRUCT(ShownNodeBody, (registry::Node), (deleted))
ShownNodeBody shown_node_body(const projections::LineageNode& node);

// A version in short, with what it stands as.
struct StandingVersionBody {
  registry::RegistryName registry;
  registry::ModelName model;
  registry::ModelId model_id;
  VersionNumber version;
  std::string reference;  // "churn:v3"
  registry::VersionStatus status = registry::VersionStatus::ready;
  std::optional<registry::StageName> stage;
  std::vector<registry::AliasName> aliases;
};
BOOST_DESCRIBE_STRUCT(StandingVersionBody, (),
                      (registry, model, model_id, version, reference, status, stage, aliases))
// Nothing where it is not there (any more).
std::optional<StandingVersionBody> standing_version(const registry::Reader& state, registry::ModelId model,
                                                    VersionNumber version);

struct EvaluationBody {
  registry::EvaluationId id;
  registry::RegistryName registry;
  registry::ModelName model;
  VersionNumber version;
  std::string reference;
  std::optional<registry::Label> name;
  std::optional<registry::Node> dataset;
  std::optional<registry::Label> run;
  std::map<std::string, double> metrics;
  std::vector<registry::EvaluationFile> files;
  Stamp recorded;
};
BOOST_DESCRIBE_STRUCT(EvaluationBody, (),
                      (id, registry, model, version, reference, name, dataset, run, metrics, files, recorded))
// What it was made on, as it is called in `state`; nothing where that is not seen, or is not told.
std::optional<registry::Node> shown_dataset(const registry::Reader& state,
                                            const registry::EvaluationRecord& evaluation, const Sight& sight);
EvaluationBody evaluation_body(const registry::Reader& state, const registry::FoundModel& found,
                               const registry::EvaluationRecord& evaluation, const Sight& sight,
                               const Names& names);

}  // namespace herald::api
