// Which documents a search walks, and what holds of which. Private to this folder.
#pragma once

#include <optional>
#include <vector>

#include "projections/search/search.h"

namespace herald::projections::search {

// `unit`: what is walked: the kind that is asked for, the latest versions of models that are, the versions of runs.
struct Plan {
  Kind asked = Kind::models, unit = Kind::models;
  bool only_latest = false, once_for_each_run = false;
  std::vector<Condition> of_unit, of_model;  // the second only where the unit is not the model itself

  // What may be walked: the terms of a condition, in the unit's part of the index or in the models'.
  struct Driver {
    Range range;
    bool by_model = false;    // the models that fulfil it, and of each its units
    bool everything = false;  // all units, without the index
    bool seen = false;        // the models that the caller sees, and of each its units
    bool backwards = false;
    bool collect = false;  // all that are found, sorted; otherwise as they come
    Field field = Field::name;
    std::string key;
    Wanted wanted = Any{};                 // of the terms in the range
    std::optional<std::size_t> condition;  // which of of_unit, or of of_model, it is; nothing: the order
    bool sure = true;                      // whoever says a term of the range fulfils the condition
    bool single = true;                    // nobody says two terms of it at once
  };
  std::vector<Driver> drivers;  // where there is an order, the first walks in it
  std::optional<Sort> sort;
  bool sort_by_model = false;
};
// `restricted`: the caller does not see all models.
Result<Plan> plan_of(const Request& request, bool restricted);

}  // namespace herald::projections::search
