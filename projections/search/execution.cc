#include "projections/search/execution.h"

#include <algorithm>
#include <limits>
#include <set>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "base/bytes.h"
#include "projections/search/gathered.h"
#include "projections/search/index.h"
#include "projections/tables.h"

namespace herald::projections::search {
namespace {

// What a model has to walk, about.
constexpr std::size_t kUnitsOfAModel = 100;

// A condition, and how the index can answer it.
struct Check {
  const Condition* condition;
  Range range;
  bool by_term;  // who says this one term fulfils it, and nobody else
  Gathered gathered = {};
};

std::vector<Check> checks_of(Kind kind, const std::vector<Condition>& conditions) {
  std::vector<Check> checks;
  for (const Condition& condition : conditions) {
    Range range = range_of(kind, condition);
    const bool by_term = range.exact && is_sure(condition.wanted);
    checks.push_back({&condition, std::move(range), by_term, {}});
  }
  return checks;
}

// How the walk came to a candidate. `term`: of its own, empty where it was not one. `says`: it is certain to say
// that term. `sure`: and so fulfils the condition.
struct FoundBy {
  std::string_view term;
  bool says = false, sure = false;
};

}  // namespace

class Execution::Impl {
 public:
  Impl(const ViewsReader& views, const Plan& plan, const Request& request, const Reach& reach,
       Sequence moment)
      : index_(views, moment),
        state_(views.as_of(moment)),
        plan_(plan),
        reach_(reach),
        me_(request.me),
        unit_checks_(checks_of(plan.unit, plan.of_unit)),
        model_checks_(checks_of(Kind::models, plan.of_model)) {
    if (!reach.all && plan.unit != Kind::artifacts) list_seen(request.few_models);
  }

  bool can_drive(std::size_t which) const { return !plan_.drivers[which].seen || seen_; }
  void let_seen_drive() {
    if (!seen_) list_seen(std::numeric_limits<std::size_t>::max());
  }

  void gather(std::size_t rows) {
    if (plan_.drivers.size() < 2) return;
    unit_gathered_ = gather(unit_checks_, unit_bytes(), rows);
    model_gathered_ = gather(model_checks_, kModelBytes, rows);
    if (seen_) model_gathered_.push_back(&seen_gathered_);
  }

  std::size_t ungathered() const {
    const auto of = [](const std::vector<Check>& checks) {
      return static_cast<std::size_t>(std::count_if(checks.begin(), checks.end(), [](const Check& check) {
        return !check.condition->excluded && !check.gathered.complete();
      }));
    };
    return plan_.drivers.size() < 2 ? 0 : of(unit_checks_) + of(model_checks_);
  }

  std::optional<std::size_t> rows_of(std::size_t which) const {
    const Plan::Driver& driver = plan_.drivers[which];
    // The latest version of a model takes two documents.
    const std::size_t of_a_model = !driver.by_model ? 1 : plan_.only_latest ? 2 : kUnitsOfAModel;
    if (driver.seen) return seen_->size() * of_a_model;
    if (!driver.condition) return std::nullopt;
    const Check& check = (driver.by_model ? model_checks_ : unit_checks_)[*driver.condition];
    if (!check.gathered.complete()) return std::nullopt;
    return check.gathered.size() * of_a_model;
  }

  Attempt attempt(std::size_t which, const std::string& after, std::size_t wanted, std::size_t work) {
    driver_ = &plan_.drivers[which];
    wanted_ = wanted;
    left_ = work;
    attempt_ = {};
    collected_.clear();
    stopped_ = false;
    last_ = after;
    walk(driver_->collect ? std::string() : after);
    attempt_.spent = work - left_;
    if (driver_->collect) {
      attempt_.complete = !stopped_;
      if (attempt_.complete) sort_collected(after);
    } else {
      if (stopped_) attempt_.next = last_;
      attempt_.complete = !stopped_ || attempt_.units.size() == wanted_;
    }
    return std::move(attempt_);
  }

 private:
  // In rows of the index that are walked over, which takes about 50 ns; a seek takes a microsecond, a document four
  // (bench/search_bench.cc, a million versions).
  static constexpr std::size_t kRowWork = 1, kSeekWork = 20, kDocumentWork = 80;
  using Table = registry::Table;

  struct ModelFacts {
    bool holds = false;
    std::optional<registry::VersionNumber> latest = {};  // where the document was looked at
  };

  // The models that the caller sees, as of the moment, where there are not more.
  void list_seen(std::size_t most) {
    std::set<std::string> models;
    const auto add = [&](std::string_view model) {
      models.emplace(model);
      return models.size() <= most;
    };
    for (const registry::ModelId model : reach_.models)
      if (!add(model.bytes())) return;
    for (const registry::RegistryId registry : reach_.registries) {
      state_.scan(Table::model_names, registry.bytes(), {},
                  [&](std::string_view, std::string_view model) { return add(model); });
      if (models.size() > most) return;
    }
    seen_ = std::move(models);
    seen_gathered_ = Gathered::of(*seen_);
    model_gathered_ = {&seen_gathered_};
  }

  // Nothing: its registry must be known.
  std::optional<bool> seen_without_record(const std::string& model) const {
    if (reach_.all) return true;
    if (seen_) return seen_->contains(model);
    if (reach_.models.contains(registry::ModelId(Uuid::from_bytes(model)))) return true;
    return reach_.registries.empty() ? std::optional(false) : std::nullopt;
  }

  // All that there is then.
  std::vector<const Gathered*> gather(std::vector<Check>& checks, std::size_t key_bytes, std::size_t rows) {
    std::vector<const Gathered*> all;
    for (Check& check : checks) {
      if (check.condition->excluded) continue;
      check.gathered.go_on(index_, check.range, check.condition->wanted, key_bytes, rows);
      if (check.gathered.complete()) all.push_back(&check.gathered);
    }
    return all;
  }
  // ---- walking ----
  void walk(const std::string& after) {
    if (driver_->everything) return walk_everything(after);
    if (driver_->seen) return walk_seen(after);
    if (driver_->by_model) return walk_models(after);
    walk_rows(after, [&](std::string_view row, const FoundBy& found) {
      return take(row, row.substr(found.term.size()), found);
    });
  }

  // Rows of the driver's range that are not certain to say no.
  template <class Visit>
  void walk_rows(const std::string& after, Visit visit) {
    const std::size_t key_bytes = driver_->by_model ? kModelBytes : unit_bytes();
    index_.rows(driver_->range, after, driver_->backwards, [&](std::string_view row, Says row_says) {
      if (!spend(kRowWork)) return false;
      const std::string_view term = row.substr(0, row.size() - key_bytes);
      if (row_says != Says::no && may_fulfil(driver_->wanted, term))
        return visit(row, FoundBy{term, row_says == Says::yes, driver_->sure && row_says == Says::yes});
      pass(row, {});
      return true;
    });
  }

  // Each row of a model, then its units; where a page ends among them, its position holds both, and otherwise the row.
  void walk_models(const std::string& after) {
    const auto [row_after, unit_after] = split_position(after);
    if (!unit_after.empty()) {
      const std::string_view row(row_after);
      if (!walk_units(row, {row.substr(0, row.size() - kModelBytes)}, unit_after)) return;
    }
    walk_rows(row_after,
              [&](std::string_view row, const FoundBy& found) { return walk_units(row, found, {}); });
  }

  // As if each of them were a row.
  void walk_seen(const std::string& after) {
    if (!driver_->by_model) {
      for (auto model = seen_->upper_bound(after); model != seen_->end(); ++model)
        if (!take(*model, *model, {})) return;
      return;
    }
    const auto [model_after, unit_after] = split_position(after);
    if (!unit_after.empty() && !walk_units(model_after, {}, unit_after)) return;
    for (auto model = seen_->upper_bound(model_after); model != seen_->end(); ++model)
      if (!walk_units(*model, {}, {})) return;
  }

  // False: enough.
  bool walk_units(std::string_view row, const FoundBy& found, const std::string& from) {
    const std::string model(row.substr(found.term.size()));
    if (!spend(kSeekWork)) return false;
    bool go_on = true;
    const ModelFacts& facts = facts_of(model);
    if (facts.holds && is_first_of_model(model, found)) {
      if (plan_.only_latest) {
        const auto unit = from.empty() ? latest_of(model, facts) : std::nullopt;
        if (unit) go_on = take(row, *unit, {});
      } else {
        state_.scan(table_of(plan_.unit), model, from,
                    [&](std::string_view unit, std::string_view) { return go_on = take(row, unit, {}); });
      }
    }
    if (go_on) pass(row, {});
    return go_on;
  }

  std::optional<std::string> latest_of(const std::string& model, const ModelFacts& facts) {
    std::optional<registry::VersionNumber> latest = facts.latest;
    if (!latest) {
      spend_freely(kDocumentWork);
      const auto document = Document::find(state_, Kind::models, model);
      if (document) latest = document->model().latest;
    }
    if (!latest) return std::nullopt;
    return model + be64(latest->value());
  }

  static std::string model_position(std::string_view row, std::string_view unit) {
    return be64(row.size()).append(row).append(unit);
  }
  static std::pair<std::string, std::string> split_position(const std::string& position) {
    if (position.size() < 8) return {};
    const std::size_t row = read_be64(position);
    if (row < kModelBytes || row > position.size() - 8) return {};
    return {position.substr(8, row), position.substr(8 + row)};
  }

  void walk_everything(const std::string& after) {
    state_.scan(table_of(plan_.unit), {}, after,
                [&](std::string_view key, std::string_view) { return take(key, key, {}); });
  }

  // ---- one candidate ----
  // False: enough. `row`: of the walk.
  bool take(std::string_view row, std::string_view unit, const FoundBy& found) {
    if (!driver_->collect && attempt_.units.size() == wanted_) {
      stopped_ = true;
      return false;
    }
    if (!spend(kRowWork)) return false;
    const bool good = holds(unit, found);
    if (good && driver_->collect) collect(unit);
    pass(row, unit);
    if (good && !driver_->collect) {
      attempt_.units.emplace_back(unit);
      attempt_.positions.push_back(last_);
    }
    return true;
  }
  // All up to there has been looked at. Without a unit: all of the row.
  void pass(std::string_view row, std::string_view unit) {
    if (driver_->by_model) {
      last_.assign(be64(row.size())).append(row).append(unit);
    } else {
      last_.assign(row);
    }
  }

  bool holds(std::string_view unit, const FoundBy& found) {
    const std::optional<std::size_t> known =
        found.sure && !driver_->by_model ? driver_->condition : std::nullopt;
    if (!may_hold(unit_gathered_, unit) || !may_hold(model_gathered_, unit.substr(0, kModelBytes)))
      return false;
    if (seen_ && !seen_->contains(std::string(unit.substr(0, kModelBytes)))) return false;
    const Says index = by_index(unit_checks_, unit, known, found.says);
    if (index == Says::no) return false;
    if (plan_.unit == Kind::versions || plan_.unit == Kind::evaluations) {
      if (!facts_of(std::string(unit.substr(0, kModelBytes))).holds) return false;
    }
    const bool first = found.term.empty() || driver_->range.exact || (found.says && driver_->single);
    if (index == Says::yes && first && !asks_documents()) return true;
    return holds_by_document(unit, first ? std::string_view() : found.term);
  }

  // Things that the index does not know.
  bool asks_documents() const {
    return plan_.once_for_each_run || plan_.unit == Kind::evaluations ||
           (!reach_.all && !seen_ && plan_.unit != Kind::versions);
  }

  bool holds_by_document(std::string_view unit, std::string_view term) {
    spend_freely(kDocumentWork);
    const Document* const document = look_at(plan_.unit, unit);
    if (document == nullptr) return false;
    if (plan_.unit == Kind::models && !is_seen(document->model())) return false;
    if (plan_.unit == Kind::evaluations &&
        !Document::find(state_, Kind::versions, unit.substr(0, kVersionBytes)))
      return false;
    if (plan_.unit == Kind::artifacts && !is_seen(document->artifact())) return false;
    if (!all_hold(*document, plan_.of_unit)) return false;
    if (!term.empty() && !is_first_of(*document, plan_.unit, term)) return false;
    return !plan_.once_for_each_run || is_first_of_its_run(unit, *document->version().run);
  }

  // The last is kept: what holds is sorted by what it says.
  const Document* look_at(Kind kind, std::string_view key) {
    if (looked_at_ && looked_at_kind_ == kind && looked_at_->key() == key) return &*looked_at_;
    looked_at_.reset();
    looked_at_kind_ = kind;
    if (auto document = Document::find(state_, kind, key)) looked_at_.emplace(std::move(*document));
    return looked_at_ ? &*looked_at_ : nullptr;
  }

  // False is certain.
  static bool may_hold(const std::vector<const Gathered*>& all, std::string_view key) {
    if (all.empty()) return true;
    const std::size_t bit = Gathered::bit_of(key);
    return std::all_of(all.begin(), all.end(),
                       [bit](const Gathered* gathered) { return gathered->may_hold(bit); });
  }

  // What the index alone says of all conditions but `known`, which holds. yes: the document is there, too (`there`: that
  // is known).
  Says by_index(const std::vector<Check>& checks, std::string_view key, std::optional<std::size_t> known,
                bool there) {
    bool sure = true;
    for (std::size_t i = 0; i < checks.size(); ++i) {
      if (i == known) continue;
      const Says one = checks[i].by_term ? said(checks[i].range.from, key) : Says::maybe;
      const bool excluded = checks[i].condition->excluded;
      if (one == (excluded ? Says::yes : Says::no)) return Says::no;
      sure = sure && one != Says::maybe;
      there = there || one == Says::yes;
    }
    return sure && there ? Says::yes : Says::maybe;
  }
  Says said(const std::string& term, std::string_view key) {
    spend_freely(kSeekWork);
    row_.assign(term).append(key);
    return index_.said(row_);
  }

  bool is_seen(const registry::ModelRecord& model) const { return reach_.sees(model.registry_id, model.id); }
  // By one of the versions that it is linked to.
  bool is_seen(const registry::ArtifactRecord& artifact) {
    if (reach_.all || artifact.created.actor == me_) return true;
    const std::string_view id = artifact.id.bytes();
    bool seen = false;
    state_.scan(Table::artifact_links, id, {}, [&](std::string_view key, std::string_view) {
      seen = is_there_and_seen(std::string(key.substr(id.size(), kModelBytes)));
      return !seen && spend(kRowWork);
    });
    return seen;
  }
  bool is_there_and_seen(const std::string& model) {
    if (seen_without_record(model) == std::optional(false)) return false;
    const auto document = Document::find(state_, Kind::models, model);
    return document && is_seen(document->model());
  }

  // Of the versions that name the same run and fulfil the conditions.
  bool is_first_of_its_run(std::string_view unit, const registry::Run& run) {
    const std::string id = folded(run.id.str());
    Range rows;
    rows.from = term(Kind::versions, {Field::run, {}, id, std::nullopt});
    rows.to = after_prefix(rows.from);
    bool first = true;
    index_.rows(rows, {}, false, [&](std::string_view row, Says row_says) {
      const std::string_view other = row.substr(rows.from.size());
      if (other >= unit) return false;
      spend_freely(kRowWork);
      if (row_says != Says::no) first = !fits_and_is_of(other, run);
      return first;
    });
    return first;
  }
  bool fits_and_is_of(std::string_view unit, const registry::Run& run) {
    if (!facts_of(std::string(unit.substr(0, kModelBytes))).holds) return false;
    spend_freely(kDocumentWork);
    const auto document = Document::find(state_, Kind::versions, unit);
    return document && document->version().run && document->version().run->id == run.id &&
           all_hold(*document, plan_.of_unit);
  }

  static bool all_hold(const Document& document, const std::vector<Condition>& conditions) {
    return std::all_of(conditions.begin(), conditions.end(), [&](const Condition& condition) {
      return document.says(condition) != condition.excluded;
    });
  }

  // A document stands under each of its terms in the range: it is taken at the least of those that it had then.
  bool is_first_of(const Document& document, Kind kind, std::string_view found_by) const {
    std::string least;
    document.visit({driver_->field}, [&](const Value& value) {
      if (value.key != driver_->key) return true;
      std::string one = term(kind, value);
      if (driver_->range.contains(one) && may_fulfil(driver_->wanted, one) && (least.empty() || one < least))
        least = std::move(one);
      return true;
    });
    return least == found_by;
  }
  bool is_first_of_model(const std::string& model, const FoundBy& found) {
    if (driver_->seen || driver_->range.exact || (found.says && driver_->single)) return true;
    spend_freely(kDocumentWork);
    const auto document = Document::find(state_, Kind::models, model);
    return document && is_first_of(*document, Kind::models, found.term);
  }

  const ModelFacts& facts_of(const std::string& model) {
    const auto known = models_.find(model);
    if (known != models_.end()) return known->second;
    ModelFacts facts;
    const std::optional<bool> seen = seen_without_record(model);
    const Says index =
        seen == std::optional(false) ? Says::no : by_index(model_checks_, model, std::nullopt, false);
    if (index == Says::yes && seen) {
      facts.holds = true;
    } else if (index != Says::no) {
      spend_freely(kDocumentWork);
      if (const auto document = Document::find(state_, Kind::models, model)) {
        facts.holds = is_seen(document->model()) && all_hold(*document, plan_.of_model);
        facts.latest = document->model().latest;
      }
    }
    return models_.emplace(model, facts).first->second;
  }

  // ---- sorting ----
  // Under the row at which the walk in the order would find it: its positions are those of that walk.
  struct Sorted {
    std::string row, unit;
  };

  void collect(std::string_view unit) {
    const Kind kind = plan_.sort_by_model ? Kind::models : plan_.unit;
    const std::string_view key = plan_.sort_by_model ? unit.substr(0, kModelBytes) : unit;
    const Document* const document = look_at(kind, key);
    std::string least;
    document->visit({plan_.sort->field}, [&](const Value& value) {
      if (value.key != plan_.sort->key) return true;
      std::string one = term(kind, value);
      if (least.empty() || one < least) least = std::move(one);
      return true;
    });
    if (!least.empty()) collected_.push_back({least.append(key), std::string(unit)});
  }

  // Rows in the order that is asked for; the units of one model always upwards.
  bool comes_before(const Sorted& a, const Sorted& b) const {
    if (a.row != b.row) return plan_.sort->descending ? a.row > b.row : a.row < b.row;
    return a.unit < b.unit;
  }

  void sort_collected(const std::string& after) {
    Sorted last{after, after};
    if (plan_.sort_by_model) std::tie(last.row, last.unit) = split_position(after);
    const auto before = [this](const Sorted& a, const Sorted& b) { return comes_before(a, b); };
    std::sort(collected_.begin(), collected_.end(), before);
    for (Sorted& one : collected_) {
      if (!after.empty() && !comes_before(last, plan_.sort_by_model ? one : Sorted{one.row, one.row}))
        continue;
      if (attempt_.units.size() == wanted_) {
        attempt_.next = attempt_.positions.back();
        return;
      }
      attempt_.positions.push_back(plan_.sort_by_model ? model_position(one.row, one.unit) : one.row);
      attempt_.units.push_back(std::move(one.unit));
    }
  }

  std::size_t unit_bytes() const {
    switch (plan_.unit) {
      case Kind::models:
      case Kind::artifacts:
        return kModelBytes;
      case Kind::versions:
      case Kind::runs:
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

  const IndexReader index_;
  const AsOf state_;
  const Plan& plan_;
  const Reach& reach_;
  const std::string& me_;
  std::optional<std::set<std::string>> seen_;  // where they are few
  Gathered seen_gathered_;
  std::vector<Check> unit_checks_, model_checks_;
  std::vector<const Gathered*> unit_gathered_, model_gathered_;  // theirs
  const Plan::Driver* driver_ = nullptr;
  std::size_t left_ = 0, wanted_ = 0;
  bool stopped_ = false;
  std::string last_;  // the position behind all that has been looked at
  std::string row_;   // that is asked for
  std::optional<Document> looked_at_;
  Kind looked_at_kind_ = Kind::models;
  Attempt attempt_;
  std::vector<Sorted> collected_;
  std::unordered_map<std::string, ModelFacts> models_;
};

Execution::Execution(const ViewsReader& views, const Plan& plan, const Request& request, const Reach& reach,
                     Sequence moment)
    : impl_(new Impl(views, plan, request, reach, moment)) {}
Execution::~Execution() = default;

Attempt Execution::attempt(std::size_t driver, const std::string& after, std::size_t wanted,
                           std::size_t work) {
  return impl_->attempt(driver, after, wanted, work);
}
void Execution::gather(std::size_t rows) {
  impl_->gather(rows);
}
bool Execution::can_drive(std::size_t driver) const {
  return impl_->can_drive(driver);
}
void Execution::let_seen_drive() {
  impl_->let_seen_drive();
}
std::size_t Execution::ungathered() const {
  return impl_->ungathered();
}
std::optional<std::size_t> Execution::rows_of(std::size_t driver) const {
  return impl_->rows_of(driver);
}

}  // namespace herald::projections::search
