// The registry as simple as it can be said: plain maps, written from the descriptions of the commands alone. It shares
// the values of the domain (a card, a set of stages) with the product, and no code of the deciding and evolving that it
// is held against.
//
// It knows few limits: histories stay below the others (those have tests of their own).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "registry/commands.h"
#include "tests/simulation/answers.h"

namespace herald::simulation {

class Model {
 public:
  struct Verdict {
    std::optional<Cause> refusal;
    std::vector<std::string> facts;  // lines, as of line()
  };
  Verdict apply(const registry::Command& command);
  Answers answers() const;
  std::uint64_t sequence() const { return sequence_; }

 private:
  using Number = std::uint64_t;
  using May = registry::MovesProtected;
  struct Registry {
    std::string kind, visibility, description = "-";
    registry::StageSet stages;    // empty: none
    registry::CardPolicy policy;  // empty: none
    std::set<std::string> guarded;
    std::uint64_t created = 0, changed = 0, archived = 0;
  };
  struct Version {
    std::string status, metadata, run = "-", description = "-";
    std::optional<registry::Card> card;
    std::map<std::string, double> metrics;
    std::map<std::string, std::string> tags;
    std::vector<std::string> artifacts;
    std::string stage = "-";
    std::uint64_t created = 0, changed = 0, deleted = 0, staged = 0;
  };
  struct Alias {
    Number version = 0, previous = 0;
    std::string reason;
    std::uint64_t assigned = 0;
    bool taken_back = false;
  };
  struct Comment {
    Number version = 0;
    std::string text;
    std::uint64_t created = 0, edited = 0;
  };
  struct OneModel {
    std::string id, registry, name, description = "-", owner = "-";
    std::optional<registry::Card> card;
    std::map<std::string, std::string> tags;
    std::map<Number, Version> versions;
    std::map<std::string, Alias> aliases;
    std::map<std::string, std::vector<Number>> former;  // of each alias what it held, the last last
    std::map<std::string, Comment> comments;
    std::uint64_t created = 0, changed = 0, archived = 0, deleted = 0;
    std::string place() const { return registry + "/" + name; }
  };
  struct Artifact {
    std::string name;
    std::uint64_t files = 0, created = 0, deleted = 0;
  };
  // "version", "<model id>/1", "churn:v1".
  struct Node {
    std::string kind, id, name, registry;
    std::string key() const { return kind + " " + id; }
    std::string text() const { return key() + " " + name; }
  };
  struct Edge {
    std::string upstream, downstream;  // as they were called
    std::uint64_t recorded = 0;
  };
  struct Usage {
    std::string alias;
    std::uint64_t count = 0;
    Timestamp first, last;
    std::uint64_t recorded = 0;
  };
  struct Principal {
    std::string kind, entry = "-";
    bool enabled = true;
    std::uint64_t created = 0, changed = 0;
  };
  struct Scope {
    std::string registry = "-", model = "-", model_id = "-";
    std::string key() const { return registry + "/" + model_id; }
    std::string text() const { return registry + "/" + model + "/" + model_id; }
  };
  struct HeldRole {
    std::string role, scope;
    std::uint64_t granted = 0;
  };
  struct Token {
    std::string principal, facts;
    std::uint64_t issued = 0, revoked = 0;
  };
  struct Automation {
    std::string name, definition;
    bool enabled = true;
    std::size_t actions = 0;
    std::uint64_t created = 0, changed = 0;
  };
  struct Delivery {
    std::string automation_id, automation, state;
    std::uint32_t attempts = 0, action = 0;
    std::uint64_t event = 0, by = 0, changed = 0;
  };
  struct Secret {
    std::uint64_t number = 0;
    bool removed = false;
    std::uint64_t changed = 0;
  };

  // Each adds its facts, or throws its refusal; apply() undoes what was begun.
  void run(const registry::CreateRegistry& c);
  void run(const registry::UpdateRegistry& c);
  void run(const registry::SetRegistryArchived& c);
  void run(const registry::SetAliasProtected& c);
  void run(const registry::RegisterModel& c);
  void run(const registry::RenameModel& c);
  void run(const registry::DescribeModel& c);
  void run(const registry::SetCard& c);
  void run(const registry::SetOwner& c);
  void run(const registry::SetModelArchived& c);
  void run(const registry::DeleteModel& c);
  void run(const registry::ChangeTags& c);
  void run(const registry::AddComment& c);
  void run(const registry::EditComment& c);
  void run(const registry::RemoveComment& c);
  void run(const registry::RegisterVersion& c);
  void run(const registry::UpdateVersion& c);
  void run(const registry::DeleteVersion& c);
  void run(const registry::RestoreVersion& c);
  void run(const registry::TransitionStage& c);
  void run(const registry::ChangeTogether& c);
  void run(const registry::CommitArtifact& c);
  void run(const registry::DeleteArtifact& c);
  void run(const registry::LinkArtifact& c);
  void run(const registry::UnlinkArtifact& c);
  void run(const registry::MoveAliases& c);
  void run(const registry::SwapAliases& c);
  void run(const registry::RollBackAlias& c);
  void run(const registry::RecordLineage& c);
  void run(const registry::RecordUsage& c);
  void run(const registry::RecordEvaluation& c);
  void run(const registry::CreatePrincipal& c);
  void run(const registry::SetPrincipalEnabled& c);
  void run(const registry::DescribePrincipal& c);
  void run(const registry::ChangeTeam& c);
  void run(const registry::GrantRole& c);
  void run(const registry::RevokeRole& c);
  void run(const registry::IssueToken& c);
  void run(const registry::RevokeToken& c);
  void run(const registry::ClaimServer& c);
  void run(const registry::RecordDenials& c);
  void run(const registry::Erase& c);
  void run(const registry::CreateAutomation& c);
  void run(const registry::UpdateAutomation& c);
  void run(const registry::SetAutomationEnabled& c);
  void run(const registry::DeleteAutomation& c);
  void run(const registry::TestAutomation& c);
  void run(const registry::SetSecret& c);
  void run(const registry::RemoveSecret& c);
  void run(const registry::ReplayDelivery& c);
  void run(const registry::RecordTriggers& c);
  void run(const registry::RecordOutcome& c);

  // Runs it; its facts have its reason.
  template <class Asked>
  void ask(const Asked& asked) {
    why_ = "-";
    if constexpr (requires { asked.reason; }) why_ = layout::or_dash(asked.reason);
    run(asked);
  }
  std::uint64_t fact(std::string line);

  // What is there; what takes changes, too; and the same of a version that is not deleted.
  Registry& registry_at(const registry::RegistryName& name);
  Registry& open_registry(const registry::RegistryName& name);
  OneModel& model_at(const registry::ModelAddress& address);
  OneModel& open_at(const registry::ModelAddress& address);
  static Version& version_of(OneModel& model, Number number);
  Version& version_at(const registry::ModelAddress& address, Number number) {
    return version_of(open_at(address), number);
  }
  Artifact& artifact_at(registry::ArtifactId id);
  Principal& principal_at(registry::PrincipalId id);
  Comment& comment_at(OneModel& model, registry::CommentId id, const std::optional<std::string>& by);

  void change_facts(const std::string& name, Registry& registry,
                    const std::optional<registry::Visibility>& visibility,
                    const std::optional<registry::TextRef>& description,
                    const std::optional<registry::StageSet>& stages,
                    const std::optional<registry::CardPolicy>& policy);
  OneModel& new_model(const registry::ModelAddress& address, registry::ModelId id);
  void change_tags(const std::string& place, std::map<std::string, std::string>& tags, std::uint64_t& changed,
                   const std::map<std::string, std::optional<std::string>>& changes);
  void link(const std::string& place, Version& version, registry::ArtifactId artifact);
  void put_alias(OneModel& model, const std::string& alias, Number to, May may, bool takes_back = false);
  // Refusals: for what is protected, and for what its registry asks of cards.
  void check_none_guarded(const OneModel& model, May may) const;
  void check_not_guarded(const OneModel& model, Number number, May may) const;
  std::set<std::string> lacking(const OneModel& model, const std::optional<registry::Card>& card) const;
  void check_card(const OneModel& model, const Version& version) const;
  void check_card_keeps(const OneModel& model, Number number, const std::optional<registry::Card>& to) const;

  Node node_of(const OneModel& model, Number number) const;
  Node node(const registry::NodeAddress& address);
  bool is_data(const Node& node) const;
  std::vector<std::string> next_to(const std::string& from) const;
  bool leads_to(const std::string& from, const std::string& to) const;
  void record_edge(const Node& upstream, const std::string& relation, const Node& downstream);

  Scope scope_at(const registry::ScopeAddress& address);
  bool administers(const std::string& principal) const;
  void check_not_last_admin(const std::string& principal) const;

  Automation& automation_named(const std::string& name, std::string* id = nullptr);
  void deliver(const std::string& id, const Automation& automation, std::uint64_t event, bool test,
               const std::vector<registry::DeliveryId>& ids);

  void answer_models(Answers& answers) const;
  void answer_lineage(Answers& answers) const;
  void answer_access(Answers& answers) const;
  void answer_automations(Answers& answers) const;

  std::uint64_t sequence_ = 0;
  std::vector<std::string> facts_;
  std::string why_ = "-";
  std::map<std::string, Registry> registries_;  // by name
  std::map<std::string, OneModel> models_;      // by id; what is deleted stays
  std::map<std::string, std::string> names_;    // "registry/model" -> id
  std::map<std::string, Artifact> artifacts_;
  std::map<std::tuple<std::string, std::string, std::string>, Edge> edges_;
  std::map<std::tuple<std::string, Number, std::string>, Usage> usage_;  // model, version, consumer
  std::map<std::tuple<std::string, Number, std::string>, std::string> evaluations_;  // model, version, id
  std::set<Digest> erased_texts_;
  std::map<std::string, Principal> principals_;
  std::set<std::pair<std::string, std::string>> teams_;            // team, member
  std::map<std::pair<std::string, std::string>, HeldRole> roles_;  // principal, scope
  std::map<std::string, Token> tokens_;
  std::map<std::string, Automation> automations_;        // by id
  std::set<std::pair<std::string, std::uint64_t>> met_;  // automation id, event
  std::map<std::string, Delivery> deliveries_;
  std::map<std::string, Secret> secrets_;
};

}  // namespace herald::simulation
