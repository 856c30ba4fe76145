#include "api/live.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <functional>

#include "api/completion.h"

namespace herald::api {

namespace {

constexpr std::size_t kLiveSliceEvents = 256;
constexpr std::size_t kLiveSliceBytes = 256 << 10;

// A seat among the live streams, if there is room.
Result<void> take_seat(Shares::Share& seat) {
  switch (seat.take(1)) {
    case Granted::yes:
      return {};
    case Granted::one_holds_too_much:
      return error(Cause::rate_limited,
                   "you have " + std::to_string(limits::kMaxLiveStreamsOfOne) +
                       " live streams open, which is the most that one caller may have",
                   "stream");
    case Granted::all_hold_too_much:
      break;
  }
  return error(Cause::busy,
               std::to_string(limits::kMaxLiveStreams) + " live streams are open: no more are allowed");
}

Answer stream_header() {
  return Answer{.media = "text/event-stream", .headers = {{"Cache-Control", "no-cache"}}};
}

// Whether one slice holds all that there is, whatever the filter lets pass.
bool is_near(Sequence after, Sequence upto) {
  return upto.value() <= after.value() + kLiveSliceEvents;
}

}  // namespace

std::string live_frame(Sequence sequence, std::string_view type, std::string_view bytes) {
  std::string frame = "id: " + std::to_string(sequence.value()) + "\nevent: ";
  frame.append(type);
  frame += "\ndata: ";
  frame.append(bytes);  // compact JSON: no line ends in it
  frame += "\n\n";
  return frame;
}

std::string live_heartbeat(Sequence position) {
  return "id: " + std::to_string(position.value()) + "\n: heartbeat\n\n";
}

Result<LiveSlice> read_live_slice(const Timelines& from, const EventFilter& filter, const Sight& sight,
                                  Sequence after, Sequence upto) {
  LiveSlice slice{.frames = {}, .position = after};
  if (after >= upto) return slice;
  std::size_t looked_at = 0;
  const auto look_at = [&](Sequence sequence, std::string_view bytes) {
    const auto envelope = filter.pass(bytes);
    const bool is_seen = envelope && sight.sees(*envelope, bytes);
    if (!is_seen && looked_at > 0 && sight.is_worn_out()) return false;
    slice.position = sequence;
    if (is_seen) slice.frames += live_frame(sequence, envelope->type, bytes);
    return ++looked_at < kLiveSliceEvents && slice.frames.size() < kLiveSliceBytes;
  };
  // What one slice holds is sooner read than looked up: so it is for a stream that keeps up.
  const auto lists = is_near(after, upto) ? projections::SequenceLists() : lists_for(filter, from);
  HERALD_TRY(const bool to_the_end, walk_events(from, lists, {after, upto.next()}, Towards::later, look_at));
  if (to_the_end) slice.position = std::min(upto, from.log.last());
  return slice;
}

namespace {

// As far as there is something to send.
Sequence end_of(const Call& call, const Live& live) {
  return std::min(call.herald.parts.tail.last(), Sequence(live.before.value() - 1));
}

// The next slice as the caller sees it now; nothing when it would no longer come in: who comes back for the rest hears of
// it. Errors: internal (the views name what the log does not hold).
Result<std::optional<LiveSlice>> next_slice(const Call& call, const Live& live, Caller& caller,
                                            Sequence position) {
  auto renewed = call.herald.authentication.renewed(caller);
  if (!renewed) return std::optional<LiveSlice>();
  caller = std::move(*renewed);
  const Parts& parts = call.herald.parts;
  const Sight sight(caller, parts.head);
  HERALD_TRY(LiveSlice slice,
             read_live_slice(Timelines(parts), live.filter, sight, position, end_of(call, live)));
  return std::optional(std::move(slice));
}

Task<Result<std::optional<LiveSlice>>> read_on(const Call& call, const Live& live, Caller& caller,
                                               Sequence position, const WorkersOf& pool) {
  if (caller.access.sees_all() && is_near(position, end_of(call, live)))
    co_return next_slice(call, live, caller, position);
  std::function<Result<std::optional<LiveSlice>>()> read = [&call, &live, &caller, position] {
    return next_slice(call, live, caller, position);
  };
  Result<std::optional<LiveSlice>> slice =
      co_await blocking<Result<std::optional<LiveSlice>>>(pool, std::move(read));
  co_return slice;
}

}  // namespace

Task<Result<void>> stream_live(const Call& call, Live live, Loop& loop, const WorkersOf& pool, Wire& wire) {
  Shares::Share seat(call.herald.live_streams, holder_of(call));
  const Result<void> seated = take_seat(seat);
  if (!seated) co_return seated.error();
  const Parts& parts = call.herald.parts;
  const bool begun = co_await wire.begin(stream_header(), std::nullopt);
  if (!begun) co_return Result<void>();

  Caller caller = call;
  Sequence position = live.after;
  std::string frames = live_heartbeat(position);
  auto heartbeat = parts.clock.steady() + call.herald.options.heartbeat;
  for (;;) {
    if (frames.empty() && parts.clock.steady() >= heartbeat) frames = live_heartbeat(position);
    if (!frames.empty()) {
      const bool taken = co_await wire.write(frames);
      if (!taken) co_return Result<void>();
      heartbeat = parts.clock.steady() + call.herald.options.heartbeat;
    }
    if (loop.stopping() || position.next() >= live.before) co_return Result<void>();
    Result<std::optional<LiveSlice>> read = co_await read_on(call, live, caller, position, pool);
    if (!read) {
      spdlog::error("a live stream ends behind event {}: {}", position.value(), read.error().message);
      wire.break_off();
      co_return Result<void>();
    }
    if (!*read) co_return Result<void>();
    LiveSlice& slice = **read;
    const bool caught_up = slice.position == position;
    position = slice.position;
    frames = std::move(slice.frames);
    if (caught_up) {
      co_await loop.recorded().wait_beyond(position, heartbeat);
    } else if (frames.empty()) {
      co_await asio::post(loop.executor(), as_task);  // others get their turn before the next slice
    }
  }
}

}  // namespace herald::api
