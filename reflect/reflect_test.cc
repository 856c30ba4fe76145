#include <gtest/gtest.h>

#include <limits>

#include "base/clock.h"
#include "base/digest.h"
#include "base/limits.h"
#include "reflect/json_read.h"
#include "reflect/json_schema.h"
#include "reflect/json_write.h"
#include "reflect/record.h"

namespace herald {
namespace {

BOOST_DEFINE_ENUM_CLASS(Color, red, green)
using Count = Strong<struct CountTag, std::uint64_t>;

struct Inner {
  std::string name;
  std::optional<int> size;
  friend bool operator==(const Inner&, const Inner&) = default;
};
BOOST_DESCRIBE_STRUCT(Inner, (), (name, size))

struct Outer {
  Count count;
  Color color = Color::red;
  std::vector<Inner> inner;
  std::map<std::string, double> numbers;
  std::optional<Timestamp> at;
  json::Raw free{"{}"};
  bool flag = false;
  friend bool operator==(const Outer&, const Outer&) = default;
};
BOOST_DESCRIBE_STRUCT(Outer, (), (count, color, inner, numbers, at, free, flag))

const std::string kOuter =
    R"({"count":7,"color":"green","inner":[{"name":"a\"b","size":-3},{"name":"ü"}],"numbers":{"auc":0.1,"n":2},)"
    R"("at":"2026-11-24T05:02:00.123Z","free":{"k":[1,null,true]},"flag":true})";

Outer outer() {
  return json::from_json<Outer>(kOuter, json::Mode::request).value();
}
Error refusal(std::string_view text) {
  return json::from_json<Outer>(text, json::Mode::request).error();
}

TEST(Json, IsWrittenInTheOrderOfTheMembersAndReadBack) {
  EXPECT_EQ(json::to_json(outer()), kOuter);
}

TEST(Json, ControlCharactersAreEscaped) {
  const std::string all = std::string("\0\x01\x1f\n\r\t\"\\/", 9) + "\x7f€";
  const auto document = json::Document::parse(json::to_json(all));
  EXPECT_EQ(document.value().root().string(), all);
}

TEST(Json, NamesTheFieldThatIsWrong) {
  EXPECT_EQ(refusal(R"({"count":"x"})").field, "count");
  EXPECT_EQ(refusal(R"({"count":-1})").cause, Cause::invalid_value);
  EXPECT_EQ(refusal(R"({"count":1,"color":"blue"})").message.find("red, green") == std::string::npos, false);
  EXPECT_EQ(refusal(R"({"count":1,"color":"red","inner":[{"name":"a"},{"name":3}]})").field, "inner[1].name");
  EXPECT_EQ(refusal(R"({"count":1,"color":"red","inner":[{"name":"a","size":3000000000}]})").field,
            "inner[0].size");
  EXPECT_EQ(refusal(R"({"count":1,"color":"red","inner":[],"numbers":{"a":"b"}})").field, "numbers.a");
  EXPECT_EQ(refusal("[]").cause, Cause::invalid_value);
}

TEST(Json, MissingUnknownAndRepeatedFieldsAreDifferentMistakes) {
  EXPECT_EQ(refusal(R"({"color":"red"})").cause, Cause::missing_field);
  EXPECT_EQ(refusal(R"({"count":1,"colour":"red"})").cause, Cause::unknown_field);
  EXPECT_EQ(refusal(R"({"count":1,"count":2})").cause, Cause::duplicate_field);
  EXPECT_EQ(refusal(R"({"count":1,"color":"red","inner":[],"numbers":{"a":1,"a":2}})").cause,
            Cause::duplicate_field);
  const Error in_free =
      refusal(R"({"count":1,"color":"red","inner":[],"numbers":{},"free":{"a":[{"b":1,"b":2}]}})");
  EXPECT_EQ(in_free.cause, Cause::duplicate_field);
  EXPECT_EQ(in_free.field, "free.a[0].b");
}

std::string nested(std::size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

TEST(Json, IsTakenFromOutsideLessDeepThanItIsRead) {
  EXPECT_TRUE(json::Document::parse_request(nested(limits::kMaxRequestJsonDepth)));
  EXPECT_EQ(json::Document::parse_request(nested(limits::kMaxRequestJsonDepth + 1)).error().message,
            "the JSON is nested deeper than 64 levels");
  EXPECT_TRUE(json::Document::parse(nested(limits::kMaxJsonDepth)));
  EXPECT_FALSE(json::Document::parse(nested(limits::kMaxJsonDepth + 1)));
  EXPECT_TRUE(json::Document::parse_request(nested(limits::kMaxRequestJsonDepth)));
}

TEST(Json, WhatIsNoJsonIsMalformed) {
  const std::string deep = nested(limits::kMaxRequestJsonDepth + 1);
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("{\"a\":\"\xff\"}"), std::string("nul"),
        std::string("{} {}"), std::string("{\"a\":01}"), std::string("\"open"), deep}) {
    EXPECT_EQ(refusal(text).cause, Cause::malformed) << text;
  }
}

TEST(Json, StoredJsonIsReadAsItIs) {
  const std::string newer = kOuter.substr(0, kOuter.size() - 1) + R"(,"since_then":{"a":1}})";
  EXPECT_EQ(json::from_json<Outer>(newer, json::Mode::stored).value(), outer());
  EXPECT_EQ(json::from_json<Outer>(newer, json::Mode::request).error().cause, Cause::unknown_field);
}

TEST(JsonSchema, SaysWhatIsRequiredAndOfWhichKind) {
  EXPECT_EQ(
      json::schema_of<Inner>(),
      R"({"type":"object","properties":{"name":{"type":"string"},"size":{"type":"integer"}},"required":["name"]})");
  EXPECT_TRUE(json::Document::parse(json::schema_of<Outer>()));
  EXPECT_NE(json::schema_of<Outer>().find(R"("color":{"enum":["red","green"]})"), std::string::npos);
}

TEST(Record, GoesThereAndBack) {
  const std::string bytes = record::encode(outer());
  EXPECT_EQ(record::decode<Outer>(bytes), outer());
}

TEST(Record, DamageIsNoticedNotObeyed) {
  const std::string bytes = record::encode(outer());
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    EXPECT_THROW(record::decode<Outer>(std::string_view(bytes).substr(0, cut)), std::runtime_error) << cut;
  }
  EXPECT_THROW(record::decode<Outer>(bytes + "x"), std::runtime_error);
}

}  // namespace
}  // namespace herald
