#include "recorder/checking/derived_check.h"

#include "projections/event_index.h"
#include "recorder/trust.h"

namespace herald::recorder::checking {
namespace {

constexpr std::string_view kRebuilt = "the next start builds it anew";

// The store, if it is one that the next start would keep.
template <class Store>
std::unique_ptr<Store> open(const std::string& name, const std::string& path, std::uint32_t version,
                            const eventstore::Log& log, Findings& findings) {
  if (const auto why = why_not_open(path)) {
    findings.add(name, fmt::format("not looked into: {}; {}", *why, kRebuilt));
    return nullptr;
  }
  auto store = Store::open({.path = path, .map_size = kReadingMapSize});
  if (!store) {
    findings.add(name, fmt::format("{}; {}", store.error().message, kRebuilt));
    return nullptr;
  }
  if (const auto why = why_not_fit((*store)->stand(), version, log)) {
    findings.add(name, fmt::format("{}; {}", *why, kRebuilt));
    return nullptr;
  }
  return std::move(*store);
}

std::string place(std::string_view store, registry::Table table) {
  return fmt::format("{}: {}", store, to_string(table));
}

}  // namespace

HeadCheck::HeadCheck(const std::string& path, const eventstore::Log& log, Findings& findings)
    : findings_(findings),
      head_(open<projections::Head>("head", path, projections::kHeadVersion, log, findings)) {}

void HeadCheck::at(Sequence sequence, const registry::MemoryState& state) {
  if (!head_ || head_->stand().sequence != sequence) return;
  const projections::HeadReader head(*head_);
  for (std::size_t i = 0; i < registry::kTableCount; ++i) {
    const auto table = static_cast<registry::Table>(i);
    state.scan(table, {}, {}, [&](std::string_view key, std::string_view value) {
      const auto kept = head.get(table, key);
      if (kept != value)
        findings_.add(place("head", table),
                      fmt::format("the row {} {}", to_hex(key), kept ? "is another" : "is missing"));
      return true;
    });
    std::string previous;
    head.scan(table, {}, {}, [&](std::string_view key, std::string_view) {
      if (!previous.empty() && key <= previous) {
        findings_.add(place("head", table), "its keys are out of order: the file is damaged");
        return false;
      }
      previous.assign(key);
      if (!state.get(table, key))
        findings_.add(place("head", table), fmt::format("no event made the row {}", to_hex(key)));
      return true;
    });
  }
}

ViewsCheck::ViewsCheck(const std::string& path, const eventstore::Log& log, Findings& findings)
    : findings_(findings),
      views_(open<projections::Views>("views", path, projections::kViewsVersion, log, findings)) {
  if (views_) reader_.emplace(*views_);
}

void ViewsCheck::after(const registry::Event& event, const Replay::Changes& changes) {
  if (!reader_ || Sequence(event.sequence) > reader_->stand().sequence) return;
  for (const auto& change : changes) check_change(event, change);
  for (const std::string& timeline : projections::timelines::of(event)) check_timeline(event, timeline);
  for (const std::string& term : projections::event_index::terms_of(event)) check_indexed(event, term);
}

void ViewsCheck::check_change(const registry::Event& event, const Replay::Changes::value_type& change) {
  const auto& [row, left] = change;
  ++changes_;
  const auto kept = reader_->change(row.first, row.second, Sequence(event.sequence));
  if (kept && *kept == left) return;
  findings_.add(place("views", row.first),
                fmt::format("what event {} did to the row {} {}", event.sequence, to_hex(row.second),
                            kept ? "is another" : "is missing"));
}

void ViewsCheck::check_timeline(const registry::Event& event, const std::string& timeline) {
  ++timeline_entries_;
  std::optional<Sequence> found;
  reader_->timeline(timeline, Sequence(event.sequence - 1), [&](Sequence sequence) {
    found = sequence;
    return false;
  });
  if (found != Sequence(event.sequence))
    findings_.add("views: timelines",
                  fmt::format("event {} is missing in {}", event.sequence, to_hex(timeline)));
}

void ViewsCheck::check_indexed(const registry::Event& event, const std::string& term) {
  ++indexed_events_;
  const Sequence sequence(event.sequence);
  if (reader_->events_under(term)->find(sequence, projections::Towards::later) != sequence)
    findings_.add("views: event_index",
                  fmt::format("event {} is missing in {}", event.sequence, to_hex(term)));
}

// What the events made is there; as many entries in all means that nothing else is.
void ViewsCheck::finish() {
  if (!reader_) return;
  const auto sizes = reader_->sizes();
  if (sizes.changes != changes_) {
    findings_.add("views: states",
                  fmt::format("there are {} changes where the events make {}", sizes.changes, changes_));
  }
  if (sizes.timeline_entries != timeline_entries_) {
    findings_.add("views: timelines", fmt::format("there are {} entries where the events make {}",
                                                  sizes.timeline_entries, timeline_entries_));
  }
  if (sizes.indexed_events != indexed_events_) {
    findings_.add("views: event_index", fmt::format("there are {} entries where the events make {}",
                                                    sizes.indexed_events, indexed_events_));
  }
}

}  // namespace herald::recorder::checking
