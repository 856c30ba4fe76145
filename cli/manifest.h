// The files of `herald apply`: what should be, as YAML. Each document names one thing by its first key:
//
//   registry: models
//   description: what is served
//   stages: {stages: [staging, live], transitions: [{to: staging}, {from: staging, to: live}]}
//   card_policy: {sections: [Intended use], aliases: [production]}
//   protected_aliases: [production]
//   ---
//   model: churn                       # [REGISTRY/]NAME
//   description: who leaves next month
//   owner: ada                         # a principal, by name or id
//   card: |
//     # Intended use
//   tags: {team: risk, tier: 1, old: null}
//   aliases: {production: v3}
//   ---
//   automation: tell-deployer          # the rest as in docs/automations.md
//   on: [alias.assigned]
//   actions: [{kind: webhook, url: "https://deploy.example.com/hook"}]
//
// What a document does not say of a registry or a model is left alone; null takes away; a list is the whole list. An
// automation's document is the whole of it, but for `enabled`. Plain scalars are read by YAML 1.2's core schema; in registries
// and models all of them are texts.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "cli/url.h"
#include "reflect/describe.h"
#include "registry/facts.h"
#include "registry/policies.h"

namespace herald::cli {

struct RegistryWanted {
  registry::RegistryName name;
  std::optional<registry::RegistryKind> kind;  // of a new one; it never changes
  std::optional<registry::Visibility> visibility;
  reflect::Nullable<std::string> description;
  reflect::Nullable<registry::StageSet> stages;
  reflect::Nullable<registry::CardPolicy> card_policy;
  std::optional<std::vector<registry::AliasName>> protected_aliases;
};

struct ModelWanted {
  ModelArgument model;
  reflect::Nullable<std::string> description, owner, card;
  std::map<std::string, std::optional<std::string>> tags;
  std::map<std::string, std::optional<std::uint64_t>> aliases;
  bool lists_tags = false, lists_aliases = false;  // whether the document has such a list at all
};

struct AutomationWanted {
  registry::AutomationDefinition definition;
  bool says_enabled = false;
};

struct Manifest {
  std::string where;                                                   // "models.yaml:3:1"
  std::variant<RegistryWanted, ModelWanted, AutomationWanted> wanted;  // what others refer to comes first
};

// Every error begins with FILE:LINE:COLUMN: no YAML, an unknown or repeated key, a value that is none; a document that names
// nothing. `file`: for those.
Result<std::vector<Manifest>> read_manifests(const std::string& file, const std::string& text);

// A file, the *.yaml and *.yml of a folder in the order of their names, or "-" for standard input. Refuses what two of them
// describe. Errors: not_found, and as above.
Result<std::vector<Manifest>> read_manifest_files(const std::string& argument);

// "model churn", "automation tell-deployer".
std::string name_of(const Manifest& manifest);

}  // namespace herald::cli
