#include <fmt/format.h>

#include <filesystem>

#include "cli/commands/commands.h"
#include "cli/commands/comparison.h"
#include "cli/commands/saying.h"
#include "cli/commands/shared.h"
#include "cli/files.h"
#include "cli/parsing.h"
#include "registry/names.h"

namespace herald::cli {
namespace {

std::string file_names(const json::Value& evaluation) {
  std::string out;
  const auto files = member_at(evaluation, "files");
  if (!files) return out;
  for (const json::Value file : files->elements())
    out += (out.empty() ? "" : ", ") + text_at(file, "name") + " (" + text_at(file, "media_type") + ")";
  return out;
}

const View& evaluation_view() {
  static const View view{
      .id = text("id"),
      .table = {{"ID", text("id")},
                {"VERSION", text("reference")},
                {"NAME", text("name")},
                {"DATA SET", text("dataset.name")},
                {"METRICS", pairs("metrics")},
                {"RECORDED", time("recorded.time")}},
      .details = {{"evaluation", text("id")},
                  {"version", text("reference")},
                  {"name", text("name")},
                  {"data set", text("dataset.name")},
                  {"run", text("run")},
                  {"metrics", pairs("metrics")},
                  {"files", file_names},
                  {"recorded", mark("recorded")}},
  };
  return view;
}

struct RecordResult {
  std::string reference;
  std::optional<std::string> name, dataset, dataset_version, artifact, run;
  std::vector<std::string> metrics, confusions, tables, media;
};
void declare(Options& options, RecordResult& args) {
  options
      .word("REFERENCE", args.reference, "[REGISTRY/]MODEL:VERSION, the version being v3, latest or an alias")
      .option("--metric", "NAME=NUMBER", args.metrics, "a measured figure")
      .option("--dataset", "NAME", args.dataset, "the data set it was measured on")
      .option("--dataset-version", "REFERENCE", args.dataset_version,
              "the version of a registry of data sets it was measured on, as data/customers:v1")
      .option("--artifact", "ID", args.artifact, "the artifact it was measured on")
      .option("--run", "ID", args.run, "the run that measured")
      .option("--name", "TEXT", args.name, "what to call it, so that it can be compared")
      .option("--confusion", "FILE", args.confusions, "a confusion matrix: .json or .csv")
      .option("--table", "FILE", args.tables, "a table: .json or .csv")
      .option("--media", "FILE", args.media, "a picture or a page: .png or .html");
}

Result<std::string> media_type_of(const std::string& file) {
  const std::string ending = std::filesystem::path(file).extension().string();
  if (ending == ".json") return "application/json";
  if (ending == ".csv") return "text/csv";
  if (ending == ".png") return "image/png";
  if (ending == ".html" || ending == ".htm") return "text/html";
  return error(Cause::invalid_value, fmt::format("\"{}\" must end in .json, .csv, .png or .html", file));
}

// What the request says of files, once they are there.
struct ResultFiles {
  std::vector<LocalFile> files;
  std::vector<std::string> kinds, media;

  Result<void> add(const std::vector<std::string>& named, const std::string& kind) {
    for (const std::string& file : named) {
      HERALD_TRY(auto found, find_files({file}));
      if (found.size() != 1 || found[0].on_disk != file)
        return error(Cause::invalid_value, fmt::format("\"{}\" must be a file", file));
      HERALD_TRY(auto type, media_type_of(file));
      files.push_back(std::move(found[0]));
      kinds.push_back(kind);
      media.push_back(std::move(type));
    }
    return {};
  }
  std::vector<json::Raw> entries() const {
    std::vector<json::Raw> out;
    for (std::size_t i = 0; i < files.size(); ++i) {
      std::string entry;
      json::ObjectWriter(entry)
          .member("name", files[i].path)
          .member("kind", kinds[i])
          .member("media_type", media[i])
          .member("digest", files[i].digest)
          .close();
      out.push_back(json::Raw(entry));
    }
    return out;
  }
};

Result<void> run(Session& session, const RecordResult& args) {
  HERALD_TRY(const auto version, VersionArgument::parse(args.reference));
  HERALD_TRY(const auto metrics, parse_metrics(args.metrics));
  const int named = args.dataset.has_value() + args.dataset_version.has_value() + args.artifact.has_value();
  if (named > 1)
    return error(Cause::invalid_value,
                 "it was measured on one of --dataset, --dataset-version and --artifact");
  ResultFiles files;
  HERALD_CHECK(files.add(args.confusions, "confusion_matrix"));
  HERALD_CHECK(files.add(args.tables, "table"));
  HERALD_CHECK(files.add(args.media, "media"));
  HERALD_CHECK(upload(files.files, session.client_options(), standard_error_is_a_terminal()));
  return session.show(with_body("POST", version.path() + "/evaluations",
                                [&](json::ObjectWriter& body) {
                                  body.member("name", args.name).member("run", args.run);
                                  if (named > 0) {
                                    json::ObjectWriter(body.key("dataset"))
                                        .member("dataset", args.dataset)
                                        .member("version", args.dataset_version)
                                        .member("artifact", args.artifact)
                                        .close();
                                  }
                                  if (!metrics.empty()) body.member("metrics", metrics);
                                  if (!files.files.empty()) body.member("files", files.entries());
                                }),
                      evaluation_view());
}

struct ListResults {
  std::string of;
  std::optional<std::string> name, dataset, dataset_version, as_of;
  Paging paging;
};
void declare(Options& options, ListResults& args) {
  options
      .word("MODEL|REFERENCE", args.of, "[REGISTRY/]MODEL, or one version of it: MODEL:v3, MODEL:production")
      .option("--name", "TEXT", args.name, "only those of that name")
      .option("--dataset", "NAME", args.dataset, "only those on that data set or artifact")
      .option("--dataset-version", "REFERENCE", args.dataset_version,
              "only those on that version of a data set");
  declare_as_of(options, args.as_of);
  declare_paging(options, args.paging);
}
Result<void> run(Session& session, const ListResults& args) {
  HERALD_TRY(const auto path, path_of_model_or_version(args.of));
  return session.list(Query(path + "/evaluations")
                          .add("name", args.name.value_or(""))
                          .add("dataset", args.dataset.value_or(""))
                          .add("dataset_version", args.dataset_version.value_or(""))
                          .add("as_of", args.as_of.value_or("")),
                      evaluation_view(), args.paging);
}

struct ShowResult {
  std::string reference, id;
  std::optional<std::string> as_of;
};
void declare(Options& options, ShowResult& args) {
  options.word("REFERENCE", args.reference, "[REGISTRY/]MODEL:VERSION")
      .word("ID", args.id, "the evaluation's id");
  declare_as_of(options, args.as_of);
}
Result<std::string> path_of(const ShowResult& args) {
  HERALD_TRY(const auto version, VersionArgument::parse(args.reference));
  return version.path() + "/evaluations/" + percent_encode(args.id);
}
Result<void> run(Session& session, const ShowResult& args) {
  HERALD_TRY(const auto path, path_of(args));
  return session.show({.target = Query(path).add("as_of", args.as_of.value_or("")).str()}, evaluation_view());
}

struct FetchFiles : ShowResult {
  std::optional<std::string> to;
};
void declare(Options& options, FetchFiles& args) {
  declare(options, static_cast<ShowResult&>(args));
  options.option("--to", "DIR", args.to, "where its files go (default: here)");
}
Result<void> run(Session& session, const FetchFiles& args) {
  HERALD_TRY(const auto path, path_of(args));
  HERALD_TRY(const Answer answer,
             session.client().get(Query(path).add("as_of", args.as_of.value_or("")).str()));
  HERALD_TRY(const auto document, json::Document::parse(answer.body));
  std::vector<RemoteFile> files;
  if (const auto list = member_at(document.root(), "files")) {
    for (const json::Value entry : list->elements()) {
      const std::string name = string_at(entry, "name");
      // A name that leads out of the folder must not come from any server.
      HERALD_TRY(const auto checked, registry::FilePath::parse(name));
      HERALD_TRY(const Digest digest, Digest::parse(text_at(entry, "digest")));
      files.push_back({.target = path + "/files/" + percent_encode(name),
                       .on_disk = (std::filesystem::path(args.to.value_or(".")) / checked.str()).string(),
                       .bytes = number_at(entry, "bytes"),
                       .digest = digest,
                       .folder = args.to.value_or(".")});
    }
  }
  HERALD_CHECK(download(files, session.client_options(), standard_error_is_a_terminal()));
  return say_files(session, files);
}

struct CompareResults {
  ComparisonQuery query;
};
void declare(Options& options, CompareResults& args) {
  options
      .words("REFERENCE", args.query.versions,
             "[REGISTRY/]MODEL:VERSION, then more: v3, v5, or of other models")
      .option("--with", "VERSION", args.query.with, "what the others are held against, as production")
      .flag("--all", args.query.all, "show what is the same, too");
  declare_as_of(options, args.query.as_of);
}
Result<void> run(Session& session, const CompareResults& args) {
  return show_comparison(session, args.query, "/compare/evaluations");
}

}  // namespace

void add_evaluation_commands(Program& program) {
  const Group group =
      program.group({"evaluation", "How versions did on data sets.",
                     "herald evaluation record churn:v3 --dataset hold-out --metric auc=0.93\n"
                     "herald evaluation compare churn:v3 --with production",
                     kFilesSection});
  program.command<RecordResult>(
      group,
      {"record", "Record how a version did. Files are uploaded.",
       "herald evaluation record churn:v3 --dataset hold-out --metric auc=0.93 --run eval-7\n"
       "herald evaluation record churn:v3 --dataset-version data/customers:v2 --metric auc=0.91\n"
       "herald evaluation record churn:v3 --name fairness --confusion matrix.json --media roc.png"},
      declare, run);
  program.command<ListResults>(
      group,
      {"list", "List those of a version, or of a model, newest first.",
       "herald evaluation list churn:v3\nherald evaluation list churn --dataset hold-out"},
      declare, run);
  program.command<ShowResult>(group, {"show", "Show one.", "herald evaluation show churn:v3 0192f3..."},
                              declare, run);
  program.command<FetchFiles>(group,
                              {"download", "Fetch its files, each held against its digest.",
                               "herald evaluation download churn:v3 0192f3... --to ./report"},
                              declare, run);
  program.command<CompareResults>(
      group,
      {"compare", "The newest evaluations of versions on each data set, side by side.",
       "herald evaluation compare churn:v3 v4\nherald evaluation compare churn:v5 --with production"},
      declare, run);
}

}  // namespace herald::cli
