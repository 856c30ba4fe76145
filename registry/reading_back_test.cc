// Whatever a request may hold, the event that it becomes can be read again: by those who follow the log, and inside of
// the answers that show it.
#include <gmock/gmock.h>

#include "base/limits.h"
#include "registry/testing/story.h"

namespace herald::registry::story {
namespace {

// As deep as a request may be: `above` levels are those that the request has around the free JSON.
json::Raw deepest(std::size_t above, const std::string& core = "") {
  const std::size_t levels = limits::kMaxRequestJsonDepth - above;
  return json::Raw(std::string(levels, '[') + core + std::string(levels, ']'));
}
json::Raw deepest_object(std::size_t above) {
  return json::Raw(R"({"a":)" + deepest(above + 1).text() + "}");
}

// Answers wrap an event, or a definition, in a few levels more: a page, a list, an entry.
constexpr std::size_t kLevelsOfAnAnswer = 8;

void expect_readable(const Outcome& outcome) {
  ASSERT_FALSE(outcome.events().empty());
  for (const Event& event : outcome.events()) {
    const std::string bytes = encode(event);
    const auto read = decode(bytes);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(encode(*read), bytes);
    EXPECT_TRUE(json::Document::parse(std::string(kLevelsOfAnAnswer, '[') + bytes +
                                      std::string(kLevelsOfAnAnswer, ']')));
  }
}

TEST(TheDeepestRequest, MakesReadableEventsOfMetadata) {
  Story story;
  RegisterVersion first = a_version("churn");
  first.metadata = deepest_object(1);
  story.given({a_model("churn")});
  expect_readable(story.when(first));
  UpdateVersion update = of<UpdateVersion>("churn", 1);
  update.metadata = json::Raw(R"({"b":)" + deepest_object(2).text() + "}");
  expect_readable(story.when(update));
}

// {"conditions":[{"value":HERE}],"actions":[{"payload":HERE}]}: three levels around each.
TEST(TheDeepestRequest, MakesReadableEventsOfConditionsAndPayloads) {
  Story story;
  CreateAutomation create = an_automation("tell");
  create.definition.conditions.push_back({"data.alias", Operator::any_of, deepest(3, "1")});
  create.definition.actions.at(0).payload = deepest(3);
  expect_readable(story.when(create));
  UpdateAutomation update{create.definition.name, create.definition};
  update.definition.conditions.at(0).value = deepest(3, "2");
  update.definition.actions.at(0).payload = deepest_object(3);
  expect_readable(story.when(update));
}

TEST(Metrics, OfAnyFiniteValueMakeReadableEvents) {
  Story story;
  RegisterVersion first = a_version("churn");
  first.metrics = {
      {"loss", 1.8446744073709552e19}, {"delta", -1.2345678901234567e19}, {"zero", -0.0}, {"tiny", 5e-324}};
  story.given({a_model("churn")});
  expect_readable(story.when(first));
}

}  // namespace
}  // namespace herald::registry::story
