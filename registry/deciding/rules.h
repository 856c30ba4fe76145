// The rule of each command, by noun; decide() chooses among them. What several share stands at the end.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "registry/decide.h"

namespace herald::registry::deciding {

Result<Decision> rule(const Reader& state, const CreateRegistry& command);
Result<Decision> rule(const Reader& state, const UpdateRegistry& command);
Result<Decision> rule(const Reader& state, const SetRegistryArchived& command);
Result<Decision> rule(const Reader& state, const SetAliasProtected& command);

Result<Decision> rule(const Reader& state, const RegisterModel& command);
Result<Decision> rule(const Reader& state, const RenameModel& command);
Result<Decision> rule(const Reader& state, const DescribeModel& command);
Result<Decision> rule(const Reader& state, const SetCard& command);
Result<Decision> rule(const Reader& state, const SetOwner& command);
Result<Decision> rule(const Reader& state, const SetModelArchived& command);
Result<Decision> rule(const Reader& state, const DeleteModel& command);
Result<Decision> rule(const Reader& state, const ChangeTags& command);

Result<Decision> rule(const Reader& state, const AddComment& command);
Result<Decision> rule(const Reader& state, const EditComment& command);
Result<Decision> rule(const Reader& state, const RemoveComment& command);

Result<Decision> rule(const Reader& state, const RegisterVersion& command);
Result<Decision> rule(const Reader& state, const UpdateVersion& command);
Result<Decision> rule(const Reader& state, const DeleteVersion& command);
Result<Decision> rule(const Reader& state, const RestoreVersion& command);
Result<Decision> rule(const Reader& state, const TransitionStage& command);
Result<Decision> rule(const Reader& state, const ChangeTogether& command);

Result<Decision> rule(const Reader& state, const CommitArtifact& command);
Result<Decision> rule(const Reader& state, const DeleteArtifact& command);
Result<Decision> rule(const Reader& state, const LinkArtifact& command);
Result<Decision> rule(const Reader& state, const UnlinkArtifact& command);

Result<Decision> rule(const Reader& state, const MoveAliases& command);
Result<Decision> rule(const Reader& state, const SwapAliases& command);
Result<Decision> rule(const Reader& state, const RollBackAlias& command);

Result<Decision> rule(const Reader& state, const RecordLineage& command);
Result<Decision> rule(const Reader& state, const RecordUsage& command);
Result<Decision> rule(const Reader& state, const RecordEvaluation& command);

Result<Decision> rule(const Reader& state, const CreatePrincipal& command);
Result<Decision> rule(const Reader& state, const SetPrincipalEnabled& command);
Result<Decision> rule(const Reader& state, const DescribePrincipal& command);
Result<Decision> rule(const Reader& state, const ChangeTeam& command);
Result<Decision> rule(const Reader& state, const GrantRole& command);
Result<Decision> rule(const Reader& state, const RevokeRole& command);
Result<Decision> rule(const Reader& state, const IssueToken& command);
Result<Decision> rule(const Reader& state, const RevokeToken& command);
Result<Decision> rule(const Reader& state, const ClaimServer& command);
Result<Decision> rule(const Reader& state, const RecordDenials& command);
Result<Decision> rule(const Reader& state, const Erase& command);

Result<Decision> rule(const Reader& state, const CreateAutomation& command);
Result<Decision> rule(const Reader& state, const UpdateAutomation& command);
Result<Decision> rule(const Reader& state, const SetAutomationEnabled& command);
Result<Decision> rule(const Reader& state, const DeleteAutomation& command);
Result<Decision> rule(const Reader& state, const TestAutomation& command);
Result<Decision> rule(const Reader& state, const SetSecret& command);
Result<Decision> rule(const Reader& state, const RemoveSecret& command);
Result<Decision> rule(const Reader& state, const ReplayDelivery& command);
Result<Decision> rule(const Reader& state, const RecordTriggers& command);
Result<Decision> rule(const Reader& state, const RecordOutcome& command);

// ---- why ----
// Into each of the facts that has a place for it, and does not say already why it follows.
void give_reason(std::vector<Draft>& drafts, const Reason& reason);

// By its rule; each fact has the reason that the command gives, unless the rule gave its own. Rules need not look at it.
template <class Asked>
Result<Decision> decide_one(const Reader& state, const Asked& command) {
  Result<Decision> decision = rule(state, command);
  if constexpr (requires { command.reason; }) {
    if (decision && command.reason) give_reason(decision->drafts, *command.reason);
  }
  return decision;
}

inline OfModel of(const FoundModel& found) {
  return {found.registry.id, found.registry.name, found.model.id, found.model.name};
}
inline OfVersion of(const FoundModel& found, VersionNumber number) {
  return {of(found), number};
}

// ---- what may be changed ----
// What is there and takes changes: neither the model nor its registry is archived. Errors: not_found, not_allowed_now.
Result<RegistryRecord> open_registry(const Reader& state, const RegistryName& name);
Result<FoundModel> open_model(const Reader& state, const ModelAddress& address);
struct FoundVersion {
  FoundModel model;
  VersionRecord version;
};
Result<FoundVersion> open_version(const Reader& state, const VersionAddress& address);

// "what exists already" as an Error.
Error taken(std::string sentence, std::string field);
// The same error, about that field.
Error about(Error error, std::string field);

// A tag's new value; absent: it is removed.
using TagChanges = std::map<std::string, std::optional<std::string>>;
TagChanges all_set(const std::map<std::string, std::string>& tags);
// Drafts the changes that make a difference; refuses bad keys and values, and more than kMaxTags in the end.
Result<void> change_tags(const OfModel& of, std::optional<VersionNumber> version,
                         std::map<std::string, std::string> present, const TagChanges& changes,
                         std::vector<Draft>& drafts);

// Drafts the link, unless it is there; `links`: how many and which the version has, kept up to date.
Result<void> link_artifact(const Reader& state, const OfVersion& of, ArtifactId artifact,
                           const std::string& field, std::vector<LinkedArtifact>& links,
                           std::vector<Draft>& drafts);

// Drafts moves of aliases, each unless it is there already, and counts what the model then has.
class AliasMoves {
 public:
  AliasMoves(const Reader& state, const FoundModel& found, MovesProtected moves_protected,
             std::vector<Draft>& drafts);
  // `target`: the version that it comes to; null: the alias is removed. Errors: denied (the registry protects it), not_allowed_now (its card lacks a
  // section).
  Result<void> move(const AliasName& alias, const VersionRecord* target, const std::string& field);
  // To a version that held it before and does not now: what its card lacks by now is noted in the fact. Errors: denied.
  Result<void> move_back(const AliasName& alias, const VersionRecord& target, Rollback rollback,
                         const std::string& field);
  // Errors: too_many.
  Result<void> check_count(const std::string& field) const;

 private:
  const Reader& state_;
  const FoundModel& found_;
  MovesProtected moves_protected_;
  std::vector<Draft>& drafts_;
  std::uint32_t aliases_;

  Result<void> check_may_move(const AliasName& alias, const std::string& field) const;
};

// Files, run, metadata and status of what a protected alias stands for are changed by who may move the alias. Errors: denied
// (field "version").
Result<void> check_may_change_what_it_is(const Reader& state, const FoundVersion& found,
                                         MovesProtected moves_protected);

// ---- cards ----
Result<void> check_card(const std::optional<Card>& card);
// What the registry's policy asks for and the version's card (or the model's) does not have. A card whose text was erased has
// no sections: nobody can read them.
std::vector<Label> sections_lacking(const Reader& state, const FoundModel& found,
                                    const VersionRecord& version);
// Whether the policy of the registry lets a version with this card (or the model's) get the alias, or reach the stage.
Result<void> check_card_policy(const Reader& state, const FoundModel& found, const VersionRecord& version,
                               const AliasName& alias, const std::string& field);
Result<void> check_card_policy(const Reader& state, const FoundModel& found, const VersionRecord& version,
                               const StageName& stage, const std::string& field);

// ---- lineage ----
Result<Node> node_at(const Reader& state, const NodeAddress& address, std::string_view field);
Node node_of(const FoundModel& found, VersionNumber number);
// Whether it is a version in a registry of data sets.
bool is_data_set(const Reader& state, const Node& node);
// Drafts what follows from another fact: not where it is there, nor where it would close a circle or that cannot be told.
void draft_edge(const Reader& state, const LineageRecorded& edge, std::vector<Draft>& drafts);

Result<void> check_metrics(const std::map<std::string, double>& metrics);

// What answers say of a model; members follow.
struct ModelAnswer {
  RegistryName registry;
  ModelName model;
  ModelId model_id;
};
BOOST_DESCRIBE_STRUCT(ModelAnswer, (), (registry, model, model_id))
inline ModelAnswer answer_of(const OfModel& of) {
  return {of.registry, of.model, of.model_id};
}

}  // namespace herald::registry::deciding
