#include "cli/options.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cctype>

#include "cli/parsing.h"

namespace herald::cli {
namespace {

// What each command says of numbers, in place of CLI11's words for them.
const CLI::Validator kWholeNumber(
    [](std::string& text) -> std::string {
      return parse_whole_number(text) ? "" : "\"" + text + "\" is no whole number";
    },
    "");

// A variable of a script that was never set must not stand for "no such filter", or "now".
const CLI::Validator kNotEmpty(
    [](std::string& text) -> std::string {
      return text.empty() ? "nothing stands behind it: give a value, or leave the option out" : "";
    },
    "");

// Here, where days and spans are known; whether a time of RFC 3339 is one, the server says. Of --as-of a number is an event's.
const CLI::Validator kMoment(
    [](std::string& text) -> std::string {
      if (text.empty()) return "nothing stands behind it: give a value, or leave the option out";
      const std::string moment = moment_of(text, Moment::day_begins, system_clock().now());
      const bool has_time = std::isdigit(static_cast<unsigned char>(text[0])) != 0 &&
                            moment.find_first_of("Tt") != std::string::npos;
      if (has_time || parse_whole_number(text)) return "";
      return "\"" + text +
             "\" is no time: 2026-11-24T09:00:00Z (RFC 3339), a day as 2026-11-24, or a span as 30d, 12h, "
             "15m";
    },
    "");

std::string joined(const std::vector<std::string>& choices) {
  std::string out;
  for (const std::string& choice : choices) out += (out.empty() ? "" : "|") + choice;
  return out;
}

CLI::Validator one_of(const std::vector<std::string>& choices) {
  return CLI::Validator(
      [choices](std::string& text) -> std::string {
        for (const std::string& choice : choices) {
          if (choice == text) return "";
        }
        return "\"" + text + "\" is none of " + joined(choices);
      },
      "");
}

}  // namespace

Options& Options::word(const std::string& name, std::string& into, const std::string& what) {
  app_.add_option(name, into, what)->required()->option_text(" ");
  return *this;
}

Options& Options::word(const std::string& name, std::optional<std::string>& into, const std::string& what) {
  app_.add_option(name, into, what)->option_text(" ");
  return *this;
}

Options& Options::number(const std::string& name, std::optional<std::uint64_t>& into,
                         const std::string& what) {
  app_.add_option_function<std::string>(
          name, [&into](const std::string& text) { into = *parse_whole_number(text); }, what)
      ->option_text(" ")
      ->check(kWholeNumber);
  return *this;
}

Options& Options::word(const std::string& name, const std::vector<std::string>& choices, std::string& into,
                       const std::string& what) {
  app_.add_option(name, into, what)->required()->option_text(joined(choices))->check(one_of(choices));
  return *this;
}

Options& Options::words(const std::string& name, std::vector<std::string>& into, const std::string& what) {
  app_.add_option(name, into, what)->required()->option_text("...");
  return *this;
}

Options& Options::any_words(const std::string& name, std::vector<std::string>& into,
                            const std::string& what) {
  app_.add_option(name, into, what)->option_text("...");
  return *this;
}

Options& Options::option(const std::string& names, const std::string& value, std::optional<std::string>& into,
                         const std::string& what) {
  app_.add_option(names, into, what)->option_text(value)->check(kNotEmpty);
  return *this;
}

Options& Options::removable(const std::string& names, const std::string& value,
                            std::optional<std::string>& into, const std::string& what) {
  app_.add_option(names, into, what)->option_text(value);
  return *this;
}

Options& Options::option(const std::string& names, const std::string& value,
                         std::optional<std::uint64_t>& into, const std::string& what) {
  app_.add_option_function<std::string>(
          names, [&into](const std::string& text) { into = *parse_whole_number(text); }, what)
      ->option_text(value)
      ->check(kWholeNumber);
  return *this;
}

Options& Options::option(const std::string& names, const std::string& value, std::vector<std::string>& into,
                         const std::string& what) {
  app_.add_option(names, into, what)
      ->option_text(value + " ...")
      ->expected(1)
      ->check(kNotEmpty)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  return *this;
}

Options& Options::time(const std::string& names, const std::string& value, Moment moment,
                       std::optional<std::string>& into, const std::string& what) {
  app_.add_option_function<std::string>(
          names,
          [&into, moment](const std::string& text) { into = moment_of(text, moment, system_clock().now()); },
          what)
      ->option_text(value)
      ->check(kMoment);
  return *this;
}

Options& Options::choice(const std::string& names, const std::vector<std::string>& choices,
                         std::optional<std::string>& into, const std::string& what) {
  app_.add_option(names, into, what)->option_text(joined(choices))->check(one_of(choices));
  return *this;
}

Options& Options::flag(const std::string& names, bool& into, const std::string& what) {
  app_.add_flag(names, into, what);
  return *this;
}

}  // namespace herald::cli
