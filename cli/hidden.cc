#include "cli/hidden.h"

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "cli/parsing.h"

namespace herald::cli {
namespace {

std::string ask_quietly(const std::string& prompt) {
  termios shown{};
  ::tcgetattr(STDIN_FILENO, &shown);
  termios hidden = shown;
  hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  fmt::print(stderr, "{}: ", prompt);
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  std::string value;
  std::getline(std::cin, value);
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
  fmt::print(stderr, "\n");
  return value;
}

}  // namespace

Result<std::string> hidden_value(const std::string& prompt, const std::optional<std::string>& file,
                                 const std::optional<std::string>& variable) {
  if (file && variable) return error(Cause::invalid_value, "either --file or --env, not both");
  if (variable) {
    const char* value = std::getenv(variable->c_str());
    if (value == nullptr)
      return error(Cause::not_found, fmt::format("there is no environment variable {}", *variable));
    return std::string(value);
  }
  if (!file && ::isatty(STDIN_FILENO) == 1) return ask_quietly(prompt);
  HERALD_TRY(std::string value, read_input(file.value_or("-")));
  if (value.ends_with('\n')) value.pop_back();
  if (value.ends_with('\r')) value.pop_back();
  return value;
}

}  // namespace herald::cli
