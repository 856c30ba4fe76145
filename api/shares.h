// What is scarce and held for a while (seats of live streams, bytes in memory): how much all callers together may hold,
// and how much one of them. A share is given back when it ends.
//
// Threads: any. The Shares must outlive each Share of it.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

namespace herald::api {

enum class Granted { yes, one_holds_too_much, all_hold_too_much };

class Shares {
 public:
  // `most_of_one`: of one holder; who has no name is bounded by `most` alone.
  Shares(std::uint64_t most, std::uint64_t most_of_one) : most_(most), most_of_one_(most_of_one) {}

  class Share {
   public:
    // Holds nothing yet.
    Share(Shares& of, std::string holder) : of_(of), holder_(std::move(holder)) {}
    ~Share() { of_.give_back(holder_, held_); }
    Share(const Share&) = delete;
    // So much more. What is refused changes nothing.
    Granted take(std::uint64_t amount) {
      const Granted granted = of_.take(holder_, amount);
      if (granted == Granted::yes) held_ += amount;
      return granted;
    }

   private:
    Shares& of_;
    const std::string holder_;
    std::uint64_t held_ = 0;
  };

  std::uint64_t held() const {
    const std::lock_guard lock(mutex_);
    return held_;
  }

 private:
  Granted take(const std::string& holder, std::uint64_t amount) {
    const std::lock_guard lock(mutex_);
    if (held_ + amount > most_) return Granted::all_hold_too_much;
    if (!holder.empty()) {
      const auto found = by_holder_.find(holder);
      if ((found == by_holder_.end() ? 0 : found->second) + amount > most_of_one_)
        return Granted::one_holds_too_much;
      by_holder_[holder] += amount;
    }
    held_ += amount;
    return Granted::yes;
  }
  void give_back(const std::string& holder, std::uint64_t amount) {
    const std::lock_guard lock(mutex_);
    held_ -= amount;
    const auto found = by_holder_.find(holder);
    if (found == by_holder_.end()) return;
    found->second -= amount;
    if (found->second == 0) by_holder_.erase(found);
  }

  const std::uint64_t most_, most_of_one_;
  mutable std::mutex mutex_;
  std::uint64_t held_ = 0;
  std::unordered_map<std::string, std::uint64_t> by_holder_;  // who holds something
};

}  // namespace herald::api
