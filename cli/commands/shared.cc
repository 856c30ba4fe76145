#include "cli/commands/shared.h"

#include "cli/event_line.h"
#include "cli/parsing.h"
#include "cli/text.h"
#include "registry/names.h"

namespace herald::cli {

std::string model_name(const json::Value& model, std::string_view member) {
  const std::string registry = text_at(model, "registry");
  const std::string name = text_at(model, member);
  return registry.empty() || registry == registry::kDefaultRegistry ? name : registry + "/" + name;
}

namespace {

std::string aliases_with_versions(const json::Value& model) {
  std::string out;
  const auto aliases = member_at(model, "aliases");
  if (!aliases) return out;
  for (const auto& [alias, number] : aliases->members()) {
    out += (out.empty() ? "" : ", ") + std::string(alias) + "=v" + number.dump();
  }
  return out;
}

std::string linked_artifacts(const json::Value& version) {
  std::string out;
  const auto artifacts = member_at(version, "artifacts");
  if (!artifacts) return out;
  for (const json::Value artifact : artifacts->elements()) {
    out += (out.empty() ? "" : ", ") + text_at(artifact, "name") + " (" + text_at(artifact, "id") + ")";
  }
  return out;
}

std::string metadata(const json::Value& version) {
  const std::string text = text_at(version, "metadata");
  return text == "{}" ? "" : text;
}

}  // namespace

void declare_paging(Options& options, Paging& paging) {
  options.option("--limit", "N", paging.limit, "show at most this many (default 100)")
      .flag("--all", paging.all, "show all of them");
  declare_fields(options, paging.fields);
}

void declare_fields(Options& options, std::optional<std::string>& fields) {
  options.option("--fields", "NAME,...", fields,
                 "with -o json or jsonl: these members alone, as name,latest");
}

void declare_as_of(Options& options, std::optional<std::string>& as_of) {
  options.time(
      "--as-of", "WHEN", Moment::day_begins, as_of,
      "as it was then: an event's number, a time as 2026-11-24T09:00:00Z, a day, or 7d, 12h, 15m ago");
}

void declare_reason(Options& options, std::optional<std::string>& reason) {
  options.option("--reason", "TEXT", reason, "why; part of the record for ever");
}

Result<void> check_one_place(const std::optional<std::string>& registry,
                             const std::optional<std::string>& model) {
  if (!registry || !model) return {};
  return error(Cause::invalid_value,
               "give --registry or --model, not both: a model of another registry is REGISTRY/MODEL",
               "--model");
}

const std::vector<std::string>& role_names() {
  static const std::vector<std::string> names{"restricted_viewer", "viewer", "member", "admin"};
  return names;
}

Request with_reason(Request request, const std::optional<std::string>& reason) {
  if (!reason) return request;
  if (request.method == "DELETE") return with_reason_in_query(std::move(request), reason);
  std::string body = request.body.value_or("{}");
  const auto end = body.rfind('}');
  if (end == std::string::npos) return request;  // no object: the server says so
  const auto last = body.find_last_not_of(" \t\r\n", end - 1);
  std::string member = end > 0 && last != std::string::npos && body[last] != '{' ? "," : "";
  member += R"("reason":)" + json::to_json(*reason);
  request.body = body.insert(end, member);
  return request;
}

Request with_reason_in_query(Request request, const std::optional<std::string>& reason) {
  if (!reason) return request;
  request.target += request.target.find('?') == std::string::npos ? "?" : "&";
  request.target += "reason=" + percent_encode(*reason);
  return request;
}

Result<std::string> tags_body(const std::vector<std::string>& set, const std::vector<std::string>& remove) {
  HERALD_TRY(const auto pairs, parse_pairs(set, "KEY=VALUE"));
  std::string body;
  json::ObjectWriter writer(body);
  for (const auto& [key, value] : pairs) writer.member(key, value);
  for (const std::string& key : remove) {
    if (pairs.contains(key)) {
      return error(Cause::duplicate_field, "\"" + key + "\" is to be set and to be removed", "--remove");
    }
    writer.key(key) += "null";
  }
  writer.close();
  if (set.empty() && remove.empty()) {
    return error(Cause::missing_field,
                 "nothing to change: KEY=VALUE sets a tag, --remove KEY takes one away");
  }
  return body;
}

Result<std::string> path_of_model_or_version(const std::string& text) {
  if (text.find(':') == std::string::npos) {
    HERALD_TRY(const auto model, ModelArgument::parse(text));
    return model.path();
  }
  HERALD_TRY(const auto version, VersionArgument::parse(text));
  return version.path();
}

const View& model_view() {
  static const View view{
      .id = [](const json::Value& model) { return model_name(model, "name"); },
      .table = {{"NAME", [](const json::Value& model) { return model_name(model, "name"); }},
                {"LATEST", version("latest")},
                {"ALIASES", aliases_with_versions},
                {"TAGS", pairs("tags")},
                {"CHANGED", time("changed.time")}},
      .details = {{"model", text("name")},
                  {"registry", text("registry")},
                  {"description", text("description")},
                  {"latest", version("latest")},
                  {"versions", text("versions")},
                  {"aliases", aliases_with_versions},
                  {"tags", pairs("tags")},
                  {"owner", text("owner")},
                  {"card", words("card.sections")},
                  {"archived", mark("archived")},
                  {"deleted", mark("deleted")},
                  {"created", mark("created")},
                  {"changed", mark("changed")},
                  {"id", text("id")}},
  };
  return view;
}

const View& version_view() {
  static const View view{
      .id = text("reference"),
      .table = {{"VERSION", version("version")},
                {"STATUS", text("status")},
                {"ALIASES", words("aliases")},
                {"METRICS", pairs("metrics")},
                {"CREATED", time("created.time")},
                {"BY", text("created.actor")},
                {"SOURCE", text("source")}},
      .details = {{"version", text("reference")},
                  {"status", text("status")},
                  {"stage", text("stage")},
                  {"aliases", words("aliases")},
                  {"description", text("description")},
                  {"source", text("source")},
                  {"digest", text("digest")},
                  {"run", text("run.id")},
                  {"run name", text("run.name")},
                  {"run url", text("run.url")},
                  {"commit", text("run.commit")},
                  {"repository", text("run.repository")},
                  {"framework", text("run.framework")},
                  {"environment", text("run.environment")},
                  {"parameters", text("run.parameters")},
                  {"metrics", pairs("metrics")},
                  {"metadata", metadata},
                  {"tags", pairs("tags")},
                  {"artifacts", linked_artifacts},
                  {"card", words("card.sections")},
                  {"deleted", mark("deleted")},
                  {"created", mark("created")},
                  {"changed", mark("changed")}},
  };
  return view;
}

const View& alias_move_view() {
  static const View view{
      .id = text("sequence"),
      .table = {{"EVENT", text("sequence"), true},
                {"TIME", time("time")},
                {"FROM", version("from")},
                {"TO", version("to")},
                {"HELD", seconds("held_seconds"), true},
                {"BY", text("actor")},
                {"REASON", text("reason"), false, true}},
      .details = {},
  };
  return view;
}

const View& event_view() {
  static const View view{
      .id = event_number,
      .table = {{"EVENT", event_number, true},
                {"TIME", time("time")},
                {"TYPE", event_type},
                {"ACTOR", text("actorid")},
                {"WHAT", event_line, false, true}},
      .details = {{"event", event_number},
                  {"type", text("type")},
                  {"what", event_line},
                  {"time", text("time")},
                  {"actor", text("actorid")},
                  {"subject", text("subject"), false, false, true},
                  {"id", text("id")},
                  {"correlation", text("correlationid")},
                  {"caused by", text("causationid")},
                  {"origin", text("source")},
                  {"data", text("data"), false, false, true}},
  };
  return view;
}

}  // namespace herald::cli
