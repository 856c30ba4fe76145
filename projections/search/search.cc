#include "projections/search/search.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/bytes.h"
#include "base/limits.h"
#include "projections/history.h"
#include "projections/search/index.h"
#include "projections/search/plan.h"

namespace herald::projections::search {
namespace {

using registry::Table;

constexpr std::size_t kRowWork = 1, kSeekWork = 4, kDocumentWork = 16;
// What a driver may spend before the next one is tried; in the end all that there is.
constexpr std::array<std::size_t, 4> kTries{1'000, 10'000, 100'000, limits::kMaxSearchWork};
constexpr std::size_t kModelBytes = 16, kVersionBytes = 24;

// Where a page ended: `moment`, which driver, and where that one stood.
struct Position {
  Sequence moment;
  std::size_t driver = 0;
  std::string at;

  std::string str() const { return be64(moment.value()) + static_cast<char>(driver) + at; }
  static std::optional<Position> parse(std::string_view text, const Plan& plan) {
    if (text.size() < 9) return std::nullopt;
    Position position{Sequence(read_be64(text)), static_cast<unsigned char>(text[8]),
                      std::string(text.substr(9))};
    if (position.driver >= plan.drivers.size()) return std::nullopt;
    return position;
  }
};

// What one driver has found with the work that it was given.
struct Attempt {
  std::vector<std::string> units, positions;
  std::optional<std::string> next;  // where it stopped, if it did
  bool complete = false;            // the page is full, or there is no more
};

class Execution {
 public:
  Execution(const ViewsReader& views, const Plan& plan, const Sees& sees, Sequence moment, std::size_t limit)
      : views_(views),
        state_(views.as_of(moment)),
        plan_(plan),
        sees_(sees),
        moment_(moment),
        limit_(limit) {}

  Attempt attempt(std::size_t which, const std::string& after, std::size_t work) {
    driver_ = &plan_.drivers[which];
    left_ = work;
    attempt_ = {};
    collected_.clear();
    stopped_ = false;
    last_.clear();
    walk(driver_->collect ? std::string() : after);
    if (driver_->collect) {
      attempt_.complete = !stopped_;
      if (attempt_.complete) sort_collected(after);
    } else {
      if (stopped_) attempt_.next = last_;
      attempt_.complete = !stopped_ || attempt_.units.size() == limit_;
    }
    return std::move(attempt_);
  }

 private:
  struct ModelFacts {
    bool holds = false;
    std::optional<registry::VersionNumber> latest;
  };

  // ---- walking ----
  void walk(const std::string& after) {
    if (driver_->everything) return walk_everything(after);
    if (driver_->by_model) return walk_models(after);
    walk_rows(after, [&](std::string_view row, std::string_view term) {
      return take(row.substr(term.size()), term, std::string(row));
    });
  }

  // Rows of the driver's range that are not certain to say no, with their terms.
  void walk_rows(const std::string& after,
                 const std::function<bool(std::string_view row, std::string_view term)>& visit) {
    const std::size_t key_bytes = driver_->by_model ? kModelBytes : unit_bytes();
    views_.search_rows(driver_->range.from, driver_->range.to, after, driver_->backwards,
                       [&](std::string_view row, std::string_view value) {
                         if (!spend(kRowWork)) return false;
                         const std::string_view term = row.substr(0, row.size() - key_bytes);
                         if (says(value, moment_) == Says::no || !may_hold(term)) {
                           if (!driver_->by_model) last_ = row;
                           return true;
                         }
                         return visit(row, term);
                       });
  }

  // Each row of a model, then its units; positions are both.
  void walk_models(const std::string& after) {
    std::string row_after, unit_after;
    if (after.size() >= 8) {
      const std::size_t row = read_be64(after);
      if (row <= after.size() - 8) {
        row_after = after.substr(8, row);
        unit_after = after.substr(8 + row);
      }
    }
    const auto units_of = [&](std::string_view row, std::string_view term, const std::string& from) {
      const std::string model(row.substr(term.size()));
      if (!is_first_of(Kind::models, model, term)) return true;
      const std::string prefix = be64(row.size()) + std::string(row);
      if (plan_.only_latest) {
        const ModelFacts& facts = facts_of(model);
        if (!facts.holds || !facts.latest || !from.empty()) return true;
        const std::string unit = model + be64(facts.latest->value());
        return take(unit, {}, prefix + unit);
      }
      if (!facts_of(model).holds) return true;
      bool go_on = true;
      state_.scan(table_of(plan_.unit), model, from, [&](std::string_view unit, std::string_view) {
        return go_on = take(unit, {}, prefix + std::string(unit));
      });
      return go_on;
    };
    if (!row_after.empty() && row_after.size() > kModelBytes) {
      const std::string_view row(row_after);
      if (!units_of(row, row.substr(0, row.size() - kModelBytes), unit_after)) return;
    }
    walk_rows(row_after,
              [&](std::string_view row, std::string_view term) { return units_of(row, term, {}); });
  }

  void walk_everything(const std::string& after) {
    if (plan_.only_latest) {
      state_.scan(Table::models, {}, after.substr(0, std::min(after.size(), kModelBytes)),
                  [&](std::string_view key, std::string_view) {
                    const ModelFacts& facts = facts_of(std::string(key));
                    if (!facts.holds || !facts.latest) return spend(kDocumentWork);
                    const std::string unit = std::string(key) + be64(facts.latest->value());
                    return take(unit, {}, unit);
                  });
      return;
    }
    state_.scan(table_of(plan_.unit), {}, after,
                [&](std::string_view key, std::string_view) { return take(key, {}, std::string(key)); });
  }

  // ---- one candidate ----
  // False: enough. `term`: by which it was found, empty where not by its own.
  bool take(std::string_view unit, std::string_view term, std::string position) {
    if (!driver_->collect && attempt_.units.size() == limit_) {
      stopped_ = true;
      return false;
    }
    if (!spend(kSeekWork)) return false;
    if (holds(unit, term)) {
      if (driver_->collect) {
        collect(unit);
      } else {
        attempt_.units.emplace_back(unit);
        attempt_.positions.push_back(position);
      }
    }
    last_ = std::move(position);
    return true;
  }

  bool holds(std::string_view unit, std::string_view term) {
    for (const Condition& condition : plan_.of_unit) {
      if (condition.excluded) continue;
      const Range range = range_of(plan_.unit, condition);
      if (range.exact && range.from != driver_->range.from && !may_say(range.from, unit)) return false;
    }
    if (plan_.unit == Kind::versions || plan_.unit == Kind::evaluations) {
      const ModelFacts& facts = facts_of(std::string(unit.substr(0, kModelBytes)));
      if (!facts.holds) return false;
      if (plan_.only_latest &&
          (!facts.latest || facts.latest->value() != read_be64(unit.substr(kModelBytes))))
        return false;
    }
    spend_freely(kDocumentWork);
    const auto document = Document::find(state_, plan_.unit, unit);
    if (!document) return false;
    if (plan_.unit == Kind::models && !is_seen(document->model())) return false;
    if (plan_.unit == Kind::evaluations &&
        !Document::find(state_, Kind::versions, unit.substr(0, kVersionBytes)))
      return false;
    if (!all_hold(*document, plan_.of_unit)) return false;
    return term.empty() || is_first_of(*document, plan_.unit, term);
  }

  bool is_seen(const registry::ModelRecord& model) const { return sees_(model.registry_id, model.id); }

  static bool all_hold(const Document& document, const std::vector<Condition>& conditions) {
    return std::all_of(conditions.begin(), conditions.end(), [&](const Condition& condition) {
      return document.says(condition) != condition.excluded;
    });
  }

  // A document stands under each of its terms in the range: it is taken at the least of those that it had then.
  bool is_first_of(const Document& document, Kind kind, std::string_view found_by) const {
    if (driver_->range.exact) return true;
    std::string least;
    document.visit(driver_->field, [&](const Value& value) {
      if (value.key != driver_->key) return true;
      std::string one = term(kind, value);
      if (driver_->range.contains(one) && may_hold(one) && (least.empty() || one < least))
        least = std::move(one);
      return true;
    });
    return least == found_by;
  }
  bool is_first_of(Kind kind, std::string_view key, std::string_view found_by) {
    if (driver_->range.exact) {
      const auto document = Document::find(state_, kind, key);
      return document.has_value();
    }
    spend_freely(kDocumentWork);
    const auto document = Document::find(state_, kind, key);
    return document && is_first_of(*document, kind, found_by);
  }

  // False: the text in the term, which may be cut, cannot hold what is looked for.
  bool may_hold(std::string_view term) const {
    if (!driver_->part || term.size() >= limits::kMaxIndexedBytes) return true;
    return term.find(driver_->part->text) != std::string_view::npos;
  }

  // Whether the index leaves it open that a unit has a term.
  bool may_say(const std::string& term, std::string_view unit) {
    spend_freely(kSeekWork);
    const auto value = views_.search_row(term + std::string(unit));
    return value && says(*value, moment_) != Says::no;
  }

  const ModelFacts& facts_of(const std::string& model) {
    const auto known = models_.find(model);
    if (known != models_.end()) return known->second;
    spend_freely(kDocumentWork);
    ModelFacts facts;
    if (const auto document = Document::find(state_, Kind::models, model)) {
      facts.holds = is_seen(document->model()) && all_hold(*document, plan_.of_model);
      facts.latest = document->model().latest;
    }
    return models_.emplace(model, facts).first->second;
  }

  // ---- sorting ----
  void collect(std::string_view unit) {
    const Kind kind = plan_.sort_by_model ? Kind::models : plan_.unit;
    const auto document =
        Document::find(state_, kind, plan_.sort_by_model ? unit.substr(0, kModelBytes) : unit);
    std::string least;
    document->visit(plan_.sort->field, [&](const Value& value) {
      if (value.key != plan_.sort->key) return true;
      std::string one = term(kind, value);
      if (least.empty() || one < least) least = std::move(one);
      return true;
    });
    if (!least.empty()) collected_.emplace_back(least + std::string(unit), unit);
  }

  void sort_collected(const std::string& after) {
    std::sort(collected_.begin(), collected_.end());
    if (plan_.sort->descending) std::reverse(collected_.begin(), collected_.end());
    for (auto& [position, unit] : collected_) {
      if (!after.empty() && (plan_.sort->descending ? position >= after : position <= after)) continue;
      if (attempt_.units.size() == limit_) {
        attempt_.next = attempt_.positions.back();
        return;
      }
      attempt_.units.push_back(std::move(unit));
      attempt_.positions.push_back(std::move(position));
    }
  }

  std::size_t unit_bytes() const {
    switch (plan_.unit) {
      case Kind::models:
      case Kind::artifacts:
        return kModelBytes;
      case Kind::versions:
        return kVersionBytes;
      case Kind::evaluations:
        break;
    }
    return kVersionBytes + kModelBytes;
  }

  bool spend(std::size_t work) {
    if (left_ < work) {
      stopped_ = true;
      return false;
    }
    left_ -= work;
    return true;
  }
  // What has been begun is finished.
  void spend_freely(std::size_t work) { left_ -= std::min(left_, work); }

  const ViewsReader& views_;
  const AsOf state_;
  const Plan& plan_;
  const Sees& sees_;
  const Sequence moment_;
  const std::size_t limit_;
  const Plan::Driver* driver_ = nullptr;
  std::size_t left_ = 0;
  bool stopped_ = false;
  std::string last_;  // the position behind all that has been looked at
  Attempt attempt_;
  std::vector<std::pair<std::string, std::string>> collected_;  // position, unit
  std::map<std::string, ModelFacts> models_;
};

Found found(const Plan& plan, Attempt attempt, const Position& from) {
  Found out;
  out.sequence = from.moment;
  const auto position = [&](std::string at) {
    return Position{from.moment, from.driver, std::move(at)}.str();
  };
  for (std::size_t i = 0; i < attempt.units.size(); ++i) {
    std::string& unit = attempt.units[i];
    out.documents.push_back(plan.asked == Kind::models ? unit.substr(0, kModelBytes) : std::move(unit));
    out.keys.push_back(position(std::move(attempt.positions[i])));
  }
  if (attempt.next) out.next = position(std::move(*attempt.next));
  return out;
}

// The first driver that fills a page or comes to its end; else the one that has found most.
Found first_page(Execution& execution, const Plan& plan, Sequence moment) {
  Attempt best;
  Position from{moment, 0, {}};
  for (const std::size_t work : kTries) {
    for (std::size_t which = 0; which < plan.drivers.size(); ++which) {
      Attempt attempt = execution.attempt(which, {}, work);
      const bool complete = attempt.complete;
      const bool better =
          complete ||
          (attempt.next && (!best.next || attempt.units.size() > best.units.size() || from.driver == which));
      if (better) {
        best = std::move(attempt);
        from.driver = which;
      }
      if (complete) return found(plan, std::move(best), from);
    }
  }
  return found(plan, std::move(best), from);
}

}  // namespace

Result<Found> search(const ViewsReader& views, const Request& request, const Sees& sees) {
  HERALD_TRY(const Plan plan, plan_of(request));
  const std::size_t limit = std::clamp<std::size_t>(request.limit, 1, limits::kMaxPageSize);
  if (request.after.empty()) {
    const Sequence stand = views.stand().sequence;
    const Sequence moment = std::min(request.as_of.value_or(stand), stand);
    Execution execution(views, plan, sees, moment, limit);
    return first_page(execution, plan, moment);
  }
  const auto from = Position::parse(request.after, plan);
  if (!from) return error(Cause::invalid_value, "the cursor is of another search", "cursor");
  Execution execution(views, plan, sees, from->moment, limit);
  const bool collects = plan.drivers[from->driver].collect;
  Attempt attempt = execution.attempt(from->driver, from->at, limits::kMaxSearchWork * (collects ? 4 : 1));
  if (collects && !attempt.complete)
    return error(Cause::too_large, "this page takes too much work: ask for less", "q");
  return found(plan, std::move(attempt), *from);
}

}  // namespace herald::projections::search
