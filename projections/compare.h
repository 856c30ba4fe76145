// What differs between versions. Pure: what is compared comes in as values, whoever read them.
#pragma once

#include <boost/describe.hpp>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "projections/results.h"
#include "reflect/describe.h"
#include "reflect/json_write.h"
#include "registry/state.h"

namespace herald::projections {

// A file of one of the artifacts that are linked in a version; or such an artifact itself, under its name: one that has a
// reference in place of files, or whose list of files was not read.
struct ComparedFile {
  Digest digest;
  std::size_t artifact = 0;  // its place in VersionRecord::artifacts
  std::optional<std::uint64_t> bytes = {};
  std::optional<registry::Uri> reference = {};
};

// Of a version, or of the run that made it: "trained_on", and what.
struct ComparedOrigin {
  registry::Relation relation = registry::Relation::used;
  registry::Node from;
};

struct ComparedEvaluation : registry::EvaluationRecord {
  bool hidden = false;  // it was made on something that is not shown: `dataset` is nothing
};

struct Comparable {
  registry::VersionRecord version;
  std::vector<registry::AliasName> aliases = {};
  std::optional<std::string> description = {}, card = {};       // the texts
  std::map<std::string, std::vector<ComparedFile>> files = {};  // by path, in any order
  std::vector<ComparedOrigin> lineage = {};                     // in any order
  std::vector<ComparedEvaluation> evaluations = {};  // of each name and data set the first one counts
  // Of their files, those to be held against others cell by cell, and line by line.
  std::map<Digest, ConfusionMatrix> matrices = {};
  std::map<Digest, std::string> tables = {};
};
// Which evaluations of one version are compared: of each name and data set the first one (of hidden data sets, which are not
// told apart, of each name), as far as what they say fits into kMaxComparedResults; then the cells of their matrices, as far
// as those fit. Beyond the first that does not, none is taken.
class ComparedEvaluations {
 public:
  // In their order. False: one like it was taken, or there is no room.
  bool take(const ComparedEvaluation& evaluation);
  // After all evaluations, in their order.
  bool take_cells(const ConfusionMatrix& matrix);
  bool is_truncated() const { return truncated_; }  // something had no room

 private:
  bool take_room(std::size_t values);
  std::set<std::string> told_;
  std::size_t room_ = limits::kMaxComparedResults;
  bool truncated_ = false;
};

BOOST_DEFINE_ENUM_CLASS(Aspect, fact, metric, tag, parameter, metadata, file, text, lineage, evaluation)

// One thing that the versions say, or do not: `values` in the order of the versions, null where one does not say it.
//
// What rows are about is matched by what it is, and shown by what it is called: an artifact, a version, a data set by kind
// and id; an evaluation by its name and what it was made on; a file by its path. `group`, and the `name` of lineage, have the
// id behind them, "(artifact 0193...)", where something else in the comparison is called the same. An evaluation on something
// that is hidden is itself alone: it is held against no other, since nobody may be told whether both are of one data set.
//
// A path that several artifacts of a version have is one row. Its value is a list of the files there, by digest, each content
// once, with the artifact that has it; two such lists are equal where their contents are.
struct ComparedRow {
  Aspect aspect = Aspect::fact;
  std::optional<std::string> group = {};    // of an evaluation: its name and data set
  std::string name = {};                    // in metadata and parameters a path: a.b."c.d"
  std::optional<registry::Node> node = {};  // of lineage: what it comes from; of an evaluation: its data set
  std::optional<bool> hidden = {};          // true: of an evaluation on something that is hidden
  std::optional<std::string> file = {};     // of an evaluation: which of its files
  std::optional<std::vector<std::string>> cell =
      {};  // of that file, a matrix: the labels of the row and the column
  std::vector<reflect::Nullable<json::Raw>> values = {};
  // Against the first version. Of numbers: how much more; of texts, and of tables and pages: what a unified diff says. Null
  // where there is nothing to hold against each other.
  std::optional<std::vector<reflect::Nullable<double>>> change = {};
  std::optional<std::vector<reflect::Nullable<std::string>>> diff = {};
};
BOOST_DESCRIBE_STRUCT(ComparedRow, (), (aspect, group, name, node, hidden, file, cell, values, change, diff))

// Two versions say the same where their values are equal as JSON: 1 is 1.0, 0 is -0, members may stand in any order, and null
// is what is said where nothing is.
struct Comparison {
  std::vector<ComparedRow> rows;  // by aspect, group and name
  std::size_t same = 0;           // rows that all versions say alike, on whatever page
  bool more = false;              // there are rows behind these
  bool truncated = false;         // evaluations say more than is compared
};

enum class Show { differences, all };
// Which rows: of the aspects alone, where there are any; behind the first `passed`, and at most `limit`.
struct ComparisonPage {
  Show show = Show::differences;
  std::set<Aspect> aspects = {};
  std::size_t passed = 0, limit = limits::kMaxComparedRows;
  bool wants(Aspect aspect) const { return aspects.empty() || aspects.contains(aspect); }
};
Comparison compare(const std::vector<Comparable>& versions, const ComparisonPage& page);
// Their evaluations alone.
Comparison compare_evaluations(const std::vector<Comparable>& versions, const ComparisonPage& page);

// The lines of a table or a page: of JSON one for each element of a list, and each member of an object. Nothing where it
// cannot be read.
std::optional<std::string> lines_of_result(std::string_view media_type, std::string_view bytes);

}  // namespace herald::projections
