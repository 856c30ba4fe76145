#include "connectors/kafka/standing.h"

#include <gmock/gmock.h>

#include "connectors/kafka/topics.h"

namespace herald::connectors::kafka {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const Names kNames{"herald.events", "herald.progress"};
const std::string kOrigin = "a.example/log";

Digest leaf_of(std::uint64_t sequence) {
  return sha256("event " + std::to_string(sequence));
}

LogSide log_of(std::uint64_t last) {
  return {kOrigin, Sequence(last), [last](Sequence at) {
            return at.value() >= 1 && at.value() <= last ? std::optional(leaf_of(at.value())) : std::nullopt;
          }};
}

// Topics that hold the events up to `sequence`.
Found published(std::uint64_t sequence) {
  return {Progress{kOrigin, sequence, leaf_of(sequence), 1}, 1,
          NewestEvent{sequence, kOrigin, leaf_of(sequence)}};
}

void goes_on_behind(std::uint64_t sequence, const Found& found, const LogSide& log) {
  const Standing standing = judge(found, log, kNames);
  const auto* resume = std::get_if<Resume>(&standing);
  ASSERT_NE(resume, nullptr) << std::get<Decide>(standing).what;
  EXPECT_EQ(resume->after, Sequence(sequence));
}

std::string stops(const Found& found, const LogSide& log) {
  const Standing standing = judge(found, log, kNames);
  const auto* decide = std::get_if<Decide>(&standing);
  return decide != nullptr ? decide->what : "it goes on";
}

TEST(WherePublicationStands, BeginsAtTheFirstEventWhereThereIsNoTopic) {
  goes_on_behind(0, {}, log_of(5));
}

TEST(WherePublicationStands, BeginsAtTheFirstEventWhereTheTopicsAreEmpty) {
  goes_on_behind(0, {std::nullopt, 3, std::nullopt}, log_of(5));
}

TEST(WherePublicationStands, GoesOnBehindTheProgress) {
  goes_on_behind(5, published(5), log_of(9));
  goes_on_behind(9, published(9), log_of(9));
}

TEST(WherePublicationStands, StopsWhenTheTopicWasDeleted) {
  Found found = published(5);
  found.partitions.reset();
  found.newest.reset();
  EXPECT_THAT(stops(found, log_of(9)), HasSubstr("herald.events is not there any more: it was deleted"));
}

TEST(WherePublicationStands, StopsWhenTheTopicWasMadeAnew) {
  Found found = published(5);
  found.newest.reset();
  EXPECT_THAT(stops(found, log_of(9)), HasSubstr("the newest in topic herald.events is none"));
  found.newest = NewestEvent{3, kOrigin, leaf_of(3)};
  EXPECT_THAT(stops(found, log_of(9)), HasSubstr("the newest in topic herald.events is 3"));
}

TEST(WherePublicationStands, StopsWhenTheProgressIsGoneOrOlderThanTheEvents) {
  Found found = published(5);
  found.progress.reset();
  EXPECT_THAT(stops(found, log_of(9)), HasSubstr("herald.progress says nothing of them"));
  found = published(5);
  found.progress = Progress{kOrigin, 4, leaf_of(4), 1};
  EXPECT_THAT(stops(found, log_of(9)), HasSubstr("herald.progress says nothing of them"));
}

TEST(WherePublicationStands, StopsWhenTheLogEndsBeforeTheProgress) {
  EXPECT_THAT(stops(published(9), log_of(5)),
              HasSubstr("this log ends at 5: it was restored from an older backup"));
}

TEST(WherePublicationStands, StopsWhenTheLogWentAnotherWay) {
  Found found = published(5);
  found.progress->leaf = found.newest->leaf = sha256("another event 5");
  EXPECT_THAT(stops(found, log_of(9)),
              HasSubstr("event 5 in topic herald.events is not event 5 of this log"));
  found = published(5);
  found.newest->leaf = sha256("another event 5");
  EXPECT_THAT(stops(found, log_of(9)), HasSubstr("is not event 5 of this log"));
}

TEST(WherePublicationStands, StopsAtAnotherLogsTopics) {
  Found found = published(5);
  found.progress->origin = "b.example/log";
  EXPECT_THAT(stops(found, log_of(9)), HasSubstr("topic herald.progress is the log b.example/log's"));
  found = published(5);
  found.newest->source = "b.example/log";
  found.progress.reset();
  EXPECT_THAT(stops(found, log_of(9)), HasSubstr("topic herald.events is the log b.example/log's"));
}

TEST(WherePublicationStands, StopsWhenPartitionsWereAdded) {
  Found found = published(5);
  found.partitions = 4;
  EXPECT_THAT(stops(found, log_of(9)), HasSubstr("has 4 partitions, and had 1"));
}

TEST(Progress, IsReadAsItIsWritten) {
  const Progress progress{kOrigin, 12, leaf_of(12), 3};
  const Progress read = decode_progress(encode(progress)).value();
  EXPECT_EQ(read.origin, kOrigin);
  EXPECT_EQ(read.sequence, 12u);
  EXPECT_EQ(read.leaf, leaf_of(12));
  EXPECT_EQ(read.partitions, 3u);
}

TEST(Progress, ThatIsNoneIsRefused) {
  EXPECT_FALSE(decode_progress("offset 12"));
  EXPECT_FALSE(decode_progress(R"({"origin":"x","sequence":1})"));
}

// As Herald makes the topic, but for what is said.
std::string wrong_where(const std::string& name, const std::string& value) {
  Settings settings{{"cleanup.policy", "delete"},
                    {"retention.ms", "-1"},
                    {"retention.bytes", "-1"},
                    {"max.message.bytes", "1048576"}};
  settings[name] = value;
  return wrong_with_events("t", settings).value_or("");
}

TEST(TopicSettings, OfEventsMayTakeNothingOut) {
  EXPECT_EQ(wrong_where("cleanup.policy", "delete"), "");
  EXPECT_EQ(
      wrong_where("cleanup.policy", "compact"),
      "topic t has cleanup.policy=compact, which would take events out of it; set cleanup.policy=delete "
      "and run `herald kafka verify`, or choose another --kafka-prefix");
  EXPECT_THAT(wrong_where("cleanup.policy", "compact,delete"), HasSubstr("would take events out of it"));
  EXPECT_THAT(
      wrong_where("retention.ms", "604800000"),
      AllOf(HasSubstr("has retention.ms=604800000, which would"), HasSubstr("set retention.ms=-1 and")));
  EXPECT_THAT(wrong_where("retention.bytes", "1073741824"), HasSubstr("set retention.bytes=-1 and"));
}

TEST(TopicSettings, OfEventsThatAreWrongAreSaidAtOnce) {
  const Settings settings{{"cleanup.policy", "compact"}, {"retention.ms", "1000"}, {"retention.bytes", "-1"}};
  EXPECT_THAT(wrong_with_events("t", settings).value_or(""),
              AllOf(HasSubstr("has cleanup.policy=compact, retention.ms=1000, which"),
                    HasSubstr("set cleanup.policy=delete, retention.ms=-1 and run")));
}

TEST(TopicSettings, OfEventsMustTakeABatch) {
  EXPECT_EQ(wrong_where("max.message.bytes", "1048588"), "") << "a broker's own default";
  EXPECT_THAT(wrong_where("max.message.bytes", "65536"), HasSubstr("set 1048576 at least"));
}

TEST(TopicSettings, OfProgressMustCompactASinglePartition) {
  EXPECT_FALSE(wrong_with_progress("t", 1, {{"cleanup.policy", "compact"}}));
  EXPECT_THAT(wrong_with_progress("t", 1, {{"cleanup.policy", "delete"}}).value_or(""),
              HasSubstr("would forget how far"));
  EXPECT_THAT(wrong_with_progress("t", 2, {{"cleanup.policy", "compact"}}).value_or(""),
              HasSubstr("has 2 partitions"));
}

}  // namespace
}  // namespace herald::connectors::kafka
