#include "cli/view.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "cli/text.h"

namespace herald::cli {
namespace {

using testing::ElementsAre;

json::Document parse(std::string_view text) {
  return json::Document::parse(text).value();
}

TEST(Tables, AlignColumnsByWhatIsSeenAndNotByBytes) {
  const auto document = parse(R"([{"name":"churn","n":7},{"name":"模型","n":12},{"name":"é"}])");
  std::vector<json::Value> items;
  for (const json::Value item : document.root().elements()) items.push_back(item);
  const std::vector<Column> columns{{"NAME", text("name")}, {"N", text("n"), true}};
  EXPECT_EQ(render_table(columns, items, {}),
            "NAME    N\n"
            "churn   7\n"
            "模型   12\n"
            "é       -\n");
}

TEST(Tables, CutTheLastColumnAtTheTerminalsEdge) {
  const auto document = parse(R"([{"a":"x","b":"much too long for it"}])");
  std::vector<json::Value> items;
  for (const json::Value item : document.root().elements()) items.push_back(item);
  EXPECT_EQ(render_table({{"A", text("a")}, {"B", text("b")}}, items, {.colours = false, .width = 12}),
            "A  B\n"
            "x  much too…\n");
}

TEST(Tables, AreCutWhereTheyAreWidestAndNeverInTheirNumbers) {
  const auto document = parse(
      R"([{"name":"churn-of-customers","text":"a description that goes on and on","n":1234567,"by":"ann"}])");
  std::vector<json::Value> items;
  for (const json::Value item : document.root().elements()) items.push_back(item);
  const std::vector<Column> columns{
      {"NAME", text("name")}, {"TEXT", text("text")}, {"N", text("n"), true}, {"BY", text("by")}};
  EXPECT_EQ(render_table(columns, items, {.colours = false, .width = 50}),
            "NAME                TEXT                    N  BY\n"
            "churn-of-customers  a description t…  1234567  ann\n");
  EXPECT_EQ(render_table(columns, items, {.colours = false, .width = 36}),
            "NAME            TEXT          N  BY\n"
            "churn-of-cust…  a des…  1234567  ann\n");
  EXPECT_EQ(render_table(columns, items, {.colours = false, .width = 24}),
            "NAME  TEXT        N  BY\n"
            "chu…  a d…  1234567  ann\n");
  EXPECT_THAT(render_table(columns, items, {}), testing::HasSubstr("goes on and on  1234567  ann\n"));
}

// Rows of a list of objects.
std::string table(const std::vector<Column>& columns, const std::string& list, std::size_t width) {
  const auto document = parse(list);
  std::vector<json::Value> items;
  for (const json::Value item : document.root().elements()) items.push_back(item);
  Style style;
  style.width = width;
  return render_table(columns, items, style);
}

TEST(Tables, LeaveOutWhatNoRowHasWhereThereIsTooLittleRoom) {
  const std::vector<Column> columns{{"NAME", text("name")}, {"MODEL", text("model")}, {"TEXT", text("text")}};
  const std::string list = R"([{"name":"a","text":"what is said"}])";
  EXPECT_EQ(table(columns, list, 30), "NAME  MODEL  TEXT\na     -      what is said\n");
  EXPECT_EQ(table(columns, list, 20), "NAME  TEXT\na     what is said\n");
}

TEST(Tables, KeepTimesAndIdsWhole) {
  const std::vector<Column> columns{{"WHAT", text("what")}, {"TIME", time("time")}, {"ID", text("id")}};
  const std::string list =
      R"([{"what":"a text that is rather long","time":"2026-11-24T05:02:09.123Z",
           "id":"01920000-0000-7000-8000-000000000001"},{"what":"b"}])";
  EXPECT_EQ(table(columns, list, 70),
            "WHAT            TIME              ID\n"
            "a text that i…  2026-11-24 05:02  01920000-0000-7000-8000-000000000001\n"
            "b               -                 -\n");
}

TEST(Tables, ShowDaysBeforeTheyCutAnId) {
  const std::vector<Column> columns{{"ID", text("id")}, {"NAME", text("name")}, {"TIME", time("time")}};
  const std::string list = R"([{"id":"01920000-0000-7000-8000-000000000001","name":"weights-of-churn",
                                "time":"2026-11-24T05:02:09.123Z"}])";
  EXPECT_EQ(table(columns, list, 60),
            "ID                                    NAME    TIME\n"
            "01920000-0000-7000-8000-000000000001  weigh…  2026-11-24\n");
  EXPECT_THAT(table(columns, list, 30), testing::HasSubstr("\n01920000-0000-7000-8000-000000000001  we"));
}

TEST(Tables, LeaveOutColumnsFromTheRightWhereAnIdTakesTheirRoom) {
  const std::vector<Column> columns{{"ID", text("id")},
                                    {"NAME", text("name")},
                                    {"FILES", text("files"), true},
                                    {"TIME", time("time")},
                                    {"BY", text("by")}};
  const std::string list =
      R"([{"id":"01920000-0000-7000-8000-000000000001","name":"weights-of-churn","files":3,
                                "time":"2026-11-24T05:02:09.123Z","by":"ada"}])";
  EXPECT_EQ(table(columns, list, 80),
            "ID                                    NAME          FILES  TIME              BY\n"
            "01920000-0000-7000-8000-000000000001  weights-of-…      3  2026-11-24 05:02  ada\n");
  EXPECT_EQ(table(columns, list, 65),
            "ID                                    NAME    FILES  TIME …\n"
            "01920000-0000-7000-8000-000000000001  weigh…      3  2026-11-24\n");
  EXPECT_EQ(table(columns, list, 60),
            "ID                                    NAME             FILES\n"
            "01920000-0000-7000-8000-000000000001  weights-of-chu…      3\n");
}

TEST(Tables, GoOnBelowWithALastColumnThatWraps) {
  const std::vector<Column> columns{{"EVENT", text("n"), true}, {"WHAT", text("what"), false, true}};
  EXPECT_EQ(table(columns, R"json([{"n":7,"what":"production of churn: v1 -> v2 (better auc)"}])json", 30),
            "EVENT  WHAT\n"
            "    7  production of churn: v1\n"
            "       -> v2 (better auc)\n");
  const std::string many = table(
      columns,
      R"([{"n":7,"what":")" +
          [] {
            std::string words;
            for (int i = 0; i < 40; ++i) words += "word ";
            return words;
          }() +
          R"("}])",
      30);
  EXPECT_EQ(std::count(many.begin(), many.end(), '\n'), 5) << many;
  EXPECT_THAT(many, testing::EndsWith("…\n"));
}

TEST(Tables, ShowPeopleByTheirNamesButIdsWhereIdsAreAskedFor) {
  const std::string ada = "01920000-0000-7000-8000-000000000001";
  const auto document = parse(R"([{"id":")" + ada + R"(","by":")" + ada + R"("}])");
  std::vector<json::Value> items;
  for (const json::Value item : document.root().elements()) items.push_back(item);
  Style style;
  style.people = {{ada, "ada"}};
  EXPECT_EQ(render_table({{"BY", text("by")}, {"ID", text("id")}}, items, style),
            "BY   ID\nada  " + ada + "\n");
  EXPECT_EQ(render_details({{"by", text("by")}, {"id", text("id")}}, items.front(), style),
            "by  ada\nid  " + ada + "\n");
  EXPECT_EQ(with_names("of " + ada + " and " + ada, style), "of ada and ada");
}

TEST(Details, ShowIdsAsTheyAreRecordedWhereCommandsTakeThem) {
  const std::string ada = "01920000-0000-7000-8000-000000000001";
  const auto document = parse(R"({"subject":"principals/)" + ada + R"("})");
  Style style;
  style.people = {{ada, "ada"}};
  const Column shown{"subject", text("subject")};
  const Column as_recorded{"subject", text("subject"), false, false, true};
  EXPECT_EQ(render_details({shown}, document.root(), style), "subject  principals/ada\n");
  EXPECT_EQ(render_details({as_recorded}, document.root(), style), "subject  principals/" + ada + "\n");
}

TEST(Details, TakeNoRoomForTitlesThatAreNotThere) {
  const auto document = parse(R"({"name":"churn"})");
  EXPECT_EQ(
      render_details({{"name", text("name")}, {"a title that is long", text("none")}}, document.root(), {}),
      "name  churn\n");
}

TEST(Details, GoOnBelowAtTheTerminalsEdge) {
  const auto document =
      parse(R"({"text":"who leaves next month and why","path":"s3://models/churn/1/and/more"})");
  Style style;
  style.width = 30;
  EXPECT_EQ(render_details({{"text", text("text")}, {"path", text("path")}}, document.root(), style),
            "text  who leaves next month\n      and why\npath  s3://models/churn/1/and/more\n");
}

TEST(Tables, CountTheColumnsOfWideLettersWhenTheyCut) {
  const auto document = parse(R"([{"a":"模型登记处","b":"x"},{"a":"👩‍🔬✅ e\u0301","b":"y"}])");
  std::vector<json::Value> items;
  for (const json::Value item : document.root().elements()) items.push_back(item);
  const std::string table =
      render_table({{"A", text("a")}, {"B", text("b")}}, items, {.colours = false, .width = 9});
  EXPECT_THAT(table, testing::HasSubstr("模型…   x\n"));
  for (std::size_t from = 0, end = 0; (end = table.find('\n', from)) != std::string::npos; from = end + 1)
    EXPECT_LE(display_width(std::string_view(table).substr(from, end - from)), 9u);
}

TEST(Wrapping, BreaksAtSpacesByWhatIsSeen) {
  EXPECT_THAT(wrap("one two three", 7), ElementsAre("one two", "three"));
  EXPECT_THAT(wrap("模型 登记处", 6), ElementsAre("模型", "登记处"));
  EXPECT_THAT(wrap("a-word-that-is-long x", 5), ElementsAre("a-word-that-is-long", "x"));
  EXPECT_THAT(wrap("one two three", 0), ElementsAre("one two three"));
  EXPECT_THAT(wrap("", 5), ElementsAre(""));
}

TEST(Tables, ColourOnlyWhereColoursAreWanted) {
  EXPECT_EQ(render_table({{"A", text("a")}}, {}, {.colours = true, .width = 0}), "\x1b[1mA\x1b[0m\n");
  EXPECT_EQ(render_table({{"A", text("a")}}, {}, {}), "A\n");
}

TEST(Details, LeaveOutWhatIsNotThere) {
  const auto document =
      parse(R"({"name":"churn","created":{"sequence":3,"time":"2026-11-24T05:02:00.123Z","actor":"ann"}})");
  const std::vector<Column> details{
      {"model", text("name")}, {"tags", pairs("tags")}, {"created", mark("created")}};
  EXPECT_EQ(render_details(details, document.root(), {}),
            "model    churn\n"
            "created  2026-11-24 05:02:00 UTC by ann (event 3)\n");
}

TEST(Cells, MakeControlCharactersHarmless) {
  const auto document = parse(R"({"text":"a\u001b[31mred\nb\u009b"})");
  EXPECT_EQ(text("text")(document.root()), "a\\x1b[31mred\\nb\\u009b");
}

TEST(Cells, OfManyLinesKeepThemAndNothingElseThatSteers) {
  EXPECT_EQ(harmless_lines("# a\r\n\n\tb\x1b[31m"), "# a\n\n b\\x1b[31m");
  EXPECT_EQ(harmless_lines(""), "");
}

TEST(Cells, ShowDurations) {
  const auto document = parse(R"({"held":3542400.5})");
  EXPECT_EQ(seconds("held")(document.root()), "41 d 0 h");
  EXPECT_EQ(seconds("not")(document.root()), "");
}

TEST(Cells, ShowMapsAndListsInOneLine) {
  const auto document =
      parse(R"({"tags":{"a":"1","b":"2"},"aliases":["x","y"],"bytes":3400000,"version":3})");
  EXPECT_EQ(pairs("tags")(document.root()), "a=1, b=2");
  EXPECT_EQ(words("aliases")(document.root()), "x, y");
  EXPECT_EQ(bytes("bytes")(document.root()), "3.4 MB");
  EXPECT_EQ(version("version")(document.root()), "v3");
  EXPECT_EQ(version("none")(document.root()), "");
}

TEST(RenderJson, BreaksLinesAndKeepsTheOrder) {
  EXPECT_EQ(render_json(parse(R"({"b":[1,{"x":null}],"a":{},"c":[]})").root()),
            "{\n"
            "  \"b\": [\n"
            "    1,\n"
            "    {\n"
            "      \"x\": null\n"
            "    }\n"
            "  ],\n"
            "  \"a\": {},\n"
            "  \"c\": []\n"
            "}");
}

TEST(RawElements, AreTheVeryBytes) {
  EXPECT_THAT(raw_elements(R"({"items":[{"a":[1,2],"b":"],\"}"},1.50,"x,y",[]],"next":"z"})", "items"),
              ElementsAre(R"({"a":[1,2],"b":"],\"}"})", "1.50", R"("x,y")", "[]"));
}

TEST(RawElements, AreNoneOfAnEmptyArrayOrOfAnotherMember) {
  EXPECT_THAT(raw_elements(R"({"items":[]})", "items"), ElementsAre());
  EXPECT_THAT(raw_elements(R"({"other":[1],"name":"items"})", "items"), ElementsAre());
  EXPECT_THAT(raw_elements(R"({"o":{"items":[1]},"items":[2]})", "items"), ElementsAre("2"));
}

TEST(HumanTexts, AreShort) {
  EXPECT_EQ(human_bytes(999), "999 B");
  EXPECT_EQ(human_bytes(1'500), "1.5 kB");
  EXPECT_EQ(human_bytes(999'960), "1.0 MB");
  EXPECT_EQ(human_bytes(64'000'000'000), "64 GB");
  EXPECT_EQ(human_seconds(0.25), "250 ms");
  EXPECT_EQ(human_seconds(12.34), "12.3 s");
  EXPECT_EQ(human_seconds(125), "2 min 5 s");
  EXPECT_EQ(human_seconds(7'500), "2 h 5 min");
  EXPECT_EQ(human_seconds(90'000), "1 d 1 h");
  EXPECT_EQ(human_time("2026-11-24T05:02:00.123Z"), "2026-11-24 05:02:00 UTC");
  EXPECT_EQ(human_time("soon"), "soon");
}

}  // namespace
}  // namespace herald::cli
