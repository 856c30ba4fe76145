// Random rows whose keys are made of the bytes that are hard to keep in order, and the comparison of two readers over
// random ranges of them.
#pragma once

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "registry/state.h"

namespace herald::projections::testing {

class RandomRows {
 public:
  explicit RandomRows(std::uint64_t seed) : random_(seed) {}

  registry::Table table() {
    return below(2) == 0 ? registry::Table::registries : registry::Table::registry_names;
  }
  // One to four bytes; with `or_empty`, none at all now and then.
  std::string bytes(bool or_empty = false) {
    static constexpr char kHard[] = {'\x00', '\x01', 'a', '\xfe', '\xff'};
    std::string out;
    for (auto left = or_empty ? below(4) : 1 + below(4); left > 0; --left) out.push_back(kHard[below(5)]);
    return out;
  }
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  void change(registry::Writer& a, registry::Writer& b) {
    const registry::Table where = table();
    const std::string key = bytes();
    if (below(3) == 0) {
      a.erase(where, key);
      b.erase(where, key);
    } else {
      const std::string value = bytes(true);
      a.put(where, key, value);
      b.put(where, key, value);
    }
  }

  void expect_same_answers(const registry::Reader& actual, const registry::Reader& expected) {
    const registry::Table where = table();
    const std::string key = bytes(), prefix = bytes(true), from = bytes(true);
    const std::size_t limit = 1 + below(8);
    ASSERT_EQ(actual.get(where, key), expected.get(where, key));
    ASSERT_EQ(up(actual, where, prefix, from, limit), up(expected, where, prefix, from, limit));
    ASSERT_EQ(down(actual, where, prefix, from, limit), down(expected, where, prefix, from, limit));
  }

 private:
  using Rows = std::vector<std::pair<std::string, std::string>>;

  static registry::Reader::Visit into(Rows& rows, std::size_t limit) {
    return [&rows, limit](std::string_view key, std::string_view value) {
      rows.emplace_back(key, value);
      return rows.size() < limit;
    };
  }
  static Rows up(const registry::Reader& reader, registry::Table table, std::string_view prefix,
                 std::string_view after, std::size_t limit) {
    Rows rows;
    reader.scan(table, prefix, after, into(rows, limit));
    return rows;
  }
  static Rows down(const registry::Reader& reader, registry::Table table, std::string_view prefix,
                   std::string_view before, std::size_t limit) {
    Rows rows;
    reader.scan_back(table, prefix, before, into(rows, limit));
    return rows;
  }

  std::mt19937_64 random_;
};

}  // namespace herald::projections::testing
