#include "projections/text_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/limits.h"

namespace herald::projections {
namespace {

// Each with its end, which the last one may lack.
std::vector<std::string_view> text_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::size_t bytes = end == std::string_view::npos ? text.size() : end + 1;
    lines.push_back(text.substr(0, bytes));
    text.remove_prefix(bytes);
  }
  return lines;
}

enum class Edit : char { keep = ' ', remove = '-', add = '+' };
struct EditedLine {
  Edit edit;
  std::string_view text;
};

using TextLines = std::vector<std::string_view>;

// By the longest common subsequence; where that would take too long, all goes and all comes.
void edit_middle(const TextLines& before, const TextLines& after, std::size_t& cells,
                 std::vector<EditedLine>& out) {
  const std::size_t rows = before.size(), columns = after.size();
  std::size_t i = 0, j = 0;
  if (rows * columns <= std::min(cells, limits::kMaxComparedCells)) {
    cells -= rows * columns;
    // common[i][j]: of what is left behind i and j
    std::vector<std::uint32_t> common((rows + 1) * (columns + 1));
    const auto at = [&](std::size_t a, std::size_t b) -> std::uint32_t& {
      return common[a * (columns + 1) + b];
    };
    for (std::size_t a = rows; a-- > 0;) {
      for (std::size_t b = columns; b-- > 0;)
        at(a, b) = before[a] == after[b] ? at(a + 1, b + 1) + 1 : std::max(at(a + 1, b), at(a, b + 1));
    }
    while (i < rows && j < columns) {
      if (before[i] == after[j]) {
        out.push_back({Edit::keep, before[i++]});
        ++j;
      } else if (at(i + 1, j) >= at(i, j + 1)) {
        out.push_back({Edit::remove, before[i++]});
      } else {
        out.push_back({Edit::add, after[j++]});
      }
    }
  }
  while (i < rows) out.push_back({Edit::remove, before[i++]});
  while (j < columns) out.push_back({Edit::add, after[j++]});
}

std::vector<EditedLine> edits(const TextLines& before, const TextLines& after, std::size_t& cells) {
  std::size_t head = 0, tail = 0;
  const std::size_t shorter = std::min(before.size(), after.size());
  while (head < shorter && before[head] == after[head]) ++head;
  while (tail < shorter - head && before[before.size() - 1 - tail] == after[after.size() - 1 - tail]) ++tail;
  std::vector<EditedLine> out;
  for (std::size_t i = 0; i < head; ++i) out.push_back({Edit::keep, before[i]});
  const auto middle = [&](const TextLines& lines) {
    return TextLines(lines.begin() + static_cast<std::ptrdiff_t>(head),
                     lines.end() - static_cast<std::ptrdiff_t>(tail));
  };
  edit_middle(middle(before), middle(after), cells, out);
  for (std::size_t i = before.size() - tail; i < before.size(); ++i) out.push_back({Edit::keep, before[i]});
  return out;
}

// The lines from `begin` on that are shown together, and how many of them each side has.
struct Hunk {
  std::size_t begin, end;
  std::size_t before = 0, after = 0;
};

Hunk hunk_at(const std::vector<EditedLine>& lines, const std::vector<bool>& shown, std::size_t begin) {
  Hunk hunk{begin, begin};
  for (; hunk.end < lines.size() && shown[hunk.end]; ++hunk.end) {
    if (lines[hunk.end].edit != Edit::add) ++hunk.before;
    if (lines[hunk.end].edit != Edit::remove) ++hunk.after;
  }
  return hunk;
}

// "3,4"; of no lines the number is that of the line before.
std::string diff_range(std::size_t number, std::size_t count) {
  return fmt::format("{},{}", count == 0 ? number - 1 : number, count);
}

void write_edited(std::string& out, const EditedLine& line) {
  out.push_back(static_cast<char>(line.edit));
  out.append(line.text);
  if (!line.text.ends_with('\n')) out += "\n\\ No newline at end of file\n";
}

}  // namespace

std::string unified_diff(std::string_view before, std::string_view after) {
  std::size_t cells = limits::kMaxComparedCells;
  return unified_diff(before, after, cells);
}

std::string unified_diff(std::string_view before, std::string_view after, std::size_t& cells) {
  if (before == after) return {};
  constexpr std::size_t kAround = 3;
  const std::vector<EditedLine> lines = edits(text_lines(before), text_lines(after), cells);
  std::vector<bool> shown(lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].edit == Edit::keep) continue;
    const std::size_t end = std::min(lines.size(), i + kAround + 1);
    for (std::size_t near = i < kAround ? 0 : i - kAround; near < end; ++near) shown[near] = true;
  }
  std::string out;
  std::size_t number_before = 1, number_after = 1;
  for (std::size_t i = 0; i < lines.size();) {
    if (!shown[i]) {
      ++i;
      ++number_before;
      ++number_after;
      continue;
    }
    const Hunk hunk = hunk_at(lines, shown, i);
    out += fmt::format("@@ -{} +{} @@\n", diff_range(number_before, hunk.before),
                       diff_range(number_after, hunk.after));
    for (; i < hunk.end; ++i) write_edited(out, lines[i]);
    number_before += hunk.before;
    number_after += hunk.after;
  }
  return out;
}

}  // namespace herald::projections
