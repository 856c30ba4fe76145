
#include "registry/evolving/apply.h"

namespace herald::registry::evolving {
namespace {

void count_aliases(const Step& step, const OfModel& of, int more) {
  step.update<ModelRecord>(Table::models, of.model_id.bytes(), [&](ModelRecord& model) {
    model.aliases += static_cast<std::uint32_t>(more);
    model.changed = step.mark;
  });
}

}  // namespace

void apply(const Step& step, const AliasAssigned& fact) {
  step.store(Table::aliases, keys::alias(fact.model_id, fact.alias.str()),
             AliasRecord{fact.alias, fact.to, fact.from, fact.reason, step.mark});
  count_aliases(step, fact, fact.from ? 0 : 1);
}

void apply(const Step& step, const AliasRemoved& fact) {
  step.state.erase(Table::aliases, keys::alias(fact.model_id, fact.alias.str()));
  count_aliases(step, fact, -1);
}

}  // namespace herald::registry::evolving
