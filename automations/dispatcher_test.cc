#include "automations/dispatcher.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <future>

#include "automations/testing/running.h"
#include "base/limits.h"
#include "lmdb/testing/temp_folder.h"

namespace herald::automations {
namespace {

using namespace std::chrono_literals;
using registry::AutomationTriggered;
using registry::DeliveryExhausted;
using registry::DeliveryFailing;
using registry::DeliveryId;
using registry::DeliverySucceeded;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;
using testing::Running;
using testing::ScriptedSender;

const std::string kA = "https://a.example/hook";
const std::string kB = "https://b.example/hook";

class Delivering : public ::testing::Test {
 protected:
  void SetUp() override { run.open(); }
  void TearDown() override { run.close(); }

  void start(std::vector<std::chrono::seconds> schedule = {}) {
    run.start_engine();
    run.start_dispatcher(sender, std::move(schedule));
  }
  void start_again() {
    run.close();
    run.open();
    start();
  }
  DeliveryId delivery(std::size_t index = 0) const {
    std::vector<DeliveryId> ids;
    for (const auto& fact : run.facts<AutomationTriggered>()) {
      for (const auto& planned : fact.deliveries) ids.push_back(planned.delivery_id);
    }
    return ids.at(index);
  }
  std::vector<work::Attempt> attempts(std::size_t index = 0) const {
    return work::attempts_of(*run.work, delivery(index));
  }
  std::optional<work::ScheduleRow> row(std::size_t index = 0) const {
    return work::find_schedule(*run.work, delivery(index));
  }
  // What follows an event's recording is not in the log: asked again with each event that a bystander makes.
  bool settles(const std::function<bool()>& holds) {
    for (int i = 0; i < 1'000; ++i) {
      if (holds()) return true;
      run.record(run.new_tag("bystander"));
    }
    return holds();
  }
  std::chrono::milliseconds wait_before_next(std::size_t index = 0) const {
    const auto attempt = attempts(index).back();
    return std::chrono::milliseconds(attempt.next.value().unix_ms() - attempt.started.unix_ms());
  }
  // Of conditions that a bystander's tag does not meet.
  static registry::AutomationDefinition on_key(const std::string& key, const std::vector<std::string>& urls) {
    auto definition = Running::on_tags("on " + key, urls);
    definition.conditions.push_back({"data.key", registry::Operator::equals, json::Raw("\"" + key + "\"")});
    return definition;
  }

  herald::testing::TempFolder folder;
  ScriptedSender sender;
  Running run{folder.path()};
};

TEST_F(Delivering, SendsOnceAndRecordsThatItSucceeded) {
  run.create(on_key("k", {kA}));
  start();
  run.tag();
  ASSERT_TRUE(run.wait_for<DeliverySucceeded>(1));
  EXPECT_EQ(sender.sent_to(kA), 1u);
  EXPECT_EQ(sender.sent().at(0).delivery_id, delivery());
  const auto attempt = attempts().at(0);
  EXPECT_EQ(attempt.number, 1u);
  EXPECT_EQ(attempt.status, 200u);
  EXPECT_EQ(attempt.target, "https://a.example:443");
  EXPECT_EQ(attempt.request_body, sender.sent().at(0).body);
  EXPECT_EQ(attempt.next, std::nullopt);
  EXPECT_TRUE(settles([&] { return !row(); })) << "the schedule forgets what has ended";
  const auto event = run.events<DeliverySucceeded>().at(0);
  const auto cause = run.events<AutomationTriggered>().at(0);
  EXPECT_EQ(event.causation.causation, cause.id);
  EXPECT_EQ(event.causation.correlation, cause.causation.correlation);
  EXPECT_TRUE(settles([&] { return run.dispatcher->stats().open == 0; }));
  EXPECT_EQ(run.dispatcher->stats().succeeded, 1u);
}

TEST_F(Delivering, TriesAgainUnderTheSameIdAndSaysOnceThatItIsFailing) {
  run.create(on_key("k", {kA}));
  sender.script(kA, {testing::broken(), testing::broken()});
  start();
  run.tag();
  ASSERT_TRUE(run.wait_for<DeliveryFailing>(1));
  EXPECT_THAT(wait_before_next(), AllOf(Ge(4s), Le(6s)));
  run.pass(3999ms);
  EXPECT_EQ(sender.sent_to(kA), 1u);
  run.pass(2001ms);
  ASSERT_TRUE(sender.wait_for(kA, 2));
  ASSERT_TRUE(settles([&] { return attempts().size() == 2; }));
  EXPECT_THAT(wait_before_next(), AllOf(Ge(4min), Le(6min)));
  run.pass(6min);
  ASSERT_TRUE(run.wait_for<DeliverySucceeded>(1));
  EXPECT_EQ(run.facts<DeliveryFailing>().size(), 1u);
  EXPECT_EQ(run.facts<DeliverySucceeded>().at(0).attempts, 3u);
  for (const Outgoing& outgoing : sender.sent()) EXPECT_EQ(outgoing.delivery_id, delivery());
  EXPECT_LT(sender.sent().at(0).now, sender.sent().at(2).now) << "each attempt has a time of its own";
}

TEST_F(Delivering, IsExhaustedAtTheEndOfTheAutomationsOwnSchedule) {
  auto definition = on_key("k", {kA});
  definition.retry_seconds = {1, 2};
  run.create(definition);
  sender.script(kA, {testing::broken(), testing::timed_out(), testing::broken()});
  start();
  run.tag();
  ASSERT_TRUE(run.wait_for<DeliveryFailing>(1));
  run.pass(1200ms);
  ASSERT_TRUE(sender.wait_for(kA, 2));
  ASSERT_TRUE(settles([&] { return attempts().size() == 2; }));
  EXPECT_THAT(wait_before_next(), Le(2400ms)) << "its own schedule is obeyed after a timeout too";
  run.pass(2400ms);
  ASSERT_TRUE(run.wait_for<DeliveryExhausted>(1));
  EXPECT_EQ(run.facts<DeliveryExhausted>().at(0).attempts, 3u);
  EXPECT_THAT(run.facts<DeliveryExhausted>().at(0).error, HasSubstr("500"));
  EXPECT_TRUE(settles([&] { return !row(); }));
}

TEST_F(Delivering, LeavesATargetThatTimedOutAloneForAMinute) {
  run.create(on_key("k", {kA}));
  sender.script(kA, {testing::timed_out()});
  start();
  run.tag();
  ASSERT_TRUE(run.wait_for<DeliveryFailing>(1));
  EXPECT_EQ(wait_before_next(), 60s);
}

TEST_F(Delivering, StopsAtOnceWhenTheTargetIsGone) {
  run.create(on_key("k", {kA}));
  sender.script(kA, {testing::gone()});
  start();
  run.tag();
  ASSERT_TRUE(run.wait_for<DeliveryExhausted>(1));
  EXPECT_EQ(attempts().size(), 1u);
  EXPECT_EQ(run.facts<DeliveryFailing>().size(), 0u);
}

TEST_F(Delivering, PausesTheUrlThatAsksForItAndNoOtherOfItsHost) {
  const std::string another = "https://a.example/another";
  run.create(on_key("a", {kA}));
  run.create(on_key("a2", {kA}));
  run.create(on_key("another", {another}));
  sender.script(kA, {testing::busy_for(90s)});
  start();
  run.tag("a");
  ASSERT_TRUE(run.wait_for<DeliveryFailing>(1));
  EXPECT_EQ(wait_before_next(), 90s);
  run.tag("a2");
  run.tag("another");
  ASSERT_TRUE(run.wait_for<DeliverySucceeded>(1));
  run.pass(89s);
  run.tag("another");
  ASSERT_TRUE(run.wait_for<DeliverySucceeded>(2));
  EXPECT_EQ(sender.sent_to(another), 2u);
  EXPECT_EQ(sender.sent_to(kA), 1u);
  run.pass(1s);
  ASSERT_TRUE(run.wait_for<DeliverySucceeded>(4));
  EXPECT_EQ(sender.sent_to(kA), 3u);
}

TEST_F(Delivering, IsNotHeldUpByATargetThatAnswersNothing) {
  run.create(on_key("k", {kA, kB}));
  sender.hold(kA);
  start();
  for (int i = 0; i < 20; ++i) run.tag();
  ASSERT_TRUE(run.wait_for<DeliverySucceeded>(20));
  EXPECT_EQ(sender.sent_to(kB), 20u);
  EXPECT_EQ(sender.sent_to(kA), limits::kMaxInFlightPerUrl);
  sender.release(kA);
  ASSERT_TRUE(run.wait_for<DeliverySucceeded>(40));
}

TEST_F(Delivering, HasANumberUnderWayAtOnceAndTheRestWaits) {
  std::vector<std::string> urls;
  for (std::size_t i = 0; i <= limits::kMaxInFlight; ++i) {
    urls.push_back("https://target-" + std::to_string(i) + ".example/hook");
  }
  for (std::size_t begin = 0; begin < urls.size(); begin += limits::kMaxActionsPerAutomation) {
    const std::size_t end = std::min(begin + limits::kMaxActionsPerAutomation, urls.size());
    auto definition = on_key("k", {urls.begin() + static_cast<std::ptrdiff_t>(begin),
                                   urls.begin() + static_cast<std::ptrdiff_t>(end)});
    definition.name = registry::Label::trusted("tell " + std::to_string(begin));
    run.create(definition);
  }
  start();
  run.tag();
  ASSERT_TRUE(run.wait_for<DeliverySucceeded>(urls.size())) << "all are known to answer";
  for (const std::string& url : urls) sender.hold(url);
  run.tag();
  const auto sent = [&] { return sender.sent().size() - urls.size(); };
  ASSERT_TRUE(sender.wait_for_sent(urls.size() + limits::kMaxInFlight));
  for (int i = 0; i < 20; ++i) run.record(run.new_tag("bystander"));
  EXPECT_EQ(sent(), limits::kMaxInFlight);
  sender.release(sender.sent().at(urls.size()).url);
  ASSERT_TRUE(run.wait_for<DeliverySucceeded>(urls.size() + 1));
  ASSERT_TRUE(sender.wait_for_sent(urls.size() + limits::kMaxInFlight + 1));
  for (const std::string& url : urls) sender.release(url);
  ASSERT_TRUE(run.wait_for<DeliverySucceeded>(2 * urls.size()));
}

TEST_F(Delivering, EndsAtOnceWhatCannotBeRendered) {
  auto definition = on_key("k", {kA});
  definition.actions[0].url.reset();
  definition.actions[0].url_secret = registry::SecretName::trusted("absent");
  run.create(definition);
  start();
  run.tag();
  ASSERT_TRUE(run.wait_for<DeliveryExhausted>(1));
  EXPECT_EQ(attempts().at(0).error_class, "configuration");
  EXPECT_THAT(run.facts<DeliveryExhausted>().at(0).error, HasSubstr("absent"));
  EXPECT_TRUE(sender.sent().empty());
}

TEST_F(Delivering, TakesTheValueThatASecretHasWhenItIsSent) {
  const auto name = registry::SecretName::trusted("url");
  ASSERT_TRUE(run.work->run(run.secrets->put(name, 1, kB)));
  run.record(registry::SetSecret{name, 1});
  auto definition = on_key("k", {kA});
  definition.actions[0].url.reset();
  definition.actions[0].url_secret = name;
  run.create(definition);
  sender.script(kB, {testing::broken()});
  start();
  run.tag();
  ASSERT_TRUE(run.wait_for<DeliveryFailing>(1));
  ASSERT_TRUE(run.work->run(run.secrets->put(name, 2, kA)));
  run.record(registry::SetSecret{name, 2});
  run.pass(6s);
  ASSERT_TRUE(run.wait_for<DeliverySucceeded>(1));
  EXPECT_EQ(sender.sent_to(kB), 1u);
  EXPECT_EQ(sender.sent_to(kA), 1u);
}

TEST_F(Delivering, EndsWhenTheAutomationIsDeleted) {
  run.create(on_key("k", {kA}));
  sender.script(kA, {testing::broken()});
  start();
  run.tag();
  ASSERT_TRUE(run.wait_for<DeliveryFailing>(1));
  run.record(registry::DeleteAutomation{registry::Label::trusted("on k")});
  run.pass(6s);
  ASSERT_TRUE(run.wait_for<DeliveryExhausted>(1));
  EXPECT_EQ(sender.sent_to(kA), 1u);
  const auto ended = run.facts<DeliveryExhausted>();
  EXPECT_THAT(ended.back().error, HasSubstr("was deleted"));
}

TEST_F(Delivering, TakesTheActionAsItWasWhenItWasPlannedAndAReplayAsItIsNow) {
  run.create(on_key("k", {kA}));
  sender.script(kA, {testing::broken(), testing::gone()});
  start();
  run.tag();
  ASSERT_TRUE(run.wait_for<DeliveryFailing>(1));
  auto mended = on_key("k", {kB});
  run.record(registry::UpdateAutomation{mended.name, mended});
  run.pass(6s);
  ASSERT_TRUE(run.wait_for<DeliveryExhausted>(1));
  EXPECT_EQ(sender.sent_to(kA), 2u);
  run.record(registry::ReplayDelivery{delivery()});
  ASSERT_TRUE(run.wait_for<DeliverySucceeded>(1));
  EXPECT_EQ(sender.sent_to(kB), 1u);
}

TEST_F(Delivering, GoesOnCountingAttemptsWhenItIsReplayedButBeginsItsScheduleAnew) {
  run.create(on_key("k", {kA}));
  sender.script(kA, {testing::broken(), testing::gone(), testing::broken()});
  start();
  run.tag();
  ASSERT_TRUE(run.wait_for<DeliveryFailing>(1));
  run.pass(6s);
  ASSERT_TRUE(run.wait_for<DeliveryExhausted>(1));
  run.record(registry::ReplayDelivery{delivery()});
  ASSERT_TRUE(run.wait_for<DeliveryFailing>(2)) << "it is said once for each replay";
  EXPECT_THAT(wait_before_next(), Le(6s)) << "the first gap of the schedule";
  run.pass(6s);
  ASSERT_TRUE(run.wait_for<DeliverySucceeded>(1));
  std::vector<std::uint32_t> numbers;
  for (const auto& attempt : attempts()) numbers.push_back(attempt.number);
  EXPECT_THAT(numbers, ElementsAre(1, 2, 3, 4));
  for (const Outgoing& outgoing : sender.sent()) EXPECT_EQ(outgoing.delivery_id, delivery());
}

TEST_F(Delivering, SendsATestWithTheActionsOfToday) {
  const Sequence tagged = run.tag();
  run.create(on_key("k", {kA}));
  start();
  run.record(registry::TestAutomation{
      registry::Label::trusted("on k"), tagged.value(), "tag.set", {run.new_id<DeliveryId>()}});
  ASSERT_TRUE(run.wait_for<DeliverySucceeded>(1));
  EXPECT_EQ(sender.sent_to(kA), 1u);
}

TEST_F(Delivering, WaitsForTheViews) {
  run.create(on_key("k", {kA}));
  start();
  run.projector_thread->stop();
  run.tag();
  ASSERT_TRUE(run.wait_for<AutomationTriggered>(1));
  ASSERT_TRUE(settles([&] { return row().has_value(); }));
  run.pass(1s);
  EXPECT_EQ(sender.sent().size(), 0u);
  run.follow_views();
  ASSERT_TRUE(run.wait_for<DeliverySucceeded>(1));
}

TEST_F(Delivering, GoesOnAfterARestart) {
  run.create(on_key("k", {kA}));
  sender.script(kA, {testing::broken()});
  start();
  run.tag();
  ASSERT_TRUE(run.wait_for<DeliveryFailing>(1));
  start_again();
  EXPECT_EQ(run.dispatcher->stats().open, 1u);
  run.pass(6s);
  ASSERT_TRUE(run.wait_for<DeliverySucceeded>(1));
  EXPECT_EQ(run.facts<DeliverySucceeded>().at(0).attempts, 2u);
  EXPECT_EQ(run.facts<DeliveryFailing>().size(), 1u);
}

TEST_F(Delivering, WaitsForWhatIsUnderWayWhenItStops) {
  run.create(on_key("k", {kA}));
  sender.hold(kA);
  start();
  run.tag();
  ASSERT_TRUE(sender.wait_for(kA, 1));
  auto stopped = std::async(std::launch::async, [&] { run.stop_dispatcher(); });
  EXPECT_EQ(stopped.wait_for(10ms), std::future_status::timeout);
  sender.release(kA);
  stopped.get();
  EXPECT_EQ(attempts().size(), 1u);
  EXPECT_EQ(run.facts<DeliverySucceeded>().size(), 1u);
  EXPECT_FALSE(row());
}

TEST_F(Delivering, CancelsWhatIsNotAnsweredInTheGraceOfAStopAndSendsItAfterTheStart) {
  run.create(on_key("k", {kA}));
  sender.hold(kA);
  run.stop_grace = 0ms;
  start();
  run.tag();
  ASSERT_TRUE(sender.wait_for(kA, 1));
  run.stop_dispatcher();
  EXPECT_EQ(attempts().size(), 0u) << "it is no attempt";
  EXPECT_TRUE(row()) << "and due as it was";
  EXPECT_EQ(run.facts<DeliveryFailing>().size(), 0u);
  sender.release(kA);
  run.start_dispatcher(sender);
  ASSERT_TRUE(run.wait_for<DeliverySucceeded>(1));
  EXPECT_EQ(run.facts<DeliverySucceeded>().at(0).attempts, 1u);
  EXPECT_EQ(sender.sent_to(kA), 2u);
}

TEST_F(Delivering, SchedulesAgainWhatIsOpenWhenItsRowsAreLost) {
  run.create(on_key("k", {kA}));
  sender.script(kA, {testing::broken()});
  start();
  run.tag();
  ASSERT_TRUE(run.wait_for<DeliveryFailing>(1));
  run.stop_dispatcher();
  ASSERT_TRUE(run.work->run([row = *row()](lmdb::WriteTxn& txn, const work::Tables& tables) {
    return work::erase_schedule(txn, tables, row);
  }));
  run.start_dispatcher(sender);
  ASSERT_TRUE(run.wait_for<DeliverySucceeded>(1));
  EXPECT_EQ(run.facts<DeliverySucceeded>().at(0).attempts, 2u);
}

TEST_F(Delivering, SendsOnlyWhatIsOpenWhenItsWholeStoreIsLost) {
  run.create(on_key("done", {kA}));
  run.create(on_key("open", {kB}));
  sender.script(kB, {testing::broken()});
  start();
  run.tag("done");
  ASSERT_TRUE(run.wait_for<DeliverySucceeded>(1));
  run.tag("open");
  ASSERT_TRUE(run.wait_for<DeliveryFailing>(1));
  run.close();
  std::filesystem::remove_all(folder.file("work"));
  run.open();
  start();
  ASSERT_TRUE(run.wait_for<DeliverySucceeded>(2));
  EXPECT_EQ(sender.sent_to(kA), 1u);
  EXPECT_EQ(sender.sent_to(kB), 2u);
}

TEST_F(Delivering, StepsBackToALogThatIsShorterThanItsPosition) {
  run.create(on_key("k", {kA}));
  ASSERT_TRUE(run.work->run([](lmdb::WriteTxn& txn, const work::Tables& tables) {
    return work::put_position(txn, tables, kDispatcherFollower, Sequence(1'000'000));
  }));
  start();
  run.tag();
  ASSERT_TRUE(run.wait_for<DeliverySucceeded>(1));
}

TEST_F(Delivering, RecordsAnOutcomeThatACrashLeftOutAndDoesNotSendAgain) {
  run.create(on_key("k", {kA}));
  sender.script(kA, {testing::broken()});
  start();
  run.tag();
  ASSERT_TRUE(run.wait_for<DeliveryFailing>(1));
  run.stop_dispatcher();
  work::ScheduleRow delivered = row().value();
  delivered.outcome = "succeeded";
  delivered.attempts = 2;
  delivered.status = 204;
  ASSERT_TRUE(run.work->run([&](lmdb::WriteTxn& txn, const work::Tables& tables) {
    return work::put_schedule(txn, tables, delivered);
  }));
  run.clock.advance(1h);
  run.start_dispatcher(sender);
  ASSERT_TRUE(run.wait_for<DeliverySucceeded>(1));
  EXPECT_EQ(run.facts<DeliverySucceeded>().at(0).status, 204u);
  EXPECT_EQ(sender.sent_to(kA), 1u);
}

TEST_F(Delivering, LeavesAnOutcomeThatCannotBeRecordedToTheNextStart) {
  run.create(on_key("k", {kA}));
  sender.hold(kA);
  start();
  run.tag();
  ASSERT_TRUE(sender.wait_for(kA, 1));
  run.recorder->stop();  // no outcome can be recorded any more
  sender.release(kA);
  run.stop_dispatcher();
  EXPECT_EQ(attempts().size(), 1u);
  EXPECT_EQ(row().value().outcome, "succeeded");
  start_again();
  ASSERT_TRUE(run.wait_for<DeliverySucceeded>(1));
  EXPECT_EQ(sender.sent_to(kA), 1u);
}

}  // namespace
}  // namespace herald::automations
