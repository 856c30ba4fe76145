#include "projections/compare.h"

#include <gmock/gmock.h>

#include "base/limits.h"
namespace herald::projections {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

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

TEST(Comparison, IsOfFilesAndLineage) {
  Comparable one = a_plain_version(), other = a_plain_version();
  one.files = {{"model.bin", json::Raw(R"({"bytes":1})")}, {"same", json::Raw(R"({"bytes":2})")}};
  other.files = {{"model.bin", json::Raw(R"({"bytes":3})")}, {"same", json::Raw(R"({"bytes":2})")}};
  one.lineage = {"trained_on dataset:a"};
  other.lineage = {"trained_on dataset:b"};
  EXPECT_THAT(told_rows(compare({one, other}, {.show = Show::differences})),
              ElementsAre(R"(file model.bin: {"bytes":1} {"bytes":3})",
                          "lineage trained_on dataset:a: true -", "lineage trained_on dataset:b: - true"));
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

registry::EvaluationRecord a_past_evaluation(const std::string& dataset, double auc) {
  registry::EvaluationRecord evaluation;
  evaluation.dataset = registry::Node{registry::NodeKind::dataset, dataset, dataset};
  evaluation.metrics = {{"auc", auc}};
  return evaluation;
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

TEST(Comparison, ComesInPages) {
  Comparable one = a_plain_version(), other = a_plain_version();
  for (const char* name : {"a", "b", "c", "d", "e"}) one.files.emplace(name, json::Raw("1"));
  std::vector<std::string> told;
  for (std::size_t passed : {0, 2, 4}) {
    const Comparison page = compare({one, other}, {.passed = passed, .limit = 2});
    EXPECT_EQ(page.more, passed < 4) << passed;
    EXPECT_EQ(page.same, 1U) << "that both are ready, on each page";
    for (const std::string& row : told_rows(page)) told.push_back(row);
  }
  EXPECT_THAT(told, ElementsAre("file a: 1 -", "file b: 1 -", "file c: 1 -", "file d: 1 -", "file e: 1 -"));
  EXPECT_FALSE(compare({one, other}, {.limit = 5}).more);
}

TEST(Comparison, IsOfTheAspectsThatAreAskedFor) {
  Comparable one = a_plain_version(), other = a_plain_version();
  one.files.emplace("model.bin", json::Raw("1"));
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
  EXPECT_EQ(comparison.rows[1].name, "file confusion [no, yes]");
  EXPECT_EQ(comparison.rows[1].change->at(1).value, 2);
  EXPECT_EQ(comparison.same, 4U) << "the metric and three cells";
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

TEST(UnifiedDiff, IsEmptyOfEqualTexts) {
  EXPECT_EQ(unified_diff("", ""), "");
  EXPECT_EQ(unified_diff("a\nb\n", "a\nb\n"), "");
}

TEST(UnifiedDiff, LeavesOutWhatIsFarFromAnyChange) {
  EXPECT_EQ(unified_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n"),
            "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
  EXPECT_EQ(unified_diff("a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n"),
            "@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n");
}

TEST(UnifiedDiff, FindsWhatWasPutIn) {
  EXPECT_EQ(unified_diff("a\nb\n", "a\nx\nb\n"), "@@ -1,2 +1,3 @@\n a\n+x\n b\n");
  EXPECT_EQ(unified_diff("", "a\n"), "@@ -0,0 +1,1 @@\n+a\n");
}

TEST(UnifiedDiff, SaysWhereALastLineHasNoEnd) {
  EXPECT_EQ(unified_diff("a\nb", "a\nb\n"), "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n");
  EXPECT_EQ(unified_diff("b", "a\nb"), "@@ -1,1 +1,2 @@\n+a\n b\n\\ No newline at end of file\n");
}

TEST(UnifiedDiff, OfTextsTooLongToHoldAgainstEachOtherReplacesAll) {
  std::string before, after;
  for (int i = 0; i < 3'000; ++i) {
    before += std::to_string(i) + "\n";
    after += std::to_string(i + 5'000) + "\n";
  }
  EXPECT_TRUE(unified_diff(before, after).starts_with("@@ -1,3000 +1,3000 @@\n-0\n-1\n"));
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
