// Artifacts, and which versions they are linked to.
#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"
#include "registry/deciding/circles.h"
#include "registry/deciding/rules.h"
#include "registry/sentence.h"

namespace herald::registry::deciding {
namespace {

struct ArtifactAnswer {
  ArtifactId id;
  Label name;
};
BOOST_DESCRIBE_STRUCT(ArtifactAnswer, (), (id, name))

struct LinkAnswer : ModelAnswer {
  VersionNumber version;
  ArtifactId artifact_id;
};
BOOST_DESCRIBE_STRUCT(LinkAnswer, (ModelAnswer), (version, artifact_id))

Result<ArtifactRecord> require_artifact(const Reader& state, ArtifactId id, const std::string& field) {
  if (auto found = find<ArtifactRecord>(state, Table::artifacts, id.bytes()); found && !found->deleted)
    return std::move(*found);
  return error(Cause::not_found, fmt::format("artifact {} does not exist: commit it first", id.str()), field);
}

auto link_to(std::vector<LinkedArtifact>& links, ArtifactId artifact) {
  return std::find_if(links.begin(), links.end(),
                      [&](const LinkedArtifact& link) { return link.artifact_id == artifact; });
}

// The first version that holds it: one of a deleted model never comes back, a deleted one of a model that is there may.
std::optional<VersionRecord> version_that_holds(const Reader& state, ArtifactId artifact) {
  const std::size_t id_bytes = artifact.bytes().size();
  std::optional<VersionRecord> holder;
  std::optional<ModelRecord> model;
  state.scan(Table::artifact_links, artifact.bytes(), {}, [&](std::string_view key, std::string_view) {
    const std::string_view version = key.substr(id_bytes);
    const ModelId id(Uuid::from_bytes(version.substr(0, id_bytes)));
    if (!model || model->id != id) model = find_model(state, id);
    if (model && !model->deleted)
      holder = find_version(state, id, VersionNumber(read_be64(version.substr(id_bytes))));
    return !holder;
  });
  return holder;
}

std::string answer(const OfVersion& of, ArtifactId artifact) {
  return json::to_json(LinkAnswer{answer_of(of), of.version, artifact});
}

}  // namespace

Result<Decision> rule(const Reader&, const CommitArtifact& command) {
  if (command.files == 0 && !command.reference) {
    return error(Cause::invalid_value,
                 fmt::format("artifact {} has no files: name at least one", in_quotes(command.name)),
                 "files");
  }
  if (command.files > limits::kMaxFilesPerArtifact) {
    return error(Cause::too_many,
                 fmt::format("artifact {} has {} files: at most {} are allowed", in_quotes(command.name),
                             command.files, limits::kMaxFilesPerArtifact),
                 "files");
  }
  return Decision{{{ArtifactCommitted{command.new_id, command.name, command.kind, command.manifest,
                                      command.files, command.bytes, command.reference},
                    {}}},
                  true,
                  json::to_json(ArtifactAnswer{command.new_id, command.name})};
}

Result<Decision> rule(const Reader& state, const DeleteArtifact& command) {
  HERALD_TRY(const auto artifact, require_artifact(state, command.artifact_id, "artifact"));
  if (const auto holder = version_that_holds(state, artifact.id)) {
    return error(Cause::not_allowed_now,
                 fmt::format("artifact {} is linked to a version{}", in_quotes(artifact.name),
                             holder->deleted ? " that is deleted and can be restored: restore it and unlink "
                                               "the artifact first"
                                             : ": unlink it first"),
                 "artifact");
  }
  return Decision{{{ArtifactDeleted{artifact.id, artifact.name}, {}}},
                  false,
                  json::to_json(ArtifactAnswer{artifact.id, artifact.name})};
}

Result<Decision> rule(const Reader& state, const LinkArtifact& command) {
  HERALD_TRY(auto found, open_version(state, command));
  Decision decision;
  const OfVersion target = of(found.model, command.version);
  HERALD_CHECK(link_artifact(state, target, command.artifact_id, "artifact_id", found.version.artifacts,
                             decision.drafts));
  decision.created = !decision.drafts.empty();
  if (decision.created) {
    HERALD_CHECK(check_may_change_what_it_is(state, found, command.moves_protected));
    const LinkedArtifact& linked = found.version.artifacts.back();
    const Node artifact{NodeKind::artifact, linked.artifact_id.str(), linked.artifact.str()};
    auto circle = check_no_circle(state, nullptr, artifact, node_of(found.model, command.version));
    if (!circle) return about(circle.error(), "artifact_id");
  }
  decision.answer = answer(target, command.artifact_id);
  return decision;
}

Result<Decision> rule(const Reader& state, const UnlinkArtifact& command) {
  HERALD_TRY(auto found, open_version(state, command));
  HERALD_CHECK(require_artifact(state, command.artifact_id, "artifact_id"));
  const OfVersion target = of(found.model, command.version);
  Decision decision{{}, false, answer(target, command.artifact_id)};
  auto& links = found.version.artifacts;
  if (const auto link = link_to(links, command.artifact_id); link != links.end()) {
    HERALD_CHECK(check_may_change_what_it_is(state, found, command.moves_protected));
    decision.drafts.push_back({VersionUnlinked{target, link->artifact_id, link->artifact, link->digest}, {}});
  }
  return decision;
}

Result<void> link_artifact(const Reader& state, const OfVersion& of, ArtifactId artifact,
                           const std::string& field, std::vector<LinkedArtifact>& links,
                           std::vector<Draft>& drafts) {
  HERALD_TRY(const auto record, require_artifact(state, artifact, field));
  if (link_to(links, artifact) != links.end()) return {};
  if (links.size() == limits::kMaxArtifactsPerVersion) {
    return error(Cause::too_many,
                 fmt::format("version {} of model {} has {} artifacts: no more are allowed",
                             label(of.version), in_quotes(of.model), links.size()),
                 field);
  }
  links.push_back({artifact, record.name, record.digest});
  drafts.push_back({VersionLinked{of, artifact, record.name, record.digest}, {}});
  return {};
}

}  // namespace herald::registry::deciding
