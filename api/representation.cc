#include "api/representation.h"

#include "work/texts.h"

namespace herald::api {

namespace {

// Neither it nor its model is deleted.
bool is_standing(const registry::Reader& state, const projections::LinkedVersion& linked) {
  const auto model = registry::find_model(state, linked.model_id);
  if (!model || model->deleted) return false;
  const auto version = registry::find_version(state, linked.model_id, linked.version);
  return version && !version->deleted;
}

}  // namespace

std::string reference_of(const registry::RegistryName& registry, const registry::ModelName& model,
                         VersionNumber version) {
  const std::string prefix = registry.str() == registry::kDefaultRegistry ? "" : registry.str() + "/";
  return prefix + model.str() + ":v" + std::to_string(version.value());
}

std::optional<std::string> Presenter::text(const std::optional<registry::TextRef>& ref) const {
  if (!ref) return std::nullopt;
  return work::find_text(work_, ref->digest);
}

// Headings are lines of the text: with it they are gone.
std::optional<CardSummaryBody> Presenter::summary(const std::optional<registry::Card>& card) const {
  if (!card) return std::nullopt;
  CardSummaryBody body{card->text.bytes, {}};
  if (work::has_text(work_, card->text.digest)) body.sections = card->sections;
  return body;
}

RegistryBody Presenter::registry(const registry::RegistryRecord& registry) const {
  return {.id = registry.id,
          .name = registry.name,
          .kind = registry.kind,
          .visibility = registry.visibility,
          .description = text(registry.description),
          .stages = registry.stages,
          .card_policy = registry.card_policy,
          .protected_aliases = registry.protected_aliases,
          .archived = names_.stamp(registry.archived),
          .created = names_.stamp(registry.created),
          .changed = names_.stamp(registry.changed)};
}

CardBody Presenter::card(const registry::RegistryRecord& registry, const registry::Card& card) const {
  CardBody body{.text = {true, text(card.text)},
                .digest = card.text.digest,
                .bytes = card.text.bytes,
                .sections = {},
                .of_model = std::nullopt,
                .missing = std::nullopt};
  if (body.text.value) body.sections = card.sections;
  const auto read = body.text.value ? std::optional(card) : std::nullopt;
  if (registry.card_policy) body.missing = registry::missing_sections(*registry.card_policy, read);
  return body;
}

ModelBody Presenter::model(const registry::FoundModel& found) const {
  const registry::ModelRecord& model = found.model;
  ModelBody body{.registry = found.registry.name,
                 .name = model.name,
                 .id = model.id,
                 .description = text(model.description),
                 .tags = model.tags,
                 .aliases = {},
                 .latest = model.latest,
                 .versions = model.last_version,
                 .owner = model.owner,
                 .owner_name = names_.of(model.owner),
                 .card = summary(model.card),
                 .archived = names_.stamp(model.archived),
                 .deleted = names_.stamp(model.deleted),
                 .created = names_.stamp(model.created),
                 .changed = names_.stamp(model.changed)};
  for (const registry::AliasRecord& alias : projections::list_aliases(state_, model.id)) {
    body.aliases.emplace(alias.alias.str(), alias.version.value());
  }
  return body;
}

VersionBody Presenter::version(const registry::FoundModel& found,
                               const registry::VersionRecord& version) const {
  return this->version(found, version, aliases_of_model(found));
}

AliasesByVersion Presenter::aliases_of_model(const registry::FoundModel& found) const {
  return projections::aliases_by_version(state_, found.model.id);
}

VersionBody Presenter::version(const registry::FoundModel& found, const registry::VersionRecord& version,
                               const AliasesByVersion& aliases) const {
  const auto own = aliases.find(version.number);
  VersionBody body{.registry = found.registry.name,
                   .model = found.model.name,
                   .model_id = found.model.id,
                   .version = version.number,
                   .reference = reference_of(found.registry.name, found.model.name, version.number),
                   .source = version.source,
                   .digest = version.digest,
                   .run = version.run,
                   .metadata = version.metadata,
                   .metrics = version.metrics,
                   .status = version.status,
                   .description = text(version.description),
                   .tags = version.tags,
                   .artifacts = {},
                   .aliases = own == aliases.end() ? std::vector<registry::AliasName>() : own->second,
                   .stage = version.stage,
                   .staged = names_.stamp(version.staged),
                   .card = summary(version.card),
                   .deleted = names_.stamp(version.deleted),
                   .created = names_.stamp(version.created),
                   .changed = names_.stamp(version.changed)};
  for (const registry::LinkedArtifact& linked : version.artifacts) {
    body.artifacts.push_back({linked.artifact_id, linked.artifact, linked.digest});
  }
  return body;
}

AliasBody Presenter::alias(const registry::AliasRecord& alias) const {
  return {.alias = alias.alias.str(),
          .version = alias.version,
          .previous = alias.previous,
          .reason = alias.reason,
          .assigned = names_.stamp(alias.assigned),
          .computed = std::nullopt,
          .rollback = alias.rollback};
}

CommentBody Presenter::comment(const registry::CommentRecord& comment) const {
  return {.id = comment.id,
          .version = comment.version,
          .text = {true, text(comment.text)},
          .created = names_.stamp(comment.created),
          .edited = names_.stamp(comment.edited)};
}

ArtifactBody Presenter::artifact(const registry::ArtifactRecord& artifact,
                                 const std::function<bool(registry::ModelId)>& sees) const {
  ArtifactBody body{.id = artifact.id,
                    .name = artifact.name,
                    .kind = artifact.kind,
                    .digest = artifact.digest,
                    .files = artifact.files,
                    .bytes = artifact.bytes,
                    .reference = artifact.reference,
                    .created = names_.stamp(artifact.created),
                    .versions = {},
                    .truncated = {}};
  const auto page = projections::list_versions_of(
      state_, artifact.id, {{}, limits::kMaxPageSize}, [&](const projections::LinkedVersion& linked) {
        return (!sees || sees(linked.model_id)) && is_standing(state_, linked);
      });
  if (page.next) body.truncated = true;
  for (const projections::LinkedVersion& linked : page.items) {
    const auto model = registry::find_model(state_, linked.model_id);
    const auto home = model ? registry::find<registry::RegistryRecord>(state_, registry::Table::registries,
                                                                       model->registry_id.bytes())
                            : std::nullopt;
    if (!home) continue;
    body.versions.push_back(
        {home->name, model->name, linked.version, reference_of(home->name, model->name, linked.version)});
  }
  return body;
}

AutomationBody Presenter::automation(const registry::AutomationRecord& automation) const {
  AutomationBody body;
  static_cast<registry::AutomationDefinition&>(body) = automation.definition;
  body.id = automation.id;
  body.created = names_.stamp(automation.created);
  body.changed = names_.stamp(automation.changed);
  return body;
}

DeliveryBody Presenter::delivery(const registry::DeliveryRecord& delivery) const {
  DeliveryBody body{.id = delivery.id,
                    .automation_id = delivery.automation_id,
                    .automation = delivery.automation,
                    .action = delivery.action,
                    .kind = delivery.kind,
                    .event_sequence = delivery.event_sequence,
                    .triggered_sequence = delivery.triggered_sequence,
                    .state = delivery.state,
                    .attempts_made = delivery.attempts,
                    .due = std::nullopt,
                    .changed = names_.stamp(delivery.changed)};
  if (const auto row = work::find_schedule(work_, delivery.id); row && !row->outcome) {
    body.attempts_made = std::max(body.attempts_made, row->attempts);
    body.due = row->due;
  }
  return body;
}

DeliveryDetailBody Presenter::delivery_detail(const registry::DeliveryRecord& record) const {
  DeliveryDetailBody body;
  static_cast<DeliveryBody&>(body) = delivery(record);
  work::NewestAttempts newest = work::newest_attempts_of(work_, record.id);
  body.attempts = std::move(newest.attempts);
  if (newest.more) body.truncated = true;
  return body;
}

SecretBody Presenter::secret(const registry::SecretRecord& secret) const {
  return {secret.name, secret.number, names_.stamp(secret.changed)};
}

}  // namespace herald::api
