#include "cli/view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "cli/text.h"
#include "reflect/json_write.h"

namespace herald::cli {
namespace {

constexpr std::size_t kIndent = 2;
constexpr std::string_view kGap = "  ";
constexpr std::size_t kLeastWidth = 10;  // of a column that is made narrower ...
constexpr std::size_t kTooNarrow = 6;    // ... and where the name would have to give otherwise

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

constexpr std::string_view kNothing = "-";
constexpr std::size_t kLeastWrapped = 20;     // columns of a text that goes on below
constexpr std::size_t kMostLinesOfACell = 4;  // the last of them ends with "…"

constexpr std::string_view kLeftOut = " …";  // behind the titles: there are more columns

constexpr std::size_t kToTheMinute = 16, kToTheDay = 10;  // of "2026-11-24 05:02:00 UTC"

bool has_form(std::string_view text, std::string_view form) {
  return text.size() == form.size() && std::equal(text.begin(), text.end(), form.begin(), [](char c, char f) {
           return f == '0' ? std::isxdigit(static_cast<unsigned char>(c)) != 0 : c == f;
         });
}
bool is_time(std::string_view text) {
  return has_form(text, "0000-00-00 00:00:00 UTC");
}
bool is_id(std::string_view text) {
  return has_form(text, "00000000-0000-0000-0000-000000000000");
}

std::string shown_in(const Column& column, const json::Value& item, const Style& style) {
  std::string cell = column.cell(item);
  const bool is_the_id = (column.title == "ID" || column.title == "id") && is_id(cell);
  return is_the_id || column.as_recorded ? cell : with_names(std::move(cell), style);
}

// A table that is being fitted into a width.
class Table {
 public:
  Table(const std::vector<Column>& columns, const std::vector<json::Value>& items, const Style& style)
      : style_(style) {
    for (const Column& column : columns)
      columns_.push_back({.title = column.title, .right = column.right, .wraps = column.wraps});
    for (const json::Value& item : items) {
      for (std::size_t i = 0; i < columns.size(); ++i) {
        std::string cell = shown_in(columns[i], item, style);
        columns_[i].cells.push_back(cell.empty() ? std::string(kNothing) : std::move(cell));
      }
    }
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      Fitted& column = columns_[i];
      column.measure();
      column.times = column.all(is_time);
      column.whole = column.times || ((i == 0 || column.title == "ID") && column.all(is_id));
    }
    rows_ = items.size();
    if (style.width > 0 && taken() > style.width) fit();
  }

  std::string render() const {
    const bool says_so = left_out_ && taken() + display_width(kLeftOut) <= style_.width;
    std::string titles = line([](const Fitted& column) { return column.title; });
    if (says_so) titles += kLeftOut;
    std::string out = style_.title(std::move(titles)) + "\n";
    for (std::size_t row = 0; row < rows_; ++row) {
      const auto last = lines_of_last(row);
      out += line([&](const Fitted& column) {
               return &column == &columns_.back() ? last.front() : cut(column.cells[row], column.width);
             }) +
             "\n";
      const std::size_t before = taken() - columns_.back().width;
      for (std::size_t i = 1; i < last.size(); ++i) out += std::string(before, ' ') + last[i] + "\n";
    }
    return out;
  }

 private:
  struct Fitted {
    std::string title;
    bool right = false, wraps = false;
    bool times = false, whole = false;  // all cells are times; none is to be cut
    std::vector<std::string> cells{};
    std::size_t width = 0;

    template <class Is>
    bool all(Is is) const {
      bool any = false;
      for (const std::string& cell : cells) {
        if (cell == kNothing) continue;
        if (!is(cell)) return false;
        any = true;
      }
      return any;
    }
    bool is_empty() const {
      return std::all_of(cells.begin(), cells.end(), [](const auto& cell) { return cell == kNothing; });
    }
    void measure() {
      width = display_width(title);
      for (const std::string& cell : cells) width = std::max(width, display_width(cell));
    }
  };

  std::size_t taken() const {
    std::size_t out = kGap.size() * (columns_.size() - 1);
    for (const Fitted& column : columns_) out += column.width;
    return out;
  }

  void fit() {
    if (rows_ > 0) drop_empty();
    shorten_times(kToTheMinute);
    if (columns_.back().wraps && taken() > style_.width) {
      Fitted& last = columns_.back();
      const std::size_t others = taken() - last.width;
      last.width = std::max(style_.width > others ? style_.width - others : 0, kLeastWrapped);
    }
    leave_out();
    narrow(1, kLeastWidth, kLeastWrapped);
    narrow(1, kLeastWidth, kLeastWidth);
    narrow(1, kTooNarrow, kLeastWidth);
    narrow(0, kLeastWidth, kLeastWidth);
    shorten_times(kToTheDay);
    narrow(0, 1, 1);
  }

  void drop_empty() {
    for (std::size_t i = columns_.size(); i-- > 1 && taken() > style_.width;) {
      if (columns_[i].is_empty()) columns_.erase(columns_.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }

  // What a column takes at the least, so that what is in it is still worth reading.
  std::size_t least_of(std::size_t i) const {
    const Fitted& column = columns_[i];
    if (column.times) return std::min(column.width, kToTheDay);
    if (column.right || column.whole) return column.width;
    const std::size_t least = i == 0 || column.wraps ? kLeastWidth : kTooNarrow;
    return std::min(column.width, std::max(least, display_width(column.title)));
  }

  // Ids are never cut: where they leave too little room, columns give way from the right, down to the first one and another.
  void leave_out() {
    const auto least = [this] {
      std::size_t out = kGap.size() * (columns_.size() - 1);
      for (std::size_t i = 0; i < columns_.size(); ++i) out += least_of(i);
      return out;
    };
    const bool has_ids =
        std::any_of(columns_.begin(), columns_.end(), [](const Fitted& c) { return c.whole && !c.times; });
    for (std::size_t i = columns_.size(); has_ids && i-- > 1 && columns_.size() > 2;) {
      if (least() <= style_.width) return;
      const Fitted& column = columns_[i];
      if ((column.whole && !column.times) || column.wraps) continue;
      columns_.erase(columns_.begin() + static_cast<std::ptrdiff_t>(i));
      left_out_ = true;
    }
  }

  // All times are UTC.
  void shorten_times(std::size_t length) {
    for (Fitted& column : columns_) {
      if (!column.times || taken() <= style_.width) continue;
      for (std::string& cell : column.cells) {
        if (cell != kNothing) cell.resize(std::min(cell.size(), length));
      }
      column.measure();
    }
  }

  // Takes from the widest, from the column `from` on, until all fit or none has more than `least`, one that wraps more than
  // `least_wrapped`. Numbers are whole or worth nothing.
  void narrow(std::size_t from, std::size_t least, std::size_t least_wrapped) {
    for (std::size_t used = taken(); used > style_.width; --used) {
      Fitted* widest = nullptr;
      for (std::size_t i = from; i < columns_.size(); ++i) {
        Fitted& column = columns_[i];
        const std::size_t kept = std::max(column.wraps ? least_wrapped : least, display_width(column.title));
        if (column.right || column.whole || column.width <= kept) continue;
        if (widest == nullptr || column.width > widest->width) widest = &column;
      }
      if (widest == nullptr) return;
      --widest->width;
    }
  }

  std::vector<std::string> lines_of_last(std::size_t row) const {
    const Fitted& last = columns_.back();
    const std::string& cell = last.cells[row];
    if (!last.wraps || display_width(cell) <= last.width) return {cut(cell, last.width)};
    std::vector<std::string> lines = wrap(cell, last.width);
    if (lines.size() > kMostLinesOfACell) {
      lines.resize(kMostLinesOfACell);
      lines.back() += " …";
    }
    for (std::string& line : lines) line = cut(line, last.width);
    return lines;
  }

  template <class Text>
  std::string line(Text text) const {
    std::string out;
    for (const Fitted& column : columns_) {
      const std::string shown = text(column);
      const bool last = &column == &columns_.back();
      out += column.right ? pad_left(shown, column.width) : last ? shown : pad_right(shown, column.width);
      if (!last) out += kGap;
    }
    return out;
  }

  const Style& style_;
  std::vector<Fitted> columns_;
  std::size_t rows_ = 0;
  bool left_out_ = false;  // a column that says something
};

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

std::string with_names(std::string text, const Style& style) {
  for (const auto& [id, name] : style.people) {
    for (std::size_t at = 0; (at = text.find(id, at)) != std::string::npos; at += name.size())
      text.replace(at, id.size(), name);
  }
  return text;
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
  return Table(columns, items, style).render();
}

std::string render_details(const std::vector<Column>& details, const json::Value& item, const Style& style) {
  std::vector<std::pair<std::string, std::string>> rows;  // of what there is: title, text
  std::size_t width = 0;
  for (const Column& column : details) {
    std::string shown = shown_in(column, item, style);
    if (shown.empty()) continue;
    width = std::max(width, display_width(column.title));
    rows.emplace_back(column.title, std::move(shown));
  }
  width += kGap.size();
  const std::size_t room = style.width >= width + kLeastWrapped ? style.width - width : 0;
  std::string out;
  for (const auto& [title, shown] : rows) {
    out += style.faint(pad_right(title, width - kGap.size())) + std::string(kGap);
    // A path or a digest is copied: what has no spaces is left to the terminal.
    const bool breaks = room > 0 && display_width(shown) > room && shown.find(' ') != std::string::npos;
    out += join(wrap(shown, breaks ? room : 0), "\n" + std::string(width, ' ')) + "\n";
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
