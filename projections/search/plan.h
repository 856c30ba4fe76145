// Which documents a search walks, and what holds of which. Private to this folder.
#pragma once

#include <optional>
#include <vector>

#include "projections/search/search.h"

namespace herald::projections::search {

// `unit`: what is walked: the kind that is asked for, or the latest versions of models that are.
struct Plan {
  Kind asked = Kind::models, unit = Kind::models;
  bool only_latest = false;
  std::vector<Condition> of_unit, of_model;  // the second only where the unit is not the model itself

  // What may be walked: the terms of a condition, in the unit's part of the index or in the models'.
  struct Driver {
    Range range;
    bool by_model = false;    // the models that fulfil it, and of each its units
    bool everything = false;  // all units, without the index
    bool backwards = false;
    bool collect = false;  // all that are found, sorted; otherwise as they come
    Field field = Field::name;
    std::string key;
    std::optional<TextPattern> part;  // of the text that a row holds
  };
  std::vector<Driver> drivers;
  std::optional<Sort> sort;
  bool sort_by_model = false;
};
Result<Plan> plan_of(const Request& request);

}  // namespace herald::projections::search
