// One request and its answer, from the door to the last byte: who calls, which route, what the query and the body hold, the
// handler, and then whatever the handler asked to be done. The session has read the header; here it is answered.
#pragma once

#include "api/call.h"
#include "api/loop.h"
#include "api/wire.h"
#include "api/workers.h"

namespace herald::api {

struct Exchanged {
  const Route* route = nullptr;  // null: none was found
  unsigned int status = 500;
};

// Sends exactly one answer over `wire`. `request.body` is filled in where the route takes one.
Task<Exchanged> exchange(Services& herald, Loop& loop, Workers& workers, Wire& wire, Request& request,
                         Uuid request_id);

}  // namespace herald::api
