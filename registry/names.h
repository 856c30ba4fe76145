// The names of the domain as types, each with its rule. A value of such a type has passed its rule; parse() is the
// only way in from outside, trusted() takes what an event or a record already holds.
//
// Grammar (docs/concepts.md tells it to users; a line is UTF-8 without control characters, invisible characters and marks
// of direction):
//   RegistryName    1-64 bytes of a-z 0-9 - _ . , beginning with a letter or digit
//   ModelName       1-256 bytes of a line, no '/' ':' '@', no space at either end
//   AliasName       1-128 of A-Z a-z 0-9 - _ . ; not "latest", not "v" and digits, not digits alone
//   TagKey          1-128 bytes of a line; TagValue 0-1024 bytes of UTF-8, no control characters but \t \r \n
//   MetricName      1-256 bytes of a line
//   FilePath        1-1024 bytes, relative, '/'-separated, no empty, "." or ".." segment, no backslash
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"
#include "base/strong.h"

namespace herald::registry {

// Rule::check(text) -> Result<void>, with Rule::kWhat for error sentences.
template <class Rule>
class Name {
 public:
  Name() = default;
  static Result<Name> parse(std::string_view text) {
    HERALD_CHECK(Rule::check(text));
    return Name(std::string(text));
  }
  static Name trusted(std::string_view text) { return Name(std::string(text)); }
  const std::string& str() const { return text_; }
  friend auto operator<=>(const Name&, const Name&) = default;

 private:
  explicit Name(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

struct RegistryNameRule {
  static Result<void> check(std::string_view text);
};
struct ModelNameRule {
  static Result<void> check(std::string_view text);
};
struct AliasNameRule {
  static Result<void> check(std::string_view text);
};
struct TagKeyRule {
  static Result<void> check(std::string_view text);
};
struct TagValueRule {
  static Result<void> check(std::string_view text);
};
struct MetricNameRule {
  static Result<void> check(std::string_view text);
};
struct UriRule {
  static Result<void> check(std::string_view text);
};
struct ReasonRule {
  static Result<void> check(std::string_view text);
};
struct FilePathRule {
  static Result<void> check(std::string_view text);
};
struct LabelRule {
  static Result<void> check(std::string_view text);
};  // 1-256 bytes of a line
struct IdentifierRule {
  static Result<void> check(std::string_view text);
};  // 1-128 of A-Z a-z 0-9 - _ .

using RegistryName = Name<RegistryNameRule>;
using ModelName = Name<ModelNameRule>;
using AliasName = Name<AliasNameRule>;
using TagKey = Name<TagKeyRule>;
using TagValue = Name<TagValueRule>;
using MetricName = Name<MetricNameRule>;
using Uri = Name<UriRule>;
using Reason = Name<ReasonRule>;
using FilePath = Name<FilePathRule>;
using Label = Name<LabelRule>;  // names of artifacts, automations, runs, data sets
using SecretName = Name<IdentifierRule>;
using StageName = Name<IdentifierRule>;

using RegistryId = Id<struct RegistryTag>;
using ModelId = Id<struct ModelTag>;
using ArtifactId = Id<struct ArtifactTag>;
using CommentId = Id<struct CommentTag>;
using AutomationId = Id<struct AutomationTag>;
using DeliveryId = Id<struct DeliveryTag>;
using EvaluationId = Id<struct EvaluationTag>;
using PrincipalId = Id<struct PrincipalTag>;
using TokenId = Id<struct TokenTag>;
using EntryId = Id<struct EntryTag>;  // of a state of an entry in the directory

// Counted from 1 within a model, never reused.
using VersionNumber = Strong<struct VersionNumberTag, std::uint64_t>;

// "v3", "latest" or an alias: what stands behind the colon of `churn:production`.
struct VersionSelector {
  enum class Kind { number, latest, alias } kind = Kind::latest;
  VersionNumber number;  // for Kind::number
  AliasName alias;       // for Kind::alias
  static Result<VersionSelector> parse(std::string_view text);
  std::string str() const;
};

// `[registry/]model:selector`; the registry is "models" when left out.
struct VersionReference {
  RegistryName registry;
  ModelName model;
  VersionSelector selector;
  static Result<VersionReference> parse(std::string_view text);
};

inline constexpr std::string_view kDefaultRegistry = "models";

}  // namespace herald::registry
