#include "cli/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <regex>

#include "base/limits.h"
#include "reflect/json_read.h"
#include "reflect/json_write.h"

namespace herald::cli {
namespace {

YamlPlace place_of(const YAML::Mark& mark) {
  return {std::max(mark.line, 0) + 1, std::max(mark.column, 0) + 1};
}

std::string place_text(const std::string& file, const YamlPlace& place) {
  return fmt::format("{}:{}:{}", file, place.line, place.column);
}

Error wrong_at(const std::string& file, const YAML::Mark& mark, const std::string& what) {
  return error(Cause::malformed, fmt::format("{}: {}", place_text(file, place_of(mark)), what));
}

bool is_one_of(const std::string& text, std::initializer_list<const char*> words) {
  return std::any_of(words.begin(), words.end(), [&](const char* word) { return text == word; });
}

bool is_null(const YAML::Node& node) {
  return node.IsNull() || (node.Tag() == "?" && is_one_of(node.Scalar(), {"", "~", "null", "Null", "NULL"}));
}

// A plain scalar by the core schema of YAML 1.2: what is no number, truth value or null is a text.
std::string plain_as_json(const std::string& text) {
  static const std::regex integer("[-+]?[0-9]+"),
      number(R"([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?)");
  static const std::regex as_json(R"(-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?)");
  if (is_one_of(text, {"true", "True", "TRUE"})) return "true";
  if (is_one_of(text, {"false", "False", "FALSE"})) return "false";
  static const std::regex octal("0o[0-7]{1,21}"), hexadecimal("0x[0-9a-fA-F]{1,15}");
  if (std::regex_match(text, octal)) return fmt::format("{}", std::stoull(text.substr(2), nullptr, 8));
  if (std::regex_match(text, hexadecimal)) return fmt::format("{}", std::stoull(text.substr(2), nullptr, 16));
  if (std::regex_match(text, number)) {
    if (std::regex_match(text, as_json)) return text;
    if (std::regex_match(text, integer)) {
      const std::size_t digits = std::min(text.find_first_not_of("+-0"), text.size() - 1);
      return (text.starts_with('-') ? "-" : "") + text.substr(digits);
    }
    return fmt::format("{}", std::stod(text));
  }
  return json::to_json(text);
}

}  // namespace

class YamlReader {
 public:
  YamlReader(const std::string& file, const std::vector<std::string>& texts) : file_(file), texts_(texts) {}

  Result<YamlDocument> read(const YAML::Node& root) {
    document_ = YamlDocument();
    document_.file_ = file_;
    nodes_ = 0;
    if (!root.IsMap()) return wrong_at(file_, root.Mark(), "a document is a map, as \"model: churn\"");
    const YAML::Node first = root.begin()->first;
    document_.first_key_ = first.IsScalar() ? first.Scalar() : "";
    only_texts_ = std::find(texts_.begin(), texts_.end(), document_.first_key_) != texts_.end();
    document_.places_[""] = place_of(root.Mark());
    HERALD_CHECK(add(root, "", 0));
    return std::move(document_);
  }

 private:
  Result<void> add(const YAML::Node& node, const std::string& path, std::size_t depth) {
    // An anchor may stand for a great many; files that people write have few.
    if (depth > limits::kMaxRequestJsonDepth || ++nodes_ > limits::kMaxManifestNodes)
      return wrong_at(file_, node.Mark(), "the document is too deep or too large");
    std::string& out = document_.json_;
    if (node.IsMap()) return add_map(node, path, depth);
    if (node.IsSequence()) {
      out += '[';
      std::size_t number = 0;
      for (const YAML::Node& element : node) {
        if (number > 0) out += ',';
        const std::string at = fmt::format("{}[{}]", path, number++);
        document_.places_[at] = place_of(element.Mark());
        HERALD_CHECK(add(element, at, depth + 1));
      }
      out += ']';
    } else if (is_null(node)) {
      out += "null";
    } else if (node.Tag() == "?" && !only_texts_) {
      out += plain_as_json(node.Scalar());
    } else {
      json::write_string(out, node.Scalar());
    }
    return {};
  }

  Result<void> add_map(const YAML::Node& node, const std::string& path, std::size_t depth) {
    std::string& out = document_.json_;
    out += '{';
    bool first = true;
    for (const auto& entry : node) {
      if (!entry.first.IsScalar()) return wrong_at(file_, entry.first.Mark(), "a key is a text");
      if (!std::exchange(first, false)) out += ',';
      json::write_string(out, entry.first.Scalar());
      out += ':';
      const std::string at = json::member_path(path, entry.first.Scalar());
      document_.places_[at] = place_of(entry.first.Mark());
      HERALD_CHECK(add(entry.second, at, depth + 1));
    }
    out += '}';
    return {};
  }

  const std::string& file_;
  const std::vector<std::string>& texts_;
  YamlDocument document_;
  std::size_t nodes_ = 0;
  bool only_texts_ = false;
};

Result<std::vector<YamlDocument>> YamlDocument::parse(const std::string& file, const std::string& text,
                                                      const std::vector<std::string>& texts) {
  std::vector<YamlDocument> out;
  try {
    YamlReader reader(file, texts);
    for (const YAML::Node& root : YAML::LoadAll(text)) {
      if (!root.IsDefined() || root.IsNull()) continue;
      HERALD_TRY(YamlDocument document, reader.read(root));
      out.push_back(std::move(document));
    }
  } catch (const YAML::Exception& wrong) {
    return wrong_at(file, wrong.mark, "no YAML: " + wrong.msg);
  }
  return out;
}

std::string YamlDocument::where(const std::string& path) const {
  for (std::string at = path;;) {
    const auto found = places_.find(at);
    if (found != places_.end()) return place_text(file_, found->second);
    const std::size_t end = at.find_last_of(".[");
    at = end == std::string::npos ? "" : at.substr(0, end);
  }
}

Error YamlDocument::at(Error wrong) const {
  wrong.message = where(wrong.field) + ": " + wrong.message;
  return wrong;
}

}  // namespace herald::cli
