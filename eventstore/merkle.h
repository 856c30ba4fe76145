// RFC 6962, 2.1: the Merkle tree hash over the exact bytes of events.
//   leaf = SHA-256(0x00 || bytes)      node = SHA-256(0x01 || left || right)      empty tree = SHA-256("")
// What is stored: every leaf hash, and for each run of 256 nodes of a level that is a multiple of 8 the node above them
// (as in C2SP tlog-tiles, levels 0, 1, 2, ...: entry i of level l covers leaves [i*256^l, (i+1)*256^l)). Everything
// between is computed when it is asked for.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "base/digest.h"

namespace herald::eventstore {

Digest merkle_leaf(std::string_view bytes);
Digest merkle_node(const Digest& left, const Digest& right);
Digest merkle_empty();

// Entry `index` of tile level `level`.
using StoredHash = std::function<Digest(std::uint8_t level, std::uint64_t index)>;

// Hash of the subtree over leaves [from, to), 0 <= from < to; MTH(D[from:to]).
Digest merkle_range(std::uint64_t from, std::uint64_t to, const StoredHash& stored);
Digest merkle_root(std::uint64_t size, const StoredHash& stored);
std::vector<Digest> merkle_inclusion(std::uint64_t index, std::uint64_t size, const StoredHash& stored);
std::vector<Digest> merkle_consistency(std::uint64_t from, std::uint64_t to, const StoredHash& stored);

// For whoever checks: RFC 9162, 2.1.3.2 and 2.1.4.2.
bool verify_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                      const std::vector<Digest>& proof, const Digest& root);
bool verify_consistency(std::uint64_t from, const Digest& from_root, std::uint64_t to, const Digest& to_root,
                        const std::vector<Digest>& proof);

}  // namespace herald::eventstore
