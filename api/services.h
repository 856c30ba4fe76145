// What handlers and sessions share: the parts that the server was given, and what it made of them. Lives as long as the
// server.
//
// Threads: any, all I/O threads and the pool at once. Parts, options, routes and the description are as they were made; what
// changes guards itself. `stopping` and `connections` are the server's to write, `was_claimed` that of the claim.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "api/answer.h"
#include "api/authentication.h"
#include "api/cursor.h"
#include "api/denials.h"
#include "api/rate_limits.h"
#include "api/router.h"
#include "api/server.h"
#include "api/shares.h"
#include "api/turns.h"

namespace herald::api {

class Metrics;

struct Services {
  Services(Parts given, Options chosen);
  ~Services();

  const Parts parts;
  const Options options;
  const Cursors cursors;
  Router router;
  Prepared openapi;  // made of the router
  Authentication authentication;
  Denials denials;
  RateLimits rate_limits;
  Shares held_bytes;  // bodies and answers, of slow callers
  std::unique_ptr<Metrics> metrics;
  const Sequence log_at_start;  // what the views must hold before the server is ready
  std::atomic<bool> stopping{false};
  std::atomic<std::size_t> connections{0};
  Shares live_streams{limits::kMaxLiveStreams, limits::kMaxLiveStreamsOfOne};
  Turns setting_secrets;                 // by name
  Turns naming;                          // principals, by name in lower case; changes of one, by its id
  Turns claiming;                        // of one name
  std::atomic<bool> was_claimed{false};  // by the link of this start
};

}  // namespace herald::api
