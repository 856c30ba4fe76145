// Which automations does an event set off? The rules as of the event, kept by folding the log, indexed by event type
// and scope, so that an event meets only those rules that could match. One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "registry/event.h"
#include "registry/state.h"

namespace herald::automations {

class Matcher {
 public:
  Matcher();
  ~Matcher();
  // An automation event changes the rules; all others change nothing. In the log's order.
  void fold(const registry::Event& event);
  // The rules, from a state as of a sequence (at start, instead of folding from the beginning).
  void load(const registry::Reader& state);

  struct Match {
    registry::AutomationId automation_id;
    const registry::AutomationDefinition* definition;     // valid until the next fold()
  };
  // `bytes`: the event as recorded (conditions look into its JSON). Never automation.* or delivery.*.
  std::vector<Match> match(const registry::Event& event, std::string_view bytes) const;
  std::size_t size() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace herald::automations
