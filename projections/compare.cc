#include "projections/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "reflect/json_value.h"

namespace herald::projections {
namespace {

// What one version says of one thing. `plain`: the value as all that are equal to it write it, where that is another way.
struct Said {
  json::Raw value;
  std::optional<double> number = {};
  std::optional<std::string> text = {};
  std::string plain = {};

  const std::string& equal_to() const { return plain.empty() ? value.text() : plain; }
};

// Whole numbers without a point, members in the order of their names.
std::string plain_json(const json::Value& value) {
  constexpr double kMostWhole = 9e18;
  switch (value.kind()) {
    case json::Kind::real: {
      const double number = value.number().value_or(0);
      const bool is_whole = std::floor(number) == number && std::abs(number) < kMostWhole;
      return is_whole ? fmt::format("{}", static_cast<std::int64_t>(number)) : value.dump();
    }
    case json::Kind::array: {
      std::string out = "[";
      for (const json::Value element : value.elements()) out += plain_json(element) + ",";
      return out + "]";
    }
    case json::Kind::object: {
      std::map<std::string, std::string> members;
      for (const auto& [name, member] : value.members()) members.emplace(name, plain_json(member));
      std::string out = "{";
      for (const auto& [name, member] : members) out += json::to_json(name) + ":" + member + ",";
      return out + "}";
    }
    default:
      return value.dump();
  }
}

using RowKey = std::tuple<Aspect, std::string, std::string>;  // aspect, group, name

class SaidRows {
 public:
  // Borrows the page.
  SaidRows(std::size_t versions, const ComparisonPage& page) : versions_(versions), page_(page) {}

  // The first that is said counts.
  void say(std::size_t version, RowKey key, Said said) {
    if (!page_.wants(std::get<Aspect>(key))) return;
    auto& row = rows_.try_emplace(std::move(key), versions_).first->second;
    if (!row[version]) row[version] = std::move(said);
  }

  Comparison finish() const {
    Comparison comparison;
    std::size_t passed = 0;
    for (const auto& [key, row] : rows_) {
      const bool same = is_same(row);
      if (same) ++comparison.same;
      if (same && page_.show == Show::differences) continue;
      if (passed < page_.passed) {
        ++passed;
      } else if (comparison.rows.size() < page_.limit) {
        comparison.rows.push_back(presented(key, row));
      } else {
        comparison.more = true;
      }
    }
    return comparison;
  }

 private:
  using Row = std::vector<std::optional<Said>>;

  static bool is_same(const Row& row) {
    return std::all_of(row.begin(), row.end(), [&](const std::optional<Said>& said) {
      return what_is_said(said) == what_is_said(row.front());
    });
  }

  static std::string_view what_is_said(const std::optional<Said>& said) {
    return said ? std::string_view(said->equal_to()) : "null";
  }

  static ComparedRow presented(const RowKey& key, const Row& row) {
    const auto& [aspect, group, name] = key;
    ComparedRow out{.aspect = aspect, .name = name};
    if (!group.empty()) out.group = group;
    bool has_numbers = false, has_texts = false;
    for (const std::optional<Said>& said : row) {
      out.values.push_back({true, said ? std::optional(said->value) : std::nullopt});
      has_numbers = has_numbers || (said && said->number);
      has_texts = has_texts || (said && said->text);
    }
    if (has_numbers) out.change = changes(row);
    if (has_texts) out.diff = diffs(row);
    return out;
  }

  static std::vector<reflect::Nullable<double>> changes(const Row& row) {
    std::vector<reflect::Nullable<double>> out;
    for (std::size_t i = 0; i < row.size(); ++i) {
      out.push_back({true, std::nullopt});
      const bool comparable = i > 0 && row[i] && row[0] && row[i]->number && row[0]->number;
      if (!comparable) continue;
      const double change = *row[i]->number - *row[0]->number;
      if (std::isfinite(change)) out.back().value = change;
    }
    return out;
  }

  static std::vector<reflect::Nullable<std::string>> diffs(const Row& row) {
    std::vector<reflect::Nullable<std::string>> out;
    const std::string first = row[0] && row[0]->text ? *row[0]->text : "";
    for (std::size_t i = 0; i < row.size(); ++i) {
      out.push_back({true, std::nullopt});
      if (i > 0) out.back().value = unified_diff(first, row[i] && row[i]->text ? *row[i]->text : "");
    }
    return out;
  }

  std::size_t versions_;
  const ComparisonPage& page_;
  std::map<RowKey, Row> rows_;
};

std::string title_of_evaluation(const registry::EvaluationRecord& evaluation) {
  const std::string name = evaluation.name ? evaluation.name->str() : "evaluation";
  return evaluation.dataset ? name + " on " + evaluation.dataset->name : name;
}

json::Raw text_value(std::string_view text) {
  return json::Raw(json::to_json(std::string(text)));
}

std::string path_below(const std::string& path, std::string_view name) {
  const bool plain = !name.empty() && name.find_first_of(".\"") == std::string_view::npos;
  const std::string segment = plain ? std::string(name) : json::to_json(std::string(name));
  return path.empty() ? segment : path + "." + segment;
}

// What one version says, aspect by aspect.
class VersionSpeaker {
 public:
  VersionSpeaker(SaidRows& rows, std::size_t version) : rows_(rows), version_(version) {}

  void facts(const Comparable& of) {
    const registry::VersionRecord& version = of.version;
    fact("source", version.source);
    fact("digest", version.digest);
    fact("stage", version.stage);
    say(Aspect::fact, "status", text_value(reflect::enum_name(version.status)));
    if (!of.aliases.empty()) say(Aspect::fact, "aliases", json::Raw(json::to_json(of.aliases)));
    if (!version.run) return;
    const registry::Run& run = *version.run;
    fact("run.id", std::optional(run.id));
    fact("run.name", run.name);
    fact("run.url", run.url);
    fact("run.commit", run.commit);
    fact("run.repository", run.repository);
    fact("run.framework", run.framework);
    fact("run.environment", run.environment);
    if (run.parameters) tree(Aspect::parameter, *run.parameters);
  }

  void metrics(const std::map<std::string, double>& metrics, Aspect aspect, const std::string& group = {}) {
    for (const auto& [name, value] : metrics)
      rows_.say(version_, {aspect, group, name}, {json::Raw(json::to_json(value)), value});
  }

  void tags(const std::map<std::string, std::string>& tags) {
    for (const auto& [key, value] : tags) say(Aspect::tag, key, text_value(value));
  }

  void tree(Aspect aspect, const json::Raw& value) {
    if (const auto document = json::Document::parse(value.text())) walk(aspect, document->root(), {});
  }

  void files(const std::map<std::string, json::Raw>& files) {
    for (const auto& [path, file] : files) say(Aspect::file, path, file);
  }

  void text(const std::string& name, const std::optional<std::string>& text) {
    if (text) rows_.say(version_, {Aspect::text, {}, name}, {text_value(*text), std::nullopt, *text});
  }

  void lineage(const std::vector<std::string>& lineage) {
    for (const std::string& edge : lineage) say(Aspect::lineage, edge, json::Raw("true"));
  }

  // Whether there was room for all that they say.
  bool evaluations(const Comparable& of) {
    ComparedEvaluations taken;
    std::vector<const registry::EvaluationRecord*> compared;
    for (const registry::EvaluationRecord& evaluation : of.evaluations) {
      if (!taken.take(evaluation)) continue;
      compared.push_back(&evaluation);
      const std::string group = title_of_evaluation(evaluation);
      metrics(evaluation.metrics, Aspect::evaluation, group);
      for (const registry::EvaluationFile& file : evaluation.files)
        rows_.say(version_, {Aspect::evaluation, group, name_of_file(file)}, {text_value(file.digest.str())});
    }
    for (const registry::EvaluationRecord* evaluation : compared) {
      for (const registry::EvaluationFile& file : evaluation->files) {
        const auto matrix = of.matrices.find(file.digest);
        if (matrix != of.matrices.end() && taken.take_cells(matrix->second))
          cells(title_of_evaluation(*evaluation), name_of_file(file), matrix->second);
      }
    }
    return !taken.is_truncated();
  }

 private:
  static std::string name_of_file(const registry::EvaluationFile& file) { return "file " + file.name.str(); }

  // "file confusion [no, yes]": what stands in the row of "no" and the column of "yes".
  void cells(const std::string& group, const std::string& name, const ConfusionMatrix& matrix) {
    for (std::size_t row = 0; row < matrix.labels.size(); ++row) {
      for (std::size_t column = 0; column < matrix.labels.size(); ++column) {
        const double count = matrix.counts[row][column];
        rows_.say(version_,
                  {Aspect::evaluation, group,
                   fmt::format("{} [{}, {}]", name, matrix.labels[row], matrix.labels[column])},
                  {json::Raw(json::to_json(count)), count});
      }
    }
  }

  void say(Aspect aspect, std::string name, json::Raw value) {
    rows_.say(version_, {aspect, {}, std::move(name)}, {std::move(value)});
  }
  template <class Text>
  void fact(std::string name, const std::optional<Text>& text) {
    if (text) say(Aspect::fact, std::move(name), text_value(text->str()));
  }

  void walk(Aspect aspect, const json::Value& value, const std::string& path) {
    bool is_branch = false;
    if (value.kind() == json::Kind::object) {
      for (const auto& [name, member] : value.members()) {
        walk(aspect, member, path_below(path, name));
        is_branch = true;
      }
    }
    if (is_branch || path.empty()) return;
    std::optional<double> number;
    if (value.kind() == json::Kind::integer || value.kind() == json::Kind::real) number = value.number();
    json::Raw shown(value.dump());
    std::string plain = plain_json(value);
    if (plain == shown.text()) plain.clear();
    rows_.say(version_, {aspect, {}, path}, {std::move(shown), number, std::nullopt, std::move(plain)});
  }

  SaidRows& rows_;
  std::size_t version_;
};

// ---- texts ----

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
void edit_middle(const TextLines& before, const TextLines& after, std::vector<EditedLine>& out) {
  const std::size_t rows = before.size(), columns = after.size();
  std::size_t i = 0, j = 0;
  if (rows * columns <= limits::kMaxComparedCells) {
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

std::vector<EditedLine> edits(const TextLines& before, const TextLines& after) {
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
  edit_middle(middle(before), middle(after), out);
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
  if (before == after) return {};
  constexpr std::size_t kAround = 3;
  const std::vector<EditedLine> lines = edits(text_lines(before), text_lines(after));
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

bool ComparedEvaluations::take(const registry::EvaluationRecord& evaluation) {
  std::string title = title_of_evaluation(evaluation);
  if (told_.contains(title) || !take_room(evaluation.metrics.size() + evaluation.files.size())) return false;
  told_.insert(std::move(title));
  return true;
}

bool ComparedEvaluations::take_cells(const ConfusionMatrix& matrix) {
  return take_room(matrix.labels.size() * matrix.labels.size());
}

bool ComparedEvaluations::take_room(std::size_t values) {
  if (truncated_ || values > room_) {
    truncated_ = true;
    return false;
  }
  room_ -= values;
  return true;
}

Comparison compare(const std::vector<Comparable>& versions, const ComparisonPage& page) {
  SaidRows rows(versions.size(), page);
  bool all_told = true;
  for (std::size_t i = 0; i < versions.size(); ++i) {
    const Comparable& of = versions[i];
    VersionSpeaker speaker(rows, i);
    speaker.facts(of);
    speaker.metrics(of.version.metrics, Aspect::metric);
    speaker.tags(of.version.tags);
    speaker.tree(Aspect::metadata, of.version.metadata);
    speaker.files(of.files);
    speaker.text("description", of.description);
    speaker.text("card", of.card);
    speaker.lineage(of.lineage);
    all_told = speaker.evaluations(of) && all_told;
  }
  Comparison comparison = rows.finish();
  comparison.truncated = !all_told;
  return comparison;
}

Comparison compare_evaluations(const std::vector<Comparable>& versions, const ComparisonPage& page) {
  SaidRows rows(versions.size(), page);
  bool all_told = true;
  for (std::size_t i = 0; i < versions.size(); ++i)
    all_told = VersionSpeaker(rows, i).evaluations(versions[i]) && all_told;
  Comparison comparison = rows.finish();
  comparison.truncated = !all_told;
  return comparison;
}

}  // namespace herald::projections
