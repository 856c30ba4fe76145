#include "cli/commands/commands.h"
#include "cli/commands/shared.h"
#include "cli/parsing.h"

namespace herald::cli {
namespace {

constexpr const char* kAbout = "[REGISTRY/]MODEL, or MODEL:vN for a version of it";

std::string comment_text(const json::Value& comment) {
  const auto written = member_at(comment, "text");
  return !written || written->is_null() ? "(erased)" : text_at(comment, "text");
}

const View& comment_view() {
  static const View view{
      .id = text("id"),
      .table = {{"TIME", time("created.time")},
                {"BY", text("created.actor")},
                {"VERSION", version("version")},
                {"ID", text("id")},
                {"TEXT", comment_text, false, true}},
      .details = {{"comment", comment_text},
                  {"version", version("version")},
                  {"created", mark("created")},
                  {"id", text("id")}},
  };
  return view;
}

Result<std::string> comments_path(const std::string& about) {
  if (about.find(':') == std::string::npos) {
    HERALD_TRY(const auto model, ModelArgument::parse(about));
    return model.path() + "/comments";
  }
  HERALD_TRY(const auto version, VersionArgument::parse_numbered(about));
  return version.path() + "/comments";
}

struct Add {
  std::string about, text;
};
void declare(Options& options, Add& args) {
  options.word("ABOUT", args.about, kAbout).word("TEXT", args.text, "what to say; @FILE reads it");
}
Result<void> run(Session& session, const Add& args) {
  HERALD_TRY(const auto path, comments_path(args.about));
  HERALD_TRY(const auto text, text_or_file(args.text, "TEXT"));
  return session.show(with_body("POST", path, [&](json::ObjectWriter& body) { body.member("text", text); }),
                      comment_view());
}

struct Edit {
  std::string model, id, text;
  std::optional<std::string> reason;
};
void declare(Options& options, Edit& args) {
  options.word("MODEL", args.model, "[REGISTRY/]MODEL that it is on")
      .word("ID", args.id, "the comment's id")
      .word("TEXT", args.text, "what it says from now on; @FILE reads it");
  declare_reason(options, args.reason);
}
Result<void> run(Session& session, const Edit& args) {
  HERALD_TRY(const auto model, ModelArgument::parse(args.model));
  HERALD_TRY(const auto text, text_or_file(args.text, "TEXT"));
  return session.show(
      with_body("PATCH", model.path() + "/comments/" + percent_encode(args.id),
                [&](json::ObjectWriter& body) { body.member("text", text).member("reason", args.reason); }),
      comment_view());
}

struct Remove {
  std::string model, id;
  std::optional<std::string> reason;
};
void declare(Options& options, Remove& args) {
  options.word("MODEL", args.model, "[REGISTRY/]MODEL that it is on").word("ID", args.id, "the comment's id");
  declare_reason(options, args.reason);
}
Result<void> run(Session& session, const Remove& args) {
  HERALD_TRY(const auto model, ModelArgument::parse(args.model));
  Request request{.method = "DELETE", .target = model.path() + "/comments/" + percent_encode(args.id)};
  return session.tell(with_reason(std::move(request), args.reason), "comment " + args.id + " is gone");
}

struct List {
  std::string about;
  Paging paging;
};
void declare(Options& options, List& args) {
  options.word("ABOUT", args.about, kAbout);
  declare_paging(options, args.paging);
}
Result<void> run(Session& session, const List& args) {
  HERALD_TRY(const auto path, comments_path(args.about));
  return session.list(Query(path), comment_view(), args.paging);
}

}  // namespace

void add_comment_commands(Program& program) {
  const Group group =
      program.group({"comment", "What people say of a model or a version.",
                     "herald comment add churn:v2 \"checked against the March data\"", kRegistrySection});
  program.command<Add>(
      group,
      {"add", "Say something.",
       "herald comment add churn:v2 \"checked against the March data\"\nherald comment add churn @notes.md"},
      declare, run);
  program.command<Edit>(group,
                        {"edit", "Say it in other words.",
                         "herald comment edit churn 0199a1b2-... \"checked against the April data\""},
                        declare, run);
  program.command<Remove>(
      group, {"remove", "Take a comment away.", "herald comment remove churn 0199a1b2-..."}, declare, run);
  program.command<List>(group, {"list", "List what was said.", "herald comment list churn"}, declare, run);
}

}  // namespace herald::cli
