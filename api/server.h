// The HTTP server: sessions, routes, the door, the live stream.
//
// Threads: start() makes Options::threads I/O threads and a small pool for what blocks on the disk or takes long. Nothing of
// LMDB is held across a suspension. stop() follows the written order in ARCHITECTURE.md: stop accepting, end streams,
// let requests under way finish (at most `grace`), close.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/ports.h"
#include "api/tls.h"
#include "automations/dispatcher.h"
#include "automations/ports.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/limits.h"
#include "eventstore/log.h"
#include "eventstore/tail.h"
#include "projections/head.h"
#include "projections/views.h"
#include "recorder/follower.h"
#include "recorder/recorder.h"
#include "work/secrets.h"
#include "work/store.h"

namespace herald::api {

// Reported by name: lag in metrics.
struct NamedFollower {
  std::string name;
  const recorder::FollowerThread* thread = nullptr;
};

struct Parts {  // borrowed; all outlive the server
  recorder::Recorder& recorder;
  const eventstore::Log& log;
  const eventstore::Tail& tail;  // recorded and in the head
  const projections::Head& head;
  const projections::Views& views;
  const eventstore::Tail& projected;  // in the views
  work::Store& work;
  const work::Secrets& secrets;
  BlobStore& blobs;
  const KafkaStatus* kafka;           // null: not configured
  const automations::Sender& sender;  // for checking URLs when an automation is saved
  std::function<automations::Dispatcher::Stats()> deliveries;  // for metrics; any thread
  std::vector<NamedFollower> followers;
  const Clock& clock;
  IdSource& ids;
  std::string digest_key;    // of HMACs: requests under their Idempotency-Keys, cursors
  const Tls* tls = nullptr;  // null: in the clear
};

struct Options {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8420;  // 0: any free one
  unsigned int threads = 1;
  std::size_t max_connections = limits::kMaxConnections;  // more wait to be accepted
  std::chrono::seconds grace = limits::kGrace;
  std::chrono::seconds idle_timeout = limits::kIdleTimeout;
  std::chrono::seconds request_timeout = limits::kRequestTimeout;
  // A caller that takes nothing of its answer, or sends nothing of a blob.
  std::chrono::seconds stall_timeout = limits::kStallTimeout;
  std::chrono::milliseconds views_timeout = limits::kViewsTimeout;  // a read waits for views that are behind
  std::chrono::milliseconds heartbeat = limits::kHeartbeat;         // of live streams
  // Requests of one token's owner in kRateWindow; 0: no limit.
  std::uint64_t rate_limit = limits::kDefaultRateLimit;
  bool stands_open = true;   // while there is no administrator, to everybody; never on a public address
  std::string claim_code{};  // of the link by which it is claimed; empty: it cannot be
  bool is_recovery = false;  // the link makes one more administrator
  std::chrono::milliseconds denials_counted = limits::kDenialsCounted;
  // Bodies and answers in memory because their callers take time: of all, and of one who signed in.
  std::size_t held_bytes = limits::kMaxHeldBytes, held_bytes_of_one = limits::kMaxHeldBytesOfOne;
  // How much one answer may take: events, and rows of lineage, that are looked at for it; and whom the door remembers.
  std::size_t events_scanned = limits::kMaxEventsScanned, sight_rows = limits::kMaxSightRows;
  std::size_t callers_kept = limits::kMaxCallersKept;
};

class HttpServer {
 public:
  // Whether start() could listen there now. Errors: invalid_value (not an address), unavailable (the port is taken, no
  // permission); denied (an address that is not loopback, without TLS: tokens would go over the network in the clear).
  static Result<void> check_address(const std::string& host, std::uint16_t port, bool with_tls);
  // Whether only this machine can reach it. False where it is no address.
  static bool is_loopback(const std::string& host);
  // Errors: those of check_address().
  static Result<std::unique_ptr<HttpServer>> start(Parts parts, Options options);
  ~HttpServer();
  std::uint16_t port() const;
  void stop();

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace herald::api
