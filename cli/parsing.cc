#include "cli/parsing.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <regex>
#include <sstream>

#include "reflect/json_value.h"

namespace herald::cli {

std::optional<std::uint64_t> parse_whole_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (wrong != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Result<std::uint64_t> parse_version_number(std::string_view text, std::string_view what) {
  const auto number = parse_whole_number(text.starts_with('v') ? text.substr(1) : text);
  if (number && *number > 0) return *number;
  return error(Cause::invalid_value, fmt::format("\"{}\" is no version number: 3 or v3 is expected", text),
               std::string(what));
}

Result<std::map<std::string, std::string>> parse_pairs(const std::vector<std::string>& texts,
                                                       std::string_view option) {
  std::map<std::string, std::string> out;
  for (const std::string& text : texts) {
    const auto equals = text.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return error(Cause::invalid_value, fmt::format("\"{}\": NAME=VALUE is expected", text),
                   std::string(option));
    }
    if (!out.emplace(text.substr(0, equals), text.substr(equals + 1)).second) {
      return error(Cause::duplicate_field, fmt::format("\"{}\" is given twice", text.substr(0, equals)),
                   std::string(option));
    }
  }
  return out;
}

Result<std::map<std::string, double>> parse_metrics(const std::vector<std::string>& texts) {
  HERALD_TRY(const auto pairs, parse_pairs(texts, "--metric"));
  std::map<std::string, double> out;
  for (const auto& [name, text] : pairs) {
    double value = 0;
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (wrong != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) {
      return error(Cause::invalid_value, fmt::format("\"{}\" of {} is no number", text, name), "--metric");
    }
    out.emplace(name, value);
  }
  return out;
}

std::string moment_of(const std::string& text, Moment moment, Timestamp now) {
  static const std::regex day("[0-9]{4}-[0-9]{2}-[0-9]{2}"), span("([0-9]{1,5})([dhm])"),
      as_shown("([0-9]{4}-[0-9]{2}-[0-9]{2}) ([0-9]{2}:[0-9]{2})(:[0-9]{2})?( UTC)?");
  std::smatch found;
  if (std::regex_match(text, day))
    return text + (moment == Moment::day_ends ? "T23:59:59.999Z" : "T00:00:00Z");
  if (std::regex_match(text, found, as_shown))
    return found.str(1) + "T" + found.str(2) + (found.length(3) > 0 ? found.str(3) : ":00") + "Z";
  if (!std::regex_match(text, found, span)) return text;
  const std::chrono::minutes minutes(std::stoll(found.str(1)) * (found.str(2) == "d"   ? 24 * 60
                                                                 : found.str(2) == "h" ? 60
                                                                                       : 1));
  return now.plus(moment == Moment::ahead ? minutes : -minutes).str();
}

Result<std::string> read_input(const std::string& file) {
  if (file == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  // A folder can be opened like a file, and throws at the first read.
  std::error_code wrong;
  if (std::filesystem::is_directory(file, wrong)) {
    return error(Cause::invalid_value, fmt::format("{} is a folder: a file is expected", file));
  }
  std::ifstream in(file, std::ios::binary);
  std::ostringstream bytes;
  if (in.is_open()) bytes << in.rdbuf();
  if (!in.is_open() || in.bad()) {
    return error(Cause::not_found, fmt::format("{} cannot be read: {}", file, std::strerror(errno)));
  }
  return std::move(bytes).str();
}

Result<std::string> text_or_file(const std::string& argument, std::string_view option) {
  if (!argument.starts_with('@')) return argument;
  auto text = read_input(argument.substr(1));
  if (!text) return error(text.error().cause, text.error().message, std::string(option));
  return text;
}

Result<json::Raw> json_or_file(const std::string& argument, std::string_view option) {
  HERALD_TRY(const std::string text, text_or_file(argument, option));
  const auto document = json::Document::parse_request(text);
  if (!document)
    return error(Cause::malformed, "JSON is expected: " + document.error().message, std::string(option));
  return json::Raw(document->root().dump());
}

Result<NodeArgument> NodeArgument::parse(std::string_view text) {
  const auto colon = text.find(':');
  NodeArgument out{std::string(text.substr(0, colon)), {}};
  const bool known = out.kind == "version" || out.kind == "artifact" || out.kind == "run" ||
                     out.kind == "dataset" || out.kind == "deployment";
  if (!known || colon == std::string_view::npos || colon + 1 == text.size()) {
    return error(
        Cause::invalid_value,
        fmt::format(
            "\"{}\" is no end of a lineage edge: version:MODEL:v1, artifact:ID, run:ID, dataset:NAME or "
            "deployment:NAME is expected",
            text));
  }
  out.id = text.substr(colon + 1);
  return out;
}

}  // namespace herald::cli
