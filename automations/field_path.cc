#include "automations/field_path.h"

#include <fmt/format.h>

#include <charconv>

#include "base/limits.h"

namespace herald::automations {
namespace {

constexpr std::string_view kNotInNames = ".[]\"|{}$ \t\r\n";

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<std::vector<FieldPath::Step>> parse() {
    HERALD_CHECK(name());
    while (at_ < text_.size()) {
      if (steps_.size() == limits::kMaxRequestJsonDepth) return wrong("the path is too deep");
      if (text_[at_] == '.') {
        ++at_;
        HERALD_CHECK(name());
      } else if (text_[at_] == '[') {
        ++at_;
        HERALD_CHECK(bracket());
      } else {
        return wrong("expected \".\" or \"[\"");
      }
    }
    return std::move(steps_);
  }

 private:
  Error wrong(std::string_view what) const {
    return error(Cause::invalid_value,
                 fmt::format("\"{}\" is not a path: {} at position {}", text_.substr(0, 128), what, at_ + 1));
  }

  Result<void> name() {
    const std::size_t end = std::min(text_.find_first_of(kNotInNames, at_), text_.size());
    if (end == at_) return wrong("expected a name");
    steps_.emplace_back(std::string(text_.substr(at_, end - at_)));
    at_ = end;
    return {};
  }

  Result<void> bracket() {
    HERALD_CHECK(at_ < text_.size() && text_[at_] == '"' ? quoted() : index());
    if (at_ == text_.size() || text_[at_] != ']') return wrong("expected \"]\"");
    ++at_;
    return {};
  }

  Result<void> index() {
    std::size_t value = 0;
    const char* begin = text_.data() + at_;
    const auto [end, failed] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (failed != std::errc{})
      return wrong("expected an index such as [0] or a quoted name such as [\"a.b\"]");
    at_ += static_cast<std::size_t>(end - begin);
    steps_.emplace_back(value);
    return {};
  }

  Result<void> quoted() {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2 : 1;
    if (end >= text_.size()) return wrong("the quoted name is never closed");
    const auto document = json::Document::parse(text_.substr(at_, end + 1 - at_));
    if (!document) return wrong("the quoted name is not a JSON string");
    steps_.emplace_back(std::string(*document->root().string()));
    at_ = end + 1;
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<FieldPath::Step> steps_;
};

std::optional<json::Value> element(json::Value array, std::size_t index) {
  for (const json::Value value : array.elements()) {
    if (index-- == 0) return value;
  }
  return std::nullopt;
}

}  // namespace

Result<FieldPath> FieldPath::parse(std::string_view text) {
  FieldPath path;
  HERALD_TRY(path.steps_, Parser(text).parse());
  return path;
}

std::optional<json::Value> FieldPath::find(json::Value root, std::size_t skipped) const {
  std::optional<json::Value> value = root;
  for (std::size_t i = skipped; value && i < steps_.size(); ++i) {
    const auto* member = std::get_if<std::string>(&steps_[i]);
    value = member ? value->find(*member) : element(*value, std::get<std::size_t>(steps_[i]));
  }
  return value;
}

std::string_view FieldPath::name(std::size_t step) const {
  const auto* member = step < steps_.size() ? std::get_if<std::string>(&steps_[step]) : nullptr;
  return member ? std::string_view(*member) : std::string_view();
}

}  // namespace herald::automations
