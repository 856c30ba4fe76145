#include "recorder/projector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recorder/testing/recorder_fixture.h"

namespace herald::recorder {
namespace {

using ::testing::HasSubstr;

class TheProjector : public testing::RecorderTest {
 protected:
  void SetUp() override {
    testing::RecorderTest::SetUp();
    views = projections::Views::open({folder.file("views"), 1ull << 30}).value();
    projector = std::make_unique<Projector>(*views, *w.log, projected);
  }
  std::vector<Recording> recorded() const {
    return read_batch(*w.log, Sequence(1), w.log->last(), 1'000, 1 << 20);
  }
  std::optional<registry::RegistryRecord> registry_as_of(std::uint64_t sequence) const {
    const projections::ViewsReader reader(*views);
    return registry::find_registry(reader.as_of(Sequence(sequence)), w.models());
  }

  std::unique_ptr<projections::Views> views;
  eventstore::Tail projected{Sequence(0)};
  std::unique_ptr<Projector> projector;
};

TEST_F(TheProjector, BringsTheViewsToWhereTheLogIs) {
  ASSERT_TRUE(w.record(w.register_model("churn")));
  ASSERT_TRUE(projector->apply(recorded(), {}));
  EXPECT_EQ(projector->position(), Sequence(2));
  EXPECT_EQ(projected.last(), Sequence(2));
  EXPECT_EQ(views->stand().origin, "herald.example/test");
  EXPECT_EQ(views->stand().leaf, w.log->read().leaf_hash(Sequence(2)));
  EXPECT_FALSE(registry_as_of(0));
  EXPECT_TRUE(registry_as_of(1));
}

TEST_F(TheProjector, FollowsTheLogOnAThreadOfItsOwn) {
  FollowerThread thread(*projector, *w.log, *w.tail, {});
  ASSERT_TRUE(w.record(w.register_model("churn")));
  EXPECT_EQ(projected.wait_beyond(Sequence(1), {}), Sequence(2));
  thread.stop();
  EXPECT_EQ(thread.position(), Sequence(2));
}

TEST_F(TheProjector, SaysWhichEventItCannotRead) {
  auto batch = w.log->begin().value();
  ASSERT_TRUE(batch->append("subject", w.clock.now(), "{\"not\":\"an event\"}"));
  ASSERT_EQ(batch->commit().outcome, eventstore::LogBatch::Outcome::durable);
  const auto applied = projector->apply(recorded(), {});
  ASSERT_FALSE(applied);
  EXPECT_THAT(applied.error().message, HasSubstr("event 2 cannot be read by this version of Herald ("));
  EXPECT_EQ(projector->position(), Sequence(0));
  EXPECT_EQ(projected.last(), Sequence(0));
}

}  // namespace
}  // namespace herald::recorder
