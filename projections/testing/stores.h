// Stores in a folder of the test's own, filled with the events of a story.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "lmdb/testing/temp_folder.h"
#include "projections/head.h"
#include "projections/views.h"

namespace herald::projections::testing {

inline constexpr std::uint64_t kMapSize = 1ull << 30;
inline const std::string kOrigin = "herald.example/test";

inline void fill(Head& head, std::span<const registry::Event> events) {
  HeadBatch batch(head);
  for (const registry::Event& event : events) batch.apply(event).value();
  batch.commit({kOrigin, Sequence(events.back().sequence), {}, kHeadVersion}).value();
}

class HeadStore {
 public:
  explicit HeadStore(std::span<const registry::Event> events = {}) {
    head = Head::open({folder.file("head"), kMapSize}).value();
    if (!events.empty()) fill(*head, events);
  }
  herald::testing::TempFolder folder;
  std::unique_ptr<Head> head;
};

class ViewsStore {
 public:
  explicit ViewsStore(std::span<const registry::Event> events = {}) {
    views = Views::open({folder.file("views"), kMapSize}).value();
    views->apply(events, kOrigin, {}).value();
  }
  herald::testing::TempFolder folder;
  std::unique_ptr<Views> views;
};

// Everything a reader shows of a table, in order.
inline std::vector<std::pair<std::string, std::string>> rows(const registry::Reader& reader,
                                                             registry::Table table) {
  std::vector<std::pair<std::string, std::string>> rows;
  reader.scan(table, {}, {}, [&](std::string_view key, std::string_view value) {
    rows.emplace_back(key, value);
    return true;
  });
  return rows;
}

}  // namespace herald::projections::testing
