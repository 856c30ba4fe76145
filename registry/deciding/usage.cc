// What was done with versions: who used them, and how they did on data.
#include <fmt/format.h>

#include <set>

#include "base/limits.h"
#include "registry/deciding/rules.h"
#include "registry/sentence.h"

namespace herald::registry::deciding {
namespace {

struct UsageAnswer : ModelAnswer {
  VersionNumber version;
  Label consumer;
};
BOOST_DESCRIBE_STRUCT(UsageAnswer, (ModelAnswer), (version, consumer))

struct EvaluationAnswer : ModelAnswer {
  VersionNumber version;
  EvaluationId id;
};
BOOST_DESCRIBE_STRUCT(EvaluationAnswer, (ModelAnswer), (version, id))

std::int64_t hour_of(Timestamp time) {
  constexpr std::int64_t kMsAnHour = 3'600'000;
  return time.unix_ms() / kMsAnHour;
}

// The name is as it was when the report came; the model may have been deleted since, and its name given to another.
Result<FoundModel> model_reported(const Reader& state, const RecordUsage& command) {
  HERALD_TRY(auto found, require_model(state, command.registry, command.model));
  if (!command.model_id || found.model.id == *command.model_id) return found;
  return error(Cause::expected_mismatch,
               fmt::format("model {} is another one than when this report came: its name was given away "
                           "meanwhile; nothing was counted, report it again",
                           in_quotes(command.model)));
}

// What was counted is of the model that it was reported of, whatever became of it.
Result<FoundModel> model_counted(const Reader& state, ModelId id) {
  auto model = find_model(state, id);
  auto home =
      model ? find<RegistryRecord>(state, Table::registries, model->registry_id.bytes()) : std::nullopt;
  if (!home) {
    return error(
        Cause::not_found,
        fmt::format("no model has the id {}: usage is of one that was registered", in_quotes(id.str())),
        "model_id");
  }
  return FoundModel{std::move(*home), std::move(*model)};
}

Result<FoundModel> model_used(const Reader& state, const RecordUsage& command) {
  const bool is_remainder = command.count == 0;
  if (is_remainder && command.model_id) return model_counted(state, *command.model_id);
  return model_reported(state, command);
}

bool fits(EvaluationFileKind kind, std::string_view media) {
  const bool is_data = media == "application/json" || media == "text/csv";
  return kind == EvaluationFileKind::media ? media == "image/png" || media == "text/html" : is_data;
}

// They are fetched into a folder.
Result<void> check_names(const std::vector<EvaluationFile>& files) {
  std::set<std::string> seen;
  for (const EvaluationFile& file : files) seen.insert(file.name.str());
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string& name = files[i].name.str();
    const std::string field = fmt::format("files[{}].name", i);
    if (const auto path = FilePath::parse(name); !path) return about(path.error(), field);
    for (std::size_t slash = name.find('/'); slash != std::string::npos; slash = name.find('/', slash + 1)) {
      const std::string folder = name.substr(0, slash);
      if (!seen.contains(folder)) continue;
      return error(Cause::invalid_value,
                   fmt::format("{} cannot be a file and the folder of {}: choose other names",
                               in_quotes(folder), in_quotes(name)),
                   field);
    }
  }
  return {};
}

Result<void> check_files(const std::vector<EvaluationFile>& files) {
  if (files.size() > limits::kMaxEvaluationFiles) {
    return error(Cause::too_many,
                 fmt::format("{} files are too many for an evaluation: at most {} are allowed", files.size(),
                             limits::kMaxEvaluationFiles),
                 "files");
  }
  std::set<Label> seen;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string field = fmt::format("files[{}]", i);
    if (!seen.insert(files[i].name).second)
      return error(Cause::invalid_value, fmt::format("{} is named twice", in_quotes(files[i].name)),
                   field + ".name");
    if (fits(files[i].kind, files[i].media_type)) continue;
    return error(
        Cause::invalid_value,
        "tables and confusion matrices are application/json or text/csv, media are image/png or text/html",
        field + ".media_type");
  }
  return check_names(files);
}

Result<std::optional<Node>> dataset_of(const Reader& state, const RecordEvaluation& command,
                                       const Node& evaluated) {
  if (!command.dataset) return std::optional<Node>();
  HERALD_TRY(Node node, node_at(state, *command.dataset, "dataset"));
  if (node.id == evaluated.id && node.kind == evaluated.kind)
    return error(Cause::invalid_value, "a version is not evaluated on itself: name the data set",
                 "dataset.version");
  if (node.kind == NodeKind::dataset || node.kind == NodeKind::artifact || is_data_set(state, node))
    return std::optional(std::move(node));
  if (node.kind != NodeKind::version) {
    return error(Cause::invalid_value,
                 "a version is evaluated on a data set, on an artifact that is one, or on a version of a "
                 "registry of data sets",
                 "dataset");
  }
  return error(Cause::invalid_value,
               fmt::format("{} is in a registry of models: a version is evaluated on a data set, on an "
                           "artifact that is one, or on a version of a registry of data sets",
                           in_quotes(node.name)),
               "dataset.version");
}

}  // namespace

Result<Decision> rule(const Reader& state, const RecordUsage& command) {
  HERALD_TRY(const auto found, model_used(state, command));
  const bool is_remainder = command.count == 0;
  if (!is_remainder) HERALD_CHECK(require_version(state, found, command.version));
  if (command.count > limits::kMaxUsesReported) {
    return error(
        Cause::invalid_value,
        fmt::format("\"count\" must be between 1 and {}, not {}", limits::kMaxUsesReported, command.count),
        "count");
  }
  const OfVersion target = of(found, command.version);
  Decision decision{
      {}, false, json::to_json(UsageAnswer{answer_of(target), target.version, command.consumer})};
  const auto known = find_usage(state, found.model.id, command.version, command.consumer);
  const std::uint64_t recorded = known ? known->count : 0;
  if (command.total <= recorded) return decision;
  if (known && !is_remainder && hour_of(command.at) <= hour_of(known->last)) return decision;
  decision.created = true;
  decision.drafts.push_back({UsageRecorded{target, command.consumer, command.alias, command.total - recorded,
                                           known ? known->last : command.at, command.at},
                             {}});
  return decision;
}

Result<Decision> rule(const Reader& state, const RecordEvaluation& command) {
  HERALD_TRY(const auto found, open_version(state, command));
  HERALD_CHECK(check_metrics(command.metrics));
  HERALD_CHECK(check_files(command.files));
  const Node evaluated = node_of(found.model, command.version);
  HERALD_TRY(const auto dataset, dataset_of(state, command, evaluated));
  if (command.metrics.empty() && command.files.empty()) {
    return error(Cause::missing_field, "an evaluation has metrics, files or both", "metrics");
  }
  const OfVersion target = of(found.model, command.version);
  Decision decision{
      {}, true, json::to_json(EvaluationAnswer{answer_of(target), target.version, command.new_id})};
  decision.drafts.push_back({EvaluationRecorded{target, command.new_id, command.name, dataset, command.run,
                                                command.metrics, command.files},
                             {}});
  if (dataset) draft_edge(state, {*dataset, Relation::evaluated_on, evaluated}, decision.drafts);
  return decision;
}

}  // namespace herald::registry::deciding
