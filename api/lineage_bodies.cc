#include "api/lineage_bodies.h"

#include "api/known.h"

namespace herald::api {

Result<registry::NodeAddress> address_of(const NodeRequest& node, const std::string& field) {
  registry::NodeAddress address{{}, node.artifact, node.run, node.dataset, node.deployment};
  if (!node.version) return address;
  HERALD_TRY(const auto reference, about(field + ".version", parse_reference(*node.version)));
  if (reference.selector.kind != registry::VersionSelector::Kind::number) {
    return error(Cause::invalid_value,
                 shown(*node.version) +
                     " may point elsewhere tomorrow: lineage names a version by its number, as \"churn:v3\"",
                 field + ".version");
  }
  address.version =
      registry::VersionAddress{{reference.registry, reference.model}, reference.selector.number};
  return address;
}

Result<registry::FoundModel> registered_data_set(const Sight& sight, const registry::Reader& state,
                                                 const registry::ModelAddress& address) {
  HERALD_TRY(auto found, sight.model(state, address));
  if (found.registry.kind == registry::RegistryKind::dataset) return found;
  return error(Cause::invalid_value,
               shown(address.model.str()) + " is in a registry of models, not of data sets",
               "dataset_version");
}

Result<registry::Node> data_set_called(const Sight& sight, const registry::Reader& state,
                                       std::string_view text) {
  HERALD_TRY(const auto reference, parse_reference(text));
  HERALD_TRY(const auto found, registered_data_set(sight, state, {reference.registry, reference.model}));
  HERALD_TRY(const auto version, known_version(state, found, reference.selector));
  return registry::Node{registry::NodeKind::version,
                        registry::version_node_id(found.model.id, version.number),
                        reference_of(found.registry.name, found.model.name, version.number)};
}

ShownNodeBody shown_node_body(const projections::LineageNode& node) {
  return {node, node.deleted ? std::optional(true) : std::nullopt};
}

std::optional<StandingVersionBody> standing_version(const registry::Reader& state, registry::ModelId id,
                                                    VersionNumber number) {
  const auto model = registry::find_model(state, id);
  const auto home = model ? registry::find<registry::RegistryRecord>(state, registry::Table::registries,
                                                                     model->registry_id.bytes())
                          : std::nullopt;
  const auto version = home ? registry::find_version(state, id, number) : std::nullopt;
  if (!version || version->deleted || model->deleted) return std::nullopt;
  StandingVersionBody body{.registry = home->name,
                           .model = model->name,
                           .model_id = id,
                           .version = number,
                           .reference = reference_of(home->name, model->name, number),
                           .status = version->status,
                           .stage = version->stage,
                           .aliases = {}};
  for (registry::AliasRecord& alias : projections::list_aliases(state, id)) {
    if (alias.version == number) body.aliases.push_back(std::move(alias.alias));
  }
  return body;
}

std::optional<registry::Node> shown_dataset(const registry::Reader& state,
                                            const registry::EvaluationRecord& evaluation,
                                            const Sight& sight) {
  if (!evaluation.dataset) return std::nullopt;
  if (evaluation.dataset->kind != registry::NodeKind::dataset && !sight.sees(*evaluation.dataset))
    return std::nullopt;
  return projections::as_called(state, *evaluation.dataset);
}

EvaluationBody evaluation_body(const registry::Reader& state, const registry::FoundModel& found,
                               const registry::EvaluationRecord& evaluation, const Sight& sight,
                               const Names& names) {
  return {.id = evaluation.id,
          .registry = found.registry.name,
          .model = found.model.name,
          .version = evaluation.version,
          .reference = reference_of(found.registry.name, found.model.name, evaluation.version),
          .name = evaluation.name,
          .dataset = shown_dataset(state, evaluation, sight),
          .run = evaluation.run,
          .metrics = evaluation.metrics,
          .files = evaluation.files,
          .recorded = names.stamp(evaluation.recorded)};
}

}  // namespace herald::api
