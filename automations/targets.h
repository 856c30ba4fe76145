// Who may be sent to now. Each target (scheme, host, port) has a queue of its own with kMaxInFlightPerTarget under way,
// and can be paused; they take turns. A dead target holds up nobody else. One thread.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "registry/names.h"

namespace herald::automations {

// "https://Hooks.Example/T0/B0?x" -> "https://hooks.example:443". What is no such URL is a target of its own name
// without anything behind the host: the rest may be secret.
std::string target_of(std::string_view url);

class Targets {
 public:
  using Time = std::chrono::steady_clock::time_point;

  void enqueue(const std::string& target, registry::DeliveryId id);
  struct Turn {
    std::string target;
    registry::DeliveryId id;
  };
  // The next that may be sent; it counts as under way until finished(). Nothing: wait for finished(), enqueue() or wake().
  std::optional<Turn> take(Time now);
  void finished(const std::string& target);
  // Nothing of it is taken before `until`; a pause is never shortened.
  void pause(const std::string& target, Time until);
  // When the next pause ends that something waits for.
  std::optional<Time> wake() const;

 private:
  struct Target {
    std::deque<registry::DeliveryId> waiting;
    std::size_t in_flight = 0;
    std::optional<Time> paused_until;
    bool has_turn = false;  // stands in turns_
  };
  using Entry = std::map<std::string, Target, std::less<>>::iterator;
  void arrange(Entry entry);
  void end_pauses(Time now);

  std::map<std::string, Target, std::less<>> targets_;  // those with something waiting, under way or paused
  std::deque<std::string> turns_;                       // those that may be sent to
  std::multimap<Time, std::string> pauses_;
};

}  // namespace herald::automations
