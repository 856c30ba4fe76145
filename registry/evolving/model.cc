#include "registry/evolving/apply.h"

namespace herald::registry::evolving {
namespace {

template <class Change>
void change_model(const Step& step, ModelId id, Change&& change) {
  step.update<ModelRecord>(Table::models, id.bytes(), [&](ModelRecord& model) {
    change(model);
    model.changed = step.mark;
  });
}

// The tags of the version where the fact names one, else of the model.
template <class Fact, class Change>
void change_tags(const Step& step, const Fact& fact, Change&& change) {
  if (!fact.version)
    return change_model(step, fact.model_id, [&](ModelRecord& model) { change(model.tags); });
  step.update<VersionRecord>(Table::versions, keys::version(fact.model_id, *fact.version),
                             [&](VersionRecord& version) {
                               change(version.tags);
                               version.changed = step.mark;
                             });
}

}  // namespace

void apply(const Step& step, const RegistryCreated& fact) {
  step.store(Table::registries, fact.registry_id.bytes(),
             RegistryRecord{fact.registry_id, fact.registry, fact.kind, step.mark});
  step.state.put(Table::registry_names, fact.registry.str(), fact.registry_id.bytes());
}

void apply(const Step& step, const ModelRegistered& fact) {
  ModelRecord model;
  model.id = fact.model_id;
  model.registry_id = fact.registry_id;
  model.name = fact.model;
  model.created = model.changed = step.mark;
  step.store(Table::models, fact.model_id.bytes(), model);
  step.state.put(Table::model_names, keys::model_name(fact.registry_id, fact.model.str()),
                 fact.model_id.bytes());
}

void apply(const Step& step, const ModelDescribed& fact) {
  change_model(step, fact.model_id, [&](ModelRecord& model) { model.description = fact.to; });
}

void apply(const Step& step, const TagSet& fact) {
  change_tags(step, fact, [&](auto& tags) { tags[fact.key.str()] = fact.to.str(); });
}

void apply(const Step& step, const TagRemoved& fact) {
  change_tags(step, fact, [&](auto& tags) { tags.erase(fact.key.str()); });
}

void apply(const Step& step, const CommentAdded& fact) {
  step.store(Table::comments, keys::comment(fact.model_id, fact.comment_id),
             CommentRecord{fact.comment_id, fact.model_id, fact.version, fact.text, step.mark});
}

void apply(const Step& step, const AliasAssigned& fact) {
  step.store(Table::aliases, keys::alias(fact.model_id, fact.alias.str()),
             AliasRecord{fact.alias, fact.to, fact.from, fact.reason, step.mark});
  change_model(step, fact.model_id, [&](ModelRecord& model) { model.aliases += fact.from ? 0 : 1; });
}

void apply(const Step& step, const AliasRemoved& fact) {
  step.state.erase(Table::aliases, keys::alias(fact.model_id, fact.alias.str()));
  change_model(step, fact.model_id, [&](ModelRecord& model) { model.aliases -= 1; });
}

}  // namespace herald::registry::evolving
