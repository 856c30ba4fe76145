#include "automations/chain.h"

#include <gtest/gtest.h>

#include "automations/testing/world.h"
#include "base/limits.h"

namespace herald::automations {
namespace {

using registry::AutomationId;
using testing::id;

registry::Event at_depth(std::uint32_t depth, registry::Payload payload = registry::TagSet{}) {
  registry::Event event;
  event.causation.depth = depth;
  event.payload = std::move(payload);
  return event;
}

registry::DeliverySkipped skip_of(AutomationId automation) {
  return {{automation, registry::Label::trusted("a")}, 1, registry::SkipCause::rate_limit};
}

TEST(Chain, GoesOnWhileAnOutcomeStaysBelowTheDepthLimit) {
  EXPECT_EQ(next_link(at_depth(0), id<AutomationId>(1)), NextLink::trigger);
  EXPECT_EQ(next_link(at_depth(limits::kMaxCausationDepth - 3), id<AutomationId>(1)), NextLink::trigger);
}

TEST(Chain, EndsWithASkipBeforeTheDepthLimit) {
  EXPECT_EQ(next_link(at_depth(limits::kMaxCausationDepth - 2), id<AutomationId>(1)), NextLink::skip);
  EXPECT_EQ(next_link(at_depth(limits::kMaxCausationDepth - 1), id<AutomationId>(1)), NextLink::skip);
}

TEST(Chain, HasNothingBehindTheDepthLimit) {
  for (const std::uint32_t depth :
       {limits::kMaxCausationDepth, limits::kMaxCausationDepth + 1, 4'294'967'295u}) {
    EXPECT_EQ(next_link(at_depth(depth), id<AutomationId>(1)), NextLink::nothing) << depth;
    EXPECT_FALSE(may_be_skipped(at_depth(depth))) << depth;
  }
}

TEST(Chain, DoesNotFollowFromATrigger) {
  EXPECT_EQ(next_link(at_depth(1, registry::AutomationTriggered{}), id<AutomationId>(1)), NextLink::nothing);
}

TEST(Chain, LeadsFromASkipToOtherAutomationsAlone) {
  const auto skipped = at_depth(1, skip_of(id<AutomationId>(1)));
  EXPECT_EQ(next_link(skipped, id<AutomationId>(1)), NextLink::nothing);
  EXPECT_EQ(next_link(skipped, id<AutomationId>(2)), NextLink::trigger);
}

TEST(Chain, HasNoSkipBehindASkip) {
  const auto skipped = at_depth(limits::kMaxCausationDepth - 1, skip_of(id<AutomationId>(1)));
  EXPECT_EQ(next_link(skipped, id<AutomationId>(2)), NextLink::nothing);
  EXPECT_FALSE(may_be_skipped(at_depth(1, skip_of(id<AutomationId>(1)))));
}

}  // namespace
}  // namespace herald::automations
