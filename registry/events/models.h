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
};
BOOST_DESCRIBE_STRUCT(ModelDescribed, (OfModel), (from, to))

// On a version where `version` is there, else on the model.
struct TagSet : OfModel {
  static constexpr std::string_view kType = "tag.set";
  std::optional<VersionNumber> version;
  TagKey key;
  std::optional<TagValue> from;
  TagValue to;
};
BOOST_DESCRIBE_STRUCT(TagSet, (OfModel), (version, key, from, to))

struct TagRemoved : OfModel {
  static constexpr std::string_view kType = "tag.removed";
  std::optional<VersionNumber> version;
  TagKey key;
  TagValue from;
};
BOOST_DESCRIBE_STRUCT(TagRemoved, (OfModel), (version, key, from))

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
};
BOOST_DESCRIBE_STRUCT(ModelRenamed, (OfModel), (to))

struct ModelCarded : OfModel {
  static constexpr std::string_view kType = "model.carded";
  std::optional<Card> from, to;
};
BOOST_DESCRIBE_STRUCT(ModelCarded, (OfModel), (from, to))

struct ModelOwned : OfModel {
  static constexpr std::string_view kType = "model.owned";
  std::optional<PrincipalId> from, to;
};
BOOST_DESCRIBE_STRUCT(ModelOwned, (OfModel), (from, to))

struct ModelArchived : OfModel {
  static constexpr std::string_view kType = "model.archived";
  std::optional<Reason> reason;
};
BOOST_DESCRIBE_STRUCT(ModelArchived, (OfModel), (reason))

struct ModelRestored : OfModel {
  static constexpr std::string_view kType = "model.restored";
  std::optional<Reason> reason;
};
BOOST_DESCRIBE_STRUCT(ModelRestored, (OfModel), (reason))

// For good: its name is free, its aliases point nowhere, its history stays.
struct ModelDeleted : OfModel {
  static constexpr std::string_view kType = "model.deleted";
  std::optional<Reason> reason;
};
BOOST_DESCRIBE_STRUCT(ModelDeleted, (OfModel), (reason))

struct CommentEdited : OfModel {
  static constexpr std::string_view kType = "comment.edited";
  std::optional<VersionNumber> version;
  CommentId comment_id;
  TextRef from, to;
};
BOOST_DESCRIBE_STRUCT(CommentEdited, (OfModel), (version, comment_id, from, to))

struct CommentRemoved : OfModel {
  static constexpr std::string_view kType = "comment.removed";
  std::optional<VersionNumber> version;
  CommentId comment_id;
};
BOOST_DESCRIBE_STRUCT(CommentRemoved, (OfModel), (version, comment_id))

}  // namespace herald::registry
