// Which documents may fulfil a condition: all that its rows of the index name, where those are not too many. To look one up
// takes tens of nanoseconds, a row of the index most of a microsecond, a document several. Private to this folder.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "projections/search/index.h"

namespace herald::projections::search {

class Gathered {
 public:
  // Takes up more rows of a range, the same each time, until it has looked at `most` of them in all. `key_bytes`: of the
  // documents' keys.
  void go_on(const IndexReader& index, const Range& range, const Wanted& wanted, std::size_t key_bytes,
             std::size_t most);
  // What is gathered from elsewhere, and then complete.
  template <class Keys>
  static Gathered of(const Keys& keys) {
    Gathered gathered;
    gathered.bits_.resize(kBits / 64);
    for (const auto& key : keys) gathered.take(key);
    gathered.complete_ = true;
    return gathered;
  }
  // There are no more rows: only then the rest can be asked.
  bool complete() const { return complete_; }
  std::size_t size() const { return size_; }  // rows
  // Where a document's key stands, in whatever was gathered of its kind.
  static std::size_t bit_of(std::string_view key) { return std::hash<std::string_view>()(key) % kBits; }
  // False is certain.
  bool may_hold(std::size_t bit) const { return (bits_[bit / 64] >> (bit % 64) & 1) != 0; }

 private:
  static constexpr std::size_t kBits = 1 << 20;

  void take(std::string_view key) {
    const std::size_t bit = bit_of(key);
    bits_[bit / 64] |= std::uint64_t{1} << (bit % 64);
    ++size_;
  }

  std::vector<std::uint64_t> bits_;
  std::string last_;  // the row behind which it goes on
  std::size_t looked_at_ = 0, size_ = 0;
  bool complete_ = false;
};

}  // namespace herald::projections::search
