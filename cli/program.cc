#include "cli/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "cli/advice.h"
#include "cli/completion.h"
#include "cli/completion_names.h"
#include "cli/exit_code.h"
#include "cli/help.h"
#include "cli/parsing.h"
#include "cli/profiles.h"
#include "cli/session.h"
#include "cli/tree.h"
#include "reflect/nearest.h"

namespace herald::cli {
namespace {

constexpr const char* kWhat =
    "Herald, a model registry whose only truth is an append-only log of events.\n"
    "Every change is one event: recorded, published, provable, and able to set something off.";
constexpr const char* kExamples =
    "herald serve --data ./data                                 # a server at http://127.0.0.1:8420\n"
    "herald model register churn --description \"who leaves next month\"\n"
    "herald version register churn --source s3://models/churn/1 --metric auc=0.91\n"
    "herald alias set churn production 1 --reason \"first release\"\n"
    "herald resolve churn:production\n"
    "herald events follow --type 'alias.*'\n"
    "herald COMMAND --help says more about each.";

// What the scripts of the shells call at every key (cli/completion_scripts.cc).
constexpr const char* kAsksForCompletion = "__complete";

int end_with(ExitCode code) {
  return static_cast<int>(code);
}

void complain(const std::string& sentence) {
  fmt::print(stderr, "herald: {}\n", sentence);
}

// What could not be written was not said: a full disk, a closed pipe.
int end_when_printed(int code) {
  std::cout.flush();  // CLI11 prints there
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout) return code;
  complain("the answer could not be written to standard output");
  return end_with(ExitCode::failure);
}

// Which rule, where, and what to do about it.
void complain(const Error& error) {
  const std::size_t line =
      std::min(error.message.find('\n'), error.message.size());  // behind it: where it is
  const std::string field = error.field.empty() ? "" : fmt::format(" ({})", error.field);
  complain(error.message.substr(0, line) + field + error.message.substr(line));
  const std::string advice = advice_on(error);
  if (!advice.empty()) fmt::print(stderr, "try: {}\n", advice);
}

// The command that was reached before something did not fit.
const CLI::App& deepest(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? app : deepest(*chosen.front());
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> out;
  for (const CLI::App* sub : commands_of(app)) out.push_back(sub->get_name());
  return out;
}

std::vector<std::string> option_names(const CLI::App* app) {
  std::vector<std::string> out;
  for (; app != nullptr; app = app->get_parent()) {
    for (const CLI::Option* option : app->get_options()) {
      for (const std::string& name : option->get_lnames()) out.push_back("--" + name);
    }
  }
  return out;
}

std::string with_suggestion(const std::string& sentence, std::string_view word,
                            const std::vector<std::string>& known) {
  const std::string suggestion = reflect::nearest(word, known);
  return suggestion.empty() ? sentence : fmt::format("{}: did you mean \"{}\"?", sentence, suggestion);
}

// What did not fit, in our words where they say more than CLI11's.
std::string explain(const CLI::App& root, const CLI::ParseError& wrong) {
  const CLI::App& at = deepest(root);
  const auto names = command_names(at);
  for (const std::string& word : root.remaining(true)) {
    if (word.starts_with("-")) {
      const std::string option = word.substr(0, word.find('='));
      return with_suggestion(fmt::format("{} has no option {}", full_name(at), option), option,
                             option_names(&at));
    }
    if (!names.empty()) {
      return with_suggestion(fmt::format("{} has no command \"{}\"", full_name(at), word), word, names);
    }
    return fmt::format("{} does not take another word: \"{}\"", full_name(at), word);
  }
  if (!names.empty()) return fmt::format("{} needs a command: {}", full_name(at), fmt::join(names, ", "));
  return fmt::format("{}: {}", full_name(at), wrong.what());
}

}  // namespace

struct Program::State {
  CLI::App app{kWhat, "herald"};
  std::optional<std::string> url, profile, ca_file;
  std::string output = "table";
  std::optional<std::string> idempotency_key;
  std::optional<std::uint64_t> min_sequence;
  std::function<Result<void>(Session&)> chosen;
  std::function<int()> delegated;
  Tree tree{app, {}};
};

Program::Program() : state_(std::make_unique<State>()) {
  CLI::App& app = state_->app;
  app.formatter(help_formatter());
  app.require_subcommand(1);
  app.footer(examples_footer(kExamples));
  app.set_help_flag("-h,--help", "show this help");
  app.set_version_flag("--version", "herald " HERALD_VERSION, "show the version");
  app.add_option("--url", state_->url,
                 "the server to ask (default: that of the profile, else " + ClientOptions().url + ")")
      ->option_text("URL")
      ->envname("HERALD_URL")
      ->group("everywhere");
  app.add_option("--profile", state_->profile,
                 "the server and the token that herald profile keeps under this name")
      ->option_text("NAME")
      ->envname("HERALD_PROFILE")
      ->group("everywhere");
  app.add_option("--ca-file", state_->ca_file,
                 "trust the certificates in this file (PEM) in place of what the machine trusts")
      ->option_text("FILE")
      ->envname("HERALD_CA_FILE")
      ->group("everywhere");
  app.add_option("-o,--output", state_->output,
                 "how answers look: aligned for people, JSON, one JSON a line, or ids alone")
      ->option_text("table|json|jsonl|id")
      ->envname("HERALD_OUTPUT")
      ->check(CLI::Validator(
          [](std::string& text) -> std::string {
            const bool known = text == "table" || text == "json" || text == "jsonl" || text == "id";
            return known ? "" : "\"" + text + "\" is none of table, json, jsonl, id";
          },
          ""))
      ->group("everywhere");
  app.add_flag_callback(
         "--json", [this] { state_->output = "json"; }, "the same as --output json")
      ->group("everywhere");
  app.add_option_function<std::string>(
         "--min-sequence",
         [this](const std::string& text) { state_->min_sequence = *parse_whole_number(text); },
         "answer only when event N can be seen everywhere, as its Herald-Sequence told a program that wrote "
         "it")
      ->option_text("N")
      ->check(CLI::Validator(
          [](std::string& text) -> std::string {
            return parse_whole_number(text) ? "" : "\"" + text + "\" is no whole number";
          },
          ""))
      ->group("everywhere");
  app.add_option("--idempotency-key", state_->idempotency_key,
                 "names this very change, so that doing it twice is doing it once (default: a fresh one)")
      ->option_text("KEY")
      ->group("everywhere");
}

Program::~Program() = default;

Group Program::top() const {
  return Group(state_->app);
}

Group Program::group(const CommandText& text) {
  CLI::App& app = *state_->app.add_subcommand(text.name, text.what);
  app.group(text.section);
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(examples_footer(text.examples));
  return Group(app);
}

CLI::App& Program::add(Group group, const CommandText& text, std::function<Result<void>(Session&)> run) {
  CLI::App& app = *group.app().add_subcommand(text.name, text.what);
  app.group(text.section);
  app.fallthrough();
  app.footer(examples_footer(text.examples));
  app.callback([this, run = std::move(run)] { state_->chosen = run; });
  return app;
}

const Tree& Program::tree() const {
  return state_->tree;
}

void Program::delegate(const CommandText& text, std::function<int(std::vector<std::string>)> run,
                       std::shared_ptr<const CLI::App> options) {
  CLI::App& app = *state_->app.add_subcommand(text.name, text.what);
  if (options != nullptr) state_->tree.apart[&app] = std::move(options);
  app.group(text.section);
  app.prefix_command();
  app.set_help_flag();
  app.callback([this, &app, run = std::move(run)] {
    state_->delegated = [&app, run] { return run(app.remaining()); };
  });
}

int Program::run(int argc, const char* const* argv) {
  try {
    return run_command(argc, argv);
  } catch (const std::exception& defect) {
    complain(fmt::format("an unexpected failure: {}", defect.what()));
    return end_with(ExitCode::failure);
  }
}

int Program::run_command(int argc, const char* const* argv) {
  if (argc <= 1) {
    fmt::print(stderr, "{}", state_->app.help());
    return end_with(ExitCode::usage);
  }
  std::vector<std::string> words(argv + 1, argv + argc);
  if (words.front() == kAsksForCompletion) {
    words.erase(words.begin());
    fmt::print("{}", completion_text(complete(state_->tree, words, ask_for_names)));
    return end_when_printed(end_with(ExitCode::ok));
  }
  if (words.front() == "help") {  // `herald help model list` is `herald model list --help`
    words.erase(words.begin());
    words.push_back("--help");
  }
  std::reverse(words.begin(), words.end());  // CLI11 takes them from the end
  try {
    state_->app.parse(std::move(words));
  } catch (const CLI::Success& asked) {  // --help, --version
    return end_when_printed(state_->app.exit(asked));
  } catch (const CLI::ParseError& wrong) {
    complain(explain(state_->app, wrong));
    fmt::print(stderr, "try: {} --help\n", full_name(deepest(state_->app)));
    return end_with(ExitCode::usage);
  }
  if (state_->delegated) return state_->delegated();

  const std::string& form = state_->output;
  const Output output = form == "json"    ? Output::json
                        : form == "jsonl" ? Output::jsonl
                        : form == "id"    ? Output::id
                                          : Output::table;
  const Result<Profile> server = server_to_ask(state_->url, state_->profile);
  if (!server) {
    complain(server.error());
    return end_with(exit_code_of(server.error().cause));
  }
  Session session({.url = server->url,
                   .token = server->token,
                   .output = output,
                   .idempotency_key = state_->idempotency_key,
                   .ca_file = state_->ca_file ? state_->ca_file : server->ca_file,
                   .ca_file_given = state_->ca_file});
  const Result<void> seen = state_->min_sequence ? session.wait_for(*state_->min_sequence) : Result<void>();
  const Result<void> result = seen ? state_->chosen(session) : seen;
  if (!result) {
    std::fflush(stdout);
    complain(result.error());
    return end_with(session.ends_with().value_or(exit_code_of(result.error().cause)));
  }
  return end_when_printed(end_with(session.ends_with().value_or(ExitCode::ok)));
}

}  // namespace herald::cli
