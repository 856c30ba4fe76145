// What a handler wants to be done. Handlers are plain functions that read and decide; everything that waits (for a
// commit, a disk, a slow caller) is asked for by returning one of these, and done by the exchange (exchange.h).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "api/answer.h"
#include "api/event_filter.h"
#include "api/ports.h"
#include "api/turns.h"
#include "base/digest.h"
#include "recorder/recorder.h"
#include "registry/commands.h"
#include "registry/state.h"
#include "work/store.h"

namespace herald::api {

// A command to record. `before`: jobs whose rows the event will refer to; durable before the command is submitted.
// `present` makes the body, from the state as of the write, and changes nothing. `fields`: what the request calls those
// fields of the command that it calls by another name, for the errors of the decision. `once_recorded`: what else must be
// so before the caller hears of it. It is asked on an I/O thread: it does what takes no time, and gives the job for what takes
// some, which is durable before the answer. A retry does it again, so twice must be as once (and where that must not wait for
// a later one, the route says completed_by_its_retries()). `if_refused`: takes away what `before` left and nothing else does,
// when the command is refused; should it fail, the next start does it. `held`: let go of when the answer has been made, before
// it is sent.
struct Write {
  using Present =
      std::function<Result<Answer>(const registry::Reader& state, const recorder::Recorded& recorded)>;
  registry::Command command;
  std::vector<work::Store::Job> before;
  Present present;
  std::map<std::string, std::string> fields = {};
  std::function<std::optional<work::Store::Job>(const recorder::Recorded& recorded)> once_recorded = {};
  std::optional<work::Store::Job> if_refused = {};
  std::shared_ptr<const void> held = {};
};

// The bytes of a blob: with ranges and conditions, from the disk as the caller takes them.
struct Content {
  std::shared_ptr<const BlobStore::Blob> blob;
  Digest digest;
  std::string_view media = "application/octet-stream";  // a literal
  std::vector<Header> headers = {};
};

// The body is a blob with this digest: taken in slices, verified, stored.
struct Receive {
  Digest digest;
};

// The live stream: events between `after` and `before` that pass the filter, until the caller or the server goes.
struct Live {
  EventFilter filter;
  Sequence after, before;
};

// The events up to and with `last` that pass the filter, one a line, as many as there are.
struct Export {
  EventFilter filter;
  Sequence after, last;
};

struct Outcome;

// Goes on in a thread that may wait for the disk or compute for long, and comes back with what to do next. Lists run
// there from the start.
struct Blocking {
  std::function<Result<Outcome>()> run;
};

// Somebody else is at it: the handler is asked anew once that turn is over, if the caller may still do it then.
struct Waits {
  Turns* turns;
  std::string name;
};

struct Outcome : std::variant<Answer, Write, Blocking, Waits, Content, Receive, Live, Export> {
  using variant::variant;
};

}  // namespace herald::api
