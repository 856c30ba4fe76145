// A registry of 10,000 models and a million versions (or as many as are asked for), as events that no log holds: what a
// large company has after two years. The same events for the same number.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "registry/event.h"

namespace herald::bench {

class BusyRegistry {
 public:
  using Take = std::function<void(registry::Event&& event)>;
  static constexpr std::size_t kModels = 10'000, kOwners = 50;
  static constexpr std::int64_t kBegin = 1'704'067'200'000;  // 2024-01-01

  BusyRegistry(std::size_t versions, Take take) : versions_(versions), take_(std::move(take)) {}

  void tell() {
    for (const char* name : {"models", "partners", "lab"}) {
      registries_.push_back({id<registry::RegistryId>(), registry::RegistryName::trusted(name)});
      say(registry::RegistryCreated{registries_.back().id, registries_.back().name, {}, {}});
    }
    for (std::size_t i = 0; i < kOwners; ++i) {
      owners_.push_back(id<registry::PrincipalId>());
      say(registry::PrincipalCreated{{owners_.back()}, {}});
    }
    for (std::size_t i = 0; i < kModels; ++i) register_model(i);
    // A hundred models are trained ten times as often as the others.
    for (std::size_t i = 0; i < versions_; ++i)
      register_version(one_in(11) ? random_() % 100 : random_() % kModels);
  }

  static std::string model_name(std::size_t i) {
    constexpr const char* kUses[] = {"fraud",  "churn",  "ranking", "pricing",
                                     "search", "vision", "speech",  "demand"};
    constexpr const char* kParts[] = {"cards", "loans", "retail", "travel", "media"};
    return fmt::format("{}-{}-{:04}", kUses[i % 8], kParts[i / 8 % 5], i);
  }
  const std::vector<registry::PrincipalId>& owners() const { return owners_; }
  // "models" has nine tenths of them, "partners" nine hundredths, and "lab" the last hundredth.
  registry::RegistryId registry(std::size_t which) const { return registries_[which].id; }
  registry::ModelId model(std::size_t which) const { return models_[which].id; }
  std::uint64_t last() const { return sequence_; }

 private:
  struct Registry {
    registry::RegistryId id;
    registry::RegistryName name;
  };
  struct Model {
    std::size_t registry = 0;
    registry::ModelId id;
    registry::ModelName name;
    std::uint64_t versions = 0, candidate = 0, production = 0;
    std::string stage;
  };

  void register_model(std::size_t i) {
    const std::size_t home = i % 100 == 99 ? 2 : i % 100 >= 90 ? 1 : 0;
    models_.push_back(
        {home, id<registry::ModelId>(), registry::ModelName::trusted(model_name(i)), 0, 0, 0, {}});
    say(registry::ModelRegistered{of(models_.back())});
    tag(i, "team", fmt::format("team-{}", i % 20));
    tag(i, "tier", std::to_string(1 + random_() % 3));
    say(registry::ModelOwned{of(models_.back()), {}, owners_[random_() % kOwners]});
    if (one_in(20)) say(registry::ModelArchived{of(models_.back()), {}});
  }

  void tag(std::size_t model, const char* key, const std::string& value,
           std::optional<registry::VersionNumber> version = {}) {
    say(registry::TagSet{
        of(models_[model]), version, registry::TagKey::trusted(key), {}, registry::TagValue::trusted(value)});
  }

  void register_version(std::size_t m) {
    constexpr const char* kFrameworks[] = {"sklearn", "torch", "xgboost", "tensorflow"};
    Model& model = models_[m];
    const std::uint64_t number = ++model.versions;
    const char* const framework = kFrameworks[random_() % 4];
    registry::VersionRegistered fact;
    static_cast<registry::OfVersion&>(fact) = of_version(model, number);
    fact.source = registry::Uri::trusted(fmt::format("s3://models/{}/{}", model.name.str(), number));
    fact.run = registry::Run{registry::Label::trusted(fmt::format("run-{:07}", sequence_)),
                             registry::Label::trusted(one_in(3) ? "nightly" : "by-hand"),
                             {},
                             {}};
    fact.run->framework =
        registry::Label::trusted(fmt::format("{} {}.{}", framework, random_() % 3, random_() % 10));
    fact.metadata =
        json::Raw(fmt::format(R"({{"framework":"{}","data":{{"rows":{},"country":"{}"}},"seed":{}}})",
                              framework, random_() % 1'000'000, one_in(2) ? "de" : "fr", random_() % 100));
    fact.metrics = {{"auc", 0.5 + 0.5 * real()}, {"f1", real()}, {"loss", 2 * real()}};
    fact.status = one_in(20) ? registry::VersionStatus::failed : registry::VersionStatus::ready;
    const bool good = fact.status == registry::VersionStatus::ready;
    say(fact);
    if (one_in(5)) tag(m, "ticket", fmt::format("ML-{}", random_() % 20'000), fact.version);
    if (one_in(10)) tag(m, "checked", one_in(50) ? "no" : "yes", fact.version);
    if (!good) return;
    if (one_in(20)) link(model, number);
    if (one_in(5)) move(model, "candidate", model.candidate, number);
    if (one_in(20)) {
      move(model, "production", model.production, number);
      stage(model, number, "production");
    } else if (one_in(20)) {
      stage(model, number, "staging");
    }
    if (one_in(100)) evaluate(model, number);
  }

  void move(Model& model, const char* alias, std::uint64_t& at, std::uint64_t to) {
    registry::AliasAssigned fact{
        of(model), registry::AliasName::trusted(alias), {}, registry::VersionNumber(to), {}};
    if (at != 0) fact.from = registry::VersionNumber(at);
    at = to;
    say(fact);
  }
  void link(const Model& model, std::uint64_t number) {
    const auto artifact = id<registry::ArtifactId>();
    const auto name = registry::Label::trusted(fmt::format("weights-{}-{}", model.name.str(), number));
    say(registry::ArtifactCommitted{artifact, name, registry::Label::trusted("model"), {}, 1, 1'000, {}});
    say(registry::VersionLinked{of_version(model, number), artifact, name, {}});
  }
  void stage(Model& model, std::uint64_t number, const char* to) {
    say(registry::StageTransitioned{of_version(model, number), {}, registry::StageName::trusted(to), {}});
  }
  void evaluate(Model& model, std::uint64_t number) {
    registry::EvaluationRecorded fact;
    static_cast<registry::OfVersion&>(fact) = of_version(model, number);
    fact.evaluation_id = id<registry::EvaluationId>();
    fact.name = registry::Label::trusted("holdout");
    fact.dataset = registry::Node{registry::NodeKind::dataset, "holdout-2025", "holdout-2025"};
    fact.metrics = {{"auc", real()}};
    say(fact);
  }

  registry::OfModel of(const Model& model) const {
    const Registry& home = registries_[model.registry];
    return {home.id, home.name, model.id, model.name};
  }
  registry::OfVersion of_version(const Model& model, std::uint64_t number) const {
    return {of(model), registry::VersionNumber(number)};
  }

  void say(registry::Payload payload) {
    registry::Event event;
    event.id = Uuid::from_bytes(be64(0) + be64(++sequence_));
    event.source = "herald.example/bench";
    event.sequence = sequence_;
    event.time = Timestamp(kBegin + static_cast<std::int64_t>(sequence_) * 40'000);
    event.actor = registry::Actor::anonymous("http");
    event.causation = {event.id, {}, 0, {}};
    event.payload = std::move(payload);
    take_(std::move(event));
  }
  // As those of the product: they ascend.
  template <class IdType>
  IdType id() {
    return IdType(Uuid::from_bytes(be64(++given_) + be64(random_())));
  }
  bool one_in(std::uint64_t times) { return random_() % times == 0; }
  double real() { return std::uniform_real_distribution<double>()(random_); }

  std::size_t versions_;
  Take take_;
  std::mt19937_64 random_{1};
  std::uint64_t sequence_ = 0, given_ = 0;
  std::vector<Registry> registries_;
  std::vector<Model> models_;
  std::vector<registry::PrincipalId> owners_;
};

}  // namespace herald::bench
