// How a resource looks: as a row of a table, as a list of its facts, as the one word that other commands
// take.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reflect/json_value.h"

namespace herald::cli {

// What a column shows of a resource; empty where there is nothing.
using Cell = std::function<std::string(const json::Value& resource)>;

// The member at a path with dots ("created.time"), or nothing.
std::optional<json::Value> member_at(const json::Value& resource, std::string_view path);
// For people: strings with control characters made harmless, all else as JSON; empty when absent.
std::string text_at(const json::Value& resource, std::string_view path);

// The string and the whole number at a path, for use rather than for show; empty and zero when absent.
std::string string_at(const json::Value& resource, std::string_view path);
std::uint64_t number_at(const json::Value& resource, std::string_view path);

// ---- cells ----
Cell text(std::string path);
Cell time(std::string path);
Cell bytes(std::string path);
Cell seconds(std::string path);
Cell version(std::string path);  // 3 -> "v3"
Cell pairs(std::string path);    // {"a":"b"} -> "a=b"
Cell words(std::string path);    // ["a","b"] -> "a, b"
Cell mark(std::string path);     // {sequence,time,actor} -> "2026-... by anonymous (event 12)"

struct Column {
  std::string title;
  Cell cell;
  bool right = false;        // aligned to the right
  bool wraps = false;        // the last one: goes on in lines below where there is too little room
  bool as_recorded = false;  // with ids where people have names: for what commands take as it is
};

struct View {
  Cell id;
  std::vector<Column> table{};    // of a list
  std::vector<Column> details{};  // of one; those that are empty are left out
};

// Colours are used only when `colours` says so.
struct Style {
  bool colours = false;
  std::size_t width = 0;                           // of the terminal; 0: as wide as it gets
  std::map<std::string, std::string> people = {};  // names by ids, which stand in place of them
  std::string title(std::string text) const;
  std::string faint(std::string text) const;
  std::string difference(char sign, std::string text) const;  // '+', '-' or '~'
};

// Ids of people as their names, wherever they stand in the text.
std::string with_names(std::string text, const Style& style);

// Rows of cells under titles, aligned. Where the terminal is too narrow, columns in which no row has anything are left out, then
// times lose their seconds, then the widest texts are cut, the first column last, and times are days; numbers and ids are whole
// even where that is too wide.
std::string render_table(const std::vector<Column>& columns, const std::vector<json::Value>& items,
                         const Style& style);
std::string render_details(const std::vector<Column>& details, const json::Value& item, const Style& style);
// JSON with line breaks, members in the order they came.
std::string render_json(const json::Value& value);

// The texts of the elements of the array at the member `name` of a JSON object, byte for byte as they came.
std::vector<std::string_view> raw_elements(std::string_view object, std::string_view name);

}  // namespace herald::cli
