// The rule of each command, by noun; decide() chooses among them. What several share stands at the end.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "registry/decide.h"

namespace herald::registry::deciding {

Result<Decision> rule(const Reader& state, const CreateRegistry& command);
Result<Decision> rule(const Reader& state, const RegisterModel& command);
Result<Decision> rule(const Reader& state, const DescribeModel& command);
Result<Decision> rule(const Reader& state, const ChangeTags& command);
Result<Decision> rule(const Reader& state, const RegisterVersion& command);
Result<Decision> rule(const Reader& state, const UpdateVersion& command);
Result<Decision> rule(const Reader& state, const CommitArtifact& command);
Result<Decision> rule(const Reader& state, const LinkArtifact& command);
Result<Decision> rule(const Reader& state, const UnlinkArtifact& command);
Result<Decision> rule(const Reader& state, const MoveAliases& command);
Result<Decision> rule(const Reader& state, const AddComment& command);
Result<Decision> rule(const Reader& state, const RecordLineage& command);
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

inline OfModel of(const FoundModel& found) {
  return {found.registry.id, found.registry.name, found.model.id, found.model.name};
}
inline OfVersion of(const FoundModel& found, VersionNumber number) {
  return {of(found), number};
}

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

// Drafts the move of one alias, unless it is there; `aliases`: how many the model has, kept up to date.
void move_alias(const Reader& state, const OfModel& of, const AliasName& alias,
                std::optional<VersionNumber> to, const std::optional<Reason>& reason, std::uint32_t& aliases,
                std::vector<Draft>& drafts);
Result<void> check_alias_count(const OfModel& of, std::uint32_t aliases, const std::string& field);

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
