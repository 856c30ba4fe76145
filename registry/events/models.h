// What can happen to a registered model; tags and comments are of its versions, too.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string_view>

#include "registry/events/of.h"

namespace herald::registry {

struct ModelRegistered : OfModel {
  static constexpr std::string_view kType = "model.registered";
};
BOOST_DESCRIBE_STRUCT(ModelRegistered, (OfModel), ())

struct ModelDescribed : OfModel {
  static constexpr std::string_view kType = "model.described";
  std::optional<TextRef> from, to;
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(ModelDescribed, (OfModel), (from, to, reason))

// On a version where `version` is there, else on the model.
struct TagSet : OfModel {
  static constexpr std::string_view kType = "tag.set";
  std::optional<VersionNumber> version;
  TagKey key;
  std::optional<TagValue> from;
  TagValue to;
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(TagSet, (OfModel), (version, key, from, to, reason))

struct TagRemoved : OfModel {
  static constexpr std::string_view kType = "tag.removed";
  std::optional<VersionNumber> version;
  TagKey key;
  TagValue from;
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(TagRemoved, (OfModel), (version, key, from, reason))

struct CommentAdded : OfModel {
  static constexpr std::string_view kType = "comment.added";
  std::optional<VersionNumber> version;
  CommentId comment_id;
  TextRef text;
};
BOOST_DESCRIBE_STRUCT(CommentAdded, (OfModel), (version, comment_id, text))

// `model` is the name that it had; it is free from now on.
struct ModelRenamed : OfModel {
  static constexpr std::string_view kType = "model.renamed";
  ModelName to;
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(ModelRenamed, (OfModel), (to, reason))

struct ModelCarded : OfModel {
  static constexpr std::string_view kType = "model.carded";
  std::optional<Card> from, to;
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(ModelCarded, (OfModel), (from, to, reason))

struct ModelOwned : OfModel {
  static constexpr std::string_view kType = "model.owned";
  std::optional<PrincipalId> from, to;
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(ModelOwned, (OfModel), (from, to, reason))

struct ModelArchived : OfModel {
  static constexpr std::string_view kType = "model.archived";
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(ModelArchived, (OfModel), (reason))

struct ModelRestored : OfModel {
  static constexpr std::string_view kType = "model.restored";
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(ModelRestored, (OfModel), (reason))

// For good: its name is free, its aliases point nowhere, its history stays.
struct ModelDeleted : OfModel {
  static constexpr std::string_view kType = "model.deleted";
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(ModelDeleted, (OfModel), (reason))

struct CommentEdited : OfModel {
  static constexpr std::string_view kType = "comment.edited";
  std::optional<VersionNumber> version;
  CommentId comment_id;
  TextRef from, to;
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(CommentEdited, (OfModel), (version, comment_id, from, to, reason))

struct CommentRemoved : OfModel {
  static constexpr std::string_view kType = "comment.removed";
  std::optional<VersionNumber> version;
  CommentId comment_id;
  std::optional<Reason> reason = {};
};
BOOST_DESCRIBE_STRUCT(CommentRemoved, (OfModel), (version, comment_id, reason))

}  // namespace herald::registry
