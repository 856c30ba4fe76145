// Refusals, counted: an event access.denied tells how often an actor was refused something somewhere within a minute, so
// that an attack fills no log. What is counted when the process dies is lost; stop() records it.
//
// Threads: any.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include "api/server.h"
#include "registry/commands.h"

namespace herald::api {

class Denials {
 public:
  Denials(const Parts& parts, std::chrono::milliseconds counted);

  // `permission`: a word, as in route.h, or "sign-in".
  void count(const std::string& actor, std::string_view permission, const registry::RoleScope& on);
  // Has what was counted recorded, once the time is over. Does not wait.
  void record_when_due();
  // Has all of it recorded, and waits for it.
  void stop();

 private:
  using Key = std::tuple<std::string, std::string, std::string>;  // actor, permission, keys::scope()
  std::vector<registry::Denials> take();

  const Parts& parts_;
  const std::chrono::milliseconds counted_;
  std::atomic<std::int64_t> due_ms_{0};  // steady; 0: nothing was counted
  std::mutex mutex_;
  std::map<Key, registry::Denials> counts_;
};

}  // namespace herald::api
