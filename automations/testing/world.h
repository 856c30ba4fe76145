// A small registry in memory for tests: facts are recorded one by one, as the log would hold them.
#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>

#include "automations/ports.h"
#include "base/ids.h"
#include "registry/decide.h"
#include "registry/event.h"
#include "registry/memory_state.h"

namespace herald::automations::testing {

// The same number is always the same id.
template <class AnyId>
AnyId id(unsigned number) {
  return AnyId::trusted(fmt::format("01900000-0000-7000-8000-{:012x}", number));
}

struct Recorded {
  registry::Event event;
  std::string bytes;
};

class World {
 public:
  registry::MemoryState state;
  registry::Actor actor = registry::Actor::anonymous("http");

  // With registry "models" (1) and in it the model "churn" (10).
  World() {
    record(registry::RegistryCreated{id<registry::RegistryId>(1), registry::RegistryName::trusted("models"),
                                     registry::RegistryKind::model});
    record(registry::ModelRegistered{churn()});
  }

  Recorded record(registry::Payload payload) {
    Recorded recorded = event(std::move(payload));
    registry::evolve(state, recorded.event);
    return recorded;
  }

  // An event that leaves no trace in the state.
  Recorded event(registry::Payload payload) {
    registry::Event event;
    event.sequence = ++sequence_;
    event.id = id<Id<struct EventTag>>(1'000'000 + static_cast<unsigned>(sequence_)).uuid();
    event.source = "herald.test";
    event.time = Timestamp::trusted("2026-11-24T05:00:00Z").plus(std::chrono::seconds(sequence_));
    event.actor = actor;
    event.payload = std::move(payload);
    std::string bytes = registry::encode(event);
    return {std::move(event), std::move(bytes)};
  }

  static registry::OfModel model(unsigned number, std::string_view name, unsigned registry_number = 1,
                                 std::string_view registry_name = "models") {
    return {id<registry::RegistryId>(registry_number), registry::RegistryName::trusted(registry_name),
            id<registry::ModelId>(number), registry::ModelName::trusted(name)};
  }
  static registry::OfModel churn() { return model(10, "churn"); }

  Recorded register_version(std::uint64_t number, std::map<std::string, double> metrics = {},
                            std::string metadata = "{}") {
    registry::VersionRegistered fact{
        {churn(), registry::VersionNumber(number)}, {}, {}, {}, {}, {}, registry::VersionStatus::ready, {}};
    fact.source = registry::Uri::trusted(fmt::format("s3://models/churn/{}", number));
    fact.metadata = json::Raw(std::move(metadata));
    fact.metrics = std::move(metrics);
    return record(std::move(fact));
  }

  Recorded move_alias(std::string_view alias, std::optional<std::uint64_t> from, std::uint64_t to,
                      std::optional<std::string> reason = {}) {
    registry::AliasAssigned fact{
        churn(), registry::AliasName::trusted(alias), {}, registry::VersionNumber(to), {}};
    if (from) fact.from = registry::VersionNumber(*from);
    if (reason) fact.reason = registry::Reason::trusted(*reason);
    return record(std::move(fact));
  }

 private:
  std::uint64_t sequence_ = 0;
};

// Sends nothing; refuses URLs that hold "refused".
class NoSender final : public Sender {
 public:
  void send(Outgoing, std::function<void(Outcome)> done) override { done({}); }
  void cancel() override {}
  Result<void> check_url(registry::ActionKind, const std::string& url) const override {
    if (url.find("refused") == std::string::npos) return {};
    return error(Cause::invalid_value, "the URL cannot be sent to");
  }
};

inline registry::AutomationDefinition automation(std::string_view name, std::vector<std::string> on) {
  registry::AutomationDefinition definition;
  definition.name = registry::Label::trusted(name);
  definition.on = std::move(on);
  definition.actions.emplace_back().url = "https://example.org/hook";
  return definition;
}

inline registry::Condition condition(std::string field, registry::Operator op, std::string value = {}) {
  return {std::move(field), op, value.empty() ? std::nullopt : std::optional(json::Raw(std::move(value)))};
}

}  // namespace herald::automations::testing
