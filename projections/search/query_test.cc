#include "projections/search/query.h"

#include <gmock/gmock.h>

#include <random>

#include "base/clock.h"
#include "base/limits.h"

namespace herald::projections::search {
namespace {

using ::testing::HasSubstr;

Condition only(std::string_view text) {
  const auto parsed = parse(text);
  if (const auto* problem = std::get_if<Problem>(&parsed)) {
    ADD_FAILURE() << text << ": " << problem->message;
    return {};
  }
  const auto& conditions = std::get<Query>(parsed).conditions;
  EXPECT_EQ(conditions.size(), 1u) << text;
  return conditions.empty() ? Condition{} : conditions.front();
}

Wanted whole(std::string text) {
  return TextPattern{TextPattern::Shape::whole, std::move(text)};
}
Wanted beginning(std::string text) {
  return TextPattern{TextPattern::Shape::beginning, std::move(text)};
}
Wanted part(std::string text) {
  return TextPattern{TextPattern::Shape::part, std::move(text)};
}

void expect(std::string_view text, Field field, std::string_view key, const Wanted& wanted,
            bool excluded = false) {
  const Condition condition = only(text);
  EXPECT_EQ(condition.field, field) << text;
  EXPECT_EQ(condition.key, key) << text;
  EXPECT_TRUE(condition.wanted == wanted) << text;
  EXPECT_EQ(condition.excluded, excluded) << text;
}

double ms(std::string_view time) {
  return static_cast<double>(Timestamp::trusted(time).unix_ms());
}

TEST(SearchLanguage, TakesAWordForAPartOfTheName) {
  expect("fraud", Field::name, "", part("fraud"));
  expect("Fraud*", Field::name, "", beginning("fraud"));
  expect("\"two words\"", Field::name, "", part("two words"));
  expect("\"metric.auc\"", Field::name, "", part("metric.auc"));
  expect("metrics.v2", Field::name, "", part("metrics.v2"));
  expect("metric.", Field::name, "", part("metric."));
  expect("tag:\"a:b\"", Field::tag, "a:b", Any{});
  expect("tag:a:b=c", Field::tag, "a:b", whole("c"));
  expect("alias:\"latest\"", Field::alias, "", whole("latest"));
  expect("-old", Field::name, "", part("old"), true);
}

TEST(SearchLanguage, ReadsTextsOfFields) {
  expect("name:churn", Field::name, "", whole("churn"));
  expect("name:churn*", Field::name, "", beginning("churn"));
  expect("name:*urn*", Field::name, "", part("urn"));
  expect("name:\"a b\"*", Field::name, "", beginning("a b"));
  expect("name:\"a*\"", Field::name, "", whole("a*"));
  expect("name:\"say \\\"hi\\\"\"", Field::name, "", whole("say \"hi\""));
  expect("owner:*", Field::owner, "", Any{});
  expect("alias:Production", Field::alias, "", whole("production"));
  expect("NAME:churn", Field::name, "", whole("churn"));
  expect("status:Ready", Field::status, "", whole("ready"));
  expect("status:re*", Field::status, "", beginning("re"));
  expect("name:\"(a b)\"", Field::name, "", whole("(a b)"));
  expect("-\"-\"", Field::name, "", part("-"), true);
  expect("\"or\"", Field::name, "", part("or"));
  expect("-stage:archived", Field::stage, "", whole("archived"), true);
  expect("source:s3://models/x", Field::source, "", whole("s3://models/x"));
}

TEST(SearchLanguage, ReadsTags) {
  expect("tag:team", Field::tag, "team", Any{});
  expect("tag:team=risk", Field::tag, "team", whole("risk"));
  expect("tag:Team=ri*", Field::tag, "Team", beginning("ri"));
  expect("tag:team=*", Field::tag, "team", Any{});
  expect("tag:\"cost = center\"=\"4 2\"", Field::tag, "cost = center", whole("4 2"));
}

TEST(SearchLanguage, ReadsNumbers) {
  const std::uint64_t x = ordered(0.9);
  expect("metric.auc>0.9", Field::metric, "auc", NumberRange{x + 1, ~0ull});
  expect("metric.auc>=0.9", Field::metric, "auc", NumberRange{x, ~0ull});
  expect("metric.auc<0.9", Field::metric, "auc", NumberRange{0, x - 1});
  expect("metric.auc<=0.9", Field::metric, "auc", NumberRange{0, x});
  expect("metric.auc=0.9", Field::metric, "auc", NumberRange{x, x});
  expect("metric.auc:0.9", Field::metric, "auc", NumberRange{x, x});
  expect("metric.\"val loss\"<-1e-3", Field::metric, "val loss", NumberRange{0, ordered(-1e-3) - 1});
  expect("metric.auc:*", Field::metric, "auc", Any{});
  expect("metric.auc=*", Field::metric, "auc", Any{});
  expect("metric.\"auc!\"=1", Field::metric, "auc!", NumberRange{ordered(1), ordered(1)});
}

TEST(SearchLanguage, ReadsMetadata) {
  expect("meta.data.rows>1000", Field::meta, "data.rows", NumberRange{ordered(1000) + 1, ~0ull});
  expect("meta.epochs:10", Field::meta, "epochs", NumberRange{ordered(10), ordered(10)});
  expect("meta.epochs:\"10\"", Field::meta, "epochs", whole("10"));
  expect("meta.note:sk*", Field::meta, "note", beginning("sk"));
}

TEST(SearchLanguage, ReadsTimesADayBeingADayLong) {
  const std::uint64_t first = ordered(ms("2026-01-01T00:00:00Z"));
  const std::uint64_t last = ordered(ms("2026-01-01T23:59:59.999Z"));
  expect("created>2026-01-01", Field::created, "", NumberRange{last + 1, ~0ull});
  expect("created>=2026-01-01", Field::created, "", NumberRange{first, ~0ull});
  expect("changed<2026-01-01", Field::changed, "", NumberRange{0, first - 1});
  expect("changed<=2026-01-01", Field::changed, "", NumberRange{0, last});
  expect("created:2026-01-01", Field::created, "", NumberRange{first, last});
  expect("created>=2026-01-01T01:30:00+01:30", Field::created, "", NumberRange{first, ~0ull});
  expect("created>=2025-12-31T14:00:00-10:00", Field::created, "", NumberRange{first, ~0ull});
  expect("created<2026-01-01T00:00:00Z", Field::created, "", NumberRange{0, first - 1});
}

TEST(SearchLanguage, JoinsTermsAndKnowsWhereTheyStand) {
  const auto parsed = parse("  name:fraud*  AND -archived metric.auc>0.9 ");
  const auto& conditions = std::get<Query>(parsed).conditions;
  ASSERT_EQ(conditions.size(), 3u);
  EXPECT_EQ(conditions[0].at, (Span{2, 11}));
  EXPECT_EQ(conditions[1].field, Field::archived);
  EXPECT_TRUE(conditions[1].excluded);
  EXPECT_EQ(conditions[2].at, (Span{29, 14}));
  EXPECT_TRUE(std::get<Query>(parse("   ")).conditions.empty());
}

struct Bad {
  const char* text;
  Span at;
  const char* message;
};
TEST(SearchLanguage, SaysWhereATermIsWrongAndWhatWouldBeRight) {
  for (const Bad& bad : std::vector<Bad>{
           {"colour:red", {0, 6}, "there is no field \"colour\": it is one of name, registry"},
           {"churn colour:red", {6, 6}, "there is no field"},
           {":x", {0, 1}, "there is no field \"\""},
           {"name:", {0, 5}, "there is no value behind \":\""},
           {"name>3", {0, 6}, "is a text and has no \">\""},
           {"metric>0.9", {0, 6}, "metric of which name? Write metric.<name>"},
           {"name.x:1", {0, 6}, "takes no name behind a dot"},
           {"metric.auc>high", {11, 4}, "is no number"},
           {"churn metric.auc", {6, 10}, "metric.auc:* where there is any"},
           {"-Meta.framework", {0, 15}, "asks for nothing"},
           {"tag:tier:1", {0, 10}, "tag:key=value"},
           {"alias:Latest", {0, 12}, "MODEL:latest names it"},
           {"metric.auc>nan", {11, 3}, "is no number"},
           {"meta.x>a", {7, 1}, "is no number"},
           {"created>yesterday", {8, 9}, "is no time"},
           {"created>2026-13-01", {8, 10}, "is no time"},
           {"name:a*b", {5, 3}, "* stands at the end"},
           {"name:*b", {5, 2}, "* stands at the end"},
           {"name:**", {5, 2}, "* stands at the end"},
           {"tag:te*=x", {0, 9}, "by its whole key"},
           {"tag:=x", {0, 6}, "by its whole key"},
           {"tag:team=", {0, 9}, "there is no value behind \"=\""},
           {"archived:yes", {0, 12}, "takes no value"},
           {"x \"open", {2, 5}, "the quote is not closed"},
           {"x -", {2, 1}, "excludes the term right behind it"},
           {"\"\"", {0, 2}, "empty quotes"},
           {"a OR b", {2, 2}, "all terms must hold"},
           {"a or b", {2, 2}, "all terms must hold"},
           {"not a", {0, 3}, "all terms must hold"},
           {"a || b", {2, 2}, "all terms must hold"},
           {"(a b)", {0, 2}, "there are no brackets"},
           {"name:(a b)", {5, 1}, "there are no brackets"},
           {"!archived", {0, 9}, "\"-\" excludes one"},
           {"AND", {0, 3}, "AND stands between two terms"},
           {"a AND", {2, 3}, "AND stands between two terms"},
           {"AND a", {0, 3}, "AND stands between two terms"},
           {"a AND AND b", {6, 3}, "AND stands between two terms"},
           {"a -AND b", {2, 4}, "AND stands between two terms"},
           {"--a", {0, 3}, "one \"-\" excludes a term"},
           {"metric.auc!=0.9", {10, 2}, "\"!=\" is no comparison"},
           {"x name!=churn", {6, 2}, "\"!=\" is no comparison"},
           {"metric.auc=>0.9", {10, 2}, "\"=>\" is no comparison"},
           {"metric.auc<>0.9", {10, 2}, "\"<>\" is no comparison"},
           {"tag:team!=risk", {0, 14}, "tags are texts"},
           {"tag:tier>1", {0, 10}, "tags are texts"},
           {"metric.auc>1e400", {11, 5}, "too large or too small"},
           {"metric.auc>1e-400", {11, 6}, "too large or too small"},
           {"metric.auc>-inf", {11, 4}, "is no number"},
           {"created>2026-01-01T00:00:00", {8, 19}, "is no time"},
           {"created>2026-02-30", {8, 10}, "is no time"},
           {"status:bogus", {7, 5}, "is no status: it is pending, ready or failed"},
           {"tags:tier=1", {0, 4}, "did you mean tag?"},
           {"churn:v1", {0, 5}, "what is no field is written in quotes"},
           {"tag.tier=1", {0, 8}, "write tag:key=value"},
       }) {
    const auto parsed = parse(bad.text);
    const auto* problem = std::get_if<Problem>(&parsed);
    ASSERT_NE(problem, nullptr) << bad.text;
    EXPECT_EQ(problem->at, bad.at) << bad.text << ": " << problem->at.offset << ", " << problem->at.length;
    EXPECT_THAT(problem->message, HasSubstr(bad.message)) << bad.text;
  }
}

TEST(SearchLanguage, NamesThePlaceInTheErrorsSentence) {
  const Error wrong = as_error(std::get<Problem>(parse("churn colour:red")), "churn colour:red");
  EXPECT_EQ(wrong.cause, Cause::invalid_value);
  EXPECT_EQ(wrong.field, "q");
  EXPECT_THAT(wrong.message, HasSubstr("at byte 6, 6 long (colour): there is no field"));
}

TEST(SearchLanguage, RefusesWhatIsTooLong) {
  EXPECT_EQ(std::get<Problem>(parse(std::string(limits::kMaxSearchBytes + 1, 'a'))).cause, Cause::too_large);
  std::string many;
  for (std::size_t i = 0; i < limits::kMaxSearchTerms; ++i) many += "a ";
  EXPECT_TRUE(std::holds_alternative<Query>(parse(many)));
  EXPECT_EQ(std::get<Problem>(parse(many + "a")).cause, Cause::too_many);
}

TEST(SearchLanguage, KeepsTheOrderOfNumbers) {
  const double numbers[] = {-1e300, -2, -1e-9, 0, 1e-9, 0.5, 2, 1e300};
  for (std::size_t i = 1; i < std::size(numbers); ++i)
    EXPECT_LT(ordered(numbers[i - 1]), ordered(numbers[i])) << numbers[i];
  EXPECT_EQ(ordered(-0.0), ordered(0.0));
}

TEST(SearchLanguage, ReadsWhatToSortBy) {
  EXPECT_EQ(parse_sort("name")->field, Field::name);
  EXPECT_TRUE(parse_sort("-created")->descending);
  EXPECT_EQ(parse_sort("-metric.auc")->key, "auc");
  EXPECT_EQ(parse_sort("metric.\"val loss\"")->key, "val loss");
  EXPECT_EQ(parse_sort("metric.\"a,b\"")->key, "a,b");
  EXPECT_EQ(parse_sort("Created")->field, Field::created);
  for (const char* bad : {"", "-", "--name", "metric.", "metric.\"\"", "metric", "size", "owner",
                          "name,created", "metric.auc,name"})
    EXPECT_EQ(parse_sort(bad).error().field, "sort") << bad;
}

// Whatever comes in, what is wrong lies within it.
TEST(SearchLanguage, AnswersRandomTextWithTermsOrAPlaceWithinIt) {
  const std::vector<std::string> pieces{"name", "metric",     ".",        ":",    ">",        "=",   "<",
                                        "*",    "\"",         "\\",       "-",    " ",        "tag", "meta",
                                        "0.9",  "2026-01-01", "archived", "x",    "\xc3\xa9", "AND", "!",
                                        "(",    "|",          "status",   "1e999"};
  std::mt19937 random(7);
  for (int round = 0; round < 50'000; ++round) {
    std::string text;
    for (std::size_t left = random() % 12; left > 0; --left) text += pieces[random() % pieces.size()];
    if (random() % 4 == 0 && !text.empty()) text[random() % text.size()] = static_cast<char>(random());
    const auto parsed = parse(text);
    if (const auto* problem = std::get_if<Problem>(&parsed)) {
      ASSERT_LE(problem->at.offset + problem->at.length, text.size()) << text;
      ASSERT_GT(problem->at.length, 0u) << text;
      ASSERT_FALSE(as_error(*problem, text).message.empty());
    } else {
      for (const Condition& condition : std::get<Query>(parsed).conditions)
        ASSERT_LE(condition.at.offset + condition.at.length, text.size()) << text;
    }
  }
}

}  // namespace
}  // namespace herald::projections::search
