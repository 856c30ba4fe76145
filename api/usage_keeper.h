// What consumers reported and the log does not have yet (work/usage.h): recorded when the clock hour is over, so that the log
// has what a consumer reported last though it never comes back, and at the end. What was counted when the process died is
// found by the next one.
//
// Threads: one of its own, that waits for the end of the hour. keep_up() may be called by any.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

#include "base/clock.h"
#include "base/ids.h"
#include "eventstore/log.h"
#include "projections/head.h"
#include "recorder/recorder.h"
#include "work/usage.h"

namespace herald::api {

class UsageKeeper {
 public:
  struct Parts {  // borrowed
    recorder::Recorder& recorder;
    const projections::Head& head;
    const eventstore::Log& log;
    work::Store& work;
    const Clock& clock;
    IdSource& ids;
  };
  // Settles what was under way when the process before this one ended: before anybody reports.
  explicit UsageKeeper(const Parts& parts);
  ~UsageKeeper();  // stop()
  UsageKeeper(const UsageKeeper&) = delete;

  // Has what is of hours that are over recorded, and waits for it.
  void keep_up();
  // Has all of it recorded, and waits for it. Once nobody counts any more.
  void stop();

 private:
  void settle();
  void wait_for_hours(const std::stop_token& stopping);
  // Or as much as there is time for before `stopping` says stop.
  void record_before(std::int64_t hour, const std::stop_token& stopping = {});

  const Parts parts_;
  std::mutex mutex_;
  std::condition_variable_any stopped_;
  std::jthread thread_;
};

}  // namespace herald::api
