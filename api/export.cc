#include "api/export.h"

#include "api/completion.h"

namespace herald::api {

namespace {

constexpr std::size_t kSliceEvents = 4'096;
constexpr std::size_t kSliceBytes = 256 << 10;

}  // namespace

ExportSlice read_export_slice(const eventstore::Log& log, const EventFilter& filter, const Sight& sight,
                              Sequence after, Sequence last) {
  ExportSlice slice{.lines = {}, .position = after};
  const bool everything = filter.everything() && sight.sees_all();
  std::size_t looked_at = 0;
  const auto reader = log.read();
  reader.scan(after.next(), [&](Sequence sequence, std::string_view bytes) {
    if (sequence > last) return false;
    const auto envelope = everything ? std::nullopt : filter.pass(bytes);
    const bool is_seen = everything || (envelope && sight.sees(*envelope, bytes));
    if (!is_seen && looked_at > 0 && sight.is_worn_out()) return false;
    slice.position = sequence;
    if (is_seen) {
      slice.lines.append(bytes);
      slice.lines.push_back('\n');  // compact JSON: no line ends in it
    }
    return ++looked_at < kSliceEvents && slice.lines.size() < kSliceBytes;
  });
  return slice;
}

Task<> send_export(const Call& call, Export lines, const WorkersOf& pool, Wire& wire) {
  const Answer header{.media = kJsonLines, .body = {}, .sequence = lines.last, .headers = {}};
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
    std::function<ExportSlice()> read = [&parts, &caller, &lines, position] {
      const Sight sight(caller, parts.head);
      return read_export_slice(parts.log, lines.filter, sight, position, lines.last);
    };
    const ExportSlice slice = co_await blocking<ExportSlice>(pool, std::move(read));
    if (slice.position == position) {  // the log holds less than its end says
      wire.break_off();
      co_return;
    }
    position = slice.position;
    if (slice.lines.empty()) continue;
    const bool taken = co_await wire.write_chunk(slice.lines);
    if (!taken) co_return;
  }
  co_await wire.write_chunk({});
}

}  // namespace herald::api
