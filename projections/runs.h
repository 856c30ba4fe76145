// Runs: known by whoever named them. A run has no record of its own; versions and evaluations name it, and lineage is recorded
// of it. Over any Reader, of now and of then.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "projections/lineage.h"
#include "projections/queries.h"

namespace herald::projections {

// Whether the asker is shown a thing. `later`: whoever looks has looked at so much that this page ends before it.
enum class Glance { shown, hidden, later };

// One of the things that are known of a run. A version is one of `versions` while it is there, whoever said that the run
// made it, and one of `produced` when it was deleted.
BOOST_DEFINE_ENUM_CLASS(OfRun, used, produced, versions, evaluations)
struct KnownOfRun {
  OfRun list = OfRun::used;
  Connection relation = Connection::used;
  LineageNode node;                                           // but of evaluations
  std::optional<registry::EvaluationRecord> evaluation = {};  // of evaluations
};

// In the order of the lists, each thing once for each relation.
Page<KnownOfRun> list_known_of_run(const registry::Reader& reader, const registry::Label& run,
                                   const PageRequest& page,
                                   const std::function<Glance(const KnownOfRun&)>& look);

// Whether anything ever named it.
bool is_known_run(const registry::Reader& reader, const registry::Label& run);

// As the version tells them that names it, is there, is seen, and was changed last; nothing where there is none. Looks at
// kMaxRowsScanned versions at most.
struct FactsOfRun {
  std::optional<registry::Run> facts;
  std::size_t looked_at = 0;
};
FactsOfRun facts_of_run(const registry::Reader& reader, const registry::Label& run,
                        const std::function<bool(registry::ModelId)>& sees);

// All that anything ever named, in the order of their ids (long ones, which are cut in keys, before the others).
// `name_part`: only those whose id, or name as a version that is seen tells it, contains it.
struct ListedRun {
  registry::Label id;
  std::optional<registry::Run> facts;
};
Page<ListedRun> list_runs(const registry::Reader& reader, std::string_view name_part, const PageRequest& page,
                          const std::function<bool(registry::ModelId)>& sees,
                          const std::function<Glance(const registry::Label&)>& look);

}  // namespace herald::projections
