// What the command line says of itself to shells.
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/clock.h"
#include "cli/commands/commands.h"
#include "cli/commands/shared.h"
#include "cli/completion_scripts.h"
#include "cli/manual.h"
#include "cli/parsing.h"

namespace herald::cli {
namespace {

struct Completing {
  std::string shell;
};
void declare(Options& options, Completing& args) {
  options.word("SHELL", {"bash", "zsh", "fish"}, args.shell, "bash, zsh or fish");
}
Result<void> run(Session& session, const Completing& args) {
  session.print(completion_script(args.shell));
  return {};
}

struct Manual {
  std::optional<std::string> page, folder;
};
void declare(Options& options, Manual& args) {
  options.word("COMMAND", args.page, "whose page, as model or serve (default: that of herald itself)")
      .option("--dir", "DIR", args.folder, "write all pages there, as herald-model.1");
}

// The day by SOURCE_DATE_EPOCH, so that packages are built alike at any time; else today.
std::string date_of_pages() {
  const char* fixed = std::getenv("SOURCE_DATE_EPOCH");
  const auto seconds = fixed == nullptr ? std::nullopt : parse_whole_number(fixed);
  const Timestamp day =
      seconds ? Timestamp(static_cast<std::int64_t>(*seconds) * 1'000) : system_clock().now();
  return day.str().substr(0, 10);
}

Result<void> run(Session& session, const Tree& tree, const Manual& args) {
  const auto pages = manual_pages(tree, date_of_pages());
  if (!args.folder) {
    const std::string wanted = args.page ? "herald-" + *args.page : "herald";
    for (const ManualPage& page : pages) {
      if (page.name != wanted) continue;
      session.print(page.text);
      return {};
    }
    return error(Cause::not_found, "there is no page " + wanted + "(1)", "COMMAND");
  }
  std::error_code wrong;
  std::filesystem::create_directories(*args.folder, wrong);
  for (const ManualPage& page : pages) {
    const std::string path = *args.folder + "/" + page.name + ".1";
    std::ofstream file(path, std::ios::binary);
    if (!(file << page.text).flush()) return error(Cause::unavailable, path + " cannot be written", "--dir");
  }
  session.note(fmt::format("{} pages", pages.size()));
  return {};
}

}  // namespace

void add_shell_commands(Program& program) {
  program.command<Completing>(
      program.top(),
      {"completion", "Print the script that completes commands, options and names in a shell.",
       "herald completion fish > ~/.config/fish/completions/herald.fish\n"
       "source <(herald completion bash)                                # in ~/.bashrc\n"
       "source <(herald completion zsh)                                 # in ~/.zshrc, behind compinit",
       kShellSection},
      declare, run);
  program.command<Manual>(program.top(),
                          {"man", "Print a manual page, or write all of them.",
                           "herald man --dir /usr/local/share/man/man1\n"
                           "herald man model | man -l -",
                           kShellSection},
                          declare, run);
}

}  // namespace herald::cli
