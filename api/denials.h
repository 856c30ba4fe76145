// Refusals, counted: an event access.denied tells how often an actor was refused something somewhere within a minute, so
// that an attack fills no log. The exchange counts each refusal once (count_refusal() of authorisation.h). What could not be
// recorded, the log being full or busy, is counted on; what is counted when the process is killed is lost; stop() records it.
//
// Threads: any.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "api/server.h"
#include "registry/commands.h"

namespace herald::api {

// What was refused, and where.
struct Denied {
  std::string_view permission;  // a literal: a word as in route.h, "claim", or "sign-in"
  registry::RoleScope on = {};
};

class Denials {
 public:
  Denials(const Parts& parts, std::chrono::milliseconds counted);

  void count(const std::string& actor, const Denied& denied);
  // Has what was counted recorded, once the time is over. Does not wait.
  void record_when_due();
  // Has all of it recorded, and waits for it.
  void stop();

 private:
  // Kept by commands under way, too, which may come back when the server has gone.
  class Counts {
   public:
    // `due_ms`: when it is to be recorded, if nothing else was counted.
    void add(const registry::Denials& denials, std::int64_t due_ms);
    std::vector<registry::Denials> take();
    std::int64_t due_ms() const { return due_ms_; }

   private:
    using Key = std::tuple<std::string, std::string, std::string>;  // actor, permission, keys::scope()
    std::atomic<std::int64_t> due_ms_{0};                           // steady; 0: nothing was counted
    std::mutex mutex_;
    std::map<Key, registry::Denials> counts_;
  };

  const Parts& parts_;
  const std::chrono::milliseconds counted_;
  const std::shared_ptr<Counts> counts_ = std::make_shared<Counts>();
};

}  // namespace herald::api
