#include <algorithm>

#include "registry/evolving/apply.h"

namespace herald::registry::evolving {

void apply(const Step& step, const LineageRecorded& fact) {
  const EdgeRecord edge{fact.upstream, fact.relation, fact.downstream, step.mark};
  step.store(Table::upstream, keys::edge(fact.downstream, fact.upstream, fact.relation), edge);
  step.store(Table::downstream, keys::edge(fact.upstream, fact.downstream, fact.relation), edge);
}

// The row of a consumer adds up what it said and what was counted.
void apply(const Step& step, const UsageRecorded& fact) {
  const std::string key = keys::of_version(fact.model_id, fact.version, fact.consumer.str());
  UsageRecord usage = find<UsageRecord>(step.state, Table::usage, key)
                          .value_or(UsageRecord{
                              fact.model_id, fact.version, fact.consumer, {}, 0, fact.since, fact.until, {}});
  usage.alias = fact.alias;
  usage.count += fact.count;
  usage.first = std::min(usage.first, fact.since);
  usage.last = std::max(usage.last, fact.until);
  usage.recorded = step.mark;
  step.store(Table::usage, key, usage);
}

void apply(const Step& step, const EvaluationRecorded& fact) {
  step.store(Table::evaluations, keys::of_version(fact.model_id, fact.version, fact.evaluation_id.bytes()),
             EvaluationRecord{fact.evaluation_id, fact.model_id, fact.version, fact.name, fact.dataset,
                              fact.run, fact.metrics, fact.files, step.mark});
  if (!fact.run) return;
  step.state.put(
      Table::run_evaluations,
      keys::of_run(*fact.run) + keys::of_version(fact.model_id, fact.version, fact.evaluation_id.bytes()),
      {});
}

}  // namespace herald::registry::evolving
