// Who may be sent to now. Each target (scheme, host, port) has a queue of its own with kMaxInFlightPerTarget under way;
// they take turns. A dead target holds up nobody else. One thread.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "registry/names.h"

namespace herald::automations {

// "https://Hooks.Example/T0/B0?x" -> "https://hooks.example:443". What is no such URL is a target of its own name
// without anything behind the host: the rest may be secret.
std::string target_of(std::string_view url);

class Targets {
 public:
  void enqueue(const std::string& target, registry::DeliveryId id);
  struct Turn {
    std::string target;
    registry::DeliveryId id;
  };
  // The next that may be sent; it counts as under way until finished(). Nothing: wait for finished() or enqueue().
  std::optional<Turn> take();
  void finished(const std::string& target);

 private:
  struct Target {
    std::deque<registry::DeliveryId> waiting;
    std::size_t in_flight = 0;
    bool has_turn = false;  // stands in turns_
  };
  using Entry = std::map<std::string, Target, std::less<>>::iterator;
  void arrange(Entry entry);

  std::map<std::string, Target, std::less<>> targets_;  // those with something waiting or under way
  std::deque<std::string> turns_;                       // those that may be sent to
};

// Which URLs asked to be left alone, and until when. By URL and not by target, since many who do not know each other
// share the host of a service. One thread.
class Pauses {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // A pause is never shortened. Those that have ended are forgotten.
  void pause(const std::string& url, Time until, Time now);
  // Nothing: it may be sent to.
  std::optional<Time> until(const std::string& url, Time now) const;

 private:
  std::unordered_map<std::string, Time> pauses_;
};

}  // namespace herald::automations
