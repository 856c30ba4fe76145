// How `--help` looks.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>
#include <string>
#include <vector>

namespace herald::cli {

// Usage in one line, commands under their headings, options with what stands for their values, examples at
// the end.
std::shared_ptr<CLI::Formatter> help_formatter();
// The examples as the last part of a help text.
std::string examples_footer(const std::string& examples);
// The lines of the examples in such a footer.
std::vector<std::string> examples_in(const std::string& footer);

}  // namespace herald::cli
