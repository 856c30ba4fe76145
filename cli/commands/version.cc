#include <fmt/format.h>

#include <sstream>

#include "cli/commands/commands.h"
#include "cli/commands/shared.h"
#include "cli/commands/together.h"
#include "cli/parsing.h"

namespace herald::cli {
namespace {

constexpr const char* kReference = "[REGISTRY/]MODEL:VERSION, the version being v3, latest or an alias";
constexpr const char* kNumbered = "[REGISTRY/]MODEL:vN";

// What registering and updating a version have in common.
struct Facts {
  std::optional<std::string> run_id, run_name, run_url, run_commit, run_repository, run_framework,
      run_environment, run_parameters, metadata, status, description;
  std::vector<std::string> metrics;
};
void declare_facts(Options& options, Facts& facts) {
  options.option("--metric", "NAME=NUMBER", facts.metrics, "a measured figure")
      .option("--metadata", "JSON", facts.metadata, "a free JSON object; @FILE reads it")
      .option("--run", "ID", facts.run_id, "the run that made it; what is said of the run needs it")
      .option("--run-name", "TEXT", facts.run_name, "what people call the run")
      .option("--run-url", "URL", facts.run_url, "where the run can be seen")
      .option("--commit", "ID", facts.run_commit, "of the source code that the run used")
      .option("--repository", "URL", facts.run_repository, "in which that commit is")
      .option("--framework", "TEXT", facts.run_framework,
              "what it was trained with, as \"scikit-learn 1.7.2\"")
      .option("--environment", "SHA256", facts.run_environment,
              "of the environment's lock file (herald blob put)")
      .option("--parameters", "JSON", facts.run_parameters,
              "what the run was given, an object; @FILE reads it")
      .choice("--status", {"pending", "ready", "failed"}, facts.status, "where it stands (at first: ready)")
      .option("--description", "TEXT", facts.description, "what is worth knowing; @FILE reads it");
}

Result<void> write_run(json::ObjectWriter& body, const Facts& facts) {
  if (!facts.run_id) {
    if (facts.run_name || facts.run_url || facts.run_commit || facts.run_repository || facts.run_framework ||
        facts.run_environment || facts.run_parameters) {
      return error(Cause::missing_field, "what is said of a run needs its id too", "--run");
    }
    return {};
  }
  std::optional<json::Raw> parameters;
  if (facts.run_parameters) {
    HERALD_TRY(parameters, json_or_file(*facts.run_parameters, "--parameters"));
  }
  json::ObjectWriter run(body.key("run"));
  run.member("id", facts.run_id)
      .member("name", facts.run_name)
      .member("url", facts.run_url)
      .member("commit", facts.run_commit)
      .member("repository", facts.run_repository)
      .member("framework", facts.run_framework)
      .member("environment", facts.run_environment)
      .member("parameters", parameters);
  run.close();
  return {};
}

Result<void> write_facts(json::ObjectWriter& body, const Facts& facts) {
  HERALD_CHECK(write_run(body, facts));
  HERALD_TRY(const auto metrics, parse_metrics(facts.metrics));
  if (!metrics.empty()) body.member("metrics", metrics);
  if (facts.metadata) {
    HERALD_TRY(const auto metadata, json_or_file(*facts.metadata, "--metadata"));
    body.member("metadata", metadata);
  }
  if (facts.description) {
    HERALD_TRY(const auto description, text_or_file(*facts.description, "--description"));
    body.member("description", description);
  }
  body.member("status", facts.status);
  return {};
}

struct Register {
  std::optional<std::string> model, file;
  std::optional<std::string> source, digest, number, card, reason;
  Facts facts;
  std::vector<std::string> tags, artifacts, aliases;
  bool create_model = false;
};
void declare(Options& options, Register& args) {
  options.word("MODEL", args.model, "[REGISTRY/]NAME of the model")
      .option(
          "-f,--file", "FILE", args.file,
          "register many, all or none: one JSON object a line, with \"model\" and what the API takes of a "
          "version; \"-\": standard input")
      .option("--source", "URI", args.source, "where its files are, when they are not artifacts here")
      .option("--digest", "SHA256", args.digest, "of those files")
      .option("--artifact", "ID", args.artifacts, "an uploaded artifact that belongs to it")
      .option("--alias", "NAME", args.aliases, "an alias to point at it in the same breath");
  declare_facts(options, args.facts);
  options.option("--tag", "KEY=VALUE", args.tags, "a tag")
      .option("--card", "TEXT", args.card, "its card, in Markdown; @FILE reads it")
      .option("--number", "N", args.number, "the number that it must get, else refuse (default: the next)")
      .flag("--create-model", args.create_model, "register the model too if it does not exist");
  declare_reason(options, args.reason);
}
const View& registered_view() {
  static const View view{
      .id = text("reference"), .table = {{"REGISTERED", text("reference")}}, .details = {}};
  return view;
}

// What is wrong with a line is the server's to say, but for what would not make one request.
Result<void> register_many(Session& session, const std::string& file) {
  HERALD_TRY(const std::string lines, read_input(file));
  std::string versions;
  std::istringstream in(lines);
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const auto document = json::Document::parse(line);
    if (!document || document->root().kind() != json::Kind::object) {
      return error(Cause::invalid_value, fmt::format("line {} is no JSON object", number), "--file");
    }
    versions += (versions.empty() ? "" : ",") + document->root().dump();
  }
  if (versions.empty()) return error(Cause::missing_field, "there is no version in the file", "--file");
  HERALD_TRY(const Answer answer,
             session.client().send(with_body("POST", "/v1/versions:register", [&](json::ObjectWriter& body) {
               body.member("versions", json::Raw("[" + versions + "]"));
             })));
  HERALD_TRY(const auto document, json::Document::parse(answer.body));
  return session.show_all(member_at(document.root(), "items")->dump(), registered_view());
}

Result<void> run(Session& session, const Register& args) {
  if (args.file.has_value() == args.model.has_value())
    return error(Cause::missing_field, "either a MODEL or --file is expected", "MODEL");
  if (args.file && args.reason)
    return error(Cause::invalid_value, "of many, each line has a \"reason\" of its own", "--reason");
  if (args.file) return register_many(session, *args.file);
  HERALD_TRY(const auto model, ModelArgument::parse(*args.model));
  HERALD_TRY(const auto tags, parse_pairs(args.tags, "--tag"));
  Request request{.method = "POST", .target = model.path() + "/versions", .body = ""};
  json::ObjectWriter body(*request.body);
  body.member("source", args.source).member("digest", args.digest);
  HERALD_CHECK(write_facts(body, args.facts));
  if (!tags.empty()) body.member("tags", tags);
  if (!args.artifacts.empty()) body.member("artifacts", args.artifacts);
  if (!args.aliases.empty()) body.member("aliases", args.aliases);
  if (args.number) {
    HERALD_TRY(const auto number, parse_version_number(*args.number, "--number"));
    body.member("number", number);
  }
  if (args.create_model) body.member("create_model", true);
  if (args.card) {
    HERALD_TRY(const auto card, text_or_file(*args.card, "--card"));
    body.member("card", card);
  }
  body.close();
  return session.show(with_reason(std::move(request), args.reason), version_view());
}

struct List {
  std::string model;
  std::optional<std::string> stage, state, as_of;
  Paging paging;
};
void declare(Options& options, List& args) {
  options.word("MODEL", args.model, "[REGISTRY/]NAME of the model")
      .option("--stage", "NAME", args.stage, "only those that are in this stage")
      .choice("--state", {"active", "deleted", "all"}, args.state, "which (default active)");
  declare_as_of(options, args.as_of);
  declare_paging(options, args.paging);
}
Result<void> run(Session& session, const List& args) {
  HERALD_TRY(const auto model, ModelArgument::parse(args.model));
  return session.list(Query(model.path() + "/versions")
                          .add("stage", args.stage.value_or(""))
                          .add("state", args.state.value_or(""))
                          .add("as_of", args.as_of.value_or("")),
                      version_view(), args.paging);
}

struct Show {
  std::string reference;
  std::optional<std::string> as_of, fields;
};
void declare(Options& options, Show& args) {
  options.word("REFERENCE", args.reference, kReference);
  declare_as_of(options, args.as_of);
  declare_fields(options, args.fields);
}
Result<void> run(Session& session, const Show& args) {
  HERALD_TRY(const auto version, VersionArgument::parse(args.reference));
  HERALD_TRY(const std::string fields, session.fields(args.fields));
  const Query query = Query(version.path()).add("as_of", args.as_of.value_or("")).add("fields", fields);
  return session.show({.target = query.str()}, version_view());
}

struct Resolve {
  std::string reference;
  std::optional<std::string> as_of, fields;
};
void declare(Options& options, Resolve& args) {
  options.word("REFERENCE", args.reference, kReference);
  declare_as_of(options, args.as_of);
  declare_fields(options, args.fields);
}
Result<void> run(Session& session, const Resolve& args) {
  HERALD_TRY(const std::string fields, session.fields(args.fields));
  const Query query = Query("/v1/resolve")
                          .add("ref", args.reference)
                          .add("as_of", args.as_of.value_or(""))
                          .add("fields", fields);
  return session.show({.target = query.str()}, version_view());
}

struct Update {
  std::string reference;
  Facts facts;
  std::optional<std::string> reason;
  std::optional<std::uint64_t> expected_changed;
};
void declare(Options& options, Update& args) {
  options.word("REFERENCE", args.reference, kNumbered);
  declare_facts(options, args.facts);
  options.option("--expected-changed", "EVENT", args.expected_changed,
                 "refuse if an event after this one changed it");
  declare_reason(options, args.reason);
}
Result<void> run(Session& session, const Update& args) {
  HERALD_TRY(const auto version, VersionArgument::parse_numbered(args.reference));
  Request request{.method = "PATCH", .target = version.path(), .body = ""};
  json::ObjectWriter body(*request.body);
  HERALD_CHECK(write_facts(body, args.facts));
  body.member("expected_changed", args.expected_changed);
  body.close();
  if (*request.body == "{}") {
    return error(
        Cause::missing_field,
        "nothing to change: at least one option is expected; herald version update --help lists them");
  }
  return session.show(with_reason(std::move(request), args.reason), version_view());
}

struct Tag {
  std::vector<std::string> words, remove;
  std::optional<std::string> file, reason;
};
void declare(Options& options, Tag& args) {
  declare_references(options, args.file);
  declare_reason(options, args.reason);
  options.option("--remove", "KEY", args.remove, "take a tag away")
      .any_words("REFERENCE", args.words, "the versions (MODEL:vN), and behind them KEY=VALUE to set");
}
// The first word is a version, whatever is in it, unless a file names them; of the others those with "=" are tags.
Result<void> run(Session& session, const Tag& args) {
  std::vector<std::string> references, set;
  for (const std::string& word : args.words) {
    const bool is_first = !args.file && references.empty() && set.empty();
    (is_first || word.find('=') == std::string::npos ? references : set).push_back(word);
  }
  HERALD_TRY(const auto versions, references_in(references, args.file));
  HERALD_TRY(const auto body, tags_body(set, args.remove));
  if (versions.size() > 1) {
    return change_together(session, versions, [&](json::ObjectWriter& writer) {
      writer.member("tags", json::Raw(body)).member("reason", args.reason);
    });
  }
  HERALD_TRY(const auto version, VersionArgument::parse_numbered(versions.front()));
  Request request{.method = "PATCH", .target = version.path() + "/tags", .body = body};
  return session.show(with_reason_in_query(std::move(request), args.reason), version_view());
}

struct Delete {
  std::vector<std::string> references;
  std::optional<std::string> file, reason;
  bool remove_aliases = false;
};
void declare(Options& options, Delete& args) {
  declare_references(options, args.file);
  options.flag("--remove-aliases", args.remove_aliases,
               "its aliases go with it (else it is kept while it has some)");
  declare_reason(options, args.reason);
  options.any_words("REFERENCE", args.references, "the versions, as MODEL:vN");
}
Result<void> remove(Session& session, const Delete& args) {
  HERALD_TRY(const auto references, references_in(args.references, args.file));
  if (references.size() > 1) {
    return change_together(session, references, [&](json::ObjectWriter& body) {
      body.member("delete_versions", true).member("reason", args.reason);
      if (args.remove_aliases) body.member("remove_aliases", true);
    });
  }
  HERALD_TRY(const auto version, VersionArgument::parse_numbered(references.front()));
  Query query(version.path());
  query.add("remove_aliases", args.remove_aliases ? "true" : "");
  return session.tell(with_reason({.method = "DELETE", .target = query.str()}, args.reason),
                      "version " + references.front() + " is deleted; herald version restore brings it back");
}

struct Restore {
  std::vector<std::string> references;
  std::optional<std::string> file, reason;
};
void declare(Options& options, Restore& args) {
  declare_references(options, args.file);
  declare_reason(options, args.reason);
  options.any_words("REFERENCE", args.references, "the versions, as MODEL:vN");
}
Result<void> restore(Session& session, const Restore& args) {
  HERALD_TRY(const auto references, references_in(args.references, args.file));
  if (references.size() > 1) {
    return change_together(session, references, [&](json::ObjectWriter& body) {
      body.member("restore_versions", true).member("reason", args.reason);
    });
  }
  HERALD_TRY(const auto version, VersionArgument::parse_numbered(references.front()));
  return session.show(with_reason({.method = "POST", .target = version.path() + "/restore"}, args.reason),
                      version_view());
}

struct History {
  std::string reference;
  Paging paging;
};
void declare(Options& options, History& args) {
  options.word("REFERENCE", args.reference, kReference);
  declare_paging(options, args.paging);
}
Result<void> run(Session& session, const History& args) {
  HERALD_TRY(const auto version, VersionArgument::parse(args.reference));
  return session.list(Query(version.path() + "/history"), event_view(), args.paging);
}

struct Link {
  std::string reference, artifact;
  std::optional<std::string> reason;
};
void declare(Options& options, Link& args) {
  options.word("REFERENCE", args.reference, kNumbered).word("ARTIFACT", args.artifact, "the artifact's id");
  declare_reason(options, args.reason);
}
Result<void> change_link(Session& session, const Link& args, const std::string& method) {
  HERALD_TRY(const auto version, VersionArgument::parse_numbered(args.reference));
  Request request{.method = method, .target = version.path() + "/artifacts/" + percent_encode(args.artifact)};
  return session.show(with_reason(std::move(request), args.reason), version_view());
}
Result<void> link(Session& session, const Link& args) {
  return change_link(session, args, "PUT");
}
Result<void> unlink(Session& session, const Link& args) {
  return change_link(session, args, "DELETE");
}

}  // namespace

void add_version_commands(Program& program) {
  const Group group =
      program.group({"version", "Versions of a model: numbered from 1, never reused.",
                     "herald version register churn --source s3://models/churn/2 --metric auc=0.93\n"
                     "herald version list churn\n"
                     "herald version show churn:production",
                     kRegistrySection});
  program.command<Register>(
      group,
      {"register", "Register a version, or many from a file.",
       "herald version register churn --source s3://models/churn/2 --metric auc=0.93 --alias candidate\n"
       "herald version register churn --artifact \"$(herald artifact upload churn model.joblib -o id)\" "
       "--run 8f3a\n"
       "herald version register churn --metadata @params.json --create-model\n"
       "herald version register --file versions.jsonl          # {\"model\": \"churn\", \"source\": ...} a "
       "line"},
      declare, run);
  program.command<List>(group,
                        {"list", "List the versions of a model, newest first.", "herald version list churn"},
                        declare, run);
  program.command<Show>(
      group,
      {"show", "Show one.", "herald version show churn:v3\nherald version show churn:production --as-of 120"},
      declare, run);
  program.command<Update>(
      group,
      {"update", "Change what is said of a version. Metadata and metrics are replaced as a whole.",
       "herald version update churn:v3 --status failed --reason \"leaks the target\""},
      declare, run);
  program.command<Tag>(group,
                       {"tag", "Set and remove tags of versions. Of several: all or none.",
                        "herald version tag churn:v3 reviewed=yes\n"
                        "herald version tag churn:v1 churn:v2 fraud:v7 tier=1 --remove draft\n"
                        "herald version list churn -o id | herald version tag -f - reviewed=yes"},
                       declare, run);
  program.command<Delete>(group,
                          {"delete", "Delete versions; their numbers stay taken. Of several: all or none.",
                           "herald version delete churn:v3 --reason \"leaks the target\"\n"
                           "herald version delete churn:v1 churn:v2 --remove-aliases"},
                          declare, remove);
  program.command<Restore>(
      group, {"restore", "Restore versions that were deleted.", "herald version restore churn:v3"}, declare,
      restore);
  program.command<History>(
      group,
      {"history", "Everything that happened to a version, newest first.", "herald version history churn:v3"},
      declare, run);
  program.command<Link>(
      group,
      {"link", "Say that an artifact belongs to a version.", "herald version link churn:v3 ARTIFACT-ID"},
      declare, link);
  program.command<Link>(group, {"unlink", "Take that back.", "herald version unlink churn:v3 ARTIFACT-ID"},
                        declare, unlink);
  add_compare_commands(program, group);
  program.command<Resolve>(program.top(),
                           {"resolve", "The version that a reference means, now or then.",
                            "herald resolve churn:production\n"
                            "herald resolve churn:production --as-of 2026-11-24T09:00:00Z\n"
                            "herald resolve churn:latest -o id",
                            kRegistrySection},
                           declare, run);
}

}  // namespace herald::cli
