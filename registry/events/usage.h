// Who used a version, and how it did when it was held against a data set.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "registry/events/of.h"

namespace herald::registry {

// Said once by the consumer, or the sum of what it resolved in an hour: `count` times from `since` to `until`.
struct UsageRecorded : OfVersion {
  static constexpr std::string_view kType = "usage.recorded";
  Label consumer;
  std::optional<AliasName> alias;  // by which it was asked for
  std::uint64_t count = 1;
  Timestamp since, until;
};
BOOST_DESCRIBE_STRUCT(UsageRecorded, (OfVersion), (consumer, alias, count, since, until))

BOOST_DEFINE_ENUM_CLASS(EvaluationFileKind, confusion_matrix, table, media)

// A blob. Tables and confusion matrices are JSON or CSV, media are PNG or HTML.
struct EvaluationFile {
  Label name;
  EvaluationFileKind kind = EvaluationFileKind::table;
  std::string media_type;
  Digest digest;
  std::uint64_t bytes = 0;
  friend bool operator==(const EvaluationFile&, const EvaluationFile&) = default;
};
BOOST_DESCRIBE_STRUCT(EvaluationFile, (), (name, kind, media_type, digest, bytes))

struct EvaluationRecorded : OfVersion {
  static constexpr std::string_view kType = "evaluation.recorded";
  EvaluationId evaluation_id;
  std::optional<Label> name;
  std::optional<Node>
      dataset;               // a data set, an artifact that is one, or a version of a registry of data sets
  std::optional<Label> run;  // of the evaluator
  std::map<std::string, double> metrics;
  std::vector<EvaluationFile> files;
};
BOOST_DESCRIBE_STRUCT(EvaluationRecorded, (OfVersion), (evaluation_id, name, dataset, run, metrics, files))

}  // namespace herald::registry
