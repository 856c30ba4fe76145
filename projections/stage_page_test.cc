#include <gtest/gtest.h>

#include "projections/queries.h"
#include "projections/testing/registry_story.h"

namespace herald::projections {
namespace {

using testing::RegistryStory;

TEST(APageOfAStage, EndsBeforeItIsLargerThanPagesAre) {
  constexpr std::size_t kMetadataBytes = 15'000, kVersions = limits::kMaxPageBytes / kMetadataBytes + 10;
  RegistryStory story;
  const auto stage = registry::StageName::trusted("dev");
  registry::UpdateRegistry laid_out{};
  laid_out.name = registry::RegistryName::trusted(registry::kDefaultRegistry);
  laid_out.stages = registry::StageSet{{stage}, {}};
  story.record(laid_out);
  story.model("churn");
  auto version = RegistryStory::at<registry::RegisterVersion>("churn");
  version.metadata = json::Raw("{\"a\":\"" + std::string(kMetadataBytes, 'x') + "\"}");
  for (std::size_t i = 1; i <= kVersions; ++i) {
    story.record(version);
    auto into = RegistryStory::at<registry::TransitionStage>("churn");
    into.version = registry::VersionNumber(i);
    into.to = stage;
    story.record(into);
  }
  const auto id = registry::find_registry(story.state(), laid_out.name)->id;
  const auto first = list_stage(story.state(), id, stage, {{}, limits::kMaxPageSize});
  ASSERT_TRUE(first.next);
  EXPECT_LE(first.items.size() * kMetadataBytes, limits::kMaxPageBytes + kMetadataBytes);
  const auto second = list_stage(story.state(), id, stage, {*first.next, limits::kMaxPageSize});
  EXPECT_EQ(second.next, std::nullopt);
  EXPECT_EQ(first.items.size() + second.items.size(), kVersions);
}

}  // namespace
}  // namespace herald::projections
