// `herald`: its commands, how they are parsed, and what the process says when one ends badly.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/options.h"

namespace herald::cli {

class Session;
struct Tree;

// The text of a command's help. `examples`: lines, shown as they are. `section`: the heading in `herald
// --help`, for what stands there.
struct CommandText {
  std::string name, what, examples, section = "commands";
};

class Group {
 public:
  explicit Group(CLI::App& app) : app_(&app) {}
  CLI::App& app() const { return *app_; }

 private:
  CLI::App* app_;
};

class Program {
 public:
  Program();
  ~Program();

  // "herald model": commands under one noun.
  Group group(const CommandText& text);
  // Commands without a noun, as `herald resolve`.
  Group top() const;

  // A command whose options are read into an Args of its own.
  template <class Args>
  void command(Group group, const CommandText& text, void (*declare)(Options&, Args&),
               Result<void> (*run)(Session&, const Args&)) {
    auto args = std::make_shared<Args>();
    CLI::App& app = add(group, text, [args, run](Session& session) { return run(session, *args); });
    Options options(app);
    declare(options, *args);
  }
  void command(Group group, const CommandText& text, Result<void> (*run)(Session&)) { add(group, text, run); }

  // A command about the program itself.
  template <class Args>
  void command(Group group, const CommandText& text, void (*declare)(Options&, Args&),
               Result<void> (*run)(Session&, const Tree&, const Args&)) {
    auto args = std::make_shared<Args>();
    CLI::App& app =
        add(group, text, [this, args, run](Session& session) { return run(session, tree(), *args); });
    Options options(app);
    declare(options, *args);
  }

  // A command that parses its own arguments and gives the exit code. `options`: what it takes, to be told of.
  void delegate(const CommandText& text, std::function<int(std::vector<std::string>)> run,
                std::shared_ptr<const CLI::App> options = {});

  const Tree& tree() const;

  // Parses, runs, prints errors, those too that nobody foresaw. Returns the exit code.
  int run(int argc, const char* const* argv);

 private:
  struct State;
  int run_command(int argc, const char* const* argv);
  CLI::App& add(Group group, const CommandText& text, std::function<Result<void>(Session&)> run);
  std::unique_ptr<State> state_;
};

// All commands that ask a server, and the offline tools.
void add_commands(Program& program);

}  // namespace herald::cli
