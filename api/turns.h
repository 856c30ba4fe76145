// Who does something to a thing that only one may do at a time: the second asks again once the first is done. Thread-safe;
// must outlive its turns, and whoever waits for one.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.h"

namespace herald::api {

class Turns {
 public:
  // Lasts until its last copy is gone.
  using Turn = std::shared_ptr<const void>;

  // Nothing while another has the turn.
  std::optional<Turn> take(const std::string& name) {
    const std::lock_guard lock(mutex_);
    if (!taken_.try_emplace(name).second) return std::nullopt;
    return Turn(this, [this, name](const void*) { give_back(name); });
  }

  // Calls `done` when nobody has the turn, at once where nobody has it; else on the thread that gives it back. The turn is
  // not theirs then: of all that waited, one takes it and the others wait again. False: kMaxWaitingForATurn wait already, and
  // it will not be called.
  bool when_free(const std::string& name, std::function<void()> done) {
    {
      const std::lock_guard lock(mutex_);
      const auto taken = taken_.find(name);
      if (taken != taken_.end()) {
        if (taken->second.size() >= limits::kMaxWaitingForATurn) return false;
        taken->second.push_back(std::move(done));
        return true;
      }
    }
    done();
    return true;
  }

 private:
  void give_back(const std::string& name) {
    std::vector<std::function<void()>> waiting;
    {
      const std::lock_guard lock(mutex_);
      const auto taken = taken_.find(name);
      waiting.swap(taken->second);
      taken_.erase(taken);
    }
    for (const auto& done : waiting) done();
  }

  std::mutex mutex_;
  std::map<std::string, std::vector<std::function<void()>>> taken_;  // with who waits
};

}  // namespace herald::api
