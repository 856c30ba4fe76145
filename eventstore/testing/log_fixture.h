// What the tests of this room, and of those that use it, do with a log again and again.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "eventstore/log.h"
#include "lmdb/testing/temp_folder.h"

namespace herald::eventstore::testing {

class LogTest : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kMapSize = 1ull << 30;

  LogOptions options() const { return {folder.file("log"), "herald.example/log", map_size}; }
  void open() {
    log.reset();
    log = Log::open(options(), clock).value();
  }
  void SetUp() override { open(); }

  // Numbered events about `subject`, in one commit.
  void append(std::uint64_t count, const std::string& subject = "models/churn") {
    auto batch = log->begin().value();
    for (std::uint64_t i = 0; i < count; ++i) {
      ASSERT_TRUE(batch->append(subject, clock.now(), event_text(batch->next())));
    }
    ASSERT_EQ(batch->commit().outcome, LogBatch::Outcome::durable);
  }
  static std::string event_text(Sequence sequence) {
    return R"({"event":)" + std::to_string(sequence.value()) + "}";
  }

  herald::testing::TempFolder folder;
  ManualClock clock{Timestamp::trusted("2026-11-24T05:00:00.000Z")};
  std::uint64_t map_size = kMapSize;
  std::unique_ptr<Log> log;
};

}  // namespace herald::eventstore::testing
