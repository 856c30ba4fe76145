// The registry as simple as it can be said: plain maps of strings, written from the descriptions of the
// commands alone. It shares no code with the deciding and evolving that it is held against.
//
// It knows no limits: histories stay below them (those have tests of their own).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

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
  struct Version {
    std::string status, metadata, run = "-", description = "-";
    std::map<std::string, double> metrics;
    std::map<std::string, std::string> tags;
    std::vector<std::string> artifacts;
    std::string stage = "-";
    std::uint64_t created = 0, changed = 0, deleted = 0;
  };
  struct Stages {
    std::vector<std::string> names;
    std::set<std::pair<std::string, std::string>> ways;  // "-": no stage
    friend bool operator==(const Stages&, const Stages&) = default;
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
    std::uint64_t created = 0;
  };
  struct OneModel {
    std::string description = "-";
    std::map<std::string, std::string> tags;
    std::map<Number, Version> versions;
    std::map<std::string, Alias> aliases;
    std::map<std::string, std::vector<Number>> former;  // of each alias what it held, the last last
    std::map<std::string, Comment> comments;
    std::uint64_t created = 0, changed = 0, archived = 0;
  };
  struct Artifact {
    std::string name;
    std::uint64_t files = 0, created = 0;
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
  void run(const registry::RegisterModel& c);
  void run(const registry::DescribeModel& c);
  void run(const registry::ChangeTags& c);
  void run(const registry::RegisterVersion& c);
  void run(const registry::UpdateVersion& c);
  void run(const registry::CommitArtifact& c);
  void run(const registry::LinkArtifact& c);
  void run(const registry::UnlinkArtifact& c);
  void run(const registry::MoveAliases& c);
  void run(const registry::SwapAliases& c);
  void run(const registry::RollBackAlias& c);
  void run(const registry::SetModelArchived& c);
  void run(const registry::DeleteVersion& c);
  void run(const registry::RestoreVersion& c);
  void run(const registry::UpdateRegistry& c);
  void run(const registry::TransitionStage& c);
  void run(const registry::ChangeTogether& c);
  void run(const registry::AddComment& c);
  void run(const registry::RecordLineage& c);
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
  template <class Other>
  void run(const Other&) {
    throw std::logic_error("no history asks this");
  }

  std::uint64_t fact(std::string line);
  // What is there; what takes changes, too; and the same of a version that is not deleted.
  OneModel& model_at(const registry::ModelAddress& address);
  OneModel& open_at(const registry::ModelAddress& address);
  static Version& version_of(OneModel& model, Number number);
  Version& version_at(const registry::ModelAddress& address, Number number) {
    return version_of(open_at(address), number);
  }
  void change_tags(const std::string& place, std::map<std::string, std::string>& tags, std::uint64_t& changed,
                   const std::map<std::string, std::optional<std::string>>& changes);
  void link(const std::string& place, Version& version, const std::string& artifact);
  void put_alias(const std::string& place, OneModel& model, const std::string& alias, Number to,
                 const std::string& reason);
  std::string node(const registry::NodeAddress& address);
  std::vector<std::string> next_to(const std::string& from) const;
  bool leads_to(const std::string& from, const std::string& to) const;
  Automation& automation_named(const std::string& name, std::string* id = nullptr);
  void deliver(const std::string& id, const Automation& automation, std::uint64_t event, bool test,
               const std::vector<registry::DeliveryId>& ids);

  std::uint64_t sequence_ = 0;
  std::vector<std::string> facts_;
  std::map<std::string, std::pair<std::string, std::uint64_t>> registries_;
  std::map<std::string, OneModel> models_;  // "registry/model"
  std::map<std::string, Stages> stages_;
  std::map<std::string, Artifact> artifacts_;
  std::map<std::tuple<std::string, std::string, std::string>, std::uint64_t> edges_;
  std::map<std::string, Automation> automations_;        // by id
  std::set<std::pair<std::string, std::uint64_t>> met_;  // automation id, event
  std::map<std::string, Delivery> deliveries_;
  std::map<std::string, Secret> secrets_;
};

}  // namespace herald::simulation
