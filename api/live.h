// The live stream: events as server-sent events (WHATWG HTML, 9.2), pulled from the log in slices, so that a slow caller
// costs one slice of memory and nobody waits for it. A stream that keeps up, of a caller who sees everything, is read on its I/O
// thread, where nothing keeps it waiting. In the pool: one that is further behind than a slice, and one of a caller who sees a
// part, because what that is may take many rows to tell (sight.h). A long way behind, what the filter does not let pass is not
// read where an index knows it (event_walk.h).
#pragma once

#include "api/event_walk.h"
#include "api/loop.h"
#include "api/sight.h"
#include "api/wire.h"
#include "api/workers.h"

namespace herald::api {

struct LiveSlice {
  std::string frames;  // of the events that pass
  Sequence position;   // looked at up to and with this
};
// Of the events in (after, upto], until a slice is full. Errors: internal.
Result<LiveSlice> read_live_slice(const Timelines& from, const EventFilter& filter, const Sight& sight,
                                  Sequence after, Sequence upto);
std::string live_frame(Sequence sequence, std::string_view type, std::string_view bytes);
std::string live_heartbeat(Sequence position);

// Returns at its end, or when the caller has gone, took nothing for Options::stall_timeout, or the server stops; where the log is
// found damaged it is broken off, and the server's log says where. Errors, before
// anything was sent: busy (kMaxLiveStreams), rate_limited (kMaxLiveStreamsOfOne).
Task<Result<void>> stream_live(const Call& call, Live live, Loop& loop, const WorkersOf& pool, Wire& wire);

}  // namespace herald::api
