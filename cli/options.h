// The words and options of one command, declared by the place that they are read into. Hides CLI11 from the
// commands, so that it is compiled once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/parsing.h"

namespace CLI {
class App;
}

namespace herald::cli {

class Options {
 public:
  explicit Options(CLI::App& app) : app_(app) {}

  // Words without dashes, in the order of their declaration.
  Options& word(const std::string& name, std::string& into, const std::string& what);
  Options& word(const std::string& name, std::optional<std::string>& into, const std::string& what);
  Options& number(const std::string& name, std::optional<std::uint64_t>& into, const std::string& what);
  // One of `choices`.
  Options& word(const std::string& name, const std::vector<std::string>& choices, std::string& into,
                const std::string& what);
  // One or more, or any number; must be the last.
  Options& words(const std::string& name, std::vector<std::string>& into, const std::string& what);
  Options& any_words(const std::string& name, std::vector<std::string>& into, const std::string& what);

  // `names`: "--reason" or "-f,--file"; `value`: what stands for the value in the help. An empty value is refused: it comes of a
  // variable that was never set.
  Options& option(const std::string& names, const std::string& value, std::optional<std::string>& into,
                  const std::string& what);
  Options& option(const std::string& names, const std::string& value, std::optional<std::uint64_t>& into,
                  const std::string& what);
  Options& option(const std::string& names, const std::string& value, std::vector<std::string>& into,
                  const std::string& what);  // may be repeated
  // What takes an empty value, too, and is taken away by it.
  Options& removable(const std::string& names, const std::string& value, std::optional<std::string>& into,
                     const std::string& what);
  // A time, or what stands for one (cli/parsing.h).
  Options& time(const std::string& names, const std::string& value, Moment moment,
                std::optional<std::string>& into, const std::string& what);
  Options& choice(const std::string& names, const std::vector<std::string>& choices,
                  std::optional<std::string>& into, const std::string& what);
  Options& flag(const std::string& names, bool& into, const std::string& what);

 private:
  CLI::App& app_;
};

}  // namespace herald::cli
