// The tree of commands as CLI11 holds it, read for help, completion and manual pages.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace herald::cli {

// `apart`: the commands that parse their own words, with the options that they take. Borrows `root`.
struct Tree {
  const CLI::App& root;
  std::map<const CLI::App*, std::shared_ptr<const CLI::App>> apart;

  // Where the options of a command are declared.
  const CLI::App& declared(const CLI::App& app) const;
};

// The commands below, in the order in which they were added.
std::vector<const CLI::App*> commands_of(const CLI::App& app);
// "herald model list".
std::string full_name(const CLI::App& app);
// What is written without dashes, in order.
std::vector<const CLI::Option*> words_of(const CLI::App& app);
bool takes_value(const CLI::Option& option);
// "MODEL", "FILE": what stands for the value in the help, without the mark that it may be repeated.
std::string value_name(const CLI::Option& option);
bool may_repeat(const CLI::Option& option);
// "--output", or "-o" for what has no long name.
std::string dashed_name(const CLI::Option& option);

}  // namespace herald::cli
