#include "api/completion.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <thread>

namespace herald::api {
namespace {

using Done = std::function<void(std::string)>;

struct Observed {
  std::string value;
  std::thread::id resumed_on;
};

Task<> await_into(Observed& observed, std::function<void(Done)> start) {
  observed.value = co_await completion<std::string>(std::move(start));
  observed.resumed_on = std::this_thread::get_id();
}

// A thread that calls `done` may still be inside of its post when the loop has run dry: as in the server, the loop is
// there for longer than every thread that posts to it. Declare it first.
class ALoop {
 public:
  Observed run(std::function<void(Done)> start) {
    Observed observed;
    asio::co_spawn(loop_.get_executor(), await_into(observed, std::move(start)), asio::detached);
    loop_.run();
    return observed;
  }

 private:
  asio::io_context loop_{1};
};

TEST(ACompletion, GoesOnWithTheValueOnItsOwnLoop) {
  ALoop loop;
  std::jthread other;
  const Observed observed =
      loop.run([&](Done done) { other = std::jthread([done] { done("from elsewhere"); }); });
  EXPECT_EQ(observed.value, "from elsewhere");
  EXPECT_EQ(observed.resumed_on, std::this_thread::get_id());
}

TEST(ACompletion, MayBeThereBeforeItIsAwaited) {
  EXPECT_EQ(ALoop().run([](Done done) { done("at once"); }).value, "at once");
}

TEST(ACompletion, KeepsTheLoopRunningUntilItComes) {
  ALoop loop;
  std::jthread other;
  std::atomic<bool> released{false};
  std::jthread releaser([&] {
    released = true;
    released.notify_all();
  });
  const Observed observed = loop.run([&](Done done) {
    other = std::jthread([&released, done] {
      released.wait(false);
      done("late");
    });
  });
  EXPECT_EQ(observed.value, "late");
}

TEST(ACompletion, CarriesWhatIsTooLargeToCopyCheaply) {
  const std::string large(1 << 20, 'x');
  EXPECT_EQ(ALoop().run([&](Done done) { done(large); }).value, large);
}

Task<> run_blocking(const WorkersOf& pool, std::thread::id& ran_on, int& value) {
  std::function<int()> job = [&ran_on] {
    ran_on = std::this_thread::get_id();
    return 42;
  };
  value = co_await blocking<int>(pool, std::move(job));
}

TEST(WhatBlocks, RunsInThePool) {
  asio::io_context loop(1);
  Workers workers(1, 1);
  const WorkersOf pool(workers, "somebody");
  std::thread::id ran_on;
  int value = 0;
  asio::co_spawn(loop.get_executor(), run_blocking(pool, ran_on, value), asio::detached);
  loop.run();
  EXPECT_EQ(value, 42);
  EXPECT_NE(ran_on, std::this_thread::get_id());
}

}  // namespace
}  // namespace herald::api
