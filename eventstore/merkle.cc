#include "eventstore/merkle.h"

#include <bit>

#include "eventstore/require.h"

namespace herald::eventstore {
namespace {

constexpr unsigned int kTileBits = 8;  // a tile holds 2^8 hashes of its level

struct Range {
  std::uint64_t from, to;
  std::uint64_t size() const { return to - from; }
};

// RFC 6962, 2.1: the left part is the largest power of two that is smaller than the whole.
std::uint64_t split(std::uint64_t size) {
  return std::bit_floor(size - 1);
}

// A subtree that is complete and whose root is an entry of a tile.
bool is_stored(const Range& range) {
  if (!std::has_single_bit(range.size()) || range.from % range.size() != 0) return false;
  return std::countr_zero(range.size()) % static_cast<int>(kTileBits) == 0;
}

Digest range_hash(const Range& range, const StoredHash& stored) {
  if (is_stored(range)) {
    const auto height = static_cast<unsigned int>(std::countr_zero(range.size()));
    return stored(static_cast<std::uint8_t>(height / kTileBits), range.from >> height);
  }
  const std::uint64_t middle = range.from + split(range.size());
  return merkle_node(range_hash({range.from, middle}, stored), range_hash({middle, range.to}, stored));
}

// PATH(m, D[n]) of RFC 6962, 2.1.1, nearest the leaf first.
void append_path(std::uint64_t index, const Range& range, const StoredHash& stored,
                 std::vector<Digest>& path) {
  if (range.size() == 1) return;
  const std::uint64_t middle = range.from + split(range.size());
  const Range left{range.from, middle};
  const Range right{middle, range.to};
  const bool goes_left = index < middle;
  append_path(index, goes_left ? left : right, stored, path);
  path.push_back(range_hash(goes_left ? right : left, stored));
}

// SUBPROOF(m, D[n], b) of RFC 6962, 2.1.2; `known`: the verifier has the root of this subtree already.
void append_subproof(std::uint64_t old_end, const Range& range, bool known, const StoredHash& stored,
                     std::vector<Digest>& proof) {
  if (old_end == range.to) {
    if (!known) proof.push_back(range_hash(range, stored));
    return;
  }
  const std::uint64_t middle = range.from + split(range.size());
  if (old_end <= middle) {
    append_subproof(old_end, {range.from, middle}, known, stored, proof);
    proof.push_back(range_hash({middle, range.to}, stored));
  } else {
    append_subproof(old_end, {middle, range.to}, false, stored, proof);
    proof.push_back(range_hash({range.from, middle}, stored));
  }
}

// Where a verifier stands: the position of a node in its level, and of the last node of that level.
struct Climb {
  std::uint64_t node, last;

  bool has_left_sibling() const { return (node & 1) != 0 || node == last; }
  void up() {
    node >>= 1;
    last >>= 1;
  }
  // A node without a right sibling is carried up unchanged until it is a right child itself.
  void skip_carried() {
    while (node != 0 && (node & 1) == 0) up();
  }
};

}  // namespace

Digest merkle_leaf(std::string_view bytes) {
  thread_local Sha256 hash;
  return hash.update(std::string_view("\x00", 1)).update(bytes).finish();
}

Digest merkle_node(const Digest& left, const Digest& right) {
  thread_local Sha256 hash;
  return hash.update("\x01").update(left.bytes()).update(right.bytes()).finish();
}

Digest merkle_empty() {
  return sha256({});
}

Digest merkle_range(std::uint64_t from, std::uint64_t to, const StoredHash& stored) {
  require(from < to, "a range of leaves is not empty");
  return range_hash({from, to}, stored);
}

Digest merkle_root(std::uint64_t size, const StoredHash& stored) {
  return size == 0 ? merkle_empty() : range_hash({0, size}, stored);
}

std::vector<Digest> merkle_inclusion(std::uint64_t index, std::uint64_t size, const StoredHash& stored) {
  require(index < size, "an inclusion proof is of a leaf of the tree");
  std::vector<Digest> path;
  append_path(index, {0, size}, stored, path);
  return path;
}

std::vector<Digest> merkle_consistency(std::uint64_t from, std::uint64_t to, const StoredHash& stored) {
  require(from <= to, "a tree is consistent with a later one");
  std::vector<Digest> proof;
  if (from != 0) append_subproof(from, {0, to}, true, stored, proof);
  return proof;
}

bool verify_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                      const std::vector<Digest>& proof, const Digest& root) {
  if (index >= size) return false;
  Climb at{index, size - 1};
  Digest hash = leaf;
  for (const Digest& sibling : proof) {
    if (at.last == 0) return false;
    if (at.has_left_sibling()) {
      hash = merkle_node(sibling, hash);
      at.skip_carried();
    } else {
      hash = merkle_node(hash, sibling);
    }
    at.up();
  }
  return at.last == 0 && hash == root;
}

bool verify_consistency(std::uint64_t from, const Digest& from_root, std::uint64_t to, const Digest& to_root,
                        const std::vector<Digest>& proof) {
  if (from > to) return false;
  if (from == to) return proof.empty() && from_root == to_root;
  if (from == 0) return proof.empty() && from_root == merkle_empty();

  // A complete old tree is a node of the new one, and its root, which the verifier has, begins the proof.
  std::vector<Digest> path;
  if (std::has_single_bit(from)) path.push_back(from_root);
  path.insert(path.end(), proof.begin(), proof.end());
  if (path.empty()) return false;

  Climb at{from - 1, to - 1};
  while ((at.node & 1) != 0) at.up();
  Digest old_hash = path.front();
  Digest new_hash = path.front();
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (at.last == 0) return false;
    if (at.has_left_sibling()) {
      old_hash = merkle_node(path[i], old_hash);
      new_hash = merkle_node(path[i], new_hash);
      at.skip_carried();
    } else {
      new_hash = merkle_node(new_hash, path[i]);
    }
    at.up();
  }
  return at.last == 0 && old_hash == from_root && new_hash == to_root;
}

}  // namespace herald::eventstore
