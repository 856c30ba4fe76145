// The examples of /openapi.json that no tour through the routes brings about, and what the description is made of.
#include "api/openapi.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/handlers.h"
#include "api/openapi_schemas.h"
#include "api/problem.h"
#include "reflect/json_value.h"

namespace herald::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct DescribedInner {
  std::string word;
};
BOOST_DESCRIBE_STRUCT(DescribedInner, (), (word))
struct DescribedOuter {
  std::vector<DescribedInner> inner;
  std::optional<std::map<std::string, std::string>> tags;
};
BOOST_DESCRIBE_STRUCT(DescribedOuter, (), (inner, tags))

TEST(Description, OfARequestRefusesMembersThatItDoesNotName) {
  EXPECT_EQ(strict_schema(schema<DescribedOuter>("Outer")),
            R"({"type":"object","properties":{"inner":{"type":"array","items":{"type":"object","properties":)"
            R"({"word":{"type":"string"}},"required":["word"],"additionalProperties":false}},)"
            R"("tags":{"type":"object","additionalProperties":{"type":"string"}}},"required":["inner"],)"
            R"("additionalProperties":false})");
}

TEST(Description, OfPartOfAnAnswerRequiresNoMember) {
  const std::string part = partial_schema(schema<DescribedOuter>("Outer"));
  EXPECT_THAT(part, HasSubstr(R"("required":["word"])")) << "what is named is whole";
  EXPECT_THAT(part, Not(HasSubstr(R"("required":["inner"])")));
  EXPECT_EQ(fields_schema(schema<DescribedOuter>("Outer")),
            R"({"type":"array","minItems":1,"items":{"enum":["inner","tags"]}})");
}

TEST(Description, SaysOfWhichRoutesARetryCompletesTheFirst) {
  Router router;
  add_all_routes(router);
  std::vector<std::string> completed;
  for (const Route& route : router.routes()) {
    if (route.doc().completed_by_retries()) completed.push_back(route.pattern());
  }
  EXPECT_THAT(completed, ::testing::UnorderedElementsAre(
                             "/v1/claim", "/v1/erasures", "/v1/principals/{principal}",
                             "/v1/models/{model}/versions/{version}/usage",
                             "/v1/registries/{registry}/models/{model}/versions/{version}/usage"));
  const std::string description = describe_api(router);
  std::size_t said = 0;
  for (std::size_t at = description.find("once all that follows from the first is done");
       at != std::string::npos; at = description.find("once all that follows from the first is done", at + 1))
    ++said;
  EXPECT_EQ(said, completed.size());
}

TEST(Description, HasRefusalsAsTheTableOfProblemsMakesThem) {
  Router router;
  add_all_routes(router);
  const auto document = json::Document::parse(describe_api(router)).value();
  const auto examples = document.root().find("components")->find("examples");
  std::size_t refusals = 0;
  for (const auto& [name, example] : examples->members()) {
    if (!name.starts_with("refusal.")) continue;
    ++refusals;
    const json::Value value = example.find("value").value();
    const std::string_view code = value.find("code")->string().value();
    EXPECT_EQ(value.find("type")->string(), "urn:herald:problem:" + std::string(code));
    bool is_known = false;
    for (int cause = 0; cause <= static_cast<int>(Cause::internal); ++cause) {
      if (to_string(static_cast<Cause>(cause)) != code) continue;
      is_known = true;
      const ProblemKind kind = problem_kind(static_cast<Cause>(cause));
      const auto field = value.find("field");
      const unsigned int status = field && field->string() == "If-Match" ? 412 : kind.status;
      EXPECT_EQ(value.find("status")->unsigned_integer(), status) << name;
      EXPECT_EQ(value.find("title")->string(), kind.title) << name;
      EXPECT_EQ(name, "refusal." + std::to_string(status));
    }
    EXPECT_TRUE(is_known) << code;
  }
  EXPECT_GE(refusals, 15u);
}

}  // namespace
}  // namespace herald::api
