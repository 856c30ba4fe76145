#include "automations/conditions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "automations/wildcard.h"

namespace herald::automations {
namespace {

using registry::Condition;
using registry::Operator;
using ::testing::HasSubstr;

constexpr std::string_view kEvent =
    R"({"type":"herald.alias.assigned.v1","actorkind":"user","data":{"alias":"production","from":3,"to":4,"ratio":1.0,"big":18446744073709551615,"none":null,)"
    R"("on":true,"list":[1,{"kind":"slack"}],"object":{"a":1,"b":[true]},"a.b":"dotted"}})";

Result<Conditions> compiled(std::string field, Operator op, std::string value) {
  Condition condition{std::move(field), op, std::nullopt};
  if (!value.empty()) condition.value = json::Raw(std::move(value));
  return Conditions::compile({condition});
}

bool holds(std::string field, Operator op, std::string value = {}) {
  const auto event = json::Document::parse(kEvent).value();
  return compiled(std::move(field), op, std::move(value)).value().hold(event.root());
}

TEST(Conditions, CompareJsonByTypeAndContent) {
  EXPECT_TRUE(holds("data.alias", Operator::equals, "\"production\""));
  EXPECT_FALSE(holds("data.alias", Operator::equals, "\"Production\""));
  EXPECT_TRUE(holds("data.ratio", Operator::equals, "1"));
  EXPECT_TRUE(holds("data.to", Operator::equals, "4.0"));
  EXPECT_FALSE(holds("data.to", Operator::equals, "\"4\""));
  EXPECT_TRUE(holds("data.on", Operator::equals, "true"));
  EXPECT_FALSE(holds("data.on", Operator::equals, "1"));
  EXPECT_TRUE(holds("data.none", Operator::equals, "null"));
  EXPECT_TRUE(holds("data.big", Operator::equals, "18446744073709551615"));
  EXPECT_FALSE(holds("data.big", Operator::equals, "18446744073709551614"));
  EXPECT_TRUE(holds("data.object", Operator::equals, R"({"b":[true],"a":1.0})"));
  EXPECT_FALSE(holds("data.object", Operator::equals, R"({"a":1})"));
  EXPECT_FALSE(holds("data.object", Operator::equals, R"({"a":1,"b":[true],"c":1})"));
  EXPECT_TRUE(holds("data.list", Operator::equals, R"([1,{"kind":"slack"}])"));
  EXPECT_FALSE(holds("data.list", Operator::equals, "[1]"));
  EXPECT_FALSE(holds("data.list", Operator::equals, R"([1,{"kind":"slack"},2])"));
  EXPECT_TRUE(holds("data.to", Operator::not_equals, "3"));
  EXPECT_FALSE(holds("data.to", Operator::not_equals, "4"));
}

TEST(Conditions, CompareWithLists) {
  EXPECT_TRUE(holds("data.alias", Operator::any_of, R"(["candidate","production"])"));
  EXPECT_FALSE(holds("data.alias", Operator::any_of, R"(["candidate",1])"));
  EXPECT_TRUE(holds("data.alias", Operator::none_of, R"(["candidate",1])"));
  EXPECT_FALSE(holds("data.to", Operator::none_of, "[1,4]"));
}

TEST(Conditions, CompareStrings) {
  EXPECT_TRUE(holds("data.alias", Operator::prefix, "\"prod\""));
  EXPECT_FALSE(holds("data.alias", Operator::prefix, "\"duct\""));
  EXPECT_TRUE(holds("data.alias", Operator::suffix, "\"tion\""));
  EXPECT_TRUE(holds("data.alias", Operator::matches, "\"p*d?ction\""));
  EXPECT_FALSE(holds("data.alias", Operator::matches, "\"p*d\""));
  EXPECT_FALSE(holds("data.to", Operator::prefix, "\"4\""));
}

TEST(Conditions, CompareNumbers) {
  EXPECT_TRUE(holds("data.to", Operator::greater, "3.5"));
  EXPECT_FALSE(holds("data.to", Operator::greater, "4"));
  EXPECT_TRUE(holds("data.to", Operator::greater_or_equal, "4"));
  EXPECT_TRUE(holds("data.from", Operator::less, "4"));
  EXPECT_TRUE(holds("data.from", Operator::less_or_equal, "3"));
  EXPECT_FALSE(holds("data.alias", Operator::less, "9"));
}

TEST(Conditions, OfAFieldThatIsMissingOnlyAbsentIsTrue) {
  EXPECT_TRUE(holds("data.reason", Operator::absent));
  EXPECT_FALSE(holds("data.none", Operator::absent));
  EXPECT_TRUE(holds("data.none", Operator::exists));
  for (const auto& [op, value] : {std::pair{Operator::exists, ""},
                                  {Operator::equals, "null"},
                                  {Operator::not_equals, "1"},
                                  {Operator::any_of, "[1]"},
                                  {Operator::none_of, "[1]"},
                                  {Operator::prefix, "\"\""},
                                  {Operator::matches, "\"*\""},
                                  {Operator::less, "1"}}) {
    EXPECT_FALSE(holds("data.reason", op, value)) << reflect::enum_name(op);
  }
}

TEST(Conditions, ReachIntoListsAndQuotedNames) {
  EXPECT_TRUE(holds("data.list[0]", Operator::equals, "1"));
  EXPECT_TRUE(holds("data.list[1].kind", Operator::equals, "\"slack\""));
  EXPECT_TRUE(holds("data.list[2]", Operator::absent));
  EXPECT_TRUE(holds("data.alias[0]", Operator::absent));
  EXPECT_TRUE(holds("data[\"a.b\"]", Operator::equals, "\"dotted\""));
}

TEST(Conditions, AllMustHold) {
  const auto event = json::Document::parse(kEvent).value();
  const Condition yes{"data.to", Operator::equals, json::Raw("4")},
      no{"data.to", Operator::equals, json::Raw("5")};
  EXPECT_TRUE(Conditions::compile({yes, yes})->hold(event.root()));
  EXPECT_FALSE(Conditions::compile({yes, no})->hold(event.root()));
  EXPECT_TRUE(Conditions::compile({})->hold(event.root()));
}

void expect_refused(std::string field, Operator op, std::string value, Cause cause,
                    const std::string& where) {
  const auto result = compiled(field, op, value);
  ASSERT_FALSE(result) << field << " " << reflect::enum_name(op) << " " << value;
  EXPECT_EQ(result.error().cause, cause) << result.error().message;
  EXPECT_EQ(result.error().field, where);
}

TEST(Conditions, WithoutTheValueTheyNeedAreRefused) {
  expect_refused("data.to", Operator::equals, "", Cause::missing_field, "conditions[0].value");
  expect_refused("data.to", Operator::exists, "1", Cause::invalid_value, "conditions[0].value");
  expect_refused("data.to", Operator::any_of, "1", Cause::invalid_value, "conditions[0].value");
  expect_refused("data.to", Operator::none_of, "[]", Cause::invalid_value, "conditions[0].value");
  expect_refused("data.to", Operator::prefix, "1", Cause::invalid_value, "conditions[0].value");
  expect_refused("data.to", Operator::less, "\"1\"", Cause::invalid_value, "conditions[0].value");
}

TEST(Conditions, WithPathsThatCannotBeReadAreRefused) {
  for (const char* path : {"", ".", "data.", ".data", "data..to", "data[", "data[]", "data[x]", "data[0",
                           "data[-1]", "data[\"x]", "data[\"x\"", "data to", "da}ta", "a[0]b"}) {
    expect_refused(path, Operator::exists, "", Cause::invalid_value, "conditions[0].field");
  }
  EXPECT_THAT(compiled("data..to", Operator::exists, "").error().message, HasSubstr("position 6"));
}

TEST(Wildcards, StandForAnyCharactersOrOne) {
  EXPECT_TRUE(wildcard_match("", ""));
  EXPECT_TRUE(wildcard_match("*", ""));
  EXPECT_TRUE(wildcard_match("a*b*c", "aXbYbZc"));
  EXPECT_TRUE(wildcard_match("??", "äö"));
  EXPECT_FALSE(wildcard_match("?", ""));
  EXPECT_FALSE(wildcard_match("a*", "ba"));
  EXPECT_FALSE(wildcard_match("a", "ab"));
  EXPECT_FALSE(wildcard_match("*.assigned", "alias.assigned.v1"));
  // Many stars do not take time without end.
  EXPECT_FALSE(wildcard_match("*a*a*a*a*a*a*a*a*a*a*a*a*b", std::string(2'000, 'a')));
}

}  // namespace
}  // namespace herald::automations
