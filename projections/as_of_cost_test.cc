// What a question about the past costs, counted in steps of LMDB's cursors: the same in a model of three versions and in
// one of ten thousand, and however much has happened since.
#include <gtest/gtest.h>

#include "base/testing/sanitized.h"
#include "projections/queries.h"
#include "projections/testing/cursor_steps.h"
#include "projections/testing/registry_story.h"
#include "projections/testing/stores.h"

namespace herald::projections {
namespace {

using namespace testing;
using registry::VersionNumber;

constexpr std::uint64_t kVersions = herald::testing::kSanitized ? 1'000 : 10'000;
constexpr std::uint64_t kStepsOfALookUp = 2;  // the key after it, and one back

class AsOfCost : public ::testing::Test {
 protected:
  // v1, v2 and `production` at v3, at `then_`; then thousands more, half of them at `midway_`.
  void SetUp() override {
    model_ = story_.model("churn");
    for (int i = 0; i < 3; ++i) story_.version("churn");
    story_.move("churn", "production", 3);
    then_ = Sequence(story_.last());
    for (std::uint64_t i = 3; i < kVersions; ++i) {
      story_.version("churn");
      if (i + 1 == kVersions / 2) midway_ = Sequence(story_.last());
      if (i % 100 == 0) story_.move("churn", "production", i);
    }
  }
  void fail_all_but_the_first() {
    for (std::uint64_t number = kVersions; number > 1; --number) story_.fail("churn", number);
  }
  void keep() { store_.views->apply(story_.events(), kOrigin, {}).value(); }

  // Of a question about the state as of `at`.
  template <class Ask>
  std::uint64_t steps(Sequence at, Ask&& ask) {
    const ViewsReader views(*store_.views);
    const AsOf then = views.as_of(at);
    const std::uint64_t before = cursor_steps();
    ask(then);
    const std::uint64_t taken = cursor_steps() - before;
    EXPECT_GT(taken, 0U) << "they are not counted";
    return taken;
  }
  void expect_point_questions_to_be_cheap(Sequence at, VersionNumber latest) {
    SCOPED_TRACE("as of " + std::to_string(at.value()));
    EXPECT_LE(steps(at, [&](const AsOf& then) { ASSERT_TRUE(registry::find_model(then, model_)); }),
              kStepsOfALookUp);
    EXPECT_LE(steps(at, [&](const AsOf& then) { ASSERT_TRUE(find_version(then, model_, VersionNumber(2))); }),
              kStepsOfALookUp);
    EXPECT_LE(steps(at,
                    [&](const AsOf& then) {
                      ASSERT_TRUE(find_alias(then, model_, registry::AliasName::trusted("production")));
                    }),
              kStepsOfALookUp);
    EXPECT_LE(steps(at, [&](const AsOf& then) { ASSERT_EQ(latest_version(then, model_), latest); }),
              kStepsOfALookUp);
  }

  RegistryStory story_;
  ViewsStore store_;
  registry::ModelId model_;
  Sequence then_, midway_;
};

TEST_F(AsOfCost, OfOneThingIsOneLookUpWhateverHappenedSince) {
  keep();
  expect_point_questions_to_be_cheap(then_, VersionNumber(3));
  expect_point_questions_to_be_cheap(midway_, VersionNumber(kVersions / 2));
  expect_point_questions_to_be_cheap(Sequence(story_.last()), VersionNumber(kVersions));
}

TEST_F(AsOfCost, OfLatestIsOneLookUpThoughThousandsAboveItFailed) {
  fail_all_but_the_first();
  keep();
  expect_point_questions_to_be_cheap(Sequence(story_.last()), VersionNumber(1));
}

TEST_F(AsOfCost, OfAPageOfVersionsIsThatOfItsRows) {
  keep();
  const auto page = [&](const AsOf& then) {
    ASSERT_EQ(list_versions(then, model_, {{}, 2}).items.front().number, VersionNumber(3));
  };
  EXPECT_LE(steps(then_, page), kStepsOfALookUp * 2 * 4);
}

}  // namespace
}  // namespace herald::projections
