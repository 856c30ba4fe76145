#include "automations/template.h"

#include <fmt/format.h>

#include <tuple>
#include <utility>

#include "reflect/json_read.h"

namespace herald::automations {
namespace {

constexpr std::string_view kOpening = "${";

// Line and column (both from 1, in characters) of a byte of the text.
std::pair<std::size_t, std::size_t> position(std::string_view text, std::size_t at) {
  std::size_t line = 1, column = 1;
  for (std::size_t i = 0; i < at; ++i) {
    if (text[i] == '\n') {
      ++line;
      column = 1;
    } else if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) {
      ++column;
    }
  }
  return {line, column};
}

Error wrong(std::string_view text, std::size_t at, std::string_view what) {
  const auto [line, column] = position(text, at);
  return error(Cause::invalid_value, fmt::format("line {}, column {}: {}", line, column, what));
}

// The end of a JSON string that begins at `at`, behind its closing quotation mark; npos when it is never
// closed.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

// The first of `wanted` at or after `at` that stands outside of strings.
std::size_t find_outside_strings(std::string_view text, std::size_t at, std::string_view wanted) {
  while (at < text.size()) {
    if (wanted.find(text[at]) != std::string_view::npos) return at;
    at = text[at] == '"' ? end_of_string(text, at) : at + 1;
  }
  return std::string_view::npos;
}

Result<json::Raw> parse_default(std::string_view text, std::string_view whole, std::size_t at) {
  const auto document = json::Document::parse(text);
  if (!document || document->root().kind() == json::Kind::object ||
      document->root().kind() == json::Kind::array) {
    return wrong(
        whole, at,
        "the default behind \"|\" must be a JSON number, string, true, false or null, as in |0 or |\"none\"");
  }
  return json::Raw(document->root().dump());
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') + 1 - first);
}

struct Read {
  Placeholder placeholder;
  std::size_t end;  // behind the closing brace
};

Result<Read> read_placeholder(std::string_view text, std::size_t opening) {
  const std::size_t begin = opening + kOpening.size();
  const std::size_t stop = find_outside_strings(text, begin, "|}");
  if (stop == std::string_view::npos)
    return wrong(
        text, opening,
        "the placeholder is never closed: \"}\" is missing (write $${ for the two characters themselves)");

  Read read{};
  read.placeholder.written = std::string(trimmed(text.substr(begin, stop - begin)));
  std::tie(read.placeholder.line, read.placeholder.column) = position(text, opening);
  auto path = FieldPath::parse(read.placeholder.written);
  if (!path) return wrong(text, opening, path.error().message);
  read.placeholder.path = std::move(*path);
  if (text[stop] == '}') {
    read.end = stop + 1;
    return read;
  }

  const std::size_t close = find_outside_strings(text, stop + 1, "}");
  if (close == std::string_view::npos)
    return wrong(text, opening, "the placeholder is never closed: \"}\" is missing behind its default");
  HERALD_TRY(read.placeholder.otherwise,
             parse_default(trimmed(text.substr(stop + 1, close - stop - 1)), text, stop));
  read.end = close + 1;
  return read;
}

// Gives the value of a placeholder, or its default, to `use`.
template <class Use>
Result<void> with_value(const Placeholder& placeholder, const Values& values, Use use) {
  if (const auto value = values.find(placeholder.path)) {
    use(*value);
  } else if (placeholder.otherwise) {
    HERALD_TRY(const json::Document otherwise, json::Document::parse(placeholder.otherwise->text()));
    use(otherwise.root());
  } else {
    return error(
        Cause::not_found,
        fmt::format(
            "the placeholder ${{{0}}} has no value for this event: give it a default, as in ${{{0}|null}}",
            placeholder.written));
  }
  return {};
}

Error at_field(Error error, const std::string& field) {
  error.field = field;
  return error;
}

// Walks the strings of a document in order. `on_string(string, field)`; names are refused when they hold
// placeholders.
template <class OnString>
Result<void> walk(std::string& out, json::Value in, const std::string& field, OnString& on_string) {
  switch (in.kind()) {
    case json::Kind::string:
      return on_string(out, *in.string(), field);
    case json::Kind::array: {
      std::size_t index = 0;
      out.push_back('[');
      for (const json::Value element : in.elements()) {
        if (index != 0) out.push_back(',');
        HERALD_CHECK(walk(out, element, fmt::format("{}[{}]", field, index++), on_string));
      }
      out.push_back(']');
      return {};
    }
    case json::Kind::object: {
      json::ObjectWriter object(out);
      for (const auto& [name, member] : in.members()) {
        if (name.find(kOpening) != std::string_view::npos) {
          return error(Cause::invalid_value, "names of members cannot hold placeholders: only values can",
                       json::member_path(field, name));
        }
        HERALD_CHECK(walk(object.key(name), member, json::member_path(field, name), on_string));
      }
      object.close();
      return {};
    }
    default:
      out += in.dump();
      return {};
  }
}

}  // namespace

Result<Template> Template::parse(std::string_view text) {
  Template result;
  std::string literal;
  std::size_t at = 0;
  while (at < text.size()) {
    if (text.substr(at).starts_with("$${")) {
      literal += kOpening;
      at += 3;
    } else if (text.substr(at).starts_with(kOpening)) {
      HERALD_TRY(Read read, read_placeholder(text, at));
      if (!literal.empty()) result.parts_.emplace_back(std::exchange(literal, {}));
      result.parts_.emplace_back(std::move(read.placeholder));
      at = read.end;
    } else {
      literal.push_back(text[at++]);
    }
  }
  if (!literal.empty()) result.parts_.emplace_back(std::move(literal));
  return result;
}

Result<std::string> Template::text(const Values& values) const {
  std::string out;
  for (const Part& part : parts_) {
    if (const auto* literal = std::get_if<std::string>(&part)) {
      out += *literal;
      continue;
    }
    HERALD_CHECK(with_value(std::get<Placeholder>(part), values, [&](json::Value value) {
      const auto string = value.string();
      out += string ? std::string(*string) : value.dump();
    }));
  }
  return out;
}

Result<std::string> Template::json(const Values& values) const {
  std::string out;
  if (parts_.size() == 1 && std::holds_alternative<Placeholder>(parts_[0])) {
    HERALD_CHECK(
        with_value(std::get<Placeholder>(parts_[0]), values, [&](json::Value value) { out = value.dump(); }));
    return out;
  }
  HERALD_TRY(const std::string filled, text(values));
  json::write_string(out, filled);
  return out;
}

Result<void> Template::for_each(const Check& check) const {
  for (const Part& part : parts_) {
    if (const auto* placeholder = std::get_if<Placeholder>(&part)) HERALD_CHECK(check(*placeholder));
  }
  return {};
}

Result<std::string> fill_json(const json::Raw& payload, const std::string& field, const Values& values) {
  HERALD_TRY(const json::Document document, json::Document::parse(payload.text()));
  auto fill = [&](std::string& out, std::string_view text, const std::string& at) -> Result<void> {
    const auto parsed = Template::parse(text);
    if (!parsed) return at_field(parsed.error(), at);
    const auto filled = parsed->json(values);
    if (!filled) return at_field(filled.error(), at);
    out += *filled;
    return {};
  };
  std::string out;
  HERALD_CHECK(walk(out, document.root(), field, fill));
  return out;
}

Result<void> check_json(const json::Raw& payload, const std::string& field, const Template::Check& check) {
  HERALD_TRY(const json::Document document, json::Document::parse(payload.text()));
  auto look = [&](std::string& out, std::string_view text, const std::string& at) -> Result<void> {
    out += "null";
    const auto parsed = Template::parse(text);
    if (!parsed) return at_field(parsed.error(), at);
    const auto fine = parsed->for_each(check);
    return fine ? Result<void>() : at_field(fine.error(), at);
  };
  std::string ignored;
  return walk(ignored, document.root(), field, look);
}

}  // namespace herald::automations
