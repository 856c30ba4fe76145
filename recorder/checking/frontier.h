// The Merkle tree of RFC 6962 as it grows, holding only the roots of its full subtrees. Written apart from
// eventstore/merkle.h, so that the one can be held against the other.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/digest.h"

namespace herald::recorder::checking {

class Frontier {
 public:
  // A subtree over 256^level leaves is full: the `index`-th of its level.
  using OnStored = std::function<void(std::uint8_t level, std::uint64_t index, const Digest& root)>;

  static Digest leaf(std::string_view bytes);

  void add(const Digest& leaf, const OnStored& on_stored);
  std::uint64_t size() const { return size_; }
  Digest root() const;

 private:
  struct Peak {
    std::uint8_t height;
    Digest root;
  };
  std::vector<Peak> peaks_;  // from the left, heights descending
  std::uint64_t size_ = 0;
};

}  // namespace herald::recorder::checking
