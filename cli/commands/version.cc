#include "cli/commands/commands.h"
#include "cli/commands/shared.h"
#include "cli/parsing.h"

namespace herald::cli {
namespace {

constexpr const char* kReference = "[REGISTRY/]MODEL:VERSION, the version being v3, latest or an alias";
constexpr const char* kNumbered = "[REGISTRY/]MODEL:vN";

// What registering and updating a version have in common.
struct Facts {
  std::optional<std::string> run_id, run_name, run_url, run_commit, metadata, status, description;
  std::vector<std::string> metrics;
};
void declare_facts(Options& options, Facts& facts) {
  options.option("--metric", "NAME=NUMBER", facts.metrics, "a measured figure")
      .option("--metadata", "JSON", facts.metadata, "a free JSON object; @FILE reads it")
      .option("--run", "ID", facts.run_id, "the run that made it")
      .option("--run-name", "TEXT", facts.run_name, "what people call the run")
      .option("--run-url", "URL", facts.run_url, "where the run can be seen")
      .option("--commit", "ID", facts.run_commit, "of the source code that the run used")
      .choice("--status", {"pending", "ready", "failed"}, facts.status, "where it stands (at first: ready)")
      .option("--description", "TEXT", facts.description, "what is worth knowing; @FILE reads it");
}

Result<void> write_run(json::ObjectWriter& body, const Facts& facts) {
  if (!facts.run_id) {
    if (facts.run_name || facts.run_url || facts.run_commit) {
      return error(Cause::missing_field, "a run's name, URL or commit needs its id too", "--run");
    }
    return {};
  }
  json::ObjectWriter run(body.key("run"));
  run.member("id", facts.run_id)
      .member("name", facts.run_name)
      .member("url", facts.run_url)
      .member("commit", facts.run_commit);
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
  std::string model;
  std::optional<std::string> source, digest, number;
  Facts facts;
  std::vector<std::string> tags, artifacts, aliases;
  bool create_model = false;
};
void declare(Options& options, Register& args) {
  options.word("MODEL", args.model, "[REGISTRY/]NAME of the model")
      .option("--source", "URI", args.source, "where its files are, when they are not artifacts here")
      .option("--digest", "SHA256", args.digest, "of those files")
      .option("--artifact", "ID", args.artifacts, "an uploaded artifact that belongs to it")
      .option("--alias", "NAME", args.aliases, "an alias to point at it in the same breath");
  declare_facts(options, args.facts);
  options.option("--tag", "KEY=VALUE", args.tags, "a tag")
      .option("--number", "N", args.number, "the number that it must get, else refuse (default: the next)")
      .flag("--create-model", args.create_model, "register the model too if it does not exist");
}
Result<void> run(Session& session, const Register& args) {
  HERALD_TRY(const auto model, ModelArgument::parse(args.model));
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
  body.close();
  return session.show(request, version_view());
}

struct List {
  std::string model;
  std::optional<std::string> as_of;
  Paging paging;
};
void declare(Options& options, List& args) {
  options.word("MODEL", args.model, "[REGISTRY/]NAME of the model");
  declare_as_of(options, args.as_of);
  declare_paging(options, args.paging);
}
Result<void> run(Session& session, const List& args) {
  HERALD_TRY(const auto model, ModelArgument::parse(args.model));
  return session.list(Query(model.path() + "/versions").add("as_of", args.as_of.value_or("")), version_view(),
                      args.paging);
}

struct Show {
  std::string reference;
  std::optional<std::string> as_of;
};
void declare(Options& options, Show& args) {
  options.word("REFERENCE", args.reference, kReference);
  declare_as_of(options, args.as_of);
}
Result<void> run(Session& session, const Show& args) {
  HERALD_TRY(const auto version, VersionArgument::parse(args.reference));
  return session.show({.target = Query(version.path()).add("as_of", args.as_of.value_or("")).str()},
                      version_view());
}

struct Resolve {
  std::string reference;
  std::optional<std::string> as_of;
};
void declare(Options& options, Resolve& args) {
  options.word("REFERENCE", args.reference, kReference);
  declare_as_of(options, args.as_of);
}
Result<void> run(Session& session, const Resolve& args) {
  const Query query = Query("/v1/resolve").add("ref", args.reference).add("as_of", args.as_of.value_or(""));
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
  options.option("--reason", "TEXT", args.reason, "why its status changes")
      .option("--expected-changed", "EVENT", args.expected_changed,
              "refuse if an event after this one changed it");
}
Result<void> run(Session& session, const Update& args) {
  HERALD_TRY(const auto version, VersionArgument::parse_numbered(args.reference));
  Request request{.method = "PATCH", .target = version.path(), .body = ""};
  json::ObjectWriter body(*request.body);
  HERALD_CHECK(write_facts(body, args.facts));
  body.member("reason", args.reason).member("expected_changed", args.expected_changed);
  body.close();
  if (*request.body == "{}") {
    return error(
        Cause::missing_field,
        "nothing to change: at least one option is expected; herald version update --help lists them");
  }
  return session.show(request, version_view());
}

struct Tag {
  std::string reference;
  std::vector<std::string> set, remove;
};
void declare(Options& options, Tag& args) {
  options.word("REFERENCE", args.reference, kNumbered)
      .any_words("KEY=VALUE", args.set, "tags to set")
      .option("--remove", "KEY", args.remove, "take a tag away");
}
Result<void> run(Session& session, const Tag& args) {
  HERALD_TRY(const auto version, VersionArgument::parse_numbered(args.reference));
  HERALD_TRY(const auto body, tags_body(args.set, args.remove));
  return session.show({.method = "PATCH", .target = version.path() + "/tags", .body = body}, version_view());
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
};
void declare(Options& options, Link& args) {
  options.word("REFERENCE", args.reference, kNumbered).word("ARTIFACT", args.artifact, "the artifact's id");
}
Result<void> change_link(Session& session, const Link& args, const std::string& method) {
  HERALD_TRY(const auto version, VersionArgument::parse_numbered(args.reference));
  return session.show(
      {.method = method, .target = version.path() + "/artifacts/" + percent_encode(args.artifact)},
      version_view());
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
      {"register", "Register a version.",
       "herald version register churn --source s3://models/churn/2 --metric auc=0.93 --alias candidate\n"
       "herald version register churn --artifact \"$(herald artifact upload churn model.joblib -o id)\" "
       "--run 8f3a\n"
       "herald version register churn --metadata @params.json --create-model"},
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
  program.command<Tag>(
      group, {"tag", "Set and remove tags of a version.", "herald version tag churn:v3 reviewed=yes"},
      declare, run);
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
  program.command<Resolve>(program.top(),
                           {"resolve", "The version that a reference means, now or then.",
                            "herald resolve churn:production\n"
                            "herald resolve churn:production --as-of 2026-11-24T09:00:00Z\n"
                            "herald resolve churn:latest -o id",
                            kRegistrySection},
                           declare, run);
}

}  // namespace herald::cli
