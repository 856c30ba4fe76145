// Usage over the hours: what is counted, what the log gets, and when.
#include <chrono>
#include <latch>
#include <thread>
#include <utility>

#include "api/testing/moved_clock.h"
#include "api/testing/server_fixture.h"
#include "api/usage_keeper.h"
#include "api/usage_report.h"
#include "registry/event.h"

namespace herald::api {
namespace {

using namespace std::chrono_literals;

// Keeps the work store's thread until it is let go: nothing becomes durable there.
class HeldStore {
 public:
  explicit HeldStore(work::Store& store) {
    store.submit(
        [held = held_](lmdb::WriteTxn&, const work::Tables&) -> Result<void> {
          held->entered.count_down();
          held->let_go.wait();
          return {};
        },
        [](Result<void>) {});
    held_->entered.wait();
  }
  ~HeldStore() { let_go(); }
  void let_go() {
    if (!std::exchange(is_held_, false)) return;
    held_->let_go.count_down();
  }

 private:
  struct Latches {
    std::latch entered{1}, let_go{1};
  };
  const std::shared_ptr<Latches> held_ = std::make_shared<Latches>();
  bool is_held_ = true;
};

class UsageByTheHour : public testing::ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    given_model("churn", 1);
    begin_an_hour();
    start_with_clock();
  }
  void TearDown() override {
    stop();
    ServerTest::TearDown();
  }
  // Five minutes of it are over: the machine's clock ends none while a test runs.
  void begin_an_hour() {
    const std::chrono::milliseconds now(clock_.now().unix_ms());
    clock_.move(1h - now % 1h + 5min);
  }
  void stop() {
    server_.reset();
    keeper_->stop();
  }
  void start_with_clock(Options options = {}) {
    server_.reset();
    keeper_ = std::make_unique<UsageKeeper>(UsageKeeper::Parts{.recorder = *recorder_,
                                                               .head = *head_,
                                                               .log = *log_,
                                                               .work = *work_,
                                                               .clock = clock_,
                                                               .ids = random_ids()});
    options.port = 0;
    server_ = HttpServer::start(parts(clock_), std::move(options)).value();
  }
  testing::Reply report(int count, std::string_view key = {}) {
    const std::string header = key.empty() ? "" : "Idempotency-Key: " + std::string(key) + "\r\n";
    return ask("POST", "/v1/models/churn/versions/1/usage",
               R"({"consumer":"web","count":)" + std::to_string(count) + "}", header);
  }
  testing::Reply report_by_alias(int count, std::string_view key) {
    return ask("POST", "/v1/models/churn/versions/production/usage",
               R"({"consumer":"web","count":)" + std::to_string(count) + "}",
               "Idempotency-Key: " + std::string(key) + "\r\n");
  }
  void given_production(int version) {
    ASSERT_LT(
        ask("PUT", "/v1/models/churn/aliases/production", R"({"version":)" + std::to_string(version) + "}")
            .status,
        300u);
  }
  static constexpr std::string_view kUsage = "/v1/models/churn/versions/1/usage";
  static std::string by_web(std::size_t number) {
    return R"({"consumer":"web-)" + std::to_string(number) + "\"}";
  }
  static std::string without_waiting(const std::string& body) {
    return "POST " + std::string(kUsage) +
           " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  void wait_for_views() {
    const auto deadline = system_clock().steady() + 20s;
    ASSERT_GE(projected_.wait_beyond(Sequence(last() - 1), {}, deadline), Sequence(last()));
  }
  void wait_for_event(std::uint64_t sequence) {
    const auto deadline = system_clock().steady() + 20s;
    while (last() < sequence && system_clock().steady() < deadline)
      recorded_.wait_beyond(Sequence(sequence - 1), {}, deadline);
    ASSERT_GE(last(), sequence);
  }
  // The counts of the events, oldest first.
  std::vector<std::uint64_t> recorded_counts() {
    std::vector<std::uint64_t> counts;
    const auto log = log_->read();
    for (std::uint64_t sequence = 1; sequence <= last(); ++sequence) {
      const auto event = registry::decode(*log.event(Sequence(sequence))).value();
      if (const auto* usage = std::get_if<registry::UsageRecorded>(&event.payload))
        counts.push_back(usage->count);
    }
    return counts;
  }

  work::UsageCounter counter_of(std::uint64_t version, std::string_view consumer = "web") {
    const projections::HeadReader head(*head_);
    const auto found = registry::require_model(head, kChurn.registry, kChurn.model);
    return {found->model.id, registry::VersionNumber(version), registry::Label::trusted(consumer)};
  }
  std::uint64_t counted(const work::UsageCounter& of) const {
    const auto row = work::find_usage(*work_, of);
    return row ? row->total : 0;
  }
  // For how many attempts under way the log would be asked when a report is counted for that.
  std::size_t noted(const work::UsageCounter& of) {
    std::size_t asked = 0;
    const work::RememberedFor none = [&](const work::ReportKey&) {
      ++asked;
      return std::nullopt;
    };
    const work::UsageReport nothing{of, 0, clock_.now(), std::nullopt, 0};
    EXPECT_TRUE(work_->run(work::count_report(nothing, of, none)));
    return asked;
  }

  testing::MovedClock clock_;
  std::unique_ptr<UsageKeeper> keeper_;
  const registry::ModelAddress kChurn{registry::RegistryName::trusted("models"),
                                      registry::ModelName::trusted("churn")};
};

TEST_F(UsageByTheHour, IsRecordedWithTheFirstReportAndCountedAfterIt) {
  EXPECT_EQ(report(10).status, 201u);
  clock_.move(50min);
  EXPECT_EQ(report(5).status, 200u);
  EXPECT_THAT(recorded_counts(), ::testing::ElementsAre(10u));
}

TEST_F(UsageByTheHour, OfAConsumerThatFellSilentIsRecordedWhenTheHourIsOver) {
  report(10);
  report(5);
  keeper_->keep_up();
  EXPECT_THAT(recorded_counts(), ::testing::ElementsAre(10u));
  clock_.move(55min);
  keeper_->keep_up();
  keeper_->keep_up();
  EXPECT_THAT(recorded_counts(), ::testing::ElementsAre(10u, 5u));
  EXPECT_EQ(report(1).status, 201u);
  EXPECT_THAT(recorded_counts(), ::testing::ElementsAre(10u, 5u, 1u));
}

TEST_F(UsageByTheHour, IsRecordedWhenTheServerStops) {
  report(10);
  report(5);
  stop();
  EXPECT_THAT(recorded_counts(), ::testing::ElementsAre(10u, 5u));
  start_with_clock();
  EXPECT_EQ(report(2).status, 200u);
  stop();
  EXPECT_THAT(recorded_counts(), ::testing::ElementsAre(10u, 5u, 2u));
}

TEST_F(UsageByTheHour, OfAModelThatWasDeletedIsRecordedWhenTheHourIsOverAndWhenTheServerStops) {
  given_model("other", 1);
  const auto of_other = [this](int count) {
    return ask("POST", "/v1/models/other/versions/1/usage",
               R"({"consumer":"web","count":)" + std::to_string(count) + "}");
  };
  EXPECT_EQ(report(5).status, 201u);
  EXPECT_EQ(report(700).status, 200u);
  EXPECT_EQ(report(80).status, 200u);
  ASSERT_EQ(ask("DELETE", "/v1/models/churn").status, 200u);
  clock_.move(55min);
  keeper_->keep_up();
  keeper_->keep_up();
  EXPECT_THAT(recorded_counts(), ::testing::ElementsAre(5u, 780u));
  EXPECT_EQ(of_other(1).status, 201u);
  EXPECT_EQ(of_other(2).status, 200u);
  ASSERT_EQ(ask("DELETE", "/v1/models/other").status, 200u);
  stop();
  EXPECT_THAT(recorded_counts(), ::testing::ElementsAre(5u, 780u, 1u, 2u));
}

TEST_F(UsageByTheHour, OfAModelThatWasDeletedIsNotOfTheOneThatHasItsNameNow) {
  EXPECT_EQ(report(5).status, 201u);
  EXPECT_EQ(report(7).status, 200u);
  ASSERT_EQ(ask("DELETE", "/v1/models/churn").status, 200u);
  given_model("churn", 1);
  EXPECT_EQ(report(1).status, 201u);
  stop();
  start_with_clock();
  EXPECT_THAT(recorded_counts(), ::testing::ElementsAre(5u, 1u, 7u));
  EXPECT_THAT(get("/v1/models/churn/usage").body, ::testing::HasSubstr(R"("count":1,)"));
}

TEST_F(UsageByTheHour, ThatIsRefusedCountsNothing) {
  EXPECT_EQ(ask("POST", "/v1/models", R"({"name":"x"})", "Idempotency-Key: taken\r\n").status, 201u);
  EXPECT_EQ(report(10).status, 201u);
  EXPECT_EQ(report(1'000, "taken").status, 422u);
  EXPECT_EQ(report(3, "own").status, 200u);
  EXPECT_EQ(report(4, "own").status, 422u);
  EXPECT_THAT(get("/v1/models/churn/usage").body, ::testing::HasSubstr(R"("count":13,)"));
}

TEST_F(UsageByTheHour, IsToldToARetryOfTheVersionThatItWasCountedForWhereverTheAliasIs) {
  ASSERT_EQ(ask("POST", "/v1/models/churn/versions", "{}").status, 201u);
  given_production(1);
  EXPECT_EQ(report_by_alias(10, "first").status, 201u);
  const auto counted = report_by_alias(5, "second");
  EXPECT_EQ(counted.status, 200u);
  given_production(2);
  const auto again = report_by_alias(5, "second");
  EXPECT_EQ(again.status, 200u);
  EXPECT_EQ(again.body, counted.body);
  EXPECT_THAT(again.body, ::testing::HasSubstr(R"("version":1,)"));
  EXPECT_THAT(again.body, ::testing::HasSubstr(R"("count":15,)"));
  EXPECT_THAT(get("/v1/models/churn/versions/2/usage").body, ::testing::Not(::testing::HasSubstr("web")));
}

TEST_F(UsageByTheHour, UnderOneKeyCountsForTheVersionThatItWasRecordedForWhereAnEarlierAttemptWasForAnother) {
  ASSERT_EQ(ask("POST", "/v1/models/churn/versions", "{}").status, 201u);
  given_production(2);
  EXPECT_EQ(report_by_alias(100, "again").status, 201u);
  const auto record = log_->read().idempotency("anonymous", "again");
  ASSERT_TRUE(record);
  const auto counter = counter_in(record->answer);
  ASSERT_TRUE(counter);
  EXPECT_EQ(counter->version, registry::VersionNumber(2));
  // What an attempt leaves that was refused while the alias was at version 1.
  work::UsageReport refused{*counter, 100, clock_.now(), std::nullopt, 0};
  refused.of.version = registry::VersionNumber(1);
  refused.key = work::ReportKey{"anonymous", "again", record->request};
  const work::RememberedFor not_yet = [](const work::ReportKey&) { return std::nullopt; };
  ASSERT_TRUE(work_->run(work::begin_report(refused, not_yet)));
  EXPECT_EQ(report(1).status, 201u);
  EXPECT_THAT(get("/v1/models/churn/versions/1/usage").body, ::testing::HasSubstr(R"("count":1,)"));
  EXPECT_THAT(get("/v1/models/churn/versions/2/usage").body, ::testing::HasSubstr(R"("count":100,)"));
}

TEST_F(UsageByTheHour, IsToldToARetryAsItWasWhereTheAliasIsGone) {
  given_production(1);
  EXPECT_EQ(report_by_alias(10, "first").status, 201u);
  const auto counted_only = report_by_alias(5, "second");
  EXPECT_EQ(counted_only.status, 200u);
  ASSERT_EQ(ask("DELETE", "/v1/models/churn/aliases/production").status, 200u);
  const auto again = report_by_alias(5, "second");
  EXPECT_EQ(again.status, 200u);
  EXPECT_EQ(again.header("herald-idempotent-replay"), "true");
  EXPECT_EQ(again.body, counted_only.body);
  EXPECT_EQ(report_by_alias(5, "third").status, 404u);
}

// The retry sees to it that the report counts, which it cannot where the views have not come as far.
TEST_F(UsageByTheHour, IsNotToldToARetryThatCannotSeeToItThatItCounts) {
  errors_are_meant();
  stop();
  start_with_clock({.views_timeout = 0ms});
  wait_for_views();
  stop_following();
  const auto first = report(10, "once");
  EXPECT_EQ(first.status, 201u);
  EXPECT_EQ(report(10, "once").status, 503u);
  follow();
  wait_for_views();
  const auto again = report(10, "once");
  EXPECT_EQ(again.status, 201u);
  EXPECT_EQ(again.body, first.body);
}

// Of one caller, more reports than there are threads in the pool are recorded and wait for the work store.
TEST_F(UsageByTheHour, KeepsNoThreadOfThePoolWaitingForTheWorkStore) {
  const std::size_t many = limits::kPoolThreads + 1;
  for (std::size_t i = 0; i < many; ++i)
    EXPECT_EQ(testing::Client(server_->port()).request("POST", kUsage, by_web(i)).status, 201u);
  clock_.move(1h);
  const std::uint64_t before = last();
  HeldStore held(*work_);
  std::vector<std::unique_ptr<testing::Client>> callers;
  for (std::size_t i = 0; i < many; ++i) {
    callers.push_back(std::make_unique<testing::Client>(server_->port()));
    callers.back()->send(without_waiting(by_web(i)));
  }
  wait_for_event(before + many);
  // The recorder answers in the order in which it is asked: all reports are beyond it.
  EXPECT_EQ(ask("POST", "/v1/models", R"({"name":"after"})").status, 201u);
  EXPECT_EQ(get("/v1/models").status, 200u);
  for (const auto& caller : callers) EXPECT_FALSE(caller->has_something()) << "answered before it counts";
  held.let_go();
  for (const auto& caller : callers) EXPECT_EQ(caller->read_reply().status, 201u);
  EXPECT_EQ(counted(counter_of(1, "web-0")), 2u);
}

TEST_F(UsageByTheHour, UnderOneKeyCountsOnceHoweverOftenAtOnce) {
  report(10);
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 16; ++i) callers.emplace_back([this] { EXPECT_EQ(report(1, "one").status, 200u); });
  }
  EXPECT_THAT(get("/v1/models/churn/usage").body, ::testing::HasSubstr(R"("count":11,)"));
}

TEST_F(UsageByTheHour, ThatIsRefusedLeavesNothingBehind) {
  errors_are_meant();
  report(10);
  const auto web = counter_of(1);
  work::UsageReport under_way{web, 3, clock_.now(), std::nullopt, 0};
  under_way.key = work::ReportKey{"anonymous", "another", sha256("asked")};
  ASSERT_TRUE(work_->run(work::begin_report(under_way, remembered_by(*log_))));
  recorder_->stop();
  EXPECT_EQ(report(3, "refused").status, 503u);
  EXPECT_EQ(noted(web), 1u) << "of the other one, which goes on";
  EXPECT_EQ(counted(web), 10u);
}

// Two attempts at a report under one key, in the steps in which the exchange takes them: each has looked at where the alias
// leads, or at which model has the name, before either was recorded.
class AttemptsAtOnce : public UsageByTheHour {
 protected:
  struct Attempt {
    Write write;
    std::optional<Result<recorder::Recorded>> recorded;
  };
  // Noted as under way.
  Attempt begun(const work::UsageCounter& of, std::uint64_t count) {
    work::UsageReport report{of, count, clock_.now(), std::nullopt, 0};
    report.key = work::ReportKey{registry::Actor::anonymous({}).id, kKey, kAsked};
    Attempt attempt{write_of_report(*log_, *work_, kChurn, report), std::nullopt};
    for (const work::Store::Job& job : attempt.write.before) EXPECT_TRUE(work_->run(job));
    return attempt;
  }
  void record(Attempt& attempt) {
    recorder::Submission submission;
    submission.actor = registry::Actor::anonymous({});
    submission.command = attempt.write.command;
    submission.idempotency = recorder::Idempotency{kKey, kAsked};
    attempt.recorded = recorder_->record(std::move(submission));
  }
  void finish(const Attempt& attempt) {
    const auto& recorded = *attempt.recorded;
    const auto job = recorded ? attempt.write.once_recorded(*recorded) : attempt.write.if_refused;
    ASSERT_TRUE(job);
    EXPECT_TRUE(work_->run(*job));
  }
  static std::optional<work::UsageCounter> named_by(const Attempt& attempt) {
    return counter_in((*attempt.recorded)->answer);
  }

  static constexpr const char* kKey = "at-once";
  const Digest kAsked = sha256("the request");
};

TEST_F(AttemptsAtOnce, CountForTheVersionThatTheRecordedAnswerNamesWhereTheAliasMovedBetweenThem) {
  ASSERT_EQ(ask("POST", "/v1/models/churn/versions", "{}").status, 201u);
  const auto first = counter_of(1), second = counter_of(2);
  Attempt before_it_moved = begun(first, 100), after_it_moved = begun(second, 100);
  record(after_it_moved);
  record(before_it_moved);
  for (const Attempt* attempt : {&before_it_moved, &after_it_moved}) EXPECT_EQ(named_by(*attempt), second);
  finish(before_it_moved);
  EXPECT_EQ(counted(second), 100u) << "whoever comes first counts it";
  finish(after_it_moved);
  EXPECT_EQ(counted(first), 0u);
  EXPECT_EQ(counted(second), 100u);
  EXPECT_EQ(noted(first) + noted(second), 0u);
  EXPECT_THAT(recorded_counts(), ::testing::ElementsAre(100u));
}

TEST_F(AttemptsAtOnce,
       CountForTheModelThatTheRecordedAnswerNamesWhereItWasDeletedAndRegisteredAnewBetweenThem) {
  report(5);
  report(700);
  const auto old_one = counter_of(1);
  Attempt of_the_old = begun(old_one, 100);
  ASSERT_EQ(ask("DELETE", "/v1/models/churn").status, 200u);
  given_model("churn", 1);
  const auto new_one = counter_of(1);
  ASSERT_NE(old_one.model_id, new_one.model_id);
  Attempt of_the_new = begun(new_one, 100);
  record(of_the_old);
  record(of_the_new);
  ASSERT_FALSE(*of_the_old.recorded);
  EXPECT_EQ(of_the_old.recorded->error().cause, Cause::expected_mismatch);
  ASSERT_TRUE(*of_the_new.recorded);
  EXPECT_EQ(named_by(of_the_new), new_one);
  finish(of_the_new);
  finish(of_the_old);
  EXPECT_EQ(counted(old_one), 705u);
  EXPECT_EQ(counted(new_one), 100u);
  EXPECT_EQ(noted(old_one) + noted(new_one), 0u);
  EXPECT_THAT(recorded_counts(), ::testing::ElementsAre(5u, 100u)) << "and not what the other one had";
}

TEST_F(AttemptsAtOnce, CountOnceWhereOneOfThemIsRefused) {
  const auto web = counter_of(1);
  Attempt refused = begun(web, 100), taken = begun(web, 100);
  refused.recorded = error(Cause::busy, "too many wait");
  finish(refused);
  record(taken);
  finish(taken);
  EXPECT_EQ(counted(web), 100u);
  EXPECT_EQ(noted(web), 0u);
}

}  // namespace
}  // namespace herald::api
