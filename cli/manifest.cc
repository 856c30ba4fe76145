#include "cli/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/parsing.h"
#include "cli/yaml.h"
#include "reflect/json_read.h"

namespace herald::cli {

// What a document may hold, by its first key.
struct StagesDocument {
  std::vector<registry::StageName> stages;
  std::optional<std::vector<registry::StageTransition>> transitions;
};
BOOST_DESCRIBE_STRUCT(StagesDocument, (), (stages, transitions))

struct CardPolicyDocument {
  std::vector<registry::Label> sections;
  std::optional<std::vector<registry::AliasName>> aliases;
  std::optional<std::vector<registry::StageName>> stages;
};
BOOST_DESCRIBE_STRUCT(CardPolicyDocument, (), (sections, aliases, stages))

struct RegistryDocument {
  registry::RegistryName registry;
  std::optional<registry::RegistryKind> kind;
  std::optional<registry::Visibility> visibility;
  reflect::Nullable<std::string> description;
  reflect::Nullable<StagesDocument> stages;
  reflect::Nullable<CardPolicyDocument> card_policy;
  std::optional<std::vector<registry::AliasName>> protected_aliases;
};
BOOST_DESCRIBE_STRUCT(RegistryDocument, (),
                      (registry, kind, visibility, description, stages, card_policy, protected_aliases))

struct ModelDocument {
  std::string model;
  reflect::Nullable<std::string> description, owner, card;
  std::optional<std::map<std::string, std::optional<std::string>>> tags, aliases;
};
BOOST_DESCRIBE_STRUCT(ModelDocument, (), (model, description, owner, card, tags, aliases))

struct AutomationDocument {
  registry::Label automation;
  std::optional<bool> enabled;
  std::optional<registry::Scope> scope;
  std::vector<std::string> on;
  std::optional<std::vector<registry::Condition>> conditions;
  std::vector<registry::Action> actions;
  std::optional<std::vector<std::uint32_t>> retry_seconds;
  std::optional<std::uint32_t> max_per_minute;
};
BOOST_DESCRIBE_STRUCT(AutomationDocument, (),
                      (automation, enabled, scope, on, conditions, actions, retry_seconds, max_per_minute))

namespace {

constexpr const char* kRegistry = "registry";
constexpr const char* kModel = "model";
constexpr const char* kAutomation = "automation";

// The error is about the field `path`.
template <class T>
Result<T> about_field(const std::string& path, Result<T> result) {
  if (result) return result;
  Error wrong = std::move(result).error();
  wrong.field = path;
  return wrong;
}

RegistryWanted registry_of(RegistryDocument document) {
  RegistryWanted wanted;
  wanted.name = document.registry;
  wanted.kind = document.kind;
  wanted.visibility = document.visibility;
  wanted.description = std::move(document.description);
  wanted.protected_aliases = std::move(document.protected_aliases);
  wanted.stages.given = document.stages.given;
  if (auto& stages = document.stages.value)
    wanted.stages.value = registry::StageSet{
        stages->stages, stages->transitions.value_or(std::vector<registry::StageTransition>())};
  wanted.card_policy.given = document.card_policy.given;
  if (auto& policy = document.card_policy.value)
    wanted.card_policy.value =
        registry::CardPolicy{policy->sections, policy->aliases.value_or(std::vector<registry::AliasName>()),
                             policy->stages.value_or(std::vector<registry::StageName>())};
  return wanted;
}

Result<ModelWanted> model_of(const ModelDocument& document) {
  HERALD_TRY(auto model, about_field("model", ModelArgument::parse(document.model)));
  ModelWanted wanted{.model = std::move(model),
                     .description = document.description,
                     .owner = document.owner,
                     .card = document.card,
                     .tags = {},
                     .aliases = {},
                     .lists_tags = document.tags.has_value(),
                     .lists_aliases = document.aliases.has_value()};
  for (const auto& [key, value] : document.tags.value_or(decltype(wanted.tags)())) {
    const std::string path = json::member_path("tags", key);
    HERALD_CHECK(about_field(path, registry::TagKey::parse(key)));
    if (value) HERALD_CHECK(about_field(path, registry::TagValue::parse(*value)));
    wanted.tags[key] = value;
  }
  for (const auto& [alias, version] : document.aliases.value_or(decltype(wanted.tags)())) {
    const std::string path = json::member_path("aliases", alias);
    HERALD_CHECK(about_field(path, registry::AliasName::parse(alias)));
    std::optional<std::uint64_t>& number = wanted.aliases[alias];
    if (version) {
      HERALD_TRY(number, about_field(path, parse_version_number(*version, path)));
    }
  }
  return wanted;
}

AutomationWanted automation_of(AutomationDocument document) {
  return {.definition = {.name = document.automation,
                         .enabled = document.enabled.value_or(true),
                         .scope = document.scope.value_or(registry::Scope{}),
                         .on = std::move(document.on),
                         .conditions = document.conditions.value_or(std::vector<registry::Condition>()),
                         .actions = std::move(document.actions),
                         .retry_seconds = std::move(document.retry_seconds),
                         .max_per_minute = document.max_per_minute},
          .says_enabled = document.enabled.has_value()};
}

Result<Manifest> manifest_of(const YamlDocument& document) {
  Manifest manifest{.where = document.where(), .wanted = {}};
  if (document.first_key() == kRegistry) {
    HERALD_TRY(auto read, json::from_json<RegistryDocument>(document.json(), json::Mode::request));
    manifest.wanted = registry_of(std::move(read));
  } else if (document.first_key() == kModel) {
    HERALD_TRY(const auto read, json::from_json<ModelDocument>(document.json(), json::Mode::request));
    HERALD_TRY(manifest.wanted, model_of(read));
  } else if (document.first_key() == kAutomation) {
    HERALD_TRY(auto read, json::from_json<AutomationDocument>(document.json(), json::Mode::request));
    manifest.wanted = automation_of(std::move(read));
  } else {
    return error(Cause::unknown_field,
                 fmt::format("\"{}\" names nothing that can be applied: the first key is {}, {} or {}",
                             document.first_key(), kRegistry, kModel, kAutomation));
  }
  return manifest;
}

Result<std::vector<std::string>> files_of(const std::string& argument) {
  namespace fs = std::filesystem;
  std::error_code wrong;
  if (argument == "-" || !fs::is_directory(argument, wrong)) return std::vector<std::string>{argument};
  std::vector<std::string> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(argument, wrong)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".yaml" || extension == ".yml") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) return error(Cause::not_found, argument + " holds no *.yaml and no *.yml", "--file");
  return files;
}

}  // namespace

std::string name_of(const Manifest& manifest) {
  if (const auto* registry = std::get_if<RegistryWanted>(&manifest.wanted))
    return "registry " + registry->name.str();
  if (const auto* model = std::get_if<ModelWanted>(&manifest.wanted)) return "model " + model->model.str();
  return "automation " + std::get<AutomationWanted>(manifest.wanted).definition.name.str();
}

Result<std::vector<Manifest>> read_manifests(const std::string& file, const std::string& text) {
  HERALD_TRY(const auto documents, YamlDocument::parse(file, text, {kRegistry, kModel}));
  std::vector<Manifest> out;
  for (const YamlDocument& document : documents) {
    auto manifest = manifest_of(document);
    if (!manifest) return document.at(std::move(manifest).error());
    out.push_back(std::move(*manifest));
  }
  return out;
}

Result<std::vector<Manifest>> read_manifest_files(const std::string& argument) {
  HERALD_TRY(const auto files, files_of(argument));
  std::vector<Manifest> out;
  std::map<std::string, std::string> seen;
  for (const std::string& file : files) {
    HERALD_TRY(const std::string text, read_input(file));
    HERALD_TRY(auto manifests, read_manifests(file == "-" ? "standard input" : file, text));
    for (Manifest& manifest : manifests) {
      const auto [first, fresh] = seen.try_emplace(name_of(manifest), manifest.where);
      if (!fresh)
        return error(Cause::duplicate_field, fmt::format("{}: {} is described at {} already", manifest.where,
                                                         first->first, first->second));
      out.push_back(std::move(manifest));
    }
  }
  return out;
}

}  // namespace herald::cli
