// How `--help` looks.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>
#include <string>

namespace herald::cli {

// Usage in one line, commands under their headings, options with what stands for their values, examples at
// the end.
std::shared_ptr<CLI::Formatter> help_formatter();
// The examples as the last part of a help text.
std::string examples_footer(const std::string& examples);

}  // namespace herald::cli
