#include "projections/compare.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <set>

#include "base/bytes.h"
#include "base/limits.h"
#include "projections/text_diff.h"

namespace herald::projections {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

Comparable a_plain_version() {
  Comparable of;
  of.version.metadata = json::Raw("{}");
  return of;
}

// "metric auc: 0.9, 0.95, null"
std::string told_row(const ComparedRow& row) {
  std::string out(reflect::enum_name(row.aspect));
  if (row.group) out += " [" + *row.group + "]";
  out += " " + row.name + ":";
  for (const auto& value : row.values) out += " " + (value.value ? value.value->text() : "-");
  return out;
}
std::vector<std::string> told_rows(const Comparison& comparison) {
  std::vector<std::string> out;
  for (const ComparedRow& row : comparison.rows) out.push_back(told_row(row));
  return out;
}

TEST(Comparison, ShowsWhatDiffersAndCountsWhatDoesNot) {
  Comparable one = a_plain_version(), other = a_plain_version();
  one.version.metrics = {{"auc", 0.5}, {"loss", 0.25}};
  other.version.metrics = {{"auc", 0.75}, {"loss", 0.25}};
  const Comparison comparison = compare({one, other}, {.show = Show::differences});
  EXPECT_THAT(told_rows(comparison), ElementsAre("metric auc: 0.5 0.75"));
  EXPECT_EQ(comparison.same, 2U);  // the loss, and that both are ready
  EXPECT_EQ(comparison.rows[0].change->at(1).value, 0.25);
  EXPECT_FALSE(comparison.rows[0].change->at(0).value);
}

TEST(Comparison, ShowsAllWhereAskedTo) {
  Comparable one = a_plain_version();
  one.version.tags = {{"team", "risk"}};
  EXPECT_THAT(told_rows(compare({one, one}, {.show = Show::all})),
              ElementsAre(R"(fact status: "ready" "ready")", R"(tag team: "risk" "risk")"));
  EXPECT_THAT(told_rows(compare({one, one}, {.show = Show::differences})), IsEmpty());
}

TEST(Comparison, IsOfAnyNumberOfVersionsAndSaysWhoSaysNothing) {
  Comparable one = a_plain_version(), two = a_plain_version(), three = a_plain_version();
  one.version.tags = {{"team", "risk"}};
  three.version.tags = {{"team", "fraud"}};
  EXPECT_THAT(told_rows(compare({one, two, three}, {.show = Show::differences})),
              ElementsAre(R"(tag team: "risk" - "fraud")"));
}

TEST(Comparison, IsOfFactsRunsAndAliases) {
  Comparable one = a_plain_version(), other = a_plain_version();
  one.version.source = registry::Uri::trusted("s3://a");
  other.version.status = registry::VersionStatus::failed;
  other.version.stage = registry::StageName::trusted("staging");
  other.version.run.emplace();
  other.version.run->id = registry::Label::trusted("run-1");
  other.version.run->framework = registry::Label::trusted("sklearn");
  other.version.run->parameters = json::Raw(R"({"lr":0.1})");
  one.aliases = {registry::AliasName::trusted("production")};
  EXPECT_THAT(
      told_rows(compare({one, other}, {.show = Show::differences})),
      ElementsAre(R"(fact aliases: ["production"] -)", R"(fact run.framework: - "sklearn")",
                  R"(fact run.id: - "run-1")", R"(fact source: "s3://a" -)", R"(fact stage: - "staging")",
                  R"(fact status: "ready" "failed")", "parameter lr: - 0.1"));
}

TEST(Comparison, GoesIntoMetadataByPaths) {
  Comparable one = a_plain_version(), other = a_plain_version();
  one.version.metadata = json::Raw(R"({"data":{"rows":10,"sources":["a","b"]},"a.b":1,"note":null})");
  other.version.metadata = json::Raw(R"({"data":{"rows":12,"sources":["a"]},"a":{"b":1},"empty":{}})");
  EXPECT_THAT(told_rows(compare({one, other}, {.show = Show::differences})),
              ElementsAre(R"(metadata "a.b": 1 -)", "metadata a.b: - 1", "metadata data.rows: 10 12",
                          R"(metadata data.sources: ["a","b"] ["a"])", "metadata empty: - {}"));
}

// Its place among the version's artifacts.
std::size_t link(Comparable& of, const std::string& name, std::uint64_t id) {
  const registry::ArtifactId artifact(Uuid::from_bytes(std::string(8, 'a') + be64(id)));
  of.version.artifacts.push_back({artifact, registry::Label::trusted(name), sha256(name)});
  return of.version.artifacts.size() - 1;
}
void put_file(Comparable& of, const std::string& path, const std::string& content, std::size_t artifact) {
  of.files[path].push_back({sha256(content), artifact, content.size()});
}
std::string file_value(const std::string& content) {
  return fmt::format(R"({{"digest":"{}","bytes":{}}})", sha256(content).str(), content.size());
}
registry::Node a_node(registry::NodeKind kind, const std::string& id, const std::string& name) {
  return {kind, id, name};
}
ComparedOrigin trained_on(const registry::Node& from) {
  return {registry::Relation::trained_on, from};
}
registry::Node a_data_set(const std::string& name) {
  return a_node(registry::NodeKind::dataset, name, name);
}

TEST(Comparison, IsOfFilesAndLineage) {
  Comparable one = a_plain_version(), other = a_plain_version();
  for (Comparable* of : {&one, &other}) {
    link(*of, "weights", 1);
    put_file(*of, "same", "22", 0);
  }
  put_file(one, "model.bin", "1", 0);
  put_file(other, "model.bin", "333", 0);
  one.lineage = {trained_on(a_data_set("a"))};
  other.lineage = {trained_on(a_data_set("b"))};
  EXPECT_THAT(told_rows(compare({one, other}, {.show = Show::differences})),
              ElementsAre("file model.bin: " + file_value("1") + " " + file_value("333"),
                          "lineage trained_on dataset:a: true -", "lineage trained_on dataset:b: - true"));
}

TEST(Comparison, HoldsFilesAgainstEachOtherByPathAndContentInWhateverOrderArtifactsAreLinked) {
  Comparable one = a_plain_version(), other = a_plain_version(), third = a_plain_version();
  for (const auto& [name, id] : {std::pair("weights", 1), std::pair("tokens", 2), std::pair("weights", 3)}) {
    const std::size_t place = link(one, name, static_cast<std::uint64_t>(id));
    put_file(one, "config.json", "of " + std::to_string(id), place);
  }
  // Uploaded anew, under other ids, and linked the other way round.
  for (const auto& [name, id] : {std::pair("weights", 6), std::pair("tokens", 5), std::pair("w", 4)}) {
    const std::size_t place = link(other, name, static_cast<std::uint64_t>(id));
    put_file(other, "config.json", "of " + std::to_string(id - 3), place);
  }
  EXPECT_THAT(told_rows(compare({one, other}, {})), IsEmpty());
  put_file(third, "config.json", "of 1", link(third, "weights", 1));
  put_file(third, "config.json", "of 3", link(third, "weights", 3));
  const Comparison comparison = compare({one, other, third}, {});
  ASSERT_EQ(comparison.rows.size(), 1U) << "one of the three is not there";
  const std::string first = comparison.rows[0].values[0].value->text();
  for (const char* id : {"1", "2", "3"})
    EXPECT_THAT(first, HasSubstr(sha256(std::string("of ") + id).str())) << "three files at one path";
  EXPECT_THAT(first, HasSubstr(R"("artifact":"tokens")"));
}

TEST(Comparison, TellsAContentOnceThatSeveralArtifactsHaveAtAPath) {
  Comparable one = a_plain_version(), other = a_plain_version();
  for (const char* name : {"a", "b"}) put_file(one, "LICENSE", "free", link(one, name, 1));
  put_file(other, "LICENSE", "not free", link(other, "a", 1));
  EXPECT_THAT(told_rows(compare({one, other}, {})),
              ElementsAre("file LICENSE: " + file_value("free") + " " + file_value("not free")));
}

TEST(Comparison, TakesThingsOfOneNameForWhatTheyAre) {
  using registry::NodeKind;
  Comparable one = a_plain_version(), other = a_plain_version();
  one.lineage = {trained_on(a_node(NodeKind::artifact, "id-1", "rows")), trained_on(a_data_set("rows")),
                 trained_on(a_node(NodeKind::version, "m/1", "data/eu:v1"))};
  other.lineage = {trained_on(a_node(NodeKind::artifact, "id-2", "rows")), trained_on(a_data_set("rows")),
                   trained_on(a_node(NodeKind::version, "m/1", "data/eu:v1"))};
  const Comparison comparison = compare({one, other}, {});
  EXPECT_THAT(told_rows(comparison), ElementsAre("lineage trained_on artifact:rows (artifact id-1): true -",
                                                 "lineage trained_on artifact:rows (artifact id-2): - true"));
  EXPECT_EQ(comparison.rows[0].node, a_node(NodeKind::artifact, "id-1", "rows"));
  other.lineage.front() = trained_on(a_node(NodeKind::artifact, "id-1", "lines"));
  EXPECT_THAT(told_rows(compare({one, other}, {})), IsEmpty()) << "it is called otherwise, and the same";
}

TEST(Comparison, ShowsHowTextsDiffer) {
  Comparable one = a_plain_version(), other = a_plain_version(), none = a_plain_version();
  one.card = "# Use\nloans\n";
  other.card = "# Use\nloans and leases\n";
  const Comparison comparison = compare({one, other, none}, {.show = Show::differences});
  ASSERT_EQ(comparison.rows.size(), 1U);
  const auto& diff = *comparison.rows[0].diff;
  EXPECT_FALSE(diff[0].value);
  EXPECT_EQ(diff[1].value, "@@ -1,2 +1,2 @@\n # Use\n-loans\n+loans and leases\n");
  EXPECT_EQ(diff[2].value, "@@ -1,2 +0,0 @@\n-# Use\n-loans\n");
}

ComparedEvaluation a_past_evaluation(const registry::Node& dataset, double auc) {
  ComparedEvaluation evaluation;
  evaluation.dataset = dataset;
  evaluation.metrics = {{"auc", auc}};
  return evaluation;
}

ComparedEvaluation a_past_evaluation(const std::string& dataset, double auc) {
  return a_past_evaluation(a_data_set(dataset), auc);
}
ComparedEvaluation a_hidden_evaluation(std::uint64_t id, double auc) {
  ComparedEvaluation evaluation;
  evaluation.id = registry::EvaluationId(Uuid::from_bytes(std::string(8, 'e') + be64(id)));
  evaluation.hidden = true;
  evaluation.metrics = {{"auc", auc}};
  return evaluation;
}

TEST(Comparison, HoldsResultsOnDataSetsOfOneNameApart) {
  using registry::NodeKind;
  const registry::Node first = a_node(NodeKind::artifact, "id-1", "eu"),
                       second = a_node(NodeKind::artifact, "id-2", "eu");
  Comparable one = a_plain_version(), other = a_plain_version();
  one.evaluations = {a_past_evaluation(first, 0.5), a_past_evaluation("eu", 0.75)};
  other.evaluations = {a_past_evaluation(second, 0.5), a_past_evaluation("eu", 0.875)};
  const Comparison comparison = compare_evaluations({one, other}, {});
  EXPECT_THAT(told_rows(comparison),
              ElementsAre("evaluation [evaluation on eu (artifact id-1, without a name)] auc: 0.5 -",
                          "evaluation [evaluation on eu (artifact id-2, without a name)] auc: - 0.5",
                          "evaluation [evaluation on eu (dataset eu, without a name)] auc: 0.75 0.875"));
  EXPECT_EQ(comparison.rows[0].node, first);
  EXPECT_EQ(comparison.same, 0U);
}

TEST(Comparison, HoldsResultsWithANameApartFromThoseThatOnlyLookSo) {
  Comparable one = a_plain_version(), other = a_plain_version();
  one.evaluations = {a_past_evaluation("eu", 0.5)};
  other.evaluations = {a_past_evaluation("eu", 0.5)};
  other.evaluations[0].name = registry::Label::trusted("evaluation");
  EXPECT_THAT(told_rows(compare_evaluations({one, other}, {})),
              ElementsAre("evaluation [evaluation on eu (dataset eu, without a name)] auc: 0.5 -",
                          "evaluation [evaluation on eu (dataset eu)] auc: - 0.5"));
  one.evaluations[0].name = registry::Label::trusted("evaluation on eu");
  one.evaluations[0].dataset.reset();
  EXPECT_THAT(told_rows(compare_evaluations({one, other}, {})),
              ElementsAre("evaluation [evaluation on eu (on no data set)] auc: 0.5 -",
                          "evaluation [evaluation on eu (dataset eu)] auc: - 0.5"));
}

TEST(Comparison, HoldsResultsOnHiddenDataSetsAgainstNoOthers) {
  Comparable one = a_plain_version(), other = a_plain_version();
  one.evaluations = {a_hidden_evaluation(1, 0.5), a_hidden_evaluation(2, 0.25)};
  other.evaluations = {a_hidden_evaluation(3, 0.5), a_past_evaluation("hidden", 0.5)};
  const Comparison comparison = compare_evaluations({one, other}, {});
  ASSERT_EQ(comparison.rows.size(), 3U)
      << "of hidden ones the newest: how many data sets there are is not told";
  EXPECT_EQ(comparison.same, 0U);
  std::size_t hidden = 0;
  for (const ComparedRow& row : comparison.rows) {
    EXPECT_THAT(*row.group, StartsWith("evaluation on hidden ("));
    EXPECT_NE(row.values[0].value.has_value(), row.values[1].value.has_value()) << told_row(row);
    EXPECT_FALSE(row.change->at(1).value);
    if (row.hidden) ++hidden;
    EXPECT_NE(row.hidden.has_value(), row.node.has_value());
  }
  EXPECT_EQ(hidden, 2U);
  EXPECT_THAT(told_rows(compare_evaluations({one, one}, {})), IsEmpty()) << "one evaluation is itself";
}

TEST(Comparison, HoldsTheFirstEvaluationOfEachDataSetAgainstTheOthers) {
  Comparable one = a_plain_version(), other = a_plain_version();
  one.evaluations = {a_past_evaluation("eu", 0.5), a_past_evaluation("us", 0.75),
                     a_past_evaluation("eu", 0.1)};
  other.evaluations = {a_past_evaluation("eu", 0.625)};
  other.evaluations[0].files = {{registry::Label::trusted("confusion"),
                                 registry::EvaluationFileKind::confusion_matrix, "application/json",
                                 sha256("x"), 1}};
  const Comparison comparison = compare_evaluations({one, other}, {.show = Show::differences});
  EXPECT_THAT(told_rows(comparison),
              ElementsAre("evaluation [evaluation on eu] auc: 0.5 0.625",
                          "evaluation [evaluation on eu] file confusion: - \"" + sha256("x").str() + "\"",
                          "evaluation [evaluation on us] auc: 0.75 -"));
  EXPECT_EQ(comparison.rows[0].change->at(1).value, 0.125);
  EXPECT_EQ(comparison.same, 0U);
}

TEST(Comparison, TakesEqualValuesForTheSameHoweverTheyAreWritten) {
  Comparable one = a_plain_version(), other = a_plain_version();
  one.version.metadata =
      json::Raw(R"({"n":1,"list":[1,{"a":1,"b":2.5}],"none":null,"zero":0,"big":9007199254740993})");
  other.version.metadata =
      json::Raw(R"({"n":1.0,"list":[1.0,{"b":2.5,"a":1.0}],"zero":-0.0,"big":9007199254740992})");
  EXPECT_THAT(told_rows(compare({one, other}, {.aspects = {Aspect::metadata}})),
              ElementsAre("metadata big: 9007199254740993 9007199254740992"));
  other.version.metadata = json::Raw(R"({"n":"1","list":[1],"none":0,"zero":false})");
  EXPECT_EQ(compare({one, other}, {.aspects = {Aspect::metadata}}).rows.size(), 5u);
}

TEST(Comparison, TakesNumbersAndNothingForTheSameWhereverTheyStand) {
  Comparable one = a_plain_version(), other = a_plain_version();
  one.version.metrics = {{"bias", 0.0}};
  other.version.metrics = {{"bias", -0.0}};
  one.version.metadata = json::Raw(
      R"({"list":[{"a":1,"none":null}],"large":10000000000000000000,"least":-9223372036854775808,"in":{"x":null}})");
  other.version.metadata = json::Raw(R"({"list":[{"a":1.0}],"large":1e19,"least":-9223372036854775808.0})");
  EXPECT_THAT(told_rows(compare({one, other}, {})), IsEmpty());
  other.version.metadata = json::Raw(R"({"list":[null,{"a":1}],"large":1e19,"least":-9223372036854775808})");
  EXPECT_EQ(compare({one, other}, {}).rows.size(), 1U) << "an element that is null is one";
}

TEST(Comparison, ComesInPages) {
  Comparable one = a_plain_version(), other = a_plain_version();
  for (const char* name : {"a", "b", "c", "d", "e"}) one.version.tags.emplace(name, "1");
  std::vector<std::string> told;
  for (std::size_t passed : {0, 2, 4}) {
    const Comparison page = compare({one, other}, {.passed = passed, .limit = 2});
    EXPECT_EQ(page.more, passed < 4) << passed;
    EXPECT_EQ(page.same, 1U) << "that both are ready, on each page";
    for (const std::string& row : told_rows(page)) told.push_back(row);
  }
  EXPECT_THAT(told, ElementsAre(R"(tag a: "1" -)", R"(tag b: "1" -)", R"(tag c: "1" -)", R"(tag d: "1" -)",
                                R"(tag e: "1" -)"));
  EXPECT_FALSE(compare({one, other}, {.limit = 5}).more);
}

TEST(Comparison, IsOfTheAspectsThatAreAskedFor) {
  Comparable one = a_plain_version(), other = a_plain_version();
  put_file(one, "model.bin", "1", link(one, "weights", 1));
  one.version.metrics = {{"auc", 0.5}};
  one.version.tags = {{"team", "risk"}};
  const Comparison comparison = compare({one, other}, {.aspects = {Aspect::metric, Aspect::tag}});
  EXPECT_THAT(told_rows(comparison), ElementsAre("metric auc: 0.5 -", R"(tag team: "risk" -)"));
  EXPECT_EQ(comparison.same, 0U);
}

TEST(Comparison, HoldsMatricesAgainstEachOtherCellByCell) {
  Comparable one = a_plain_version(), other = a_plain_version();
  for (Comparable* of : {&one, &other}) {
    const Digest digest = sha256(of == &one ? "one" : "other");
    of->evaluations = {a_past_evaluation("eu", 0.5)};
    of->evaluations[0].files = {{registry::Label::trusted("confusion"),
                                 registry::EvaluationFileKind::confusion_matrix, "application/json", digest,
                                 1}};
    of->matrices.emplace(digest, ConfusionMatrix{{"no", "yes"}, {{90, of == &one ? 3.0 : 5.0}, {5, 40}}});
  }
  const Comparison comparison = compare_evaluations({one, other}, {});
  ASSERT_EQ(comparison.rows.size(), 2U) << "that the files differ, and the cell";
  EXPECT_EQ(comparison.rows[1].name, R"(file confusion ["no", "yes"])");
  EXPECT_EQ(comparison.rows[1].file, "confusion");
  EXPECT_THAT(*comparison.rows[1].cell, ElementsAre("no", "yes"));
  EXPECT_EQ(comparison.rows[1].change->at(1).value, 2);
  EXPECT_EQ(comparison.same, 4U) << "the metric and three cells";
}

TEST(Comparison, TellsCellsApartWhateverTheirLabelsAre) {
  Comparable one = a_plain_version(), other = a_plain_version();
  const std::vector<std::string> labels = {"a", "b", "a, b", "b, a", "a\", \"b"};
  for (Comparable* of : {&one, &other}) {
    const Digest digest = sha256(of == &one ? "one" : "other");
    of->evaluations = {a_past_evaluation("eu", 0.5)};
    of->evaluations[0].metrics = {{"file confusion", 1}};
    of->evaluations[0].files = {{registry::Label::trusted("confusion"),
                                 registry::EvaluationFileKind::confusion_matrix, "application/json", digest,
                                 1}};
    ConfusionMatrix matrix{labels, {}};
    for (std::size_t row = 0; row < labels.size(); ++row) {
      matrix.counts.emplace_back();
      for (std::size_t column = 0; column < labels.size(); ++column)
        matrix.counts.back().push_back(static_cast<double>(row * 10 + column + (of == &one ? 0 : 100)));
    }
    of->matrices.emplace(digest, matrix);
  }
  const Comparison comparison = compare_evaluations({one, other}, {});
  ASSERT_EQ(comparison.rows.size(), 1 + labels.size() * labels.size()) << "the file, and its cells";
  EXPECT_EQ(comparison.same, 1U) << "the metric that is called as the file is";
  std::set<std::string> names;
  for (const ComparedRow& row : comparison.rows) {
    names.insert(row.name);
    if (row.cell) {
      EXPECT_EQ(row.change->at(1).value, 100) << told_row(row);
    }
  }
  EXPECT_EQ(names.size(), comparison.rows.size());
}

TEST(Comparison, TellsTheCellsOfMatricesThatThereIsRoomFor) {
  constexpr std::size_t kLabels = limits::kMaxComparedLabels, kCells = kLabels * kLabels, kEvaluations = 10;
  ConfusionMatrix matrix;
  for (std::size_t i = 0; i < kLabels; ++i) matrix.labels.push_back(std::to_string(i));
  matrix.counts.assign(kLabels, std::vector<double>(kLabels, 1));
  Comparable one = a_plain_version(), other = a_plain_version();
  const Digest digest = sha256("matrix");
  for (std::size_t i = 0; i < kEvaluations; ++i) {
    one.evaluations.push_back(a_past_evaluation(std::to_string(i), 0.5));
    one.evaluations.back().files = {{registry::Label::trusted("confusion"),
                                     registry::EvaluationFileKind::confusion_matrix, "application/json",
                                     digest, 1}};
  }
  EXPECT_FALSE(compare_evaluations({one, other}, {}).truncated);
  one.matrices.emplace(digest, matrix);
  const Comparison comparison = compare_evaluations({one, other}, {});
  const std::size_t told_first = 2 * kEvaluations;  // a metric and a file of each
  EXPECT_EQ(comparison.rows.size(),
            told_first + (limits::kMaxComparedResults - told_first) / kCells * kCells);
  EXPECT_TRUE(comparison.truncated);
}

TEST(Comparison, TellsTheNewestEvaluationsThatThereIsRoomFor) {
  constexpr std::size_t kMetrics = 256, kFitting = limits::kMaxComparedResults / kMetrics;
  Comparable one = a_plain_version(), other = a_plain_version();
  for (std::size_t i = 0; i <= kFitting; ++i) {
    one.evaluations.push_back(a_past_evaluation(std::to_string(i), 0.5));
    for (std::size_t metric = 1; metric < kMetrics; ++metric)
      one.evaluations.back().metrics[std::to_string(metric)] = 1;
  }
  const Comparison cut = compare_evaluations({one, other}, {});
  EXPECT_EQ(cut.rows.size(), kFitting * kMetrics);
  EXPECT_TRUE(cut.truncated);
  one.evaluations.pop_back();
  EXPECT_FALSE(compare_evaluations({one, other}, {}).truncated);
}

TEST(Comparison, HoldsTablesAgainstEachOtherLineByLine) {
  Comparable one = a_plain_version(), other = a_plain_version(), none = a_plain_version();
  for (Comparable* of : {&one, &other}) {
    const Digest digest = sha256(of == &one ? "one" : "other");
    of->evaluations = {a_past_evaluation("eu", 0.5)};
    of->evaluations[0].files = {
        {registry::Label::trusted("errors"), registry::EvaluationFileKind::table, "text/csv", digest, 1}};
    of->tables.emplace(digest, of == &one ? "id,score\n1,0.4\n" : "id,score\n1,0.5\n");
  }
  none.evaluations = other.evaluations;
  none.evaluations[0].files[0].digest = sha256("too large");
  const Comparison comparison = compare_evaluations({one, other, none}, {});
  ASSERT_EQ(comparison.rows.size(), 1U);
  EXPECT_EQ(comparison.rows[0].diff->at(1).value, "@@ -1,2 +1,2 @@\n id,score\n-1,0.4\n+1,0.5\n");
  EXPECT_FALSE(comparison.rows[0].diff->at(2).value) << "nothing is known of its lines";
  EXPECT_FALSE(compare_evaluations({one, none}, {}).rows[0].diff);
  other.evaluations[0].hidden = one.evaluations[0].hidden = true;
  for (const ComparedRow& row : compare_evaluations({one, none}, {.show = Show::all}).rows)
    EXPECT_FALSE(row.diff) << "a file that is not there is held against none";
}

TEST(LinesOfResults, AreThoseOfTheFileAndOfJsonTheElements) {
  EXPECT_EQ(lines_of_result("text/csv", "id,score\n1,0.4"), "id,score\n1,0.4");
  EXPECT_EQ(lines_of_result("application/json", "[[1, 2],\n {\"a\": 1}]"), "[1,2]\n{\"a\":1}\n");
  EXPECT_EQ(lines_of_result("application/json", R"({"columns":["id"],"rows":[[1],[2]],"note":"x"})"),
            "\"columns\":\n  \"id\"\n\"rows\":\n  [1]\n  [2]\n\"note\": \"x\"\n");
  EXPECT_FALSE(lines_of_result("application/json", "no JSON"));
  EXPECT_FALSE(lines_of_result("text/html", "\xff\xfe"));
}

// Where holding each line against each would take too long, nothing is looked for that both texts have in their middle.
TEST(UnifiedDiff, OfLongTextsAreDrawnLineByLineUpToANumberOfCells) {
  const auto text = [](std::size_t lines, const std::string& ends) {
    std::string out = ends;
    for (std::size_t line = 2; line < lines; ++line) out += "line " + std::to_string(line) + "\n";
    return out + ends;
  };
  const auto gone = [](const std::string& diff) {
    std::size_t lines = 0;
    for (std::size_t at = diff.find("\n-"); at != std::string::npos; at = diff.find("\n-", at + 1)) ++lines;
    return lines;
  };
  constexpr std::size_t kLines = 2'000;
  static_assert(kLines * kLines == limits::kMaxComparedCells);
  EXPECT_EQ(gone(unified_diff(text(kLines, "old\n"), text(kLines, "new\n"))), 2u) << "the first and the last";
  EXPECT_EQ(gone(unified_diff(text(kLines, "old\n"), text(kLines + 1, "new\n"))), kLines) << "all of it";
}

}  // namespace
}  // namespace herald::projections
