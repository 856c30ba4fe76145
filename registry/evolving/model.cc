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

void apply(const Step& step, const ModelCarded& fact) {
  change_model(step, fact.model_id, [&](ModelRecord& model) { model.card = fact.to; });
}

void apply(const Step& step, const ModelOwned& fact) {
  change_model(step, fact.model_id, [&](ModelRecord& model) { model.owner = fact.to; });
}

void apply(const Step& step, const ModelRenamed& fact) {
  change_model(step, fact.model_id, [&](ModelRecord& model) { model.name = fact.to; });
  step.state.erase(Table::model_names, keys::model_name(fact.registry_id, fact.model.str()));
  step.state.put(Table::model_names, keys::model_name(fact.registry_id, fact.to.str()),
                 fact.model_id.bytes());
}

void apply(const Step& step, const ModelArchived& fact) {
  change_model(step, fact.model_id, [&](ModelRecord& model) { model.archived = step.mark; });
}

void apply(const Step& step, const ModelRestored& fact) {
  change_model(step, fact.model_id, [&](ModelRecord& model) { model.archived.reset(); });
}

void apply(const Step& step, const ModelDeleted& fact) {
  std::vector<std::string> aliases;
  step.state.scan(Table::aliases, fact.model_id.bytes(), {}, [&](std::string_view key, std::string_view) {
    aliases.emplace_back(key);
    return true;
  });
  for (const std::string& alias : aliases) step.state.erase(Table::aliases, alias);
  change_model(step, fact.model_id, [&](ModelRecord& model) {
    model.deleted = step.mark;
    model.aliases = 0;
  });
  step.state.erase(Table::model_names, keys::model_name(fact.registry_id, fact.model.str()));
}

void apply(const Step& step, const TagSet& fact) {
  change_tags(step, fact, [&](auto& tags) { tags[fact.key.str()] = fact.to.str(); });
}

void apply(const Step& step, const TagRemoved& fact) {
  change_tags(step, fact, [&](auto& tags) { tags.erase(fact.key.str()); });
}

void apply(const Step& step, const CommentAdded& fact) {
  step.store(Table::comments, keys::comment(fact.model_id, fact.comment_id),
             CommentRecord{fact.comment_id, fact.model_id, fact.version, fact.text, step.mark, {}});
}

void apply(const Step& step, const CommentEdited& fact) {
  step.update<CommentRecord>(Table::comments, keys::comment(fact.model_id, fact.comment_id),
                             [&](CommentRecord& comment) {
                               comment.text = fact.to;
                               comment.edited = step.mark;
                             });
}

void apply(const Step& step, const CommentRemoved& fact) {
  step.state.erase(Table::comments, keys::comment(fact.model_id, fact.comment_id));
}

}  // namespace herald::registry::evolving
