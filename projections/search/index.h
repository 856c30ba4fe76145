// The index: which documents say what, as rows of two LMDB tables, kept with the views in their transactions. A pure
// function of the events: what a row says follows from the documents before and after each.
//
// Key: documents.h. In `now`: what is said as of the last event, with be64 sequence since which. In `past`: what is said no
// more, or was said before, with the be64 sequences since which and until which it last was. So what is asked now meets
// nothing of what was, and the same walk answers for then: it is certain of the last such time, and otherwise has a reason to
// look at the document as of the moment.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sequence.h"
#include "lmdb/lmdb.h"
#include "projections/search/documents.h"
#include "projections/views.h"
#include "registry/event.h"

namespace herald::projections::search {

struct IndexTables {
  lmdb::Table now, past;
};

enum class Says { yes, maybe, no };
// What the values of a row say of a moment; empty: it is not in that table.
Says says(std::string_view now, std::string_view past, Sequence at);

// The index as of a moment. Borrows the reader.
class IndexReader {
 public:
  IndexReader(const ViewsReader& views, Sequence at)
      : tables_(views.search_tables()), at_(at), asks_past_(at < views.stand().sequence) {}

  Says said(const std::string& row) const {
    const auto now = tables_.txn.get(tables_.now, row);
    const auto past = asks_past_ ? tables_.txn.get(tables_.past, row) : std::nullopt;
    return says(now.value_or(std::string_view()), past.value_or(std::string_view()), at_);
  }

  // Rows from `range.from` to before `range.to`, up or down, behind `after` where it is not empty, until
  // visit(row, says) returns false.
  template <class Visit>
  void rows(const Range& range, std::string_view after, bool backwards, Visit visit) const {
    Walk now(tables_.txn.cursor(tables_.now), range, after, backwards);
    if (!asks_past_) {
      for (; now.entry; now.move())
        if (!visit(now.entry->key, says(now.entry->value, {}, at_))) return;
      return;
    }
    Walk past(tables_.txn.cursor(tables_.past), range, after, backwards);
    while (now.entry || past.entry) {
      const bool both = now.entry && past.entry && now.entry->key == past.entry->key;
      const bool take_now = both || !past.entry || (now.entry && now.comes_before(*past.entry));
      const bool take_past = both || !take_now;
      const std::string_view row = take_now ? now.entry->key : past.entry->key;
      const std::string_view since = take_now ? now.entry->value : std::string_view();
      const std::string_view was = take_past ? past.entry->value : std::string_view();
      if (!visit(row, says(since, was, at_))) return;
      if (take_now) now.move();
      if (take_past) past.move();
    }
  }

 private:
  struct Walk {
    Walk(lmdb::Cursor over, const Range& range, std::string_view after, bool down)
        : cursor(std::move(over)), within(range), backwards(down) {
      if (backwards) {
        entry = cursor.before(after.empty() || after > range.to ? std::string_view(range.to) : after);
      } else {
        entry = cursor.at_or_after(std::max(std::string_view(range.from), after));
        if (entry && entry->key == after) entry = cursor.next();
      }
      end();
    }
    void move() {
      entry = backwards ? cursor.previous() : cursor.next();
      end();
    }
    void end() {
      if (entry && (backwards ? entry->key < within.from : entry->key >= within.to)) entry.reset();
    }
    bool comes_before(const lmdb::Entry& other) const {
      return backwards ? entry->key > other.key : entry->key < other.key;
    }
    lmdb::Cursor cursor;
    const Range& within;
    const bool backwards;
    std::optional<lmdb::Entry> entry;
  };

  ViewsReader::SearchTables tables_;
  Sequence at_;
  bool asks_past_;
};

// What becomes of the rows in one transaction: kept, and written in the order of their keys, so that neighbours are met one
// after the other and a page of theirs is found and copied once.
class IndexBatch {
 public:
  void begin(std::string row, Sequence at) { changes_.push_back({std::move(row), at, true}); }
  void end(std::string row, Sequence at) { changes_.push_back({std::move(row), at, false}); }
  // Errors: storage_full.
  Result<void> write(lmdb::WriteTxn& txn, IndexTables tables);

 private:
  struct Change {
    std::string row;
    Sequence at;
    bool begins;  // to be said
  };
  std::vector<Change> changes_;
};

// Around the evolution of a state by one event: made before, finish() after.
class Indexing {
 public:
  Indexing(const registry::Reader& state, const registry::Event& event);
  void finish(const registry::Reader& state, IndexBatch& batch) const;

 private:
  struct Touched {
    Kind kind;
    std::string key;
    Fields fields;
    std::vector<std::string> terms;  // before
  };
  Sequence at_;
  std::vector<Touched> touched_;
  std::optional<registry::ModelId> model_;  // whose latest version may be another afterwards
  std::optional<registry::VersionNumber> latest_;
};

}  // namespace herald::projections::search
