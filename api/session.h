// One connection: reads requests one after the other, has each answered by an exchange, and ends. The only file, with the
// listener, that touches a socket, and the only one that parses HTTP (Beast's parser; answers are written by hand, which is a
// quarter cheaper).
//
// Time: a caller has Options::idle_timeout between requests, Options::request_timeout from a request's first byte to the end
// of its header and JSON body, and Options::stall_timeout for each slice of a blob and each piece of an answer it takes.
#pragma once

#include <memory>

#include "api/loop.h"
#include "api/wire.h"
#include "api/workers.h"

namespace herald::api {

using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;

// Runs the session on the loop's thread until it ends. `on_end` is called on that thread then.
void start_session(Services& herald, Loop& loop, Workers& workers, Socket socket,
                   std::function<void()> on_end);

}  // namespace herald::api
