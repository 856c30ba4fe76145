#include "projections/results.h"

#include <gmock/gmock.h>

#include "base/limits.h"

namespace herald::projections {
namespace {

using registry::EvaluationFileKind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view kJson = "application/json", kCsv = "text/csv";

std::string why_no_matrix(std::string_view media, std::string_view bytes) {
  const auto read = read_confusion_matrix(media, bytes);
  if (read) return "it is one";
  EXPECT_EQ(read.error().cause, Cause::invalid_value);
  EXPECT_THAT(read.error().message, HasSubstr("a confusion matrix is {"));
  return read.error().message;
}
std::string why_no_result(EvaluationFileKind kind, std::string_view media, std::string_view bytes) {
  const auto checked = check_result(kind, media, bytes);
  return checked ? "" : checked.error().message;
}
std::string why_no_table(std::string_view media, std::string_view bytes) {
  return why_no_result(EvaluationFileKind::table, media, bytes);
}

TEST(AConfusionMatrix, IsReadFromJsonAndFromCsv) {
  for (const auto& [media, bytes] : std::vector<std::pair<std::string_view, std::string_view>>{
           {kJson, R"({"labels":["no","yes"],"counts":[[90,3],[5,40.5]],"note":"of May"})"},
           {kCsv, "actual,no,yes\r\nno,90,3\r\nyes,5,40.5\r\n"},
           {kCsv, "\xEF\xBB\xBF\"\",no,\"yes\"\nno, 90 ,3\n\nyes,5,40.5"}}) {
    const auto matrix = read_confusion_matrix(media, bytes);
    ASSERT_TRUE(matrix) << matrix.error().message;
    EXPECT_THAT(matrix->labels, ElementsAre("no", "yes"));
    EXPECT_THAT(matrix->counts, ElementsAre(ElementsAre(90, 3), ElementsAre(5, 40.5)));
  }
}

TEST(AConfusionMatrix, MayHaveNumbersAndTruthsForLabels) {
  EXPECT_THAT(read_confusion_matrix(kJson, R"({"labels":[0,true],"counts":[[1,2],[3,4]]})")->labels,
              ElementsAre("0", "true"));
}

TEST(AConfusionMatrix, IsSquareAndSaysWhereItIsNot) {
  EXPECT_THAT(why_no_matrix(kJson, R"({"labels":["a","b"],"counts":[[1,2]]})"),
              StartsWith("it has 2 labels and 1 rows"));
  EXPECT_THAT(why_no_matrix(kJson, R"({"labels":["a","b"],"counts":[[1,2],[3]]})"),
              StartsWith("row 2 has 1 counts, and there are 2 labels"));
  EXPECT_THAT(why_no_matrix(kJson, R"({"labels":["a"],"counts":[[1],[2]]})"),
              StartsWith("it has 1 labels and 2 rows"));
  EXPECT_THAT(why_no_matrix(kCsv, ",a,b\na,1,2\n"), StartsWith("it has 2 labels and 1 rows"));
  EXPECT_THAT(why_no_matrix(kCsv, ",a,b\na,1\nb,2\n"), StartsWith("row 1 has 1 counts"));
  EXPECT_THAT(why_no_matrix(kCsv, ",a,b\nb,1,2\na,1,2\n"),
              StartsWith("row 1 begins with \"b\", and column 1 is of \"a\""));
}

TEST(AConfusionMatrix, HasLabelsAndCountsAndNothingInTheirPlace) {
  EXPECT_THAT(why_no_matrix(kJson, "not json"), StartsWith("it is no JSON"));
  EXPECT_THAT(why_no_matrix(kJson, "[[1,2],[3,4]]"), StartsWith("it lacks \"labels\" or \"counts\""));
  EXPECT_THAT(why_no_matrix(kJson, R"({"labels":[],"counts":[]})"), StartsWith("it has no labels"));
  EXPECT_THAT(why_no_matrix(kJson, R"({"labels":["a","a"],"counts":[[1,2],[3,4]]})"),
              StartsWith("the label \"a\" is there twice"));
  EXPECT_THAT(why_no_matrix(kJson, R"({"labels":[[]],"counts":[[1]]})"), StartsWith("a label is neither"));
  EXPECT_THAT(why_no_matrix(kJson, R"({"labels":["a"],"counts":[1]})"), StartsWith("row 1 is no list"));
  for (const char* count : {"\"1\"", "-1", "null"})
    EXPECT_THAT(why_no_matrix(kJson, R"({"labels":["a"],"counts":[[)" + std::string(count) + "]]}"),
                StartsWith("in row 1 something is no number from 0 on"))
        << count;
  for (const char* count : {"", "x", "1x", "-1", "nan", "inf"})
    EXPECT_THAT(why_no_matrix(kCsv, ",a\na," + std::string(count) + "\n"),
                StartsWith("in row 1 something is no number from 0 on"))
        << count;
  EXPECT_THAT(why_no_matrix(kCsv, ""), StartsWith("it is empty"));
}

TEST(AConfusionMatrix, HasEachMemberOnce) {
  EXPECT_THAT(why_no_matrix(kJson, R"({"labels":["a"],"labels":["b","c"],"counts":[[1]]})"),
              StartsWith("\"labels\" is there twice"));
  EXPECT_THAT(why_no_matrix(kJson, R"({"counts":[[1]],"labels":["a"],"counts":[[2]]})"),
              StartsWith("\"counts\" is there twice"));
  EXPECT_THAT(why_no_matrix(kJson, R"({"labels":["a"],"counts":[[1]],"note":1,"no\u0074e":2})"),
              StartsWith("\"note\" is there twice"));
}

TEST(AResult, WithANumberOutOfRangeSaysWhere) {
  EXPECT_EQ(why_no_table(kJson, "[\n {\"id\":18446744073709551616}]"),
            "the number 18446744073709551616 (line 2, column 8) is out of range: whole numbers go from "
            "-9223372036854775808 to 18446744073709551615");
  const auto matrix = read_confusion_matrix(kJson, R"({"labels":["a"],"counts":[[1e999]]})");
  ASSERT_FALSE(matrix);
  EXPECT_EQ(matrix.error().cause, Cause::invalid_value);
  EXPECT_THAT(matrix.error().message, StartsWith("the number 1e999 (line 1, column 28) is out of range"));
}

TEST(AConfusionMatrix, HasAsManyLabelsAsAreAllowed) {
  std::string head;
  for (std::size_t i = 0; i <= limits::kMaxMatrixLabels; ++i) head += "," + std::to_string(i);
  EXPECT_THAT(why_no_matrix(kCsv, head + "\n"), StartsWith("it has 1001 labels, and at most 1000"));
}

TEST(ATable, IsAListOrAnObjectInJson) {
  EXPECT_EQ(why_no_table(kJson, R"([{"a":1}])"), "");
  EXPECT_EQ(why_no_table(kJson, R"({"columns":["a"],"rows":[[1]]})"), "");
  EXPECT_THAT(why_no_table(kJson, "not json"), StartsWith("it is no JSON"));
  EXPECT_THAT(why_no_table(kJson, ""), StartsWith("it is no JSON"));
  EXPECT_THAT(why_no_table(kJson, "12"), StartsWith("it is a single "));
}

TEST(ATable, HasAsManyFieldsInEachRowOfCsv) {
  EXPECT_EQ(why_no_table(kCsv, "id,score\n1,0.4\n"), "");
  EXPECT_EQ(why_no_table(kCsv, "id"), "");
  EXPECT_EQ(why_no_table(kCsv, "id,text\n1,\"two\nlines, and \"\"quotes\"\"\"\r\n2,\n"), "");
  EXPECT_THAT(why_no_table(kCsv, "id,text\n1,\"two\nlines\"\n3\n"),
              StartsWith("line 4 has 1 fields, and the first one 2"));
  EXPECT_THAT(why_no_table(kCsv, "id\n\"open\n"),
              StartsWith("the quotes that open in line 2 are not closed"));
  EXPECT_THAT(why_no_table(kCsv, "id\n\"a\"b\n"),
              StartsWith("something follows the closing quotes in line 2"));
  EXPECT_THAT(why_no_table(kCsv, "\n\n"), StartsWith("it is empty"));
  EXPECT_THAT(why_no_table(kCsv, "\xFF\xFE"), StartsWith("it is not in UTF-8"));
}

TEST(APicture, IsKnownByItsSignature) {
  const auto why = [](std::string_view bytes) {
    return why_no_result(EvaluationFileKind::media, "image/png", bytes);
  };
  EXPECT_EQ(why("\x89PNG\r\n\x1A\n"), "");
  EXPECT_THAT(why("<script>alert(1)</script>"), StartsWith("it is no PNG"));
  EXPECT_THAT(why(""), StartsWith("it is no PNG"));
  EXPECT_EQ(why_no_result(EvaluationFileKind::media, "text/html", "<h1>"), "");
}

}  // namespace
}  // namespace herald::projections
