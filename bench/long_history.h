// A log as a busy registry makes it: versions that are registered, uploaded, found good or bad, tagged and talked
// about, aliases that move, lineage, and what automations did about it. The same log for the same number of events.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "eventstore/log.h"
#include "registry/decide.h"
#include "registry/memory_state.h"

namespace herald::bench {

inline constexpr std::size_t kModels = 500;
// Who does one thing in 50,000; all else is done by nobody in particular.
inline const registry::Actor kSeldomSeen{"0199a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b", registry::ActorKind::user,
                                         "http"};

class LongHistory {
 public:
  explicit LongHistory(eventstore::Log& log) : log_(log) { begin(); }

  void grow_to(std::uint64_t events) {
    start();
    while (sequence_ < events) a_version_lives(model_names_[random_() % kModels]);
    commit();
  }
  const std::vector<std::string>& model_names() const { return model_names_; }
  static registry::ModelAddress address(const std::string& model) {
    return {registry::RegistryName::trusted("models"), registry::ModelName::trusted(model)};
  }

 private:
  static constexpr std::uint64_t kEventsPerCommit = 4'096;

  void begin() {
    batch_ = log_.begin().value();
    record(
        registry::CreateRegistry{id<registry::RegistryId>(), registry::RegistryName::trusted("models"), {}});
    registry::CreateAutomation automation;
    automation.new_id = automation_ = id<registry::AutomationId>();
    automation.definition.name = registry::Label::trusted("tell");
    automation.definition.on = {"alias.*"};
    registry::Action action;
    action.url = "https://example.com/hook";
    automation.definition.actions = {action};
    record(automation);
    for (std::size_t i = 0; i < kModels; ++i) {
      model_names_.push_back("model-" + std::to_string(i));
      auto model = at<registry::RegisterModel>(model_names_.back());
      model.new_id = id<registry::ModelId>();
      record(model);
    }
    commit();
  }
  void start() {
    if (!batch_) batch_ = log_.begin().value();
  }
  void commit() {
    if (batch_) batch_->commit();
    batch_.reset();
  }

  // About fourteen events.
  void a_version_lives(const std::string& model) {
    auto version = at<registry::RegisterVersion>(model);
    version.source = registry::Uri::trusted("s3://models/" + model + "/" + std::to_string(sequence_));
    version.run = registry::Run{registry::Label::trusted("run-" + std::to_string(sequence_)), {}, {}, {}};
    version.metadata =
        json::Raw(R"({"framework":"sklearn","features":[1,2,3,4],"note":")" + std::string(150, 'n') + "\"}");
    version.metrics = {{"accuracy", real()}, {"auc", real()}, {"loss", real()}};
    version.status = registry::VersionStatus::pending;
    record(version);
    const auto number = std::get<registry::VersionRegistered>(last_.payload).version;
    const auto artifact = id<registry::ArtifactId>();
    record(registry::CommitArtifact{artifact, registry::Label::trusted("weights"),
                                    registry::Label::trusted("model"), sha256(artifact.str()), 3, 1'000'000});
    auto link = at<registry::LinkArtifact>(model);
    link.version = number;
    link.artifact_id = artifact;
    record(link);
    auto status = at<registry::UpdateVersion>(model);
    status.version = number;
    status.status = one_in(10) ? registry::VersionStatus::failed : registry::VersionStatus::ready;
    record(status);
    auto tags = at<registry::ChangeTags>(model);
    tags.version = number;
    tags.tags = {{"team", "growth"}, {"ticket", std::to_string(sequence_)}};
    record(tags);
    auto comment = at<registry::AddComment>(model);
    comment.version = number;
    comment.new_id = id<registry::CommentId>();
    comment.text = {sha256(comment.new_id.str()), 200};
    record(comment);
    registry::RecordLineage edge;
    edge.upstream.dataset = registry::Label::trusted("rows-" + std::to_string(random_() % 100));
    edge.relation = registry::Relation::trained_on;
    registry::VersionAddress address;
    static_cast<registry::ModelAddress&>(address) = at<registry::ModelAddress>(model);
    address.version = number;
    edge.downstream.version = address;
    record(edge);
    move(model, "candidate", number);
    if (one_in(3)) move(model, "production", number);
    if (sequence_ % kEventsPerCommit > kEventsPerCommit - 20) {
      commit();
      start();
    }
  }

  void move(const std::string& model, const char* alias, registry::VersionNumber to) {
    auto move = at<registry::MoveAliases>(model);
    move.moves = {{registry::AliasName::trusted(alias), to, {}}};
    record(move);
    registry::Trigger trigger;
    trigger.automation_id = automation_;
    trigger.event_sequence = sequence_;
    trigger.event_type = std::string(last_.type());
    trigger.event_id = last_.id;
    const auto delivery = id<registry::DeliveryId>();
    trigger.new_ids = {delivery};
    record(registry::RecordTriggers{{trigger}});
    record(registry::RecordOutcome{registry::RecordOutcome::Kind::succeeded, delivery, 1, 200, {}});
  }

  void record(const registry::Command& command) {
    const auto decision = registry::decide(state_, command).value();
    for (const registry::Draft& draft : decision.drafts) {
      last_.id = random_ids().next(now_);
      last_.source = log_.origin();
      last_.sequence = ++sequence_;
      last_.time = now_ = Timestamp(now_.unix_ms() + 1'000);
      last_.actor = sequence_ % 50'000 == 0 ? kSeldomSeen : registry::Actor::anonymous("http");
      last_.causation = draft.causation.value_or(registry::Causation{last_.id, {}, 0, {}});
      last_.payload = draft.payload;
      batch_->append(last_.subject(), now_, registry::encode(last_)).value();
      registry::evolve(state_, last_);
    }
  }

  template <class Asked>
  static Asked at(const std::string& model) {
    Asked asked;
    static_cast<registry::ModelAddress&>(asked) = address(model);
    return asked;
  }
  template <class IdType>
  IdType id() {
    return IdType(random_ids().next(now_));
  }
  bool one_in(std::uint64_t times) { return random_() % times == 0; }
  double real() { return std::uniform_real_distribution<double>()(random_); }

  eventstore::Log& log_;
  std::unique_ptr<eventstore::LogBatch> batch_;
  registry::MemoryState state_;
  registry::Event last_;
  std::uint64_t sequence_ = 0;
  Timestamp now_{1'764'000'000'000};
  std::mt19937_64 random_{1};
  registry::AutomationId automation_;
  std::vector<std::string> model_names_;
};

}  // namespace herald::bench
