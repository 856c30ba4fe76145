#include "api/export.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "api/completion.h"

namespace herald::api {

namespace {

constexpr std::size_t kSliceEvents = 4'096;
constexpr std::size_t kSliceBytes = 256 << 10;

}  // namespace

Result<ExportSlice> read_export_slice(const Timelines& from, const EventFilter& filter, const Sight& sight,
                                      Sequence after, Sequence last) {
  ExportSlice slice{.lines = {}, .position = after};
  const bool everything = filter.everything() && sight.sees_all();
  std::size_t looked_at = 0;
  const auto look_at = [&](Sequence sequence, std::string_view bytes) {
    const auto envelope = everything ? std::nullopt : filter.pass(bytes);
    const bool is_seen = everything || (envelope && sight.sees(*envelope, bytes));
    if (!is_seen && looked_at > 0 && sight.is_worn_out()) return false;
    slice.position = sequence;
    if (is_seen) {
      slice.lines.append(bytes);
      slice.lines.push_back('\n');  // compact JSON: no line ends in it
    }
    return ++looked_at < kSliceEvents && slice.lines.size() < kSliceBytes;
  };
  HERALD_TRY(const bool to_the_end,
             walk_events(from, lists_for(filter, from), {after, last.next()}, Towards::later, look_at));
  if (to_the_end) slice.position = std::min(last, from.log.last());
  return slice;
}

Task<> send_export(const Call& call, Export lines, const WorkersOf& pool, Wire& wire) {
  const Answer header{.media = kJsonLines, .sequence = lines.last};
  const bool begun = co_await wire.begin_chunks(header);
  if (!begun || call.request.method == Method::head) co_return;
  const Parts& parts = call.herald.parts;
  Caller caller = call;
  for (Sequence position = lines.after; position < lines.last;) {
    auto renewed = call.herald.authentication.renewed(caller);
    if (!renewed) {
      wire.break_off();
      co_return;
    }
    caller = std::move(*renewed);
    std::function<Result<ExportSlice>()> read = [&parts, &caller, &lines, position] {
      const Sight sight(caller, parts.head);
      return read_export_slice(Timelines(parts), lines.filter, sight, position, lines.last);
    };
    const Result<ExportSlice> slice = co_await blocking<Result<ExportSlice>>(pool, std::move(read));
    if (!slice || slice->position == position) {
      spdlog::error("an export ends behind event {}: {}", position.value(),
                    slice ? "the log holds less than its end says: run herald fsck" : slice.error().message);
      wire.break_off();
      co_return;
    }
    position = slice->position;
    if (slice->lines.empty()) {
      if (wire.is_gone()) co_return;  // a write would have told
      continue;
    }
    const bool taken = co_await wire.write_chunk(slice->lines);
    if (!taken) co_return;
  }
  co_await wire.write_chunk({});
}

}  // namespace herald::api
