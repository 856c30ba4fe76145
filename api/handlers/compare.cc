// What differs between versions, of one model or of several.
#include <set>

#include "api/authorisation.h"
#include "api/compared_files.h"
#include "api/handlers.h"
#include "api/lineage_bodies.h"
#include "projections/compare.h"

namespace herald::api {

struct ComparedVersionBody {
  std::string asked;  // as the request called it
  VersionNumber version;
  std::string reference;
  registry::VersionStatus status = registry::VersionStatus::ready;
  Stamp created;
};
BOOST_DESCRIBE_STRUCT(ComparedVersionBody, (), (asked, version, reference, status, created))

// `same`: what all versions say alike, on all pages. `truncated`: there was too much to be read of files, lineage or
// evaluations.
struct ComparisonBody {
  std::vector<ComparedVersionBody> versions;
  std::vector<projections::ComparedRow> rows;
  std::uint64_t same = 0;
  bool truncated = false;
  std::optional<std::string> next;
};
BOOST_DESCRIBE_STRUCT(ComparisonBody, (), (versions, rows, same, truncated, next))

namespace {

// What the query names, with commas between; nothing where it names nothing.
std::vector<std::string> all_named(const Call& call, std::string_view parameter) {
  const std::string_view list = text_in(call, parameter);
  return list.empty() ? std::vector<std::string>() : split_at_commas(list);
}

// What `with` and `versions` name, the holder that the others are held against first.
Result<std::vector<std::string>> asked_for(const Call& call) {
  std::vector<std::string> asked;
  if (const auto with = call.query.get("with")) asked.emplace_back(*with);
  for (std::string& one : all_named(call, "versions")) asked.push_back(std::move(one));
  if (asked.size() < 2) {
    return error(call.query.get("versions") ? Cause::invalid_value : Cause::missing_field,
                 "name two versions or more: ?versions=3,production, or ?versions=3&with=production",
                 "versions");
  }
  if (asked.size() > limits::kMaxComparedVersions) {
    return error(Cause::too_many,
                 std::to_string(asked.size()) + " versions are too many to compare: at most " +
                     std::to_string(limits::kMaxComparedVersions) + " can be",
                 "versions");
  }
  return asked;
}

// What was recorded of where versions come from, and of what the runs that made them used; what a version says of itself
// stands among its facts and files. Looks at kMaxLineageEdges rows for all of them together.
class OriginFinder {
 public:
  // Borrows both.
  OriginFinder(const registry::Reader& state, const Sight& sight) : state_(state), sight_(sight) {}

  std::vector<projections::ComparedOrigin> of(const registry::VersionRecord& version) {
    std::vector<projections::ComparedOrigin> out;
    const std::string id = registry::version_node_id(version.model_id, version.number);
    look_above({registry::NodeKind::version, id, id}, out);
    std::set<std::string> runs;
    if (version.run) runs.insert(version.run->id.str());
    for (const auto& [relation, from] : out) {
      if (relation == registry::Relation::produced && from.kind == registry::NodeKind::run)
        runs.insert(from.id);
    }
    for (const std::string& run : runs) {
      const registry::Node node{registry::NodeKind::run, run, run};
      if (sight_.sees(node)) look_above(node, out);
    }
    return out;
  }
  bool is_cut_off() const { return rows_ > limits::kMaxLineageEdges || sight_.is_worn_out(); }

 private:
  void look_above(const registry::Node& node, std::vector<projections::ComparedOrigin>& out) {
    state_.scan(registry::Table::upstream, registry::keys::node(node) + '\0', {},
                [&](std::string_view, std::string_view value) {
                  if (++rows_ > limits::kMaxLineageEdges) return false;
                  auto edge = record::decode<registry::EdgeRecord>(value);
                  if (sight_.sees(edge.upstream))
                    out.push_back({edge.relation, projections::as_called(state_, std::move(edge.upstream))});
                  return true;
                });
  }

  const registry::Reader& state_;
  const Sight& sight_;
  std::size_t rows_ = 0;
};

// Those that are compared, the newest first, within what one answer may look at.
struct FoundEvaluations {
  std::vector<projections::ComparedEvaluation> items;
  bool truncated = false;
};
FoundEvaluations evaluations_of_version(const registry::Reader& state, const Sight& sight,
                                        const registry::VersionRecord& version) {
  FoundEvaluations found;
  projections::ComparedEvaluations taken;
  std::size_t looked_at = 0;
  projections::PageRequest request{{}, limits::kMaxPageSize};
  for (;;) {
    auto page = projections::list_evaluations(
        state, version.model_id, version.number, [](const registry::EvaluationRecord&) { return true; },
        request);
    for (auto& item : page.items) {
      auto dataset = shown_dataset(state, item, sight);
      projections::ComparedEvaluation evaluation{std::move(item)};
      evaluation.hidden = evaluation.dataset && !dataset;
      evaluation.dataset = std::move(dataset);
      if (taken.take(evaluation)) found.items.push_back(std::move(evaluation));
    }
    looked_at += page.items.size();
    found.truncated =
        taken.is_truncated() || (page.next.has_value() && looked_at >= limits::kMaxComparedRows);
    if (!page.next || found.truncated) return found;
    request.after = *page.next;
  }
}

std::optional<projections::ConfusionMatrix> compared_matrix_in(const Call& call,
                                                               const registry::EvaluationFile& file) {
  if (file.kind != registry::EvaluationFileKind::confusion_matrix ||
      file.bytes > limits::kMaxComparedMatrixBytes)
    return std::nullopt;
  const auto blob = call.herald.parts.blobs.open(file.digest);
  if (!blob || !*blob) return std::nullopt;
  const auto bytes = (*blob)->read(0, file.bytes);
  if (!bytes) return std::nullopt;
  auto matrix = projections::read_confusion_matrix(file.media_type, *bytes);
  if (!matrix || matrix->labels.size() > limits::kMaxComparedLabels) return std::nullopt;
  return std::move(*matrix);
}

// The confusion matrices of what is compared that are small enough for it, as far as there is room for their cells: the rest
// is told by digests. A matrix that was not looked at when it was recorded, and is none, is too. Whether there was room for all.
bool read_matrices(const Call& call, projections::Comparable& of) {
  projections::ComparedEvaluations taken;
  for (const projections::ComparedEvaluation& evaluation : of.evaluations) taken.take(evaluation);
  for (const projections::ComparedEvaluation& evaluation : of.evaluations) {
    for (const registry::EvaluationFile& file : evaluation.files) {
      if (const auto known = of.matrices.find(file.digest); known != of.matrices.end()) {
        if (!taken.take_cells(known->second)) return false;
      } else if (auto matrix = compared_matrix_in(call, file)) {
        if (!taken.take_cells(*matrix)) return false;
        of.matrices.emplace(file.digest, std::move(*matrix));
      }
    }
  }
  return true;
}

// The lines of tables and pages, of the newest evaluations first, as far as there is room: the rest is told by digests.
void read_tables(const Call& call, projections::Comparable& of) {
  std::size_t room = limits::kMaxComparedTableBytes;
  for (const projections::ComparedEvaluation& evaluation : of.evaluations) {
    for (const registry::EvaluationFile& file : evaluation.files) {
      const bool has_lines =
          file.kind == registry::EvaluationFileKind::table || file.media_type == "text/html";
      if (!has_lines || file.bytes > room || of.tables.contains(file.digest)) continue;
      const auto blob = call.herald.parts.blobs.open(file.digest);
      if (!blob || !*blob) continue;
      const auto bytes = (*blob)->read(0, file.bytes);
      if (!bytes) continue;
      room -= file.bytes;
      if (auto lines = projections::lines_of_result(file.media_type, *bytes))
        of.tables.emplace(file.digest, std::move(*lines));
    }
  }
}

// ---- pages ----

// What a cursor belongs to: all that chooses what is compared.
std::string rows_of(const Call& call) {
  std::string list(call.path_text);
  for (const char* name : {"versions", "with", "all", "aspects", "as_of"})
    list.append(1, '\0').append(text_in(call, name));
  return list;
}

// Where a page begins: behind so many rows of the comparison as of an event, so that all pages are of one moment.
struct PlaceInRows {
  std::optional<Sequence> at;
  std::size_t passed = 0;
};

Result<PlaceInRows> place_in_rows(const Call& call) {
  const auto cursor = call.query.get("cursor");
  if (!cursor) return PlaceInRows{call.as_of, 0};
  HERALD_TRY(const auto position, call.herald.cursors.open(rows_of(call), *cursor));
  if (position.size() != 16) return error(Cause::invalid_value, "this cursor is of another list", "cursor");
  return PlaceInRows{Sequence(read_be64(position)),
                     static_cast<std::size_t>(read_be64(std::string_view(position).substr(8)))};
}

Result<std::set<projections::Aspect>> aspects_in(const Call& call) {
  std::set<projections::Aspect> aspects;
  for (const std::string& name : all_named(call, "aspects")) {
    const auto aspect = reflect::enum_value<projections::Aspect>(name);
    if (!aspect) {
      return error(Cause::invalid_value,
                   "\"aspects\" are of fact, metric, tag, parameter, metadata, file, text, lineage and "
                   "evaluation, with commas between, not " +
                       shown(name),
                   "aspects");
    }
    aspects.insert(*aspect);
  }
  return aspects;
}

Result<projections::ComparisonPage> page_of_rows_in(const Call& call, std::size_t passed) {
  projections::ComparisonPage page;
  HERALD_TRY(const bool all, flag_in(call, "all"));
  page.show = all ? projections::Show::all : projections::Show::differences;
  HERALD_TRY(page.aspects, aspects_in(call));
  if (const auto limit = call.query.get("limit")) {
    HERALD_TRY(page.limit, whole_number(*limit, "limit", 1, limits::kMaxComparedRows));
  }
  page.passed = passed;
  return page;
}

// One that is asked for, and what the request called it.
struct AskedVersion {
  std::string asked;
  registry::FoundModel model;
  registry::VersionRecord version;
};

std::string field_of_asked(const Call& call, std::size_t place) {
  return place == 0 && call.query.get("with") ? "with" : "versions";
}

Result<std::vector<AskedVersion>> versions_of_one(const Call& call, const registry::Reader& state) {
  HERALD_TRY(const auto address, model_in(call));
  HERALD_TRY(const auto asked, asked_for(call));
  HERALD_TRY(const auto found, registry::require_model(state, address.registry, address.model));
  std::vector<AskedVersion> versions;
  for (const std::string& text : asked) {
    const std::string field = field_of_asked(call, versions.size());
    HERALD_TRY(const auto selector, about(field, parse_selector(text)));
    HERALD_TRY(auto version, about(field, registry::resolve(state, found, selector)));
    versions.push_back({text, found, std::move(version)});
  }
  return versions;
}

Result<std::vector<AskedVersion>> versions_of_several(const Call& call, const registry::Reader& state) {
  HERALD_TRY(const auto asked, asked_for(call));
  std::vector<AskedVersion> versions;
  for (const std::string& text : asked) {
    const std::string field = field_of_asked(call, versions.size());
    HERALD_TRY(const auto reference, about(field, parse_reference(text)));
    HERALD_TRY(auto found, about(field, seen_model(call, state, {reference.registry, reference.model})));
    HERALD_TRY(auto version, about(field, registry::resolve(state, found, reference.selector)));
    versions.push_back({text, std::move(found), std::move(version)});
  }
  return versions;
}

enum class Compared { everything, evaluations };

using FindVersions = Result<std::vector<AskedVersion>> (*)(const Call& call, const registry::Reader& state);

// What each of them says, of the aspects that are asked for. First it is gathered, as of one moment; blobs are read, and
// texts compared, when the snapshot of it has been let go.
class Comparables {
 public:
  Comparables(const Call& call, const projections::ComparisonPage& page, Compared what)
      : call_(call), page_(page), what_(what) {}

  void gather(const registry::Reader& state, std::vector<AskedVersion> asked, ComparisonBody& body) {
    const Presenter presenter(state, call_.herald.parts.work);
    const Sight sight(call_);
    OriginFinder origins(state, sight);
    for (AskedVersion& one : asked) add({state, presenter, sight, origins}, std::move(one), body);
    body.truncated = body.truncated || origins.is_cut_off();
  }

  Result<void> compare_into(ComparisonBody& body) {
    for (const std::size_t one : readable_) {
      read_tables(call_, versions_[one]);
      if (!read_matrices(call_, versions_[one])) body.truncated = true;
    }
    ComparedFiles files(call_.herald.parts.blobs, artifacts_, page_.show);
    if (compares_files()) HERALD_CHECK(files.read(versions_));
    auto comparison = what_ == Compared::everything ? projections::compare(versions_, page_)
                                                    : projections::compare_evaluations(versions_, page_);
    body.rows = std::move(comparison.rows);
    body.same = comparison.same + files.same();
    body.truncated = body.truncated || files.truncated() || comparison.truncated;
    has_more_ = comparison.more;
    return {};
  }
  bool has_more() const { return has_more_; }

 private:
  struct Moment {
    const registry::Reader& state;
    const Presenter& presenter;
    const Sight& sight;
    OriginFinder& origins;
  };

  bool compares_files() const {
    return what_ == Compared::everything && page_.wants(projections::Aspect::file);
  }

  void add(const Moment& now, AskedVersion one, ComparisonBody& body) {
    using projections::Aspect;
    const registry::FoundModel& found = one.model;
    body.versions.push_back({one.asked, one.version.number,
                             reference_of(found.registry.name, found.model.name, one.version.number),
                             one.version.status, now.presenter.names().stamp(one.version.created)});
    projections::Comparable& of = versions_.emplace_back();
    of.version = std::move(one.version);
    if (what_ == Compared::evaluations || page_.wants(Aspect::evaluation))
      add_evaluations(now, of, found, body);
    if (what_ == Compared::evaluations) return;
    if (page_.wants(Aspect::fact)) {
      const AliasesByVersion aliases = now.presenter.aliases_of_model(found);
      if (const auto own = aliases.find(of.version.number); own != aliases.end()) of.aliases = own->second;
    }
    if (page_.wants(Aspect::text)) {
      of.description = now.presenter.text(of.version.description);
      if (of.version.card) of.card = now.presenter.text(of.version.card->text);
    }
    if (page_.wants(Aspect::lineage)) of.lineage = now.origins.of(of.version);
    if (compares_files()) add_artifacts(now, of.version);
  }

  void add_evaluations(const Moment& now, projections::Comparable& of, const registry::FoundModel& found,
                       ComparisonBody& body) {
    FoundEvaluations evaluations = evaluations_of_version(now.state, now.sight, of.version);
    of.evaluations = std::move(evaluations.items);
    body.truncated = body.truncated || evaluations.truncated;
    const auto role = now.sight.on(found.model.id);
    if (role && *role >= role_for(Permission::download)) readable_.push_back(versions_.size() - 1);
  }

  void add_artifacts(const Moment& now, const registry::VersionRecord& version) {
    for (const registry::LinkedArtifact& linked : version.artifacts) {
      auto artifact = registry::find<registry::ArtifactRecord>(now.state, registry::Table::artifacts,
                                                               linked.artifact_id.bytes());
      if (artifact) artifacts_.emplace(linked.artifact_id, std::move(*artifact));
    }
  }

  const Call& call_;
  const projections::ComparisonPage& page_;
  const Compared what_;
  std::vector<projections::Comparable> versions_;
  std::vector<std::size_t> readable_;  // of versions_: whose files the caller may download
  ArtifactsById artifacts_;
  bool has_more_ = false;
};

Result<Outcome> compare_versions(const Call& call, Compared what, FindVersions find) {
  HERALD_TRY(const auto place, place_in_rows(call));
  HERALD_TRY(const auto page, page_of_rows_in(call, place.passed));
  Comparables versions(call, page, what);
  ComparisonBody body;
  Sequence at;
  {
    const Snapshot now(call.herald.parts, place.at);
    at = now.sequence();
    if (place.at && at < *place.at)
      return error(Cause::busy,
                   "the views are not yet at event " + std::to_string(place.at->value()) + ": try again");
    HERALD_TRY(auto asked, find(call, now.state()));
    versions.gather(now.state(), std::move(asked), body);
  }
  HERALD_CHECK(versions.compare_into(body));
  if (versions.has_more())
    body.next =
        call.herald.cursors.seal(rows_of(call), be64(at.value()) + be64(page.passed + body.rows.size()));
  return answer_with(body, at);
}

template <Compared what, FindVersions find>
Result<Outcome> compare_the(const Call& call) {
  return Blocking{[&call] { return compare_versions(call, what, find); }};
}

Doc comparison_doc(std::string_view summary, std::string_view versions, std::string_view with) {
  return Doc("versions", summary)
      .gives<ComparisonBody>("Comparison")
      .with({"versions", R"({"type":"string"})", versions})
      .with({"with", R"({"type":"string"})", with})
      .with({"all", kFlagSchema, "What is the same, too."})
      .with({"limit", R"({"type":"integer","minimum":1,"maximum":10000,"default":10000})", "Rows on a page."})
      .with({"cursor", R"({"type":"string"})", "The \"next\" of the page before."})
      .as_of();
}

// Of all that versions say.
Doc full_comparison_doc(std::string_view summary, std::string_view versions, std::string_view with) {
  return comparison_doc(summary, versions, with)
      .with({"aspects", R"({"type":"string"})", "Only these, with commas between: metric,file."});
}

}  // namespace

void add_compare_routes(Router& router) {
  constexpr std::string_view kOfOne = "Two or more, with commas between: 3,v4,latest,production.",
                             kWith = "What the others are held against, as production.",
                             kOfSeveral =
                                 "Two or more references, with commas between: churn:v3,fraud:production.",
                             kWithOfSeveral = "What the others are held against, as churn:production.";
  router.add_in_registry(
      Method::get, "/{model}/compare", Permission::read, ObjectScope::model,
      compare_the<Compared::everything, versions_of_one>,
      full_comparison_doc("What differs between versions: facts, metrics, tags, parameters, "
                          "metadata, files, texts, lineage, evaluations",
                          kOfOne, kWith));
  router.add_in_registry(
      Method::get, "/{model}/compare/evaluations", Permission::read, ObjectScope::model,
      compare_the<Compared::evaluations, versions_of_one>,
      comparison_doc("How the evaluations of versions differ, the newest of each on each data set", kOfOne,
                     kWith));
  router.add(
      {Method::get, "/v1/compare", Permission::read, ObjectScope::visible,
       compare_the<Compared::everything, versions_of_several>,
       full_comparison_doc("What differs between versions of several models", kOfSeveral, kWithOfSeveral)});
  router.add({Method::get, "/v1/compare/evaluations", Permission::read, ObjectScope::visible,
              compare_the<Compared::evaluations, versions_of_several>,
              comparison_doc("How the evaluations of versions of several models differ", kOfSeveral,
                             kWithOfSeveral)});
}

}  // namespace herald::api
