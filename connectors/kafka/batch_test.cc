#include "connectors/kafka/batch.h"

#include <gmock/gmock.h>

#include "base/limits.h"
#include "connectors/testing/kafka_sample_log.h"
#include "lmdb/testing/temp_folder.h"

namespace herald::connectors::kafka {
namespace {

using testing::sample_event;
using testing::SampleLog;

// Records of 10 bytes whose correlation ids are these letters.
std::vector<EventRecord> correlated(const std::string& letters) {
  std::vector<EventRecord> records;
  for (const char letter : letters)
    records.push_back({"", std::string(10, 'v'), {}, std::string(1, letter), records.size() + 1});
  return records;
}

// As a log of before: it does not say which events one command made.
Sequence not_kept(Sequence at) {
  return at;
}

// Events whose letters are the same are of one command.
CommandBegin commands(const std::string& letters) {
  return [letters](Sequence at) {
    std::size_t begin = at.value() - 1;
    while (begin > 0 && letters[begin - 1] == letters[begin]) --begin;
    return Sequence(begin + 1);
  };
}

TEST(Batch, TakesAllWhenTheLogHasNoMore) {
  EXPECT_EQ(cut(correlated("abbc"), false, {10, 1000}, not_kept), 4u);
}

TEST(Batch, LeavesACommandWholeToTheNextTransaction) {
  EXPECT_EQ(cut(correlated("abbb"), true, {3, 1000}, not_kept), 1u);
  EXPECT_EQ(cut(correlated("aabbb"), true, {4, 1000}, not_kept), 2u);
}

TEST(Batch, EndsBetweenTwoCommands) {
  EXPECT_EQ(cut(correlated("aabb"), true, {2, 1000}, not_kept), 2u);
}

TEST(Batch, IsLimitedInBytes) {
  EXPECT_EQ(cut(correlated("abcd"), true, {10, 25}, not_kept), 2u);
  EXPECT_EQ(cut(correlated("abbd"), true, {10, 25}, not_kept), 1u);
}

TEST(Batch, OfAPublisherEndsAtWhatOneTransactionHolds) {
  const BatchLimits publisher{limits::kMaxEventsPerTransaction, limits::kMaxBytesPerTransaction};
  std::vector<EventRecord> records(limits::kMaxEventsPerTransaction + 1);
  for (std::size_t i = 0; i < records.size(); ++i) records[i].correlation = std::to_string(i);
  EXPECT_EQ(cut(records, false, publisher, not_kept), limits::kMaxEventsPerTransaction);
  records.resize(5);
  for (EventRecord& record : records) record.value.assign(limits::kMaxBytesPerTransaction / 4, 'v');
  EXPECT_EQ(cut(records, false, publisher, not_kept), 4u);
}

TEST(Batch, PartsWhatHasOneCorrelationIdOnlyBetweenCommands) {
  EXPECT_EQ(cut(correlated("aaaaaaa"), true, {5, 1000}, commands("uuvvwwx")), 4u);
  EXPECT_EQ(cut(correlated("aaaaaaa"), true, {4, 1000}, commands("uuvvwwx")), 4u);
  EXPECT_EQ(cut(correlated("aaaaaaa"), true, {10, 35}, commands("uuvvwwx")), 2u) << "limited in bytes";
  EXPECT_EQ(cut(correlated("aaaa"), true, {3, 1000}, commands("uvwx")), 3u) << "of one event each";
}

TEST(Batch, AsksTheLogOfTheCommandAlsoWhereTheCorrelationIdChanges) {
  EXPECT_EQ(cut(correlated("aabb"), true, {2, 1000}, commands("uvvv")), 1u);
  EXPECT_EQ(cut(correlated("aabb"), true, {3, 1000}, commands("uvvv")), 1u);
}

TEST(Batch, IsFullWhereALogOfBeforeHasMoreUnderOneCorrelationId) {
  EXPECT_EQ(cut(correlated("aaaa"), true, {3, 1000}, not_kept), 3u);
  EXPECT_EQ(cut(correlated("a"), true, {3, 5}, not_kept), 1u);
}

// An event that 1,100 automations met: their triggers share its correlation id, and are recorded in five commands.
TEST(Batch, PartsNoCommandOfAThousandAutomationsOnOneEvent) {
  const herald::testing::TempFolder folder;
  SampleLog log(folder.file("log"));
  const BatchLimits real{limits::kMaxEventsPerTransaction, limits::kMaxBytesPerTransaction};
  log.append(1);
  log.append_under_one_correlation({256, 256, 256, 256, 76});
  log.append(1);
  std::vector<std::size_t> sizes;
  Sequence after(0);
  while (after < log.last()) {
    EXPECT_EQ(log.log().read().command_begin(after.next()), after.next()) << "a command was parted";
    sizes.push_back(next_batch(log.log(), after, log.last(), real).value().size());
    after = Sequence(after.value() + sizes.back());
  }
  EXPECT_THAT(sizes, ::testing::ElementsAre(1u, 3 * 256u, 256u + 76u + 1u));
}

TEST(Batch, ReadsTheLogOnInWholeCommands) {
  const herald::testing::TempFolder folder;
  SampleLog log(folder.file("log"));
  log.append(4, 3);
  std::vector<std::size_t> sizes;
  Sequence after(0);
  while (after < log.last()) {
    const auto batch = next_batch(log.log(), after, log.last(), {7, 1 << 20}).value();
    EXPECT_EQ(batch.front().value, log.event(after.value() + 1));
    sizes.push_back(batch.size());
    after = Sequence(batch.back().sequence);
  }
  EXPECT_THAT(sizes, ::testing::ElementsAre(6u, 6u));
}

TEST(Batch, DoesNotReadBeyondWhatIsProjected) {
  const herald::testing::TempFolder folder;
  SampleLog log(folder.file("log"));
  log.append(4, 3);
  EXPECT_EQ(next_batch(log.log(), Sequence(0), Sequence(6), {100, 1 << 20}).value().size(), 6u);
}

TEST(EventRecord, IsTheCloudEventInStructuredModeWithItsAttributesAsHeaders) {
  const std::string bytes = sample_event(7, 7);
  const EventRecord record = record_of(bytes).value();
  EXPECT_EQ(record.value, bytes);
  EXPECT_EQ(record.key,
            "registries/00000000-0000-0001-0000-000000000001/models/00000000-0000-0002-0000-000000000001");
  EXPECT_THAT(
      record.headers,
      ::testing::ElementsAre(
          ::testing::Pair("content-type", "application/cloudevents+json; charset=UTF-8"),
          ::testing::Pair("ce_specversion", "1.0"), ::testing::Pair("ce_type", "herald.tag.set.v1"),
          ::testing::Pair("ce_source", "herald.example/log"),
          ::testing::Pair("ce_id", "00000000-0000-0003-0000-000000000007"),
          ::testing::Pair("ce_time", "2026-11-24T05:00:00.000Z"),
          ::testing::Pair("ce_sequence", "00000000000000000007"), ::testing::Pair("ce_subject", record.key)));
}

TEST(EventRecord, IsNotMadeOfOtherBytes) {
  EXPECT_FALSE(record_of("{}"));
}

// Values of org.apache.kafka.common.utils.Utils.murmur2, from Kafka's own UtilsTest.
TEST(EventRecord, GoesToThePartitionThatJavaProducersChoose) {
  constexpr std::int32_t kMany = 1'000'003;
  const auto java = [](std::int32_t murmur2) { return (murmur2 & 0x7fffffff) % kMany; };
  EXPECT_EQ(partition_of("21", kMany), java(-973932308));
  EXPECT_EQ(partition_of("foobar", kMany), java(-790332482));
  EXPECT_EQ(partition_of("a-little-bit-long-string", kMany), java(-985981536));
  EXPECT_EQ(partition_of("foobar", 1), 0);
}

}  // namespace
}  // namespace herald::connectors::kafka
