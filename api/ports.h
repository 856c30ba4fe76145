// What the API needs from the edge that moves bytes, as it needs it. connectors/ implements these.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/result.h"

namespace herald::api {

// Content by SHA-256. All calls may block on the disk: not on an I/O thread. Thread-safe; an Upload or Blob belongs to
// one thread at a time.
class BlobStore {
 public:
  class Upload {
   public:
    virtual ~Upload() = default;  // without finish(): nothing of it stays
    // Errors: storage_full, unavailable, too_large.
    virtual Result<void> write(std::string_view bytes) = 0;
    // Durable when it returns. Errors: digest_mismatch, storage_full, unavailable.
    virtual Result<void> finish() = 0;
  };
  class Blob {
   public:
    virtual ~Blob() = default;
    virtual std::uint64_t size() const = 0;
    // Up to `count` bytes from `offset` on; fewer only at the end. Errors: unavailable.
    virtual Result<std::string> read(std::uint64_t offset, std::size_t count) const = 0;
  };

  virtual ~BlobStore() = default;
  // `announced`: how many bytes will come; absent: nobody said. Errors: storage_full, when they would not fit.
  virtual Result<std::unique_ptr<Upload>> begin(const Digest& digest,
                                                std::optional<std::uint64_t> announced) = 0;
  // Nothing when it is not there. What open() and size() show is durable, so that an event may name it.
  virtual Result<std::unique_ptr<Blob>> open(const Digest& digest) const = 0;
  virtual std::optional<std::uint64_t> size(const Digest& digest) const = 0;
};

// How publication stands, for people.
struct KafkaReport {
  bool configured = false;
  std::string state;  // disabled, connecting, publishing, waiting, stopped
  std::string brokers, topic;
  std::string cluster;  // its id; empty: never connected
  // Sequence up to which the topic has everything, and how many events were recorded beyond it. Nothing: not known, since
  // only the topics say it, and they could not be read yet.
  std::optional<std::uint64_t> published, lag;
  std::uint64_t transactions = 0, restarts = 0;
  std::string last_error;             // empty: none since it last published
  std::optional<std::string> decide;  // set when it has stopped for good: what the operator must decide
};
BOOST_DESCRIBE_STRUCT(KafkaReport, (),
                      (configured, state, brokers, topic, cluster, published, lag, transactions, restarts,
                       last_error, decide))

class KafkaStatus {
 public:
  virtual ~KafkaStatus() = default;
  virtual KafkaReport report() const = 0;  // any thread; does not block
};

}  // namespace herald::api
