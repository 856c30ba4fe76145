// On a real broker. Not under the thread sanitizer, which sees neither librdkafka's threads nor its locks.
#if !defined(__SANITIZE_THREAD__)
#include "connectors/kafka/publisher.h"

#include <gmock/gmock.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fail_point.h"
#include "connectors/kafka/verify.h"
#include "connectors/testing/kafka_broker.h"
#include "connectors/testing/kafka_sample_log.h"
#include "herald/source_dir.h"
#include "lmdb/testing/temp_folder.h"

namespace herald::connectors::kafka {
namespace {

using api::KafkaReport;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::SampleLog;
using namespace std::chrono_literals;

constexpr auto kPatience = 60s;

TEST(Publisher, WaitsForABrokerThatIsNotThere) {
  const herald::testing::TempFolder folder;
  SampleLog log(folder.file("log"));
  log.append(3);
  const eventstore::Tail tail(log.last());
  const auto publisher =
      Publisher::start({.brokers = "127.0.0.1:1", .prefix = "p", .properties = {}}, log.log(), tail).value();
  const auto report =
      publisher->wait_until([](const auto& now) { return now.state == "waiting"; }, kPatience);
  EXPECT_EQ(report.state, "waiting");
  EXPECT_EQ(report.published, std::nullopt) << "the topics may hold all three";
  EXPECT_EQ(report.lag, std::nullopt);
  EXPECT_NE(report.last_error, "");
  publisher->stop();
  EXPECT_EQ(publisher->report().state, "stopped");
  EXPECT_FALSE(publisher->report().decide);
}

class Publication : public ::testing::Test {
 protected:
  // One that is left as it is.
  virtual std::string brokers() const { return testing::shared_broker(HERALD_SOURCE_DIR); }
  // Topics of this test's own, and of this run's: a broker may outlive its run.
  Options options() const {
    const auto* const test = ::testing::UnitTest::GetInstance()->current_test_info();
    return {.brokers = brokers(), .prefix = fmt::format("{}.{}", test->name(), ::getpid()), .properties = {}};
  }
  std::string events() const { return options().prefix + ".events"; }
  void make_events(std::uint32_t partitions) const { testing::make_topic(brokers(), events(), partitions); }
  void delete_events() const { testing::delete_topic(brokers(), events()); }

  std::unique_ptr<Publisher> publish(const SampleLog& log) {
    return Publisher::start(options(), log.log(), tail).value();
  }

  static KafkaReport published(const Publisher& publisher, Sequence upto) {
    const KafkaReport report = publisher.wait_until(
        [&](const KafkaReport& now) { return now.published >= upto.value(); }, kPatience);
    EXPECT_EQ(report.published, upto.value())
        << report.state << ": " << report.last_error << report.decide.value_or("");
    return report;
  }
  // What it says when it has stopped for good.
  static std::string decide(const Publisher& publisher) {
    const KafkaReport report =
        publisher.wait_until([](const KafkaReport& now) { return now.decide.has_value(); }, kPatience);
    EXPECT_EQ(report.state, "stopped");
    return report.decide.value_or("it goes on: " + report.last_error);
  }
  Verification verified(const SampleLog& log) const {
    return verify(
               options(), [&] { return Result<std::uint64_t>(log.last().value()); },
               [&](std::uint64_t at) { return std::optional(log.event(at)); }, [](std::uint64_t) {})
        .value();
  }
  // Each event of the log once, in order, byte for byte.
  void expect_all(const SampleLog& log) const {
    const auto records = testing::consume(brokers(), events(), log.last().value());
    for (std::uint64_t at = 1; at <= log.last().value(); ++at)
      ASSERT_EQ(records[at - 1].value, log.event(at)) << at;
    const Verification verification = verified(log);
    EXPECT_THAT(verification.differences, IsEmpty());
    EXPECT_EQ(verification.compared, log.last().value());
    EXPECT_EQ(verification.in_topic, log.last().value());
    EXPECT_EQ(verification.progress, log.last().value());
  }

  herald::testing::TempFolder folder;
  eventstore::Tail tail{Sequence(0)};
};

class PublicationThroughOutages : public Publication {
 protected:
  std::string brokers() const override { return broker.address(); }
  testing::Broker broker{HERALD_SOURCE_DIR};
};

TEST_F(PublicationThroughOutages, BringsEachEventOnceInOrderByteForByte) {
  SampleLog log(folder.file("log"));
  const auto publisher = publish(log);
  log.append(1500, 2);
  tail.advance(log.last());
  published(*publisher, log.last());

  broker.stop();
  log.append(20, 3);
  tail.advance(log.last());
  const KafkaReport waiting =
      publisher->wait_until([](const KafkaReport& now) { return now.state == "waiting"; }, kPatience);
  EXPECT_EQ(waiting.lag, 60u);
  EXPECT_NE(waiting.last_error, "");
  broker.start();
  const KafkaReport back = published(*publisher, log.last());
  EXPECT_EQ(back.last_error, "");
  EXPECT_GT(back.restarts, 0u);

  broker.freeze();
  log.append(5);
  tail.advance(log.last());
  publisher->wait_until([](const KafkaReport& now) { return now.state == "waiting"; }, kPatience);
  broker.thaw();
  published(*publisher, log.last());
  publisher->stop();
  expect_all(log);
}

TEST_F(Publication, GoesOnWhereKafkaSaysItWas) {
  SampleLog log(folder.file("log"));
  for (int round = 0; round < 3; ++round) {
    log.append(10);
    tail.advance(log.last());
    published(*publish(log), log.last());
  }
  expect_all(log);
}

TEST_F(Publication, OfTwoPublishersAtOnceBringsEachEventOnce) {
  SampleLog log(folder.file("log"));
  const auto one = publish(log);
  const auto other = publish(log);
  for (int round = 0; round < 3; ++round) {
    log.append(10);
    tail.advance(log.last());
    published(*one, log.last());
    published(*other, log.last());
  }
  one->stop();
  other->stop();
  EXPECT_GT(one->report().restarts + other->report().restarts, 0u);
  expect_all(log);
}

TEST_F(Publication, KeepsSubjectsTogetherInSeveralPartitions) {
  SampleLog log(folder.file("log"));
  log.append(100, 3);
  tail.advance(log.last());
  make_events(3);
  published(*publish(log), log.last());
  log.append(50);
  tail.advance(log.last());
  published(*publish(log), log.last());
  const Verification verification = verified(log);
  EXPECT_THAT(verification.differences, IsEmpty());
  EXPECT_EQ(verification.compared, 350u);
}

TEST_F(Publication, StopsForGoodWhenTheTopicWasDeleted) {
  SampleLog log(folder.file("log"));
  log.append(10);
  tail.advance(log.last());
  published(*publish(log), log.last());
  delete_events();
  EXPECT_THAT(decide(*publish(log)), HasSubstr(events() + " is not there any more: it was deleted"));
}

TEST_F(Publication, StopsForGoodWhenTheTopicIsDeletedWhileItPublishes) {
  SampleLog log(folder.file("log"));
  log.append(10);
  tail.advance(log.last());
  const auto publisher = publish(log);
  published(*publisher, log.last());
  delete_events();
  log.append(10);
  tail.advance(log.last());
  EXPECT_THAT(decide(*publisher), HasSubstr("it was deleted"));
}

TEST_F(Publication, StopsForGoodWhenTheTopicIsMadeAnewWhileItPublishes) {
  SampleLog log(folder.file("log"));
  log.append(10);
  tail.advance(log.last());
  const auto publisher = publish(log);
  published(*publisher, log.last());
  delete_events();
  make_events(1);
  log.append(3);
  tail.advance(log.last());
  EXPECT_THAT(decide(*publisher), HasSubstr("made anew"));
}

TEST_F(Publication, StopsForGoodWhenTheLogIsAnOlderBackup) {
  SampleLog newer(folder.file("newer"));
  newer.append(10);
  tail.advance(newer.last());
  published(*publish(newer), newer.last());
  SampleLog older(folder.file("older"));
  older.append(6);
  EXPECT_THAT(decide(*publish(older)), HasSubstr("this log ends at 6: it was restored from an older backup"));
  older.append(10, 1, "y");
  EXPECT_THAT(decide(*publish(older)), HasSubstr("is not event 10 of this log"));
}

TEST_F(Publication, StopsForGoodAtTheTopicsOfAnotherLog) {
  SampleLog log(folder.file("log"));
  log.append(10);
  tail.advance(log.last());
  published(*publish(log), log.last());
  SampleLog other(folder.file("other"), "b.example/log");
  other.append(10);
  EXPECT_THAT(decide(*publish(other)), HasSubstr("is the log herald.example/log's"));
}

TEST_F(Publication, IsFoundOutWhenTheTopicDiffersFromTheLog) {
  SampleLog log(folder.file("log"));
  log.append(10);
  tail.advance(log.last());
  published(*publish(log), log.last());
  const auto verification = verify(
      options(), [] { return Result<std::uint64_t>(9); },
      [&](std::uint64_t at) {
        return at == 4 ? std::optional(log.event(4) + " ") : std::optional(log.event(at));
      },
      [](std::uint64_t) {});
  EXPECT_THAT(
      verification.value().differences,
      ::testing::ElementsAre(HasSubstr("event 4 has other bytes"), HasSubstr("event 10 is not in the log"),
                             HasSubstr("says 10, and the log ends at 9")));
}

// Events are published between each two of the readings that a comparison makes.
TEST_F(Publication, IsTheSameWhileMoreIsPublished) {
  SampleLog log(folder.file("log"));
  const auto publisher = publish(log);
  const auto publish_more = [&] {
    log.append(3);
    tail.advance(log.last());
    published(*publisher, log.last());
  };
  publish_more();
  const auto verification = verify(
      options(),
      [&] {
        publish_more();
        const std::uint64_t last = log.last().value();
        publish_more();
        return Result<std::uint64_t>(last);
      },
      [&](std::uint64_t at) {
        publish_more();
        return std::optional(log.event(at));
      },
      [](std::uint64_t) {});
  EXPECT_THAT(verification.value().differences, IsEmpty());
  EXPECT_EQ(verification.value().progress, 3u);
  EXPECT_EQ(verification.value().compared, 3u);
  EXPECT_EQ(verification.value().in_log, 6u);
  EXPECT_EQ(verification.value().in_topic, 9u);
}

TEST_F(Publication, CannotBeComparedWhereThereIsNoTopic) {
  const auto verification = verify(
      options(), [] { return Result<std::uint64_t>(9); }, [](std::uint64_t) { return std::nullopt; },
      [](std::uint64_t) {});
  ASSERT_FALSE(verification);
  EXPECT_EQ(verification.error().cause, Cause::not_found);
}

// A process that publishes what is in the log until it is killed: at a fail point, or when `kill_after` has passed.
class KilledPublisher {
 public:
  KilledPublisher(const Options& options, const std::string& log, const std::string& fail_points)
      : pid_(::fork()) {
    if (pid_ != 0) return;
    ::setenv("HERALD_FAIL_POINTS", fail_points.c_str(), 1);
    arm_fail_points_from_environment();
    const SampleLog opened(log);
    const eventstore::Tail tail(opened.last());
    const auto publisher = Publisher::start(options, opened.log(), tail).value();
    publisher->wait_until([](const KafkaReport&) { return false; }, kPatience);
    ::_exit(1);
  }
  // SIGKILL, be it by the fail point.
  int ending() const {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  }

 private:
  pid_t pid_;
};

TEST_F(Publication, OfAProcessKilledAtEachStepBringsEachEventOnce) {
  constexpr std::array kPlaces{"kafka.before_progress=kill@1", "kafka.before_commit=kill@2",
                               "kafka.after_commit=kill@1", "kafka.before_commit=kill@1",
                               "kafka.after_commit=kill@2"};
  for (std::size_t round = 0; round < 2 * kPlaces.size(); ++round) {
    SampleLog(folder.file("log")).append(800, 2);  // two transactions
    EXPECT_EQ(KilledPublisher(options(), folder.file("log"), kPlaces[round % kPlaces.size()]).ending(),
              SIGKILL);
  }
  SampleLog log(folder.file("log"));
  tail.advance(log.last());
  published(*publish(log), log.last());
  expect_all(log);
}

}  // namespace
}  // namespace herald::connectors::kafka
#endif
