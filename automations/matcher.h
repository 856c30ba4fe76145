// Which automations does an event set off? The rules as of the event, kept by folding the log, indexed by
// event type and scope, so that an event meets only those rules that could match. One thread.
#pragma once

#include <cstdint>
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
  // The rules, from a state as of a sequence (at start, instead of folding from the beginning). Those before
  // go.
  void load(const registry::Reader& state);

  struct Match {
    registry::AutomationId automation_id;
    const registry::AutomationDefinition* definition;  // valid until the next fold() or load()
  };
  // In the order of the automations' ids. `bytes`: the event as recorded (conditions look into its JSON).
  // Wildcards never match automation.* or delivery.*; a disabled automation matches nothing, nor does one
  // whose conditions this version cannot read.
  std::vector<Match> match(const registry::Event& event, std::string_view bytes) const;

  std::size_t size() const;          // rules, disabled ones too
  std::uint64_t considered() const;  // rules held against events so far, whether they matched or not

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace herald::automations
