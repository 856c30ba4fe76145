// Commands drawn from small pools of names, so that they meet: what one makes, the next one moves, refuses or
// breaks. The same seed gives the same commands on every machine.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "registry/commands.h"
#include "tests/simulation/pools.h"

namespace herald::simulation {

class RandomCommands {
 public:
  explicit RandomCommands(std::uint64_t seed) : random_(seed) {}
  registry::Command next();

 private:
  registry::Command any();
  registry::Command about_registries();
  registry::Command about_models();
  registry::Command about_what_they_are_called();
  registry::Command about_versions();
  registry::Command about_their_later_life();
  registry::Command about_stages();
  registry::Command about_many();
  registry::Command about_lineage();
  registry::Command about_use();
  registry::Command about_people();
  registry::Command about_their_rights();
  registry::Command about_automations();
  registry::Command about_deliveries();

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  bool one_in(std::uint64_t times) { return below(times) == 0; }
  const std::string& pick(const std::vector<std::string>& pool) { return pool[below(pool.size())]; }
  template <class Asked>
  Asked at_model();
  template <class Asked>
  Asked at_version();
  template <class Asked>
  Asked at_comment();
  registry::VersionNumber number() { return registry::VersionNumber(1 + below(6)); }
  // A new id of its kind, or one that was given out (now and then one that was not).
  template <class IdType>
  IdType fresh(std::uint64_t& given) {
    return numbered<IdType>(++given);
  }
  template <class IdType>
  IdType known(std::uint64_t given) {
    return numbered<IdType>(1 + below(given + 1));
  }
  template <class IdType>
  static IdType numbered(std::uint64_t number);
  // One of the first few, mostly, so that what one command did to it the next one undoes.
  template <class IdType>
  IdType often(std::uint64_t given) {
    return one_in(4) ? known<IdType>(given) : numbered<IdType>(1 + below(4));
  }
  registry::RegisterVersion new_version();
  // By each command that takes them.
  template <class Asked>
  void say_why_and_by_what_right(Asked& asked);
  std::optional<registry::Card> card();
  std::optional<registry::CardPolicy> policy();
  registry::StageSet stages();
  registry::ScopeAddress scope();
  registry::TextRef text();
  std::optional<registry::Reason> reason();
  std::map<std::string, std::string> tags();
  std::map<std::string, double> metrics();
  registry::Run run();
  registry::VersionStatus status() { return static_cast<registry::VersionStatus>(below(3)); }
  registry::AliasMove move();
  registry::NodeAddress node();
  registry::AutomationDefinition definition();
  std::vector<registry::DeliveryId> deliveries(std::uint64_t count);

  std::mt19937_64 random_;
  std::vector<registry::ModelAddress> commented_;  // where each comment was asked for
  std::vector<registry::PrincipalId> teams_, people_;
  std::uint64_t registries_ = 0, models_ = 0, artifacts_ = 0, comments_ = 0, automations_ = 0,
                deliveries_ = 0, evaluations_ = 0, principals_ = 0, tokens_ = 0, entries_ = 0;
};

template <class Asked>
Asked RandomCommands::at_model() {
  Asked asked;
  asked.registry = registry::RegistryName::trusted(pick(kRegistries));
  asked.model = registry::ModelName::trusted(pick(kModels));
  return asked;
}

template <class Asked>
Asked RandomCommands::at_version() {
  Asked asked = at_model<Asked>();
  asked.version = number();
  return asked;
}

template <class IdType>
IdType RandomCommands::numbered(std::uint64_t number) {
  return IdType(Uuid::from_bytes(be64(7) + be64(number)));
}

}  // namespace herald::simulation
