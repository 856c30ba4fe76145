// The model's lineage, and what was done with its versions.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tests/simulation/model.h"

namespace herald::simulation {
namespace {

using namespace registry;
using layout::or_dash;

// As people name it: without the registry that needs no naming.
std::string name_of(const std::string& place) {
  return place.starts_with("models/") ? place.substr(7) : place;
}

std::int64_t hour_of(Timestamp time) {
  return time.unix_ms() / 3'600'000;
}

}  // namespace

Model::Node Model::node_of(const OneModel& model, Number number) const {
  return {"version", fmt::format("{}/{}", model.id, number),
          fmt::format("{}:v{}", name_of(model.place()), number), model.registry};
}

Model::Node Model::node(const NodeAddress& address) {
  const int given = address.version.has_value() + address.artifact.has_value() + address.run.has_value() +
                    address.dataset.has_value() + address.deployment.has_value();
  if (given != 1) throw Cause::invalid_value;
  if (address.run) return {"run", address.run->str(), address.run->str(), ""};
  if (address.dataset) return {"dataset", address.dataset->str(), address.dataset->str(), ""};
  if (address.deployment) return {"deployment", address.deployment->str(), address.deployment->str(), ""};
  if (address.artifact) return {"artifact", address.artifact->str(), artifact_at(*address.artifact).name, ""};
  OneModel& model = open_at(*address.version);
  version_of(model, address.version->version.value());
  return node_of(model, address.version->version.value());
}

bool Model::is_data(const Node& node) const {
  return node.kind == "version" && registries_.at(node.registry).kind == "dataset";
}

// Where one comes to from there, by edges and by what versions say of their runs and artifacts.
std::vector<std::string> Model::next_to(const std::string& from) const {
  std::vector<std::string> next;
  for (const auto& [edge, found] : edges_) {
    if (std::get<0>(edge) == from) next.push_back(std::get<2>(edge));
  }
  for (const auto& [id, model] : models_) {
    for (const auto& [number, version] : model.versions) {
      bool follows = from == "run " + version.run;
      for (const std::string& artifact : version.artifacts)
        follows = follows || from == "artifact " + artifact;
      if (follows) next.push_back(node_of(model, number).key());
    }
  }
  return next;
}

bool Model::leads_to(const std::string& from, const std::string& to) const {
  std::set<std::string> met{from};
  std::vector<std::string> waiting{from};
  while (!waiting.empty()) {
    const std::string here = waiting.back();
    waiting.pop_back();
    if (here == to) return true;
    for (const std::string& next : next_to(here)) {
      if (met.insert(next).second) waiting.push_back(next);
    }
  }
  return false;
}

void Model::record_edge(const Node& upstream, const std::string& relation, const Node& downstream) {
  edges_[{upstream.key(), relation, downstream.key()}] = {
      upstream.name, downstream.name,
      fact(fmt::format("lineage.recorded {} {} {}", upstream.text(), relation, downstream.text()))};
}

void Model::run(const RecordLineage& c) {
  const Node up = node(c.upstream), down = node(c.downstream);
  const std::set<std::string> allowed = {"artifact used run",
                                         "dataset used run",
                                         "version used run",
                                         "run produced artifact",
                                         "run produced version",
                                         "version derived_from version",
                                         "dataset trained_on version",
                                         "dataset trained_on run",
                                         "artifact trained_on version",
                                         "artifact trained_on run",
                                         "dataset evaluated_on version",
                                         "dataset evaluated_on run",
                                         "artifact evaluated_on run",
                                         "artifact evaluated_on version",
                                         "version trained_on version",
                                         "version trained_on run",
                                         "version evaluated_on version",
                                         "version evaluated_on run",
                                         "version deployed_as deployment"};
  const std::map<Relation, std::string> words = {{Relation::used, "used"},
                                                 {Relation::produced, "produced"},
                                                 {Relation::derived_from, "derived_from"},
                                                 {Relation::trained_on, "trained_on"},
                                                 {Relation::evaluated_on, "evaluated_on"},
                                                 {Relation::deployed_as, "deployed_as"}};
  const std::string relation = words.at(c.relation);
  if (!allowed.contains(up.kind + " " + relation + " " + down.kind)) throw Cause::invalid_value;
  if (up.kind == "version" && (relation == "trained_on" || relation == "evaluated_on")) {
    if (!is_data(up) || is_data(down)) throw Cause::invalid_value;
  }
  if (edges_.contains({up.key(), relation, down.key()})) return;
  if (up.key() == down.key()) throw Cause::invalid_value;
  if (leads_to(down.key(), up.key())) throw Cause::not_allowed_now;
  record_edge(up, relation, down);
}

// The first report, and the first one of each later hour, has all that was reported until then.
void Model::run(const RecordUsage& c) {
  OneModel& model = model_at(c);
  version_of(model, c.version.value());
  if (c.count > 1'000'000'000) throw Cause::invalid_value;
  const auto key = std::tuple(model.id, c.version.value(), c.consumer.str());
  const bool is_known = usage_.contains(key);
  const Usage before = is_known ? usage_[key] : Usage{"-", 0, c.at, c.at, 0};
  if (c.total <= before.count || (is_known && hour_of(c.at) <= hour_of(before.last))) return;
  const std::uint64_t sequence = fact(fmt::format("usage.recorded {}:v{} {} {} {} {} {}", model.place(),
                                                  c.version.value(), c.consumer.str(), or_dash(c.alias),
                                                  c.total - before.count, before.last.str(), c.at.str()));
  usage_[key] = {or_dash(c.alias), c.total, before.first, c.at, sequence};
}

void Model::run(const RecordEvaluation& c) {
  OneModel& model = open_at(c);
  version_of(model, c.version.value());
  for (const auto& [name, value] : c.metrics) {
    if (!std::isfinite(value)) throw Cause::invalid_value;
  }
  std::set<std::string> seen;
  for (const EvaluationFile& file : c.files) {
    if (!seen.insert(file.name.str()).second) throw Cause::invalid_value;
    const bool is_data = file.media_type == "text/csv";  // histories have pictures besides
    if (is_data == (file.kind == EvaluationFileKind::media)) throw Cause::invalid_value;
  }
  const Node evaluated = node_of(model, c.version.value());
  std::optional<Node> dataset;
  if (c.dataset) {
    dataset = node(*c.dataset);
    if (dataset->key() == evaluated.key()) throw Cause::invalid_value;
    if (dataset->kind != "dataset" && dataset->kind != "artifact" && !is_data(*dataset))
      throw Cause::invalid_value;
  }
  if (c.metrics.empty() && c.files.empty()) throw Cause::missing_field;
  const std::string on =
      fmt::format("{} on {} {} {} files={}", or_dash(c.name), dataset ? dataset->text() : "-", or_dash(c.run),
                  layout::numbers(c.metrics), c.files.size());
  const std::string id = c.new_id.str();
  const std::uint64_t sequence =
      fact(fmt::format("evaluation.recorded {}:v{} {} {}", model.place(), c.version.value(), id, on));
  evaluations_[{model.id, c.version.value(), id}] = fmt::format("{} @{}", on, sequence);
  if (!dataset || edges_.contains({dataset->key(), "evaluated_on", evaluated.key()})) return;
  if (!leads_to(evaluated.key(), dataset->key())) record_edge(*dataset, "evaluated_on", evaluated);
}

}  // namespace herald::simulation
