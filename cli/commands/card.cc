#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/commands/shared.h"
#include "cli/parsing.h"
#include "cli/text.h"

namespace herald::cli {
namespace {

constexpr const char* kOf = "[REGISTRY/]MODEL, or MODEL:vN for a version of it";

const View& card_view() {
  static const View view{
      .id = text("digest"),
      .table = {},
      .details = {{"headings", words("sections")},
                  {"lacks", words("missing")},
                  {"size", bytes("bytes")},
                  {"digest", text("digest")}},
  };
  return view;
}

Result<std::string> card_path(const std::string& of, bool is_read) {
  if (of.find(':') == std::string::npos) {
    HERALD_TRY(const auto model, ModelArgument::parse(of));
    return model.path() + "/card";
  }
  HERALD_TRY(const auto version, is_read ? VersionArgument::parse(of) : VersionArgument::parse_numbered(of));
  return version.path() + "/card";
}

struct Show {
  std::string of;
  std::optional<std::string> as_of;
};
void declare(Options& options, Show& args) {
  options.word("ABOUT", args.of, "[REGISTRY/]MODEL, or MODEL:VERSION for a version of it");
  declare_as_of(options, args.as_of);
}
// For people the text itself (into a file byte for byte), and what is lacking beside it.
Result<void> run(Session& session, const Show& args) {
  HERALD_TRY(const auto path, card_path(args.of, true));
  HERALD_TRY(const Answer answer,
             session.client().get(Query(path).add("as_of", args.as_of.value_or("")).str()));
  if (session.output() != Output::table) return session.show_body(answer.body, card_view());
  HERALD_TRY(const auto document, json::Document::parse(answer.body));
  const auto written = member_at(document.root(), "text");
  if (!written || written->is_null()) {
    session.note("the text was erased");
    return {};
  }
  const std::string text = string_at(document.root(), "text");
  if (standard_output_is_a_terminal()) {
    session.print(harmless_lines(text) + (text.ends_with('\n') ? "" : "\n"));
  } else {
    session.print(text);
  }
  if (member_at(document.root(), "of_model")) session.note("(the model's: the version has none of its own)");
  const std::string missing = words("missing")(document.root());
  if (!missing.empty()) session.note("it lacks: " + missing);
  return {};
}

struct Set {
  std::string of;
  std::optional<std::string> file, text, reason;
};
void declare(Options& options, Set& args) {
  options.word("ABOUT", args.of, kOf)
      .option("-f,--file", "FILE", args.file, "the Markdown; \"-\": standard input")
      .option("--text", "TEXT", args.text, "the Markdown itself");
  declare_reason(options, args.reason);
}
Result<void> run(Session& session, const Set& args) {
  HERALD_TRY(const auto path, card_path(args.of, false));
  if (args.file.has_value() == args.text.has_value())
    return error(Cause::missing_field, "either --file or --text is expected", "--file");
  std::string text = args.text.value_or("");
  if (args.file) {
    HERALD_TRY(text, read_input(*args.file));
  }
  return session.show(
      with_body("PUT", path,
                [&](json::ObjectWriter& body) { body.member("text", text).member("reason", args.reason); }),
      card_view());
}

struct Remove {
  std::string of;
  std::optional<std::string> reason;
};
void declare(Options& options, Remove& args) {
  options.word("ABOUT", args.of, kOf);
  declare_reason(options, args.reason);
}
Result<void> run(Session& session, const Remove& args) {
  HERALD_TRY(const auto path, card_path(args.of, false));
  return session.tell(with_reason({.method = "DELETE", .target = path}, args.reason),
                      fmt::format("the card of {} is gone", args.of));
}

}  // namespace

void add_card_commands(Program& program) {
  const Group group = program.group(
      {"card", "Cards: what a model is for, in Markdown. Registries can ask for headings in them.",
       "herald card set churn -f CARD.md\nherald card show churn:v3", kRegistrySection});
  program.command<Show>(group,
                        {"show", "Show the card of a model, or of a version (else the model's).",
                         "herald card show churn\nherald card show churn:production"},
                        declare, run);
  program.command<Set>(
      group,
      {"set", "Write a card.", "herald card set churn -f CARD.md\nherald card set churn:v3 -f - < CARD.md"},
      declare, run);
  program.command<Remove>(group, {"remove", "Take a card away.", "herald card remove churn:v3"}, declare,
                          run);
}

}  // namespace herald::cli
