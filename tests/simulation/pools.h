// The names that random commands choose from: few, so that they meet again and again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace herald::simulation {

inline const std::vector<std::string> kRegistries = {"models", "models", "models", "team"};
inline const std::vector<std::string> kModels = {"churn", "churn", "fraud", "fraud", "rank", "rank", "risk"};
inline const std::vector<std::string> kAliases = {"production", "candidate", "shadow", "champion"};
inline const std::vector<std::string> kStages = {"dev", "staging", "live"};
inline const std::vector<std::string> kTags = {"team", "task", "tier"};
inline const std::vector<std::string> kValues = {"red", "green", "blue"};
inline const std::vector<std::string> kReasons = {"review passed", "nightly", "rolled back"};
inline const std::vector<std::string> kMetadata = {"{}", R"({"seed":7})", R"({"layers":[1,2]})"};
inline const std::vector<std::string> kRuns = {"run-1", "run-2", "run-3"};
inline const std::vector<std::string> kDataSets = {"customers", "clicks"};
inline const std::vector<std::string> kAutomations = {"tell-team", "deploy", "archive"};
inline const std::vector<std::string> kSecrets = {"slack-url", "hook-key"};
inline const std::vector<std::string> kDeployments = {"eu-west", "us-east"};
inline const std::vector<std::string> kSections = {"Data", "Use", "Risks"};
inline const std::vector<std::string> kConsumers = {"campaigns", "pricing"};
inline const std::vector<std::string> kPermissions = {"write", "administer"};

// The first that the events of a history may name.
inline constexpr std::int64_t kBegun = 1'764'000'000'000, kMinute = 60'000;

}  // namespace herald::simulation
