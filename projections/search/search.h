// Answers a search: documents of one kind that fulfil all conditions, as of one moment, a page at a time. Pages neither
// skip nor repeat: `next` holds the moment of the first page, as of which all that follow it are answered too.
//
// How: a condition (or the order) is chosen to drive, its rows of the index are walked, and each document that they name
// is held against the other conditions. Which condition drives is found by trying: each gets a little work, then more,
// until one of them has filled a page or come to its end; so nothing needs to be counted beforehand. The documents
// themselves decide; the index only says where to look. Where the caller sees few models, these may drive, too.
//
// A run is what versions name as theirs: it is found by the first of its versions that fulfils all conditions, in which
// `name` is the run's own, and is given by that version.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/limits.h"
#include "projections/search/documents.h"
#include "projections/search/query.h"
#include "projections/search/reach.h"
#include "projections/views.h"

namespace herald::projections::search {

struct Request {
  Kind kind = Kind::models;
  Query query;
  std::optional<Sort> sort;  // without it: in no order in particular, the same for all pages
  std::size_t limit = limits::kDefaultPageSize;
  std::string after;              // Found::next of the page before
  std::optional<Sequence> as_of;  // of the first page; absent: as far as the views are
  std::string me;                 // what `owner:me` stands for, and whose artifacts are seen
  // Of this page, in rows of the index. With less than five hundred a page may not get on.
  std::size_t work = limits::kMaxSearchWork;
  // Where the caller sees no more models than these, they are listed beforehand, which takes a millisecond.
  std::size_t few_models = 1'000;
};

struct Found {
  std::vector<std::string> documents;  // their keys (documents.h); of runs: those of versions
  std::vector<std::string> keys;       // of each: `next`, were the page cut behind it
  std::optional<std::string>
      next;           // absent: this is the last page. A page may be short, or empty, and have one
  Sequence sequence;  // as of which
};

// What a search for this kind cannot ask.
std::optional<Problem> misplaced(const Query& query, Kind kind);

// Conditions of a version hold models to their latest version; conditions of a model hold versions and evaluations to
// theirs. What is seen is asked of now, whatever moment the search is of; an artifact is seen by who sees a version that it
// is linked to, and by its maker.
// Errors: invalid_value (a field that the kind does not have: "q"; an order: "sort"; a position: "cursor").
Result<Found> search(const ViewsReader& views, const Request& request, const Reach& reach);

}  // namespace herald::projections::search
