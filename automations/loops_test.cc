// Whatever automations there are, one event from outside is followed by a bounded number of others: engine and dispatcher
// as they are, on a real log, until nothing happens any more.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>

#include "automations/event_types.h"
#include "automations/testing/running.h"
#include "base/limits.h"
#include "lmdb/testing/temp_folder.h"

namespace herald::automations {
namespace {

using namespace std::chrono_literals;
using registry::AutomationDefinition;
using registry::AutomationTriggered;
using registry::DeliveryExhausted;
using registry::DeliverySkipped;
using registry::DeliverySucceeded;
using Types = std::vector<std::string>;
using testing::Running;

const std::string kHook = "https://a.example/hook";

// Fails each delivery once, so that delivery.failing is among the events; then every other one succeeds.
Outcome fail_once(const Outgoing& outgoing, std::map<registry::DeliveryId, int>& attempts) {
  const int attempt = ++attempts[outgoing.delivery_id];
  if (attempt == 1) return testing::broken();
  return attempts.size() % 2 == 0 ? testing::ok() : testing::gone();
}

class Loops : public ::testing::Test {
 protected:
  struct End {
    std::vector<registry::Event> events;  // that followed
    bool reached = false;
  };

  // What follows when automations on these types stand beside one on tag.set, and tags are set twice: the second is one
  // too many for the first automation, so that something is skipped too.
  static End outcome_of(const std::vector<AutomationDefinition>& definitions) {
    const herald::testing::TempFolder folder;
    Running run(folder.path());
    run.open();
    std::map<registry::DeliveryId, int> attempts;
    testing::ScriptedSender sender([&](const Outgoing& outgoing) { return fail_once(outgoing, attempts); });
    for (const AutomationDefinition& definition : definitions) run.create(definition);
    run.create(starter());
    run.engine = std::make_unique<Engine>(*run.recorder, *run.log, *run.views, *run.projected, run.clock,
                                          random_ids());
    run.start_dispatcher(sender, {1s});
    run.tag();
    const Sequence before = run.tag();
    End end;
    end.reached = follow_to_the_end(run);
    run.close_followers();
    run.log->read().scan(before.next(), [&](Sequence, std::string_view bytes) {
      end.events.push_back(registry::decode(bytes).value());
      return true;
    });
    run.close();
    return end;
  }

  static AutomationDefinition on(const std::string& name, const Types& types,
                                 std::optional<std::uint32_t> max_per_minute = {}) {
    auto definition = Running::on_tags(name, {kHook});
    definition.on = types;
    definition.max_per_minute = max_per_minute;
    return definition;
  }
  static AutomationDefinition starter() { return on("starter", {"tag.set"}, 1); }

  static End expect_bounded(const std::vector<AutomationDefinition>& definitions) {
    End end = outcome_of(definitions);
    EXPECT_TRUE(end.reached) << "something still happens after " << end.events.size() << " events";
    for (const registry::Event& event : end.events) {
      EXPECT_LE(event.causation.depth, limits::kMaxCausationDepth) << event.type();
    }
    return end;
  }

 private:
  // An event lies at least one step deeper in each round. Events that nothing bounds would go on beyond both limits.
  static bool follow_to_the_end(Running& run) {
    for (std::uint32_t round = 0; round <= limits::kMaxCausationDepth; ++round) {
      const Sequence last = run.log->last();
      if (!apply(run, last) || !deliver(run)) return false;
      if (run.log->last() == last) return true;
      if (last > Sequence(20'000)) return false;
    }
    return false;
  }
  static bool apply(Running& run, Sequence last) {
    while (run.engine->position() < last) {
      const auto events = recorder::read_batch(*run.log, run.engine->position().next(), last, 256, 1 << 20);
      if (!run.engine->apply(events, {})) return false;
    }
    return true;
  }
  static bool deliver(Running& run) {
    return run.eventually([&] {
      run.pass(2s);
      std::size_t planned = 0;
      for (const auto& fact : run.facts<AutomationTriggered>()) planned += fact.deliveries.size();
      return run.facts<DeliverySucceeded>().size() + run.facts<DeliveryExhausted>().size() == planned;
    });
  }
};

TEST_F(Loops, EndWhicheverSingleTypeSetsOffTwoAutomations) {
  for (const EventType& type : event_types()) {
    if (!type.internal) continue;  // only what Herald itself records can follow from an automation
    SCOPED_TRACE(type.name);
    const std::string name(type.name);
    expect_bounded({on("a", {name}), on("b", {name}, 1)});
  }
}

TEST_F(Loops, EndUnderPatternsWhichMeanNothingThatFollows) {
  for (const std::string pattern :
       {"*", "*.*", "delivery.*", "automation.*", "?elivery.skipped", "*.skipped", "*d"}) {
    SCOPED_TRACE(pattern);
    const End end = outcome_of({on("a", {pattern}), on("b", {pattern}, 1)});
    EXPECT_TRUE(end.reached);
    for (const registry::Event& event : end.events) {
      EXPECT_LE(event.causation.depth, 2u) << event.type() << " follows from what an automation did";
    }
  }
}

TEST_F(Loops, EndWhenEveryTypeSetsOffEveryAutomation) {
  Types all;
  for (const EventType& type : event_types()) all.emplace_back(type.name);
  const End end = expect_bounded({on("a", all), on("b", all, 1)});
  EXPECT_GT(end.events.size(), 30u) << "nothing of note follows: the test shows nothing";
}

TEST_F(Loops, EndWhateverTypesAreTakenTogether) {
  for (std::uint32_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    std::vector<AutomationDefinition> definitions;
    for (const char* name : {"a", "b"}) {
      Types types{random() % 2 == 0 ? "*" : "tag.set"};
      for (const EventType& type : event_types()) {
        if (type.internal && random() % 2 == 0) types.emplace_back(type.name);
      }
      definitions.push_back(
          on(name, types, random() % 3 == 0 ? std::nullopt : std::optional(1 + random() % 3)));
    }
    expect_bounded(definitions);
  }
}

TEST_F(Loops, TellASkipToOtherAutomationsOnceAndToItsOwnNever) {
  const End end = outcome_of({on("watch", {"delivery.skipped"})});
  std::size_t triggered = 0, skipped = 0;
  for (const registry::Event& event : end.events) {
    triggered += std::holds_alternative<AutomationTriggered>(event.payload) ? 1 : 0;
    skipped += std::holds_alternative<DeliverySkipped>(event.payload) ? 1 : 0;
  }
  EXPECT_EQ(skipped, 1u) << "the second tag is one too many for the starter";
  EXPECT_EQ(triggered, 2u) << "of the first tag, and of the skip";
}

}  // namespace
}  // namespace herald::automations
