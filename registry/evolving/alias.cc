#include "base/limits.h"
#include "registry/evolving/apply.h"

namespace herald::registry::evolving {
namespace {

void count_aliases(const Step& step, const OfModel& of, int more) {
  step.update<ModelRecord>(Table::models, of.model_id.bytes(), [&](ModelRecord& model) {
    model.aliases += static_cast<std::uint32_t>(more);
    model.changed = step.mark;
  });
}

// `left`: what held it until now; absent: it held nothing.
void note_former_holder(const Step& step, const OfModel& of, const AliasName& alias,
                        std::optional<VersionNumber> left) {
  if (!left) return;
  const std::string key = keys::alias(of.model_id, alias.str());
  auto former =
      find<FormerHoldersRecord>(step.state, Table::former_holders, key).value_or(FormerHoldersRecord{});
  std::erase(former.versions, *left);
  former.versions.insert(former.versions.begin(), *left);
  if (former.versions.size() > limits::kMaxFormerHolders) former.versions.pop_back();
  step.store(Table::former_holders, key, former);
}

}  // namespace

void apply(const Step& step, const AliasAssigned& fact) {
  step.store(Table::aliases, keys::alias(fact.model_id, fact.alias.str()),
             AliasRecord{fact.alias, fact.to, fact.from, fact.reason, step.mark, fact.rollback});
  note_former_holder(step, fact, fact.alias, fact.from);
  count_aliases(step, fact, fact.from ? 0 : 1);
}

void apply(const Step& step, const AliasRemoved& fact) {
  step.state.erase(Table::aliases, keys::alias(fact.model_id, fact.alias.str()));
  note_former_holder(step, fact, fact.alias, fact.from);
  count_aliases(step, fact, -1);
}

}  // namespace herald::registry::evolving
