#include "cli/view.h"

#include <fmt/format.h>

#include "cli/text.h"
#include "reflect/json_write.h"

namespace herald::cli {
namespace {

constexpr std::size_t kIndent = 2;
constexpr std::string_view kGap = "  ";
constexpr std::size_t kLeastWidth = 10;  // of a column that is made narrower

std::string scalar_text(const json::Value& value) {
  if (value.is_null()) return {};
  if (const auto text = value.string()) return harmless(*text);
  return value.dump();
}

std::string join(const std::vector<std::string>& parts, std::string_view by) {
  return fmt::format("{}", fmt::join(parts, by));
}

void render_json(std::string& out, const json::Value& value, std::size_t depth) {
  const std::string indent((depth + 1) * kIndent, ' ');
  const std::string outdent(depth * kIndent, ' ');
  bool first = true;
  const auto next = [&] {
    out += first ? "\n" : ",\n";
    out += indent;
    first = false;
  };
  if (value.kind() == json::Kind::object) {
    out += '{';
    for (const auto& [name, member] : value.members()) {
      next();
      json::write_string(out, name);
      out += ": ";
      render_json(out, member, depth + 1);
    }
    out += first ? "}" : "\n" + outdent + "}";
  } else if (value.kind() == json::Kind::array) {
    out += '[';
    for (const json::Value element : value.elements()) {
      next();
      render_json(out, element, depth + 1);
    }
    out += first ? "]" : "\n" + outdent + "]";
  } else {
    out += value.dump();
  }
}

std::string paint(bool colours, std::string_view code, std::string text) {
  return colours ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
}

// Takes from the widest until all fit: first from those behind the name, down to what their titles take; then from any that
// holds text. Numbers are whole or worth nothing.
void narrow(std::vector<std::size_t>& widths, const std::vector<Column>& columns, std::size_t room) {
  std::size_t used = kGap.size() * (widths.size() - 1);
  for (const std::size_t width : widths) used += width;
  const auto take = [&](std::size_t from, std::size_t least) {
    while (used > room) {
      std::size_t widest = widths.size();
      for (std::size_t i = from; i < widths.size(); ++i) {
        const bool can_give =
            !columns[i].right && widths[i] > std::max(least, display_width(columns[i].title));
        if (can_give && (widest == widths.size() || widths[i] > widths[widest])) widest = i;
      }
      if (widest == widths.size()) return;
      --widths[widest];
      --used;
    }
  };
  take(1, kLeastWidth);
  take(0, kLeastWidth);
  take(0, 1);
}

}  // namespace

std::optional<json::Value> member_at(const json::Value& resource, std::string_view path) {
  const auto dot = path.find('.');
  const auto member = resource.find(path.substr(0, dot));
  if (!member || dot == std::string_view::npos) return member;
  return member_at(*member, path.substr(dot + 1));
}

std::string text_at(const json::Value& resource, std::string_view path) {
  const auto member = member_at(resource, path);
  return member ? scalar_text(*member) : "";
}

std::string string_at(const json::Value& resource, std::string_view path) {
  const auto member = member_at(resource, path);
  const auto text = member ? member->string() : std::nullopt;
  return std::string(text.value_or(""));
}

std::uint64_t number_at(const json::Value& resource, std::string_view path) {
  const auto member = member_at(resource, path);
  return member ? member->unsigned_integer().value_or(0) : 0;
}

Cell text(std::string path) {
  return [path = std::move(path)](const json::Value& resource) { return text_at(resource, path); };
}

Cell time(std::string path) {
  return
      [path = std::move(path)](const json::Value& resource) { return human_time(text_at(resource, path)); };
}

Cell bytes(std::string path) {
  return [path = std::move(path)](const json::Value& resource) {
    const auto member = member_at(resource, path);
    const auto number = member ? member->unsigned_integer() : std::nullopt;
    return number ? human_bytes(*number) : "";
  };
}

Cell seconds(std::string path) {
  return [path = std::move(path)](const json::Value& resource) {
    const auto member = member_at(resource, path);
    const auto number = member ? member->number() : std::nullopt;
    return number ? human_seconds(*number) : "";
  };
}

Cell version(std::string path) {
  return [path = std::move(path)](const json::Value& resource) {
    const std::string number = text_at(resource, path);
    return number.empty() ? "" : "v" + number;
  };
}

Cell pairs(std::string path) {
  return [path = std::move(path)](const json::Value& resource) {
    const auto member = member_at(resource, path);
    std::vector<std::string> parts;
    if (!member) return std::string();
    for (const auto& [name, value] : member->members()) {
      parts.push_back(fmt::format("{}={}", harmless(name), scalar_text(value)));
    }
    return join(parts, ", ");
  };
}

Cell words(std::string path) {
  return [path = std::move(path)](const json::Value& resource) {
    const auto member = member_at(resource, path);
    std::vector<std::string> parts;
    if (!member) return std::string();
    for (const json::Value element : member->elements()) parts.push_back(scalar_text(element));
    return join(parts, ", ");
  };
}

Cell mark(std::string path) {
  return [path = std::move(path)](const json::Value& resource) {
    const auto member = member_at(resource, path);
    if (!member || member->is_null()) return std::string();
    return fmt::format("{} by {} (event {})", human_time(text_at(*member, "time")), text_at(*member, "actor"),
                       text_at(*member, "sequence"));
  };
}

std::string Style::title(std::string text) const {
  return paint(colours, "1", std::move(text));
}
std::string Style::faint(std::string text) const {
  return paint(colours, "2", std::move(text));
}

std::string Style::difference(char sign, std::string text) const {
  return paint(colours, sign == '+' ? "32" : sign == '-' ? "31" : "33", std::move(text));
}

std::string render_table(const std::vector<Column>& columns, const std::vector<json::Value>& items,
                         const Style& style) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::size_t> widths;
  for (const Column& column : columns) widths.push_back(display_width(column.title));
  for (const json::Value& item : items) {
    auto& row = rows.emplace_back();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      row.push_back(columns[i].cell(item));
      if (row.back().empty()) row.back() = "-";
      widths[i] = std::max(widths[i], display_width(row.back()));
    }
  }
  if (style.width > 0) narrow(widths, columns, style.width);
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string out;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string shown = columns[i].right ? cells[i] : cut(cells[i], widths[i]);
      const bool last = i + 1 == cells.size();
      out += columns[i].right ? pad_left(shown, widths[i]) : last ? shown : pad_right(shown, widths[i]);
      if (!last) out += kGap;
    }
    return out;
  };
  std::vector<std::string> titles;
  for (const Column& column : columns) titles.push_back(column.title);
  std::string out = style.title(line(titles)) + "\n";
  for (const auto& row : rows) out += line(row) + "\n";
  return out;
}

std::string render_details(const std::vector<Column>& details, const json::Value& item, const Style& style) {
  std::size_t width = 0;
  for (const Column& column : details) width = std::max(width, display_width(column.title));
  std::string out;
  for (const Column& column : details) {
    const std::string shown = column.cell(item);
    if (!shown.empty()) out += style.faint(pad_right(column.title, width)) + std::string(kGap) + shown + "\n";
  }
  return out;
}

std::string render_json(const json::Value& value) {
  std::string out;
  render_json(out, value, 0);
  return out;
}

std::vector<std::string_view> raw_elements(std::string_view object, std::string_view name) {
  std::vector<std::string_view> out;
  const std::string wanted = fmt::format("\"{}\"", name);
  int depth = 0;          // of braces and brackets
  bool in_array = false;  // in the array that is wanted, which stands at depth 2
  std::size_t element = std::string_view::npos, string_start = 0;
  std::string_view last_string;
  const auto end_element = [&](std::size_t at) {
    if (element != std::string_view::npos) out.push_back(object.substr(element, at - element));
    element = std::string_view::npos;
  };
  for (std::size_t i = 0; i < object.size(); ++i) {
    const char c = object[i];
    const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (in_array && depth == 2 && element == std::string_view::npos && !space && c != ',' && c != ']')
      element = i;
    if (c == '"') {
      string_start = i;
      for (++i; i < object.size() && object[i] != '"'; ++i) i += object[i] == '\\' ? 1 : 0;
      last_string = object.substr(string_start, i + 1 - string_start);
    } else if (c == '{' || c == '[') {
      ++depth;
      if (c == '[' && depth == 2 && last_string == wanted) in_array = true;
    } else if (c == '}' || c == ']') {
      if (in_array && depth == 2) {
        end_element(i);
        return out;
      }
      --depth;
    } else if (c == ',' && in_array && depth == 2) {
      end_element(i);
    }
  }
  return out;
}

}  // namespace herald::cli
