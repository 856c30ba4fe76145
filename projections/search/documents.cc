#include "projections/search/documents.h"

#include <algorithm>

#include "base/limits.h"
#include "projections/history.h"
#include "projections/tables.h"
#include "reflect/json_value.h"

namespace herald::projections::search {
namespace {

using registry::Table;

constexpr char kText = 1, kNumber = 2;

bool say_text(const VisitValue& visit, Field field, std::string_view text, std::string_view key = {}) {
  const std::string small = folded(text);
  return visit({field, key, small, std::nullopt});
}
bool say_number(const VisitValue& visit, Field field, double number, std::string_view key = {}) {
  return visit({field, key, {}, ordered(number)});
}
bool say_time(const VisitValue& visit, Field field, Timestamp time) {
  return say_number(visit, field, static_cast<double>(time.unix_ms()));
}
template <class Text>
bool say_if(const VisitValue& visit, Field field, const std::optional<Text>& text) {
  return !text || say_text(visit, field, text->str());
}
bool say_tags(const VisitValue& visit, const std::map<std::string, std::string>& tags) {
  return std::all_of(tags.begin(), tags.end(),
                     [&](const auto& tag) { return say_text(visit, Field::tag, tag.second, tag.first); });
}
bool say_metrics(const VisitValue& visit, const std::map<std::string, double>& metrics) {
  return std::all_of(metrics.begin(), metrics.end(), [&](const auto& metric) {
    return say_number(visit, Field::metric, metric.second, metric.first);
  });
}

// The scalars of a JSON value under their paths, the first kMaxIndexedValues of them.
class Scalars {
 public:
  explicit Scalars(const VisitValue& visit) : visit_(visit) {}

  bool walk(const json::Value& value, const std::string& path) {
    switch (value.kind()) {
      case json::Kind::object:
        for (const auto& [name, member] : value.members())
          if (!walk(member, path.empty() ? std::string(name) : path + "." + std::string(name))) return false;
        return true;
      case json::Kind::array:
        for (const json::Value element : value.elements())
          if (!walk(element, path)) return false;
        return true;
      case json::Kind::null:
        return true;
      case json::Kind::string:
        return say(path, [&] { return say_text(visit_, Field::meta, *value.string(), path); });
      case json::Kind::boolean:
        return say(path,
                   [&] { return say_text(visit_, Field::meta, *value.boolean() ? "true" : "false", path); });
      case json::Kind::integer:
      case json::Kind::real:
        return say(path, [&] { return say_number(visit_, Field::meta, value.number().value_or(0), path); });
    }
    return true;
  }

 private:
  template <class Say>
  bool say(const std::string& path, Say say_it) {
    if (path.empty() || path.size() > limits::kMaxIndexedBytes) return true;
    return said_++ < limits::kMaxIndexedValues && say_it();
  }
  const VisitValue& visit_;
  std::size_t said_ = 0;
};

bool say_metadata(const VisitValue& visit, const json::Raw& metadata) {
  if (metadata.text() == "null" || metadata.text() == "{}") return true;
  const auto document = json::Document::parse(metadata.text());
  return !document || Scalars(visit).walk(document->root(), {});
}

bool say_registry(const VisitValue& visit, const registry::Reader& state, registry::RegistryId id) {
  const auto home = registry::find<registry::RegistryRecord>(state, Table::registries, id.bytes());
  return !home || say_text(visit, Field::registry, home->name.str());
}

bool fulfils(const Wanted& wanted, const Value& value) {
  if (const auto* pattern = std::get_if<TextPattern>(&wanted))
    return !value.number && pattern->matches(value.text);
  if (const auto* range = std::get_if<NumberRange>(&wanted))
    return value.number && range->holds(*value.number);
  return true;
}

// Fields of which a version has several, each under a name: metric.auc.
bool has_key(Field field) {
  return field == Field::tag || field == Field::metric || field == Field::meta;
}

}  // namespace

registry::Table table_of(Kind kind) {
  switch (kind) {
    case Kind::models:
      return Table::models;
    case Kind::versions:
    case Kind::runs:
      return Table::versions;
    case Kind::artifacts:
      return Table::artifacts;
    case Kind::evaluations:
      break;
  }
  return Table::evaluations;
}

bool has_field(Kind kind, Field field) {
  using enum Field;
  const auto is_one_of = [&](std::initializer_list<Field> fields) {
    return std::find(fields.begin(), fields.end(), field) != fields.end();
  };
  switch (kind) {
    case Kind::models:
      return is_one_of({name, registry, owner, tag, alias, stage, created, changed, archived, latest});
    case Kind::versions:
      return is_one_of({tag, alias, stage, status, metric, meta, created, changed, run, source, framework,
                        artifact, dataset, latest, data});
    case Kind::artifacts:
      return is_one_of({name, created, source});
    case Kind::evaluations:
      return is_one_of({name, metric, created, run, dataset, data});
    case Kind::runs:
      break;
  }
  return false;
}

bool has_one_value(Kind kind, Field field) {
  switch (field) {
    case Field::alias:
    case Field::meta:
    case Field::run:
    case Field::artifact:
    case Field::dataset:
    case Field::data:
      return false;
    case Field::stage:
      return kind == Kind::versions;
    default:
      return true;
  }
}

std::optional<Document> Document::find(const registry::Reader& state, Kind kind, std::string_view key) {
  Document document(state, kind, key);
  bool there = false;
  switch (kind) {
    case Kind::models:
      document.model_ = registry::find<registry::ModelRecord>(state, Table::models, key);
      there = document.model_ && !document.model_->deleted;
      break;
    case Kind::versions:
    case Kind::runs:
      document.version_ = registry::find<registry::VersionRecord>(state, Table::versions, key);
      there = document.version_ && !document.version_->deleted;
      break;
    case Kind::artifacts:
      document.artifact_ = registry::find<registry::ArtifactRecord>(state, Table::artifacts, key);
      there = document.artifact_ && !document.artifact_->deleted;
      break;
    case Kind::evaluations:
      document.evaluation_ = registry::find<registry::EvaluationRecord>(state, Table::evaluations, key);
      there = document.evaluation_.has_value();
      break;
  }
  if (!there) return std::nullopt;
  return document;
}

void Document::visit(Fields fields, const VisitValue& visit) const {
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    const auto field = static_cast<Field>(i);
    if (fields.has(field) && has_field(kind_, field) && !visit_field(field, visit)) return;
  }
}

bool Document::says(const Condition& condition) const {
  bool found = false;
  visit({condition.field}, [&](const Value& value) {
    found = value.key == condition.key && fulfils(condition.wanted, value);
    return !found;
  });
  return found;
}

bool Document::visit_aliases(const VisitValue& visit) const {
  const std::string_view model = std::string_view(key_).substr(0, registry::ModelId().bytes().size());
  bool go_on = true;
  state_.scan(Table::aliases, model, {}, [&](std::string_view key, std::string_view value) {
    if (version_ && record::decode<registry::AliasRecord>(value).version != version_->number) return true;
    return go_on = say_text(visit, Field::alias, key.substr(model.size()));
  });
  return go_on;
}

// Of a model: those that its versions are in; a few looks for each stage that its registry has anything in.
bool Document::visit_stages(const VisitValue& visit) const {
  if (version_) return say_if(visit, Field::stage, version_->stage);
  const std::string registry(model_->registry_id.bytes());
  std::string after;
  for (bool more = true; more;) {
    std::string stage;
    state_.scan(Table::stage_versions, registry, after, [&](std::string_view key, std::string_view) {
      key.remove_prefix(registry.size());
      stage = key.substr(0, key.find('\0'));
      return false;
    });
    if (stage.empty()) return true;
    const std::string rows = registry + stage + '\0';
    bool there = false;
    state_.scan(Table::stage_versions, rows + std::string(model_->id.bytes()), {},
                [&](std::string_view key, std::string_view) {
                  there = Document::find(state_, Kind::versions, key.substr(rows.size())).has_value();
                  return !there;
                });
    if (there && !say_text(visit, Field::stage, stage)) return false;
    after = after_prefix(rows);
    more = !after.empty();
  }
  return true;
}

// An artifact and a version of a data set by their ids: they may be hidden from who sees what stands on them, and a name that is
// searched for, or a part of it, would tell what they are called.
bool Document::say_data(Field field, const registry::Node& node, const VisitValue& visit) {
  const bool is_a_name = node.kind == registry::NodeKind::dataset;
  if (is_a_name != (field == Field::dataset)) return true;
  return say_text(visit, field, is_a_name ? node.name : node.id);
}

bool Document::visit_datasets(Field field, const VisitValue& visit) const {
  const registry::Node self{
      registry::NodeKind::version, registry::version_node_id(version_->model_id, version_->number), {}};
  bool go_on = true;
  std::size_t seen = 0;
  state_.scan(Table::upstream, registry::keys::node(self) + '\0', {},
              [&](std::string_view, std::string_view value) {
                const auto edge = record::decode<registry::EdgeRecord>(value);
                if (edge.relation == registry::Relation::trained_on ||
                    edge.relation == registry::Relation::evaluated_on)
                  go_on = say_data(field, edge.upstream, visit);
                return go_on && ++seen < limits::kMaxIndexedDatasets;
              });
  return go_on;
}

bool Document::visit_field(Field field, const VisitValue& visit) const {
  switch (field) {
    case Field::name:
      if (model_) return say_text(visit, field, model_->name.str());
      if (artifact_) return say_text(visit, field, artifact_->name.str());
      return !evaluation_ || say_if(visit, field, evaluation_->name);
    case Field::registry:
      return say_registry(visit, state_, model_->registry_id);
    case Field::owner:
      return say_if(visit, field, model_->owner);
    case Field::tag:
      return say_tags(visit, model_ ? model_->tags : version_->tags);
    case Field::alias:
      return visit_aliases(visit);
    case Field::stage:
      return visit_stages(visit);
    case Field::status:
      return say_text(visit, field, reflect::enum_name(version_->status));
    case Field::metric:
      return say_metrics(visit, version_ ? version_->metrics : evaluation_->metrics);
    case Field::meta:
      return say_metadata(visit, version_->metadata);
    case Field::created:
      return say_time(visit, field,
                      (model_      ? model_->created
                       : version_  ? version_->created
                       : artifact_ ? artifact_->created
                                   : evaluation_->recorded)
                          .time);
    case Field::changed:
      return say_time(visit, field, (model_ ? model_->changed : version_->changed).time);
    case Field::run:
      if (evaluation_) return say_if(visit, field, evaluation_->run);
      return !version_->run ||
             (say_text(visit, field, version_->run->id.str()) && say_if(visit, field, version_->run->name));
    case Field::source:
      return say_if(visit, field, artifact_ ? artifact_->reference : version_->source);
    case Field::framework:
      return !version_->run || say_if(visit, field, version_->run->framework);
    case Field::artifact:
      return std::all_of(version_->artifacts.begin(), version_->artifacts.end(), [&](const auto& linked) {
        return say_text(visit, field, linked.artifact.str()) &&
               say_text(visit, field, linked.artifact_id.str());
      });
    case Field::dataset:
    case Field::data:
      if (version_) return visit_datasets(field, visit);
      return !evaluation_->dataset || say_data(field, *evaluation_->dataset, visit);
    case Field::archived:
      return !model_->archived || say_text(visit, field, kHolds);
    case Field::latest:
      return (version_ && registry::latest_version(state_, version_->model_id) != version_->number) ||
             say_text(visit, field, kHolds);
    case Field::model:
      break;
  }
  return true;
}

// ---- terms ----

std::string field_prefix(Kind kind, Field field, std::string_view key) {
  std::string out{static_cast<char>(kind), static_cast<char>(field)};
  if (has_key(field)) {
    history::append_escaped(out, key);
    out.append(history::kEnd);
  }
  return out;
}

namespace {

std::string open_text(std::string prefix, std::string_view text) {
  prefix.push_back(kText);
  history::append_escaped(prefix, text.substr(0, limits::kMaxIndexedBytes));
  return prefix;
}
std::string number_term(std::string prefix, std::uint64_t number) {
  prefix.push_back(kNumber);
  return prefix + be64(number);
}

}  // namespace

std::string term(Kind kind, const Value& value) {
  std::string prefix = field_prefix(kind, value.field, value.key);
  if (value.number) return number_term(std::move(prefix), *value.number);
  return open_text(std::move(prefix), value.text).append(history::kEnd);
}

std::vector<std::string> terms_of(const registry::Reader& state, Kind kind, std::string_view key,
                                  Fields fields) {
  std::vector<std::string> terms;
  if (const auto document = Document::find(state, kind, key)) {
    document->visit(fields, [&](const Value& value) {
      if (kind != Kind::versions || value.field != Field::latest) terms.push_back(term(kind, value));
      return true;
    });
  }
  std::sort(terms.begin(), terms.end());
  terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
  return terms;
}

Range range_of(Kind kind, Field field, std::string_view key) {
  std::string from = field_prefix(kind, field, key);
  std::string to = after_prefix(from);
  return {std::move(from), std::move(to)};
}

bool is_sure(const Wanted& wanted) {
  const auto* pattern = std::get_if<TextPattern>(&wanted);
  if (pattern == nullptr) return true;
  if (pattern->shape == TextPattern::Shape::beginning)
    return pattern->text.size() <= limits::kMaxIndexedBytes;
  return pattern->shape == TextPattern::Shape::whole && pattern->text.size() < limits::kMaxIndexedBytes;
}

// A term that is cut may go on with what is looked for.
bool may_fulfil(const Wanted& wanted, std::string_view term) {
  const auto* pattern = std::get_if<TextPattern>(&wanted);
  return pattern == nullptr || pattern->shape != TextPattern::Shape::part ||
         term.size() >= limits::kMaxIndexedBytes || term.find(pattern->text) != std::string_view::npos;
}

Range range_of(Kind kind, const Condition& condition) {
  const std::string prefix = field_prefix(kind, condition.field, condition.key);
  if (const auto* numbers = std::get_if<NumberRange>(&condition.wanted)) {
    return {number_term(prefix, numbers->from), after_prefix(number_term(prefix, numbers->to)),
            numbers->from == numbers->to};
  }
  const auto* pattern = std::get_if<TextPattern>(&condition.wanted);
  if (pattern == nullptr || pattern->shape == TextPattern::Shape::part)
    return range_of(kind, condition.field, condition.key);
  std::string from = open_text(prefix, pattern->text);
  const bool whole = pattern->shape == TextPattern::Shape::whole;
  if (whole) from.append(history::kEnd);
  std::string to = after_prefix(from);
  return {std::move(from), std::move(to), whole};
}

}  // namespace herald::projections::search
