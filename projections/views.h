// The views: what is true now and was true at any time. The registry's state as of every sequence (each key
// of each table with the sequences at which it changed), timelines: the events about one thing, in order, and the index
// of events by type, actor and correlation (event_index.h).
// An LMDB environment written by the projection thread alone, with its stand in the same transaction; rebuilt
// from the log when it does not fit it.
//
// Threads: a ViewsReader by any; apply() by the projection thread. Not synced at each commit (see mark.h).
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/sequence.h"
#include "lmdb/lmdb.h"
#include "projections/head.h"
#include "projections/sequence_list.h"
#include "projections/stand.h"
#include "registry/event.h"
#include "registry/state.h"

namespace herald::projections {

inline constexpr std::uint32_t kViewsVersion = 10;

// The state as of one sequence. Borrows from a ViewsReader. One thread.
class AsOf final : public registry::Reader {
 public:
  std::optional<std::string> get(registry::Table table, std::string_view key) const override;
  void scan(registry::Table table, std::string_view prefix, std::string_view after,
            const Visit& visit) const override;
  void scan_back(registry::Table table, std::string_view prefix, std::string_view before,
                 const Visit& visit) const override;
  Sequence sequence() const { return at_; }

 private:
  friend class ViewsReader;
  AsOf(const class ViewsReader& views, Sequence at) : views_(&views), at_(at) {}
  const class ViewsReader* views_;
  Sequence at_;
};

// What a timeline is about.
//   registry    its own, and that its models were registered, renamed and deleted
//   model       the events of the model, its versions, aliases, tags, comments and lineage
//   version     its own, and those of aliases that came to it or left it
//   artifact    its own, the versions that it was linked to and unlinked from, and its lineage
//   automation  its own, and those of its deliveries; delivery: from the match that planned it
//   principal   its own, its roles and tokens, and the teams that it came into; a team: who came into it
namespace timelines {
std::string registry(registry::RegistryId id);
std::string model(registry::ModelId id);
std::string version(registry::ModelId id, registry::VersionNumber number);
std::string alias(registry::ModelId id, const registry::AliasName& alias);
std::string artifact(registry::ArtifactId id);
std::string automation(registry::AutomationId id);
std::string delivery(registry::DeliveryId id);
std::string principal(registry::PrincipalId id);
// The timelines that an event belongs to.
std::vector<std::string> of(const registry::Event& event);
}  // namespace timelines

// What one event left of a row: its value, or nothing where it was erased.
using RowChange = std::optional<std::string>;

// A snapshot. One thread at a time; short-lived.
class ViewsReader {
 public:
  explicit ViewsReader(const class Views& views);
  ~ViewsReader();
  ViewsReader(const ViewsReader&) = delete;

  Stand stand() const;
  // `at` beyond stand().sequence reads as of stand().sequence.
  AsOf as_of(Sequence at) const;
  // Sequences on a timeline upwards (greater than `after`) or downwards (less than `before`; zero: from the
  // end), until visit returns false.
  void timeline(std::string_view timeline, Sequence after, const std::function<bool(Sequence)>& visit) const;
  void timeline_back(std::string_view timeline, Sequence before,
                     const std::function<bool(Sequence)>& visit) const;
  // The same to look into, and what the index of events has under a term. They borrow from this reader.
  std::unique_ptr<SequenceList> events_on(std::string_view timeline) const;
  std::unique_ptr<SequenceList> events_under(std::string_view term) const;

  // What search/ reads the rows of its index from.
  struct SearchTables {
    const lmdb::ReadTxn& txn;
    lmdb::Table now, past;
  };
  SearchTables search_tables() const;

  // For whoever checks the views against the log: what event `by` did to a row (nothing: it did not touch it), and
  // how many changes, timeline entries and entries of the index of events there are in all (this reads all of the last).
  std::optional<RowChange> change(registry::Table table, std::string_view key, Sequence by) const;
  struct Sizes {
    std::uint64_t changes = 0;
    std::uint64_t timeline_entries = 0;
    std::uint64_t indexed_events = 0;
  };
  Sizes sizes() const;

 private:
  friend class AsOf;
  struct State;
  std::unique_ptr<State> state_;
};

class Views {
 public:
  static Result<std::unique_ptr<Views>> open(const StoreOptions& options);
  ~Views();
  Stand stand() const;

  // Applies events that follow the stand without gap (others are a broken invariant), and commits. `leaf`: of the
  // last of them. Errors: storage_full, unavailable (nothing applied).
  Result<void> apply(std::span<const registry::Event> events, const std::string& origin, const Digest& leaf);
  lmdb::Environment& environment();

 private:
  friend class ViewsReader;
  class Impl;
  explicit Views(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace herald::projections
