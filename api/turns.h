// Who does something to a thing that only one may do at a time: the second is told so and does not wait. Thread-safe; must
// outlive its turns.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace herald::api {

class Turns {
 public:
  // Lasts until its last copy is gone.
  using Turn = std::shared_ptr<const void>;

  // Nothing while another has the turn.
  std::optional<Turn> take(const std::string& name) {
    const std::lock_guard lock(mutex_);
    if (!taken_.insert(name).second) return std::nullopt;
    return Turn(this, [this, name](const void*) { give_back(name); });
  }

 private:
  void give_back(const std::string& name) {
    const std::lock_guard lock(mutex_);
    taken_.erase(name);
  }

  std::mutex mutex_;
  std::set<std::string> taken_;
};

}  // namespace herald::api
