#include "projections/views.h"

#include <fmt/format.h>

#include <limits>
#include <stdexcept>

#include "base/bytes.h"
#include "projections/event_index.h"
#include "projections/history.h"
#include "projections/reader_pool.h"
#include "projections/search/index.h"
#include "projections/tables.h"
#include "registry/decide.h"

namespace herald::projections {
namespace {

Sequence sequence_of(std::string_view timeline_key, std::size_t prefix) {
  return Sequence(read_be64(timeline_key.substr(prefix)));
}

class EventsOnATimeline final : public SequenceList {
 public:
  EventsOnATimeline(lmdb::Cursor cursor, std::string_view timeline)
      : cursor_(std::move(cursor)), prefix_(history::timeline_prefix(timeline)) {}

 private:
  std::optional<Sequence> seek(Sequence from, Towards towards) override {
    const auto entry = towards == Towards::later ? cursor_.at_or_after(prefix_ + be64(from.value()))
                                                 : cursor_.before(prefix_ + be64(from.next().value()));
    if (!entry || !entry->key.starts_with(prefix_)) return std::nullopt;
    return sequence_of(entry->key, prefix_.size());
  }

  lmdb::Cursor cursor_;
  const std::string prefix_;
};

void check(const Result<void>& written) {
  if (!written) throw WriteFailed{written.error()};
}

// The newest state, and what one event makes of it.
class NewestState final : public registry::Writer {
 public:
  NewestState(lmdb::WriteTxn& txn, lmdb::Table states, Sequence at) : txn_(txn), states_(states), at_(at) {}

  std::optional<std::string> get(registry::Table table, std::string_view key) const override {
    return owned(history::get(txn_, states_, at_, table, key));
  }
  void scan(registry::Table table, std::string_view prefix, std::string_view after,
            const Visit& visit) const override {
    history::scan(txn_, states_, at_, table, prefix, after, visit);
  }
  void scan_back(registry::Table table, std::string_view prefix, std::string_view before,
                 const Visit& visit) const override {
    history::scan_back(txn_, states_, at_, table, prefix, before, visit);
  }
  void put(registry::Table table, std::string_view key, std::string_view value) override {
    check(history::put(txn_, states_, at_, table, key, value));
  }
  void erase(registry::Table table, std::string_view key) override {
    check(history::erase(txn_, states_, at_, table, key));
  }

 private:
  lmdb::WriteTxn& txn_;
  lmdb::Table states_;
  Sequence at_;
};

}  // namespace

class Views::Impl {
 public:
  explicit Impl(std::unique_ptr<lmdb::Environment> environment)
      : env(std::move(environment)), readers(*env) {}

  void apply(lmdb::WriteTxn& txn, search::IndexBatch& index, const registry::Event& event) const {
    const Sequence sequence(event.sequence);
    NewestState state(txn, states, sequence);
    const search::Indexing indexing(state, event);
    registry::evolve(state, event);
    indexing.finish(state, index);
    for (const std::string& timeline : timelines::of(event))
      check(txn.put(this->timelines, history::timeline_prefix(timeline) + be64(sequence.value()), {}));
  }

  std::unique_ptr<lmdb::Environment> env;
  lmdb::Table states, timelines, event_index, meta;  // tables.h
  search::IndexTables search;
  ReaderPool readers;
  SharedStand stand;
};

Views::Views(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Views::~Views() = default;

Result<std::unique_ptr<Views>> Views::open(const StoreOptions& options) {
  HERALD_TRY(auto environment,
             lmdb::Environment::open(
                 {.path = options.path, .map_size = options.map_size, .sync = lmdb::Sync::none}));
  auto impl = std::make_unique<Impl>(std::move(environment));
  HERALD_TRY(impl->states, impl->env->table(kStatesTable));
  HERALD_TRY(impl->timelines, impl->env->table(kTimelinesTable));
  HERALD_TRY(impl->event_index, impl->env->table(kEventIndexTable));
  HERALD_TRY(impl->search.now, impl->env->table(kSearchTable));
  HERALD_TRY(impl->search.past, impl->env->table(kSearchPastTable));
  HERALD_TRY(impl->meta, impl->env->table(kMetaTable));
  impl->stand.set(read_stand(impl->env->read(), impl->meta));
  return std::unique_ptr<Views>(new Views(std::move(impl)));
}

Stand Views::stand() const {
  return impl_->stand.get();
}
lmdb::Environment& Views::environment() {
  return *impl_->env;
}

Result<void> Views::apply(std::span<const registry::Event> events, const std::string& origin,
                          const Digest& leaf) {
  if (events.empty()) return {};
  Stand stand = impl_->stand.get();
  HERALD_TRY(lmdb::WriteTxn txn, impl_->env->write());
  search::IndexBatch index;
  event_index::EventIndexBatch of_events;
  try {
    for (const registry::Event& event : events) {
      if (Sequence(event.sequence) != stand.sequence.next())
        throw std::logic_error(
            fmt::format("event {} does not follow event {}", event.sequence, stand.sequence.value()));
      impl_->apply(txn, index, event);
      of_events.add(event);
      stand.sequence = Sequence(event.sequence);
    }
    check(index.write(txn, impl_->search));
    check(of_events.write(txn, impl_->event_index));
    stand.origin = origin;
    stand.leaf = leaf;
    stand.version = kViewsVersion;
    check(write_stand(txn, impl_->meta, stand));
  } catch (const WriteFailed& failure) {
    return failure.error;
  }
  if (const auto failure = txn.commit()) {
    return error(failure->full ? Cause::storage_full : Cause::unavailable,
                 "committing the views: " + failure->text);
  }
  impl_->stand.set(stand);
  return {};
}

// ---- reading ----

struct ViewsReader::State {
  explicit State(Views::Impl& views)
      : views(views), reader(views.readers), stand(read_stand(reader.txn(), views.meta)) {}
  Views::Impl& views;
  ReaderPool::Reader reader;
  Stand stand;  // of this snapshot
  // For what is asked for one by one; opened by the first.
  lmdb::Cursor& cursor() {
    if (!cursor_) cursor_.emplace(reader.txn().cursor(views.states));
    return *cursor_;
  }

 private:
  std::optional<lmdb::Cursor> cursor_;
};

ViewsReader::ViewsReader(const Views& views) : state_(new State(*views.impl_)) {}
ViewsReader::~ViewsReader() = default;

Stand ViewsReader::stand() const {
  return state_->stand;
}

AsOf ViewsReader::as_of(Sequence at) const {
  return AsOf(*this, std::min(at, state_->stand.sequence));
}

void ViewsReader::timeline(std::string_view timeline, Sequence after,
                           const std::function<bool(Sequence)>& visit) const {
  if (after.value() == std::numeric_limits<std::uint64_t>::max()) return;
  const std::string prefix = history::timeline_prefix(timeline);
  lmdb::Cursor cursor = state_->reader.txn().cursor(state_->views.timelines);
  auto entry = cursor.at_or_after(prefix + be64(after.next().value()));
  while (entry && entry->key.starts_with(prefix) && visit(sequence_of(entry->key, prefix.size())))
    entry = cursor.next();
}

void ViewsReader::timeline_back(std::string_view timeline, Sequence before,
                                const std::function<bool(Sequence)>& visit) const {
  const bool from_end = before.value() == 0;
  const std::string prefix = history::timeline_prefix(timeline);
  const std::uint64_t end = from_end ? std::numeric_limits<std::uint64_t>::max() : before.value();
  lmdb::Cursor cursor = state_->reader.txn().cursor(state_->views.timelines);
  auto entry = cursor.before(prefix + be64(end));
  while (entry && entry->key.starts_with(prefix) && visit(sequence_of(entry->key, prefix.size())))
    entry = cursor.previous();
}

std::unique_ptr<SequenceList> ViewsReader::events_on(std::string_view timeline) const {
  return std::make_unique<EventsOnATimeline>(state_->reader.txn().cursor(state_->views.timelines), timeline);
}

std::unique_ptr<SequenceList> ViewsReader::events_under(std::string_view term) const {
  return event_index::events_under(term, state_->reader.txn(), state_->views.event_index);
}

ViewsReader::SearchTables ViewsReader::search_tables() const {
  return {state_->reader.txn(), state_->views.search.now, state_->views.search.past};
}

std::optional<RowChange> ViewsReader::change(registry::Table table, std::string_view key, Sequence by) const {
  const auto version = history::version_at(state_->reader.txn(), state_->views.states, table, key, by);
  if (!version) return std::nullopt;
  return version->present ? RowChange(std::string(version->value)) : RowChange();
}

ViewsReader::Sizes ViewsReader::sizes() const {
  const lmdb::ReadTxn& txn = state_->reader.txn();
  return {txn.entries(state_->views.states), txn.entries(state_->views.timelines),
          event_index::count(txn, state_->views.event_index)};
}

std::optional<std::string> AsOf::get(registry::Table table, std::string_view key) const {
  return owned(history::get(views_->state_->cursor(), at_, table, key));
}
void AsOf::scan(registry::Table table, std::string_view prefix, std::string_view after,
                const Visit& visit) const {
  const auto& state = *views_->state_;
  history::scan(state.reader.txn(), state.views.states, at_, table, prefix, after, visit);
}
void AsOf::scan_back(registry::Table table, std::string_view prefix, std::string_view before,
                     const Visit& visit) const {
  const auto& state = *views_->state_;
  history::scan_back(state.reader.txn(), state.views.states, at_, table, prefix, before, visit);
}

}  // namespace herald::projections
