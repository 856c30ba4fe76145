#include "eventstore/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "base/limits.h"
#include "eventstore/format.h"
#include "eventstore/testing/log_fixture.h"

namespace herald::eventstore {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Outcome = LogBatch::Outcome;
using namespace std::chrono_literals;

class TheLog : public testing::LogTest {
 protected:
  std::vector<std::uint64_t> stream(const std::string& subject, std::uint64_t after = 0) const {
    std::vector<std::uint64_t> sequences;
    log->read().stream(subject, Sequence(after), [&](Sequence at) {
      sequences.push_back(at.value());
      return true;
    });
    return sequences;
  }
  void write_meta(std::string_view key, std::string_view value) {
    log.reset();
    auto environment = lmdb::Environment::open({.path = options().path, .map_size = kMapSize}).value();
    const lmdb::Table meta = environment->table("meta").value();
    auto txn = environment->write().value();
    ASSERT_TRUE(txn.put(meta, key, value));
    ASSERT_FALSE(txn.commit());
  }
  std::string refusal_to_open() const {
    const auto opened = Log::open(options(), clock);
    EXPECT_FALSE(opened);
    return opened ? "" : opened.error().message;
  }
};

TEST_F(TheLog, BeginsEmptyUnderTheOriginItWasGiven) {
  EXPECT_EQ(log->origin(), "herald.example/log");
  EXPECT_EQ(log->created(), clock.now());
  EXPECT_EQ(log->last(), Sequence(0));
  EXPECT_EQ(log->read().root(0), merkle_empty());
  EXPECT_EQ(log->read().last_at(clock.now()), Sequence(0));
}

TEST_F(TheLog, NumbersEventsFromOneWithoutGap) {
  append(3);
  append(2);
  const LogReader reader = log->read();
  EXPECT_EQ(reader.last(), Sequence(5));
  EXPECT_FALSE(reader.event(Sequence(0)));
  EXPECT_EQ(reader.event(Sequence(1)), event_text(Sequence(1)));
  EXPECT_EQ(reader.event(Sequence(5)), event_text(Sequence(5)));
  EXPECT_FALSE(reader.event(Sequence(6)));
}

TEST_F(TheLog, KeepsBytesExactlyAsTheyAre) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
  const std::string longest(limits::kMaxEventBytes, 'x');
  auto batch = log->begin().value();
  ASSERT_TRUE(batch->append("s", clock.now(), bytes));
  ASSERT_TRUE(batch->append("s", clock.now(), longest));
  ASSERT_EQ(batch->commit().outcome, Outcome::durable);
  EXPECT_EQ(log->read().event(Sequence(1)), bytes);
  EXPECT_EQ(log->read().event(Sequence(2)), longest);
  EXPECT_EQ(log->read().leaf_hash(Sequence(1)), merkle_leaf(bytes));
}

TEST_F(TheLog, KeepsOriginCreationAndEventsWhenOpenedAgain) {
  const Timestamp created = clock.now();
  append(300);
  const Digest root = log->read().root(300);
  clock.advance(1h);
  log.reset();
  log = Log::open({folder.file("log"), "another.example", kMapSize}, clock).value();
  EXPECT_EQ(log->origin(), "herald.example/log");
  EXPECT_EQ(log->created(), created);
  EXPECT_EQ(log->last(), Sequence(300));
  EXPECT_EQ(log->read().root(300), root);
  append(1);
  EXPECT_EQ(log->last(), Sequence(301));
}

TEST_F(TheLog, ShowsABatchToItselfAndToNobodyElseBeforeItsCommit) {
  auto batch = log->begin().value();
  ASSERT_TRUE(batch->append("s", clock.now(), "one"));
  ASSERT_TRUE(batch->set_position("f", Sequence(1)));
  EXPECT_EQ(batch->next(), Sequence(2));
  EXPECT_EQ(batch->last(), Sequence(1));
  EXPECT_EQ(batch->event(Sequence(1)), "one");
  EXPECT_EQ(batch->position("f"), Sequence(1));
  std::thread([&] {
    EXPECT_EQ(log->last(), Sequence(0));
    EXPECT_EQ(log->read().last(), Sequence(0));
    EXPECT_FALSE(log->read().event(Sequence(1)));
    EXPECT_EQ(log->read().position("f"), Sequence(0));
  }).join();
}

TEST_F(TheLog, ForgetsABatchThatWasNotCommitted) {
  append(255);
  {
    auto batch = log->begin().value();
    ASSERT_TRUE(batch->append("s", clock.now(), "the 256th, which completes a run of the tree"));
  }
  EXPECT_EQ(log->last(), Sequence(255));
  EXPECT_THAT(stream("s"), IsEmpty());
  append(1);
  EXPECT_EQ(log->read().event(Sequence(256)), event_text(Sequence(256)));
  EXPECT_NO_THROW(log->read().root(256));
}

TEST_F(TheLog, ReadersKeepTheirSnapshot) {
  append(2);
  const LogReader reader = log->read();
  append(2);
  EXPECT_EQ(reader.last(), Sequence(2));
  EXPECT_FALSE(reader.event(Sequence(3)));
  EXPECT_EQ(log->read().last(), Sequence(4));
}

TEST_F(TheLog, RefusesABrokenCallerOfAppend) {
  append(1);
  auto batch = log->begin().value();
  EXPECT_THROW((void)batch->append("s", clock.now(), ""), std::logic_error);
  EXPECT_THROW((void)batch->append("s", clock.now(), std::string(limits::kMaxEventBytes + 1, 'x')),
               std::logic_error);
  EXPECT_THROW((void)batch->append("", clock.now(), "x"), std::logic_error);
  EXPECT_THROW((void)batch->append("s", clock.now().plus(-1ms), "x"), std::logic_error);
  EXPECT_EQ(batch->next(), Sequence(2));
}

TEST_F(TheLog, ScansUpAndDown) {
  append(5);
  std::vector<std::uint64_t> seen;
  const auto three = [&](Sequence at, std::string_view bytes) {
    EXPECT_EQ(bytes, event_text(at));
    seen.push_back(at.value());
    return seen.size() < 3;
  };
  const auto scanned = [&](auto scan) {
    seen.clear();
    scan(log->read());
    return seen;
  };
  EXPECT_THAT(scanned([&](const LogReader& r) { r.scan(Sequence(0), three); }), ElementsAre(1, 2, 3));
  EXPECT_THAT(scanned([&](const LogReader& r) { r.scan(Sequence(4), three); }), ElementsAre(4, 5));
  EXPECT_THAT(scanned([&](const LogReader& r) { r.scan(Sequence(6), three); }), IsEmpty());
  EXPECT_THAT(scanned([&](const LogReader& r) { r.scan_back(Sequence(4), three); }), ElementsAre(4, 3, 2));
  EXPECT_THAT(scanned([&](const LogReader& r) { r.scan_back(Sequence(99), three); }), ElementsAre(5, 4, 3));
  EXPECT_THAT(scanned([&](const LogReader& r) { r.scan_back(Sequence(~0ull), three); }),
              ElementsAre(5, 4, 3));
  EXPECT_THAT(scanned([&](const LogReader& r) { r.scan_back(Sequence(0), three); }), IsEmpty());
}

TEST_F(TheLog, KeepsStreamsOfSubjectsApart) {
  append(2, "models/a");
  append(1, "models/ab");
  append(1, "models/a");
  EXPECT_THAT(stream("models/a"), ElementsAre(1, 2, 4));
  EXPECT_THAT(stream("models/a", 1), ElementsAre(2, 4));
  EXPECT_THAT(stream("models/a", 4), IsEmpty());
  EXPECT_THAT(stream("models/ab"), ElementsAre(3));
  EXPECT_THAT(stream("models"), IsEmpty());
}

TEST_F(TheLog, FindsTheNearestEventAboutASubject) {
  append(2, "models/a");
  append(1, "models/ab");
  append(1, "models/a");
  const LogReader reader = log->read();
  EXPECT_EQ(reader.first_about("models/a", Sequence(0)), Sequence(1));
  EXPECT_EQ(reader.first_about("models/a", Sequence(2)), Sequence(2));
  EXPECT_EQ(reader.first_about("models/a", Sequence(3)), Sequence(4));
  EXPECT_EQ(reader.first_about("models/a", Sequence(5)), std::nullopt);
  EXPECT_EQ(reader.last_about("models/a", Sequence(99)), Sequence(4));
  EXPECT_EQ(reader.last_about("models/a", Sequence(4)), Sequence(4));
  EXPECT_EQ(reader.last_about("models/a", Sequence(3)), Sequence(2));
  EXPECT_EQ(reader.last_about("models/a", Sequence(0)), std::nullopt);
  EXPECT_EQ(reader.last_about("models/ab", Sequence(99)), Sequence(3));
  EXPECT_EQ(reader.first_about("models", Sequence(0)), std::nullopt);
}

TEST_F(TheLog, HasNothingAboutWhatCanBeNoSubject) {
  append(2, "models/a");
  const LogReader reader = log->read();
  for (const std::string& text : {std::string(), std::string("models\0a", 8), std::string(501, 'm')}) {
    EXPECT_EQ(reader.first_about(text, Sequence(0)), std::nullopt);
    EXPECT_EQ(reader.last_about(text, Sequence(9)), std::nullopt);
  }
}

TEST_F(TheLog, FindsTheLastEventAtATime) {
  const Timestamp start = clock.now();
  for (int i = 0; i < 10; ++i) {
    append(2);
    clock.advance(1min);
  }
  const LogReader reader = log->read();
  EXPECT_EQ(reader.last_at(start.plus(-1ms)), Sequence(0));
  EXPECT_EQ(reader.last_at(start), Sequence(2));
  EXPECT_EQ(reader.last_at(start.plus(1min - 1ms)), Sequence(2));
  EXPECT_EQ(reader.last_at(start.plus(5min)), Sequence(12));
  EXPECT_EQ(reader.last_at(start.plus(24h)), Sequence(20));
  EXPECT_EQ(reader.time(Sequence(3)), start.plus(1min));
  EXPECT_FALSE(reader.time(Sequence(21)));
}

TEST_F(TheLog, KeepsPositionsOfFollowers) {
  auto batch = log->begin().value();
  ASSERT_TRUE(batch->set_position("automations", Sequence(7)));
  ASSERT_TRUE(batch->set_position("other", Sequence(1)));
  ASSERT_TRUE(batch->set_position("automations", Sequence(9)));
  ASSERT_EQ(batch->commit().outcome, Outcome::durable);
  EXPECT_EQ(log->read().position("automations"), Sequence(9));
  EXPECT_EQ(log->read().position("other"), Sequence(1));
  EXPECT_EQ(log->read().position("unknown"), Sequence(0));
}

TEST_F(TheLog, TellsTheFirstEventOfTheCommandThatMadeOne) {
  append(1);
  {
    auto batch = log->begin().value();
    for (const int events : {3, 1, 2}) {
      const Sequence first = batch->next();
      for (int i = 0; i < events; ++i) ASSERT_TRUE(batch->append("s", clock.now(), "x"));
      ASSERT_TRUE(batch->keep_together(first));
    }
    EXPECT_EQ(batch->command_begin(Sequence(4)), Sequence(2)) << "before the commit too";
    ASSERT_EQ(batch->commit().outcome, Outcome::durable);
  }
  open();
  std::vector<std::uint64_t> begins;
  for (std::uint64_t at = 1; at <= 8; ++at) begins.push_back(log->read().command_begin(Sequence(at)).value());
  EXPECT_THAT(begins, ElementsAre(1, 2, 2, 2, 5, 6, 6, 8));
}

TEST_F(TheLog, DoesNotTellItOfEventsForWhichItWasNotKept) {
  append(3);
  EXPECT_EQ(log->read().command_begin(Sequence(3)), Sequence(3));
}

TEST_F(TheLog, RefusesToKeepTogetherWhatIsNotOfTheBatch) {
  append(2);
  auto batch = log->begin().value();
  ASSERT_TRUE(batch->append("s", clock.now(), "x"));
  EXPECT_THROW((void)batch->keep_together(Sequence(2)), std::logic_error);
  EXPECT_THROW((void)batch->keep_together(Sequence(4)), std::logic_error);
}

class IdempotencyRecords : public TheLog {
 protected:
  void put(const std::string& key, const std::string& answer) {
    auto batch = log->begin().value();
    ASSERT_TRUE(batch->put_idempotency("ann", key,
                                       {sha256(key), Sequence(1), Sequence(2), true, answer, clock.now()}));
    ASSERT_EQ(batch->commit().outcome, Outcome::durable);
  }
  std::optional<std::string> answer(const std::string& key, const std::string& actor = "ann") const {
    const auto record = log->read().idempotency(actor, key);
    if (!record) return std::nullopt;
    return record->answer;
  }
};

TEST_F(IdempotencyRecords, AreKeptByActorAndKey) {
  put("k", "first");
  EXPECT_EQ(answer("k"), "first");
  EXPECT_FALSE(answer("k", "bob"));
  EXPECT_FALSE(answer("k2"));
  const auto record = log->read().idempotency("ann", "k");
  EXPECT_EQ(record->request, sha256("k"));
  EXPECT_EQ(record->last, Sequence(2));
  EXPECT_EQ(record->recorded, clock.now());
  EXPECT_TRUE(record->created);
}

TEST_F(IdempotencyRecords, TakeKeysOfAnyLength) {
  const std::string key(4'000, 'k');
  put(key, "first");
  EXPECT_EQ(answer(key), "first");
  EXPECT_FALSE(answer(key + "k"));
}

TEST_F(IdempotencyRecords, AreForgottenTwoWithEachNewOneAfterTheWindow) {
  for (const char* key : {"a", "b", "c"}) {
    put(key, key);
    clock.advance(1s);
  }
  clock.advance(limits::kIdempotencyWindow - 3s);
  put("in time", "");
  EXPECT_EQ(answer("a"), "a") << "exactly as old as the window";
  clock.advance(1h);
  put("later", "");
  EXPECT_FALSE(answer("a"));
  EXPECT_FALSE(answer("b"));
  EXPECT_EQ(answer("c"), "c");
  put("later still", "");
  EXPECT_FALSE(answer("c"));
  EXPECT_TRUE(answer("in time"));
}

TEST_F(IdempotencyRecords, ThatReplaceAnOldOneLiveAsLongAsANewOne) {
  put("k", "first");
  clock.advance(limits::kIdempotencyWindow);
  put("k", "second");
  clock.advance(1h);
  put("other", "");
  put("another", "");
  EXPECT_EQ(answer("k"), "second");
}

class UnusableLogs : public TheLog {};

TEST_F(UnusableLogs, OfAnotherFormatSayWhichAndWhatToDo) {
  write_meta(format::kMetaFormat, "herald log 2");
  EXPECT_THAT(refusal_to_open(),
              HasSubstr("its format is \"herald log 2\" and this version of Herald reads \"herald "
                        "log 1\": start the version that wrote it"));
}

TEST_F(UnusableLogs, IncludeOtherThingsInLmdb) {
  write_meta(format::kMetaFormat, "herald work 1");
  EXPECT_THAT(refusal_to_open(), HasSubstr("this is no log"));
}

TEST_F(UnusableLogs, IncludeFilesThatAreNotLmdb) {
  log.reset();
  std::ofstream(folder.file("log/data.mdb"), std::ios::trunc) << std::string(8'192, 'x');
  EXPECT_THAT(refusal_to_open(), HasSubstr("opening " + options().path));
}

TEST_F(UnusableLogs, IncludeThoseThatLackALeaf) {
  append(3);
  log.reset();
  {
    auto environment = lmdb::Environment::open({.path = options().path, .map_size = kMapSize}).value();
    const lmdb::Table leaves = environment->table("leaves").value();
    auto txn = environment->write().value();
    ASSERT_TRUE(txn.erase(leaves, format::sequence_key(Sequence(3))).value());
    ASSERT_FALSE(txn.commit());
  }
  EXPECT_THAT(refusal_to_open(), HasSubstr("it is damaged"));
}

TEST_F(UnusableLogs, AreNotMadeWithoutAnOrigin) {
  const auto opened = Log::open({folder.file("none"), "", kMapSize}, clock);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().cause, Cause::unavailable);
  EXPECT_THAT(opened.error().message, HasSubstr("there is none yet"));
}

}  // namespace
}  // namespace herald::eventstore
