#include "projections/results.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>
#include <set>

#include "base/limits.h"
#include "reflect/json_numbers.h"
#include "reflect/json_value.h"

namespace herald::projections {
namespace {

constexpr std::string_view kMatrixShape =
    R"(a confusion matrix is {"labels":["no","yes"],"counts":[[90,3],[5,40]]}, or CSV with the labels in the )"
    "first row and the first column";

Error wrong_shape(std::string_view what, std::string_view shape) {
  return error(Cause::invalid_value, fmt::format("{}: {}", what, shape));
}
Error no_matrix(std::string_view what) {
  return wrong_shape(what, kMatrixShape);
}

// A number that is out of range is told as that of a request is: with its place.
Result<json::Document> json_in(std::string_view bytes, std::string_view shape) {
  auto document = json::Document::parse(bytes);
  if (document) return document;
  if (auto number = json::number_that_cannot_be_kept(bytes)) return std::move(*number);
  return wrong_shape("it is no JSON (" + document.error().message + ")", shape);
}

// ---- CSV ----

using CsvRow = std::vector<std::string>;

// RFC 4180, and lines that end in LF alone. Empty lines are passed over.
class CsvRows {
 public:
  explicit CsvRows(std::string_view text) : left_(text) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (left_.starts_with(kByteOrderMark)) left_.remove_prefix(kByteOrderMark.size());
  }

  // Nothing: that was the last one.
  Result<std::optional<CsvRow>> next() {
    while (!left_.empty() && (left_.front() == '\n' || left_.starts_with("\r\n"))) end_line();
    if (left_.empty()) return std::optional<CsvRow>();
    began_ = line_;
    CsvRow row;
    for (;;) {
      HERALD_TRY(std::string field, next_field());
      row.push_back(std::move(field));
      if (left_.empty()) return std::optional(std::move(row));
      if (left_.front() != ',') break;
      left_.remove_prefix(1);
    }
    end_line();
    return std::optional(std::move(row));
  }
  // Of the row that came last; the first is 1.
  std::size_t line() const { return began_; }

 private:
  bool at_end_of_line() const {
    return left_.empty() || left_.front() == '\n' || left_.starts_with("\r\n") || left_ == "\r";
  }
  void end_line() {
    left_.remove_prefix(std::min(left_.find('\n'), left_.size() - 1) + 1);
    ++line_;
  }

  Result<std::string> next_field() {
    if (!left_.starts_with('"')) {
      const std::size_t end = std::min(left_.find_first_of(",\n"), left_.size());
      std::string_view field = left_.substr(0, end);
      left_.remove_prefix(end);
      if (field.ends_with('\r')) field.remove_suffix(1);
      return std::string(field);
    }
    return quoted_field();
  }

  Result<std::string> quoted_field() {
    const std::size_t began = line_;
    std::string field;
    left_.remove_prefix(1);
    for (;;) {
      const std::size_t quote = left_.find('"');
      if (quote == std::string_view::npos) {
        return wrong_shape(fmt::format("the quotes that open in line {} are not closed", began),
                           "a quote within quotes is written twice");
      }
      for (const char c : left_.substr(0, quote)) line_ += c == '\n' ? 1 : 0;
      field.append(left_.substr(0, quote));
      left_.remove_prefix(quote + 1);
      if (!left_.starts_with('"')) break;
      field.push_back('"');
      left_.remove_prefix(1);
    }
    if (at_end_of_line() || left_.front() == ',') return field;
    return wrong_shape(fmt::format("something follows the closing quotes in line {}", line_),
                       "behind them comes a comma or the end of the line");
  }

  std::string_view left_;
  std::size_t line_ = 1, began_ = 1;
};

Result<void> check_csv_table(std::string_view bytes) {
  CsvRows rows(bytes);
  std::size_t width = 0;
  for (;;) {
    HERALD_TRY(const auto row, rows.next());
    if (!row) break;
    if (width == 0) width = row->size();
    if (row->size() == width) continue;
    return wrong_shape(
        fmt::format("line {} has {} fields, and the first one {}", rows.line(), row->size(), width),
        "all rows of a table have the same number of fields");
  }
  if (width == 0) return wrong_shape("it is empty", "a table as CSV has a row with the names of its columns");
  return {};
}

// ---- matrices ----

std::optional<double> count_in(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<void> check_labels(const std::vector<std::string>& labels) {
  if (labels.empty()) return no_matrix("it has no labels");
  if (labels.size() > limits::kMaxMatrixLabels) {
    return no_matrix(
        fmt::format("it has {} labels, and at most {} are allowed", labels.size(), limits::kMaxMatrixLabels));
  }
  std::set<std::string_view> seen;
  for (const std::string& label : labels)
    if (!seen.insert(label).second) return no_matrix(fmt::format("the label \"{}\" is there twice", label));
  return {};
}

Result<void> check_count(const std::optional<double>& count, std::size_t row) {
  if (count && std::isfinite(*count) && *count >= 0) return {};
  return no_matrix(fmt::format("in row {} something is no number from 0 on", row + 1));
}

Result<void> check_square(const ConfusionMatrix& matrix) {
  const std::size_t size = matrix.labels.size();
  if (matrix.counts.size() != size) {
    return no_matrix(
        fmt::format("it has {} labels and {} rows, and each label has a row", size, matrix.counts.size()));
  }
  for (std::size_t i = 0; i < size; ++i) {
    if (matrix.counts[i].size() == size) continue;
    return no_matrix(
        fmt::format("row {} has {} counts, and there are {} labels", i + 1, matrix.counts[i].size(), size));
  }
  return {};
}

Result<ConfusionMatrix> matrix_in_csv(std::string_view bytes) {
  ConfusionMatrix matrix;
  CsvRows rows(bytes);
  HERALD_TRY(auto head, rows.next());
  if (!head) return no_matrix("it is empty");
  matrix.labels.assign(std::next(head->begin()), head->end());
  HERALD_CHECK(check_labels(matrix.labels));
  for (std::size_t i = 0;; ++i) {
    HERALD_TRY(const auto row, rows.next());
    if (!row) break;
    if (i < matrix.labels.size() && row->front() != matrix.labels[i]) {
      return no_matrix(fmt::format("row {} begins with \"{}\", and column {} is of \"{}\"", i + 1,
                                   row->front(), i + 1, matrix.labels[i]));
    }
    auto& counts = matrix.counts.emplace_back();
    for (std::size_t column = 1; column < row->size(); ++column) {
      const auto count = count_in((*row)[column]);
      HERALD_CHECK(check_count(count, i));
      counts.push_back(*count);
    }
    if (matrix.counts.size() > matrix.labels.size()) break;
  }
  HERALD_CHECK(check_square(matrix));
  return matrix;
}

// Classes are called by words, numbers or truths.
std::optional<std::string> label_in(const json::Value& value) {
  if (const auto text = value.string()) return std::string(*text);
  if (value.kind() == json::Kind::integer || value.kind() == json::Kind::boolean) return value.dump();
  return std::nullopt;
}

// Of two that are called the same, one would be read and the other not.
Result<void> check_members_are_there_once(const json::Value& object) {
  std::set<std::string_view> seen;
  for (const auto& [name, value] : object.members())
    if (!seen.insert(name).second) return no_matrix(fmt::format("\"{}\" is there twice", name));
  return {};
}

Result<ConfusionMatrix> matrix_in_json(std::string_view bytes) {
  HERALD_TRY(const auto document, json_in(bytes, kMatrixShape));
  HERALD_CHECK(check_members_are_there_once(document.root()));
  const auto labels = document.root().find("labels"), counts = document.root().find("counts");
  const bool has_lists =
      labels && counts && labels->kind() == json::Kind::array && counts->kind() == json::Kind::array;
  if (!has_lists) return no_matrix("it lacks \"labels\" or \"counts\", or one of them is no list");
  ConfusionMatrix matrix;
  for (const json::Value value : labels->elements()) {
    auto label = label_in(value);
    if (!label) return no_matrix("a label is neither a text nor a whole number");
    matrix.labels.push_back(std::move(*label));
  }
  HERALD_CHECK(check_labels(matrix.labels));
  for (const json::Value value : counts->elements()) {
    auto& row = matrix.counts.emplace_back();
    if (value.kind() != json::Kind::array)
      return no_matrix(fmt::format("row {} is no list", matrix.counts.size()));
    for (const json::Value count : value.elements()) {
      HERALD_CHECK(check_count(count.number(), matrix.counts.size() - 1));
      row.push_back(*count.number());
    }
  }
  HERALD_CHECK(check_square(matrix));
  return matrix;
}

Result<void> check_json_table(std::string_view bytes) {
  constexpr std::string_view kTableShape = "a table as JSON is a list of rows, or an object";
  HERALD_TRY(const auto document, json_in(bytes, kTableShape));
  const json::Kind kind = document.root().kind();
  if (kind == json::Kind::array || kind == json::Kind::object) return {};
  return wrong_shape(fmt::format("it is a single {}", json::to_string(kind)), kTableShape);
}

Result<void> check_utf8(std::string_view bytes) {
  if (json::is_utf8(bytes)) return {};
  return wrong_shape("it is not in UTF-8", "write it so");
}

Result<void> check_picture(std::string_view bytes) {
  constexpr std::string_view kPngSignature = "\x89PNG\r\n\x1A\n";
  static_assert(kPngSignature.size() == kSignatureBytes);
  if (bytes.starts_with(kPngSignature)) return {};
  return wrong_shape("it is no PNG", "a picture begins with the signature of PNG");
}

}  // namespace

Result<ConfusionMatrix> read_confusion_matrix(std::string_view media_type, std::string_view bytes) {
  if (media_type == "application/json") return matrix_in_json(bytes);
  HERALD_CHECK(check_utf8(bytes));
  return matrix_in_csv(bytes);
}

Result<void> check_result(registry::EvaluationFileKind kind, std::string_view media_type,
                          std::string_view bytes) {
  const bool is_data = media_type == "application/json" || media_type == "text/csv";
  if (kind != registry::EvaluationFileKind::media && !is_data) return {};  // refused by the rules
  switch (kind) {
    case registry::EvaluationFileKind::confusion_matrix: {
      const auto matrix = read_confusion_matrix(media_type, bytes);
      if (!matrix) return matrix.error();
      return {};
    }
    case registry::EvaluationFileKind::table:
      if (media_type == "application/json") return check_json_table(bytes);
      HERALD_CHECK(check_utf8(bytes));
      return check_csv_table(bytes);
    case registry::EvaluationFileKind::media:
      if (media_type == "image/png") return check_picture(bytes);
      return {};
  }
  return {};
}

}  // namespace herald::projections
