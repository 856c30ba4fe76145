// The export: the events of the log as lines (NDJSON), pulled from it in slices, so that any number of them costs one slice
// of memory, and what no filter lets pass is not read where an index knows it (event_walk.h).
#pragma once

#include "api/event_walk.h"
#include "api/sight.h"
#include "api/wire.h"
#include "api/workers.h"

namespace herald::api {

struct ExportSlice {
  std::string lines;  // of the events that pass
  Sequence position;  // looked at up to and with this
};
// Of the events in (after, last], until a slice is full. Errors: internal.
Result<ExportSlice> read_export_slice(const Timelines& from, const EventFilter& filter, const Sight& sight,
                                      Sequence after, Sequence last);

// Where the log is found damaged it is broken off, and the server's log says where. Returns when all was sent, or the caller has gone; no later than a slice after the server, at its stop, has closed the
// connection.
Task<> send_export(const Call& call, Export lines, const WorkersOf& pool, Wire& wire);

}  // namespace herald::api
