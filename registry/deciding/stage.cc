// Stages: where a version stands on the way that its registry has laid out.
#include <fmt/format.h>

#include <algorithm>

#include "registry/deciding/rules.h"
#include "registry/sentence.h"

namespace herald::registry::deciding {
namespace {

struct StageAnswer : ModelAnswer {
  VersionNumber version;
  std::optional<StageName> stage;
};
BOOST_DESCRIBE_STRUCT(StageAnswer, (ModelAnswer), (version, stage))

std::string shown(const std::optional<StageName>& stage) {
  return stage ? "stage " + in_quotes(*stage) : std::string("no stage");
}

std::vector<std::string> names_of(const StageSet& set) {
  std::vector<std::string> names;
  for (const StageName& stage : set.stages) names.push_back(stage.str());
  return names;
}

Result<void> check_stage(const RegistryRecord& registry, const std::optional<StageName>& to) {
  if (!registry.stages) {
    return error(Cause::not_allowed_now,
                 fmt::format("registry {} has no stages: its admin lays them out", in_quotes(registry.name)),
                 "stage");
  }
  const auto& stages = registry.stages->stages;
  if (!to || std::find(stages.begin(), stages.end(), *to) != stages.end()) return {};
  return error(Cause::invalid_value,
               fmt::format("registry {} has no stage {}: it has {}", in_quotes(registry.name), in_quotes(*to),
                           listed(names_of(*registry.stages))),
               "stage");
}

Result<void> check_transition(const StageSet& set, const std::optional<StageName>& from,
                              const std::optional<StageName>& to) {
  if (set.transitions.empty()) return {};
  std::vector<std::string> allowed;
  for (const StageTransition& step : set.transitions) {
    if (step.from != from) continue;
    if (step.to == to) return {};
    allowed.push_back(step.to ? step.to->str() : "none");
  }
  return error(Cause::not_allowed_now,
               fmt::format("from {} no transition leads to {}: {}", shown(from), shown(to),
                           allowed.empty() ? "none leads on at all" : "it leads to " + listed(allowed)),
               "stage");
}

}  // namespace

Result<Decision> rule(const Reader& state, const TransitionStage& command) {
  HERALD_TRY(const auto found, open_version(state, command));
  const VersionRecord& version = found.version;
  const OfVersion target = of(found.model, command.version);
  HERALD_CHECK(check_stage(found.model.registry, command.to));
  if (command.expected.given && version.stage != command.expected.value) {
    return error(Cause::expected_mismatch,
                 fmt::format("version {} of model {} is in {}, not in {}", label(version.number),
                             in_quotes(target.model), shown(version.stage), shown(command.expected.value)),
                 "expected");
  }
  Decision decision{{}, false, json::to_json(StageAnswer{answer_of(target), target.version, command.to})};
  if (version.stage == command.to) return decision;
  HERALD_CHECK(check_transition(*found.model.registry.stages, version.stage, command.to));
  if (command.to) HERALD_CHECK(check_card_policy(state, found.model, version, *command.to, "stage"));
  decision.drafts.push_back({StageTransitioned{target, version.stage, command.to}, {}});
  return decision;
}

}  // namespace herald::registry::deciding
