// Who may be sent to now. Each URL has a queue of its own with kMaxInFlightPerUrl under way; they take turns. A dead one
// holds up nobody else, be it of the same host: many who do not know each other share the host of a service. Of one host
// kMaxInFlightPerHost are under way, so that a host that answers none of its many URLs holds up no other. Nor do many such
// hosts: one that is silent (its last attempt timed out, or it was never sent to) has kMaxInFlightPerSilentHost, and all
// that are have kMaxInFlightToSilentHosts, so that the rest is left to those that answer. One thread.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "registry/names.h"

namespace herald::automations {

// "https://Hooks.Example/T0/B0?x" -> "https://hooks.example:443". What is no such URL is a target of its own name
// without anything behind the host: the rest may be secret.
std::string target_of(std::string_view url);
// The same with "[redacted]" for the host: of a URL that is secret as a whole.
std::string target_without_host(std::string_view url);

class Targets {
 public:
  void enqueue(const std::string& url, registry::DeliveryId id);
  struct Turn {
    std::string url;
    registry::DeliveryId id;
  };
  // The next that may be sent; it counts as under way until finished(). Nothing: wait for finished() or enqueue().
  std::optional<Turn> take();
  // `nothing`: it was not sent, or what came of it tells nothing of the host.
  enum class Heard { answer, silence, nothing };
  void finished(const std::string& url, Heard heard);

 private:
  struct Queue {
    std::string host;  // target_of() the URL
    std::deque<registry::DeliveryId> waiting;
    std::size_t in_flight = 0;
    bool has_turn = false;  // stands in turns_
  };
  using Entry = std::map<std::string, Queue, std::less<>>::iterator;
  void arrange(Entry entry);
  void remember(const std::string& host, Heard heard);
  bool may_be_sent_to(const std::string& host, std::size_t to_silent_hosts) const;
  std::size_t under_way_to_silent_hosts() const;

  std::map<std::string, Queue, std::less<>> queues_;       // those with something waiting or under way
  std::deque<std::string> turns_;                          // those that may be sent to, if their host may
  std::map<std::string, std::size_t, std::less<>> hosts_;  // how many are under way; those with any
  std::unordered_set<std::string> answering_;              // hosts whose last attempt was answered
};

// Which URLs asked to be left alone, and until when. One thread.
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
