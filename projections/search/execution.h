// One search at work: walks what a driver names and holds it against the conditions. Borrows all it is given. Private to
// this folder.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "projections/search/plan.h"
#include "projections/search/search.h"

namespace herald::projections::search {

inline constexpr std::size_t kModelBytes = 16, kVersionBytes = 24;

// What one driver has found with the work that it was given.
struct Attempt {
  std::vector<std::string> units, positions;
  std::optional<std::string> next;  // where it stopped, if it did
  bool complete = false;            // all that was wanted, or there is no more
  std::size_t spent = 0;
};

class Execution {
 public:
  Execution(const ViewsReader& views, const Plan& plan, const Request& request, const Reach& reach,
            Sequence moment);
  ~Execution();

  // Walks a driver of the plan from behind a position, for at most `wanted` more and for so much work, which is counted in
  // rows of the index.
  Attempt attempt(std::size_t driver, const std::string& after, std::size_t wanted, std::size_t work);

  // Takes together what fulfils the single conditions, of those for which at most so many rows of the index stand: what is
  // walked from then on is held against them first.
  void gather(std::size_t rows);
  // Conditions of which not all is gathered.
  std::size_t ungathered() const;
  // The models that the caller sees drive where they are few, and where a page goes on that they drove.
  bool can_drive(std::size_t driver) const;
  void let_seen_drive();
  // How much a driver has to walk, once that is known.
  std::optional<std::size_t> rows_of(std::size_t driver) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace herald::projections::search
