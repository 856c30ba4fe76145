// What Prometheus is told. Requests are counted as they end (any I/O thread); everything else is read when it is asked
// for.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "api/router.h"

namespace herald::api {

struct Services;

class Metrics {
 public:
  explicit Metrics(const Router& router);
  ~Metrics();
  // `route`: null when none was found, or the request could not be read.
  void answered(const Route* route, unsigned int status, std::chrono::steady_clock::duration took);
  // In the text format, version 0.0.4.
  std::string text(const Services& herald) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace herald::api
