#include "cli/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "cli/parsing.h"

namespace herald::cli {
namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

}  // namespace

bool standard_error_is_a_terminal() {
  return ::isatty(STDERR_FILENO) == 1;
}

bool standard_output_is_a_terminal() {
  return ::isatty(STDOUT_FILENO) == 1;
}

bool colours_wanted() {
  return standard_output_is_a_terminal() && variable("NO_COLOR").empty() && variable("TERM") != "dumb";
}

bool says_yes(const std::string& question) {
  fmt::print(stderr, "{}", question);
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

std::size_t terminal_width() {
  if (!standard_output_is_a_terminal()) return 0;
  if (const auto columns = parse_whole_number(variable("COLUMNS")); columns && *columns > 0) return *columns;
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

}  // namespace herald::cli
