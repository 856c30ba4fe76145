// The whole server, put together: every part with what it needs, started from the bottom up and stopped from
// the top down. This file is where the order is written; everything else follows it.
//
//   start                                                      stop (in this order)
//    1  options checked; data folder: lock, format; key file    13  the lock is given back
//    2  log                                                     12
//    3  head and views: recovered from the log                  11  synced and marked clean
//    4  work store                                              10
//    5  blobs, sender                                            9
//    6  recorder (registry `models` in a log that is new)        8  answers what is queued
//    7  projector                                                7
//    8  automations: engine, dispatcher, sweeper                 6  what is under way ends, attempts are written
//    9  Kafka publisher                                          5  its transaction ends
//   10  usage: what was reported before is counted               4  what was counted is recorded
//   11  certificate; HTTP: from here on others can see it                     1  no new connections
//                                                                2  streams end
//                                                                3  requests finish
//
// A process that is killed instead loses nothing: see recorder/recovery.h.
// Threads: start() and stop() by one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "server/config.h"

namespace herald::server {

class Assembly {
 public:
  // Errors: those of the parts, with a sentence that names what to do.
  static Result<std::unique_ptr<Assembly>> start(const Config& config);
  ~Assembly();  // stop()
  std::uint16_t port() const;
  // The code of the link by which the server is claimed; empty: it cannot be.
  const std::string& claim_code() const;
  // Whether everybody who reaches it may do everything.
  bool stands_open() const;
  // Reads the certificate anew. Errors: as of api::Tls::reload().
  Result<void> reload_certificate();
  void stop();

 private:
  struct Parts;
  explicit Assembly(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace herald::server
