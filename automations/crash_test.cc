// Engine and dispatcher killed at each of their fail points, in a process of its own, and started again.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>

#include "automations/testing/running.h"
#include "base/fail_point.h"
#include "lmdb/testing/temp_folder.h"

namespace herald::automations {
namespace {

using registry::AutomationTriggered;
using registry::DeliveryExhausted;
using registry::DeliveryFailing;
using registry::DeliverySucceeded;
using registry::TagSet;
using ::testing::ExitedWithCode;
using ::testing::KilledBySignal;
using testing::Running;
using testing::ScriptedSender;

constexpr std::size_t kAutomations = 2, kEvents = 3, kDeliveries = kAutomations * kEvents;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "not so: %s\n", what);
  _exit(1);
}

// What left the building, seen from outside; it survives whoever writes it.
class Ledger {
 public:
  explicit Ledger(std::string path) : path_(std::move(path)) {}
  void add(registry::DeliveryId id) const {
    const int file = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    const std::string line = id.str() + "\n";
    require(::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size()),
            "the ledger is written");
    ::close(file);
  }
  std::map<std::string, std::size_t> sent() const {
    std::map<std::string, std::size_t> times;
    std::ifstream in(path_);
    for (std::string line; std::getline(in, line);) ++times[line];
    return times;
  }

 private:
  std::string path_;
};

void make_automations(Running& run) {
  for (std::size_t i = run.facts<registry::AutomationCreated>().size(); i < kAutomations; ++i) {
    auto definition =
        Running::on_tags("automation " + std::to_string(i), {"https://a.example/" + std::to_string(i)});
    definition.retry_seconds = std::vector<std::uint32_t>(20, 0);
    run.create(definition);
  }
}

// Until all events are there and all they set off has ended. Each delivery fails at its first attempt.
[[noreturn]] void work_to_the_end(const std::string& path, const std::string& fail_points) {
  const Ledger ledger(path + "/ledger");
  std::set<registry::DeliveryId> tried;
  ScriptedSender sender([&](const Outgoing& outgoing) {
    ledger.add(outgoing.delivery_id);
    return tried.insert(outgoing.delivery_id).second ? testing::broken() : testing::ok();
  });
  Running run(path);
  run.clock.run();
  run.open();
  make_automations(run);
  if (!fail_points.empty()) {
    setenv("HERALD_FAIL_POINTS", fail_points.c_str(), 1);
    arm_fail_points_from_environment();
  }
  run.start_engine();
  run.start_dispatcher(sender);
  for (std::size_t events = run.facts<TagSet>().size(); events < kEvents;) {
    const auto tagged = run.recorder->record(run.asks(run.new_tag()));
    if (!tagged) continue;  // refused by the fail point
    ++events;
    require(run.wait_for<AutomationTriggered>(events * kAutomations), "each event is met");
  }
  require(run.wait_for<DeliverySucceeded>(kDeliveries), "each delivery succeeds");
  run.close();
  _exit(0);
}

struct Crash {
  const char* point;
  const char* action;
  int hit;
};

class Crashing : public ::testing::TestWithParam<Crash> {
 protected:
  void check_what_is_left() {
    Running run(folder.path());
    run.open();
    std::set<std::pair<registry::AutomationId, std::uint64_t>> met;
    std::set<registry::DeliveryId> planned;
    for (const auto& fact : run.facts<AutomationTriggered>()) {
      EXPECT_TRUE(met.emplace(fact.automation_id, fact.event_sequence).second) << "an event was met twice";
      for (const auto& delivery : fact.deliveries) planned.insert(delivery.delivery_id);
    }
    EXPECT_EQ(met.size(), kDeliveries);
    std::set<registry::DeliveryId> succeeded, failing;
    for (const auto& fact : run.facts<DeliverySucceeded>()) {
      EXPECT_TRUE(succeeded.insert(fact.delivery_id).second) << "an outcome was recorded twice";
    }
    for (const auto& fact : run.facts<DeliveryFailing>()) {
      EXPECT_TRUE(failing.insert(fact.delivery_id).second) << "that it fails was said twice";
    }
    EXPECT_EQ(succeeded, planned);
    EXPECT_TRUE(run.facts<DeliveryExhausted>().empty());
    // The process may have ended before it took away the row of what the one before it had sent and recorded.
    for (const work::ScheduleRow& row : work::all_scheduled(*run.work))
      EXPECT_TRUE(row.outcome) << "a row was left of what would be sent again";
    for (const registry::DeliveryId id : planned) check_attempts(run, id);
  }

  // None is lost; more are sent than kept only where the process died in between.
  void check_attempts(const Running& run, registry::DeliveryId id) {
    const auto attempts = work::attempts_of(*run.work, id);
    for (std::size_t i = 0; i < attempts.size(); ++i) EXPECT_EQ(attempts[i].number, i + 1);
    const std::size_t sent = ledger.sent()[id.str()];
    EXPECT_GE(sent, 2u);
    EXPECT_GE(sent, attempts.size());
    EXPECT_LE(sent, attempts.size() + 1);
    EXPECT_EQ(attempts.back().status, 200u);
  }

  herald::testing::TempFolder folder;
  Ledger ledger{folder.file("ledger")};
};

TEST_P(Crashing, LosesNothingAndMeetsEachEventOnce) {
  const auto& [point, action, hit] = GetParam();
  const std::string armed = std::string(point) + "=" + action + "@" + std::to_string(hit);
  if (std::string(action) == "kill") {
    EXPECT_EXIT(work_to_the_end(folder.path(), armed), KilledBySignal(SIGKILL), "");
    EXPECT_EXIT(work_to_the_end(folder.path(), ""), ExitedWithCode(0), "");
  } else {
    EXPECT_EXIT(work_to_the_end(folder.path(), armed), ExitedWithCode(0), "");
  }
  check_what_is_left();
}

std::vector<Crash> crashes() {
  std::vector<Crash> all;
  for (const char* point :
       {"engine.before_record", "engine.after_record", "dispatcher.before_send", "dispatcher.after_send",
        "dispatcher.after_outcome", "recorder.before_log_commit", "recorder.after_log_commit"}) {
    for (const int hit : {1, 2, 3}) all.push_back({point, "kill", hit});
  }
  for (const char* point : {"engine.before_record", "engine.after_record"})
    all.push_back({point, "error", 2});
  for (const int hit : {1, 2, 3, 4, 5, 6}) all.push_back({"recorder.before_log_commit", "error", hit});
  return all;
}

INSTANTIATE_TEST_SUITE_P(At, Crashing, ::testing::ValuesIn(crashes()), [](const auto& info) {
  std::string name =
      std::string(info.param.point) + "_" + info.param.action + "_" + std::to_string(info.param.hit);
  for (char& c : name) c = c == '.' ? '_' : c;
  return name;
});

}  // namespace
}  // namespace herald::automations
