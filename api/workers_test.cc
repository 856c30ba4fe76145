#include "api/workers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <string>

namespace herald::api {
namespace {

TEST(Workers, LeaveAThreadToOthersWhateverOneCallerAsks) {
  Workers workers(2, 1);
  std::promise<void> gate;
  const std::shared_future<void> opened = gate.get_future().share();
  std::atomic<int> greedy{0};
  for (int i = 0; i < 50; ++i) {
    workers.post("greedy", [&] {
      opened.wait();
      ++greedy;
    });
  }
  std::promise<int> seen;
  workers.post("other", [&] { seen.set_value(greedy); });
  EXPECT_EQ(seen.get_future().get(), 0) << "it waited for fifty jobs of another";
  gate.set_value();
  workers.join();
  EXPECT_EQ(greedy, 50);
}

TEST(Workers, ServeTheLinesInTurn) {
  Workers workers(1, 1);
  std::promise<void> gate;
  std::string order;  // one thread writes it
  workers.post("a", [&] { gate.get_future().wait(); });
  for (int i = 0; i < 3; ++i) workers.post("a", [&] { order += 'a'; });
  for (int i = 0; i < 3; ++i) workers.post("b", [&] { order += 'b'; });
  gate.set_value();
  workers.join();
  EXPECT_EQ(order.substr(0, 2), "ba") << "b came while a had run once already";
  EXPECT_EQ(order.size(), 6u);
}

TEST(Workers, GiveOneCallerAsManyThreadsAsItMayHave) {
  Workers workers(4, 3);
  std::latch together(3);
  for (int i = 0; i < 3; ++i) workers.post("one", [&] { together.arrive_and_wait(); });
  workers.join();
  EXPECT_TRUE(together.try_wait());
}

}  // namespace
}  // namespace herald::api
