#include "automations/template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace herald::automations {
namespace {

using ::testing::HasSubstr;

class Fixed final : public Values {
 public:
  explicit Fixed(std::string_view text) : document_(json::Document::parse(text).value()) {}
  std::optional<json::Value> find(const FieldPath& path) const override {
    return path.find(document_.root());
  }

 private:
  json::Document document_;
};

Fixed values() {
  return Fixed(
      R"({"model":{"name":"churn \"x\" ${model.name}","tags":{"tier":"gold"}},"version":{"number":4,"metrics":{"auc":0.91,"val.auc":0.9},"metadata":{"a":[1,2]},"none":null,"on":true}})");
}

std::string text(std::string_view in) {
  return Template::parse(in).value().text(values()).value();
}
std::string json_of(std::string_view in) {
  return Template::parse(in).value().json(values()).value();
}

TEST(Templates, InsertValuesAsText) {
  EXPECT_EQ(text("no placeholder"), "no placeholder");
  EXPECT_EQ(text(""), "");
  EXPECT_EQ(text("v${version.number} is ${model.tags.tier}!"), "v4 is gold!");
  EXPECT_EQ(text("${version.metadata} ${version.none} ${version.on}"), R"({"a":[1,2]} null true)");
  EXPECT_EQ(text("${ version.metrics[\"val.auc\"] }"), "0.9");
  EXPECT_EQ(text("${version.metadata.a[1]}"), "2");
}

TEST(Templates, KeepTheTypeOfAPlaceholderThatStandsAlone) {
  EXPECT_EQ(json_of("${version.number}"), "4");
  EXPECT_EQ(json_of("${version.metrics.auc}"), "0.91");
  EXPECT_EQ(json_of("${version.metadata}"), R"({"a":[1,2]})");
  EXPECT_EQ(json_of("${version.none}"), "null");
  EXPECT_EQ(json_of("${model.tags.tier}"), "\"gold\"");
  EXPECT_EQ(json_of("v${version.number}"), "\"v4\"");
  EXPECT_EQ(json_of(" ${version.number}"), "\" 4\"");
}

TEST(Templates, NeverReadWhatTheyInsert) {
  EXPECT_EQ(json_of("${model.name}"), R"("churn \"x\" ${model.name}")");
  EXPECT_EQ(json_of("of ${model.name}"), R"("of churn \"x\" ${model.name}")");
}

TEST(Templates, TakeDefaultsWhenThereIsNoValue) {
  EXPECT_EQ(json_of("${version.metrics.f1|null}"), "null");
  EXPECT_EQ(json_of("${version.metrics.f1|0.5}"), "0.5");
  EXPECT_EQ(json_of("${version.metrics.f1 | \"n/a } | \\\"\"}"), R"("n/a } | \"")");
  EXPECT_EQ(text("f1: ${version.metrics.f1|\"n/a\"}"), "f1: n/a");
  EXPECT_EQ(json_of("${version.metrics.auc|null}"), "0.91");
  EXPECT_EQ(json_of("${version.none|1}"), "null");
}

TEST(Templates, EscapeTheirOwnSyntax) {
  EXPECT_EQ(text("$${version.number} costs 5$ or $$ {x}"), "${version.number} costs 5$ or $$ {x}");
  EXPECT_EQ(json_of("$${x}"), "\"${x}\"");
}

TEST(Templates, NameThePlaceholderThatHasNoValue) {
  const auto filled = Template::parse("a ${version.metrics.f1}")->text(values());
  ASSERT_FALSE(filled);
  EXPECT_EQ(filled.error().cause, Cause::not_found);
  EXPECT_THAT(filled.error().message, HasSubstr("${version.metrics.f1}"));
}

TEST(Templates, WithErrorsAreRefusedWithThePosition) {
  struct Case {
    const char* text;
    const char* where;
  };
  for (const Case& c :
       {Case{"${", "line 1, column 1"}, Case{"ab ${x", "line 1, column 4"},
        Case{"a\nbä ${}", "line 2, column 4"}, Case{"${a..b}", "line 1, column 1"}, Case{"${a|}", "column 4"},
        Case{"${a|x}", "column 4"}, Case{"${a|{}}", "column 4"}, Case{"${a|[1]}", "column 4"},
        Case{"${a|\"x}", "column 1"}, Case{"${a b}", "column 1"}, Case{"$${ok} ${a[}", "column 8"},
        Case{"${${a}}", "column 1"}}) {
    const auto parsed = Template::parse(c.text);
    ASSERT_FALSE(parsed) << c.text;
    EXPECT_EQ(parsed.error().cause, Cause::invalid_value);
    EXPECT_THAT(parsed.error().message, HasSubstr(c.where)) << c.text;
  }
}

TEST(JsonTemplates, FillStringsAndKeepTheRest) {
  const json::Raw payload(
      R"({"model":"${model.tags.tier}","n":"${version.number}","list":["v${version.number}",1.5,null,true,{"x":"$${y}"}],"empty":{}})");
  EXPECT_EQ(fill_json(payload, "payload", values()).value(),
            R"({"model":"gold","n":4,"list":["v4",1.5,null,true,{"x":"${y}"}],"empty":{}})");
}

TEST(JsonTemplates, MayBeAnyJsonValue) {
  EXPECT_EQ(fill_json(json::Raw("\"${version}\""), "payload", Fixed(R"({"version":[1]})")).value(), "[1]");
  EXPECT_EQ(fill_json(json::Raw("7"), "payload", values()).value(), "7");
}

TEST(JsonTemplates, NameTheFieldOfAnError) {
  const auto filled = fill_json(json::Raw(R"({"a":[{"b":"${version.gone}"}]})"), "payload", values());
  ASSERT_FALSE(filled);
  EXPECT_EQ(filled.error().field, "payload.a[0].b");
  const auto named = check_json(json::Raw(R"({"a":{"${x}":1}})"), "payload",
                                [](const Placeholder&) { return Result<void>(); });
  ASSERT_FALSE(named);
  EXPECT_THAT(named.error().message, HasSubstr("names"));
}

}  // namespace
}  // namespace herald::automations
