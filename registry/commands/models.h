// What may be asked of a registered model; tags, cards and comments are of its versions, too.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "registry/commands/aliases.h"
#include "registry/facts.h"

namespace herald::registry {

struct RegisterModel : ModelAddress {
  ModelId new_id;
  std::optional<TextRef> description;
  std::map<std::string, std::string> tags;  // TagKey -> TagValue, checked by decide
  std::optional<PrincipalId> owner = {};
  std::optional<Card> card = {};
};

struct DescribeModel : ModelAddress {
  std::optional<TextRef> description;  // absent: taken away
  std::optional<Reason> reason = {};
};

// The old name is free at once, and may be taken by another model.
struct RenameModel : ModelAddress {
  ModelName to;
  MovesProtected moves_protected = MovesProtected::no;  // by the old name its aliases are found no more
  std::optional<Reason> reason = {};
};

struct SetOwner : ModelAddress {
  std::optional<PrincipalId> owner;  // absent: nobody
  std::optional<Reason> reason = {};
};

// On the version where there is one, else on the model, whose card stands for those of its versions that have none.
struct SetCard : ModelAddress {
  std::optional<VersionNumber> version;
  std::optional<Card> card;  // absent: taken away
  std::optional<Reason> reason = {};
};

// What is archived is left out of lists and takes no change but being restored or deleted.
struct SetModelArchived : ModelAddress {
  bool archived = true;
  std::optional<Reason> reason;
  MovesProtected moves_protected = MovesProtected::no;  // archived, it holds its aliases where they are
};

// For good. Its name is free; events about it, and the state before, stay.
struct DeleteModel : ModelAddress {
  std::optional<Reason> reason;
  MovesProtected moves_protected = MovesProtected::no;  // it takes its aliases along
};

// On the version where there is one, else on the model. `to` absent: the tag is removed (a tag that is not there
// is a no-op).
struct ChangeTags : ModelAddress {
  std::optional<VersionNumber> version;
  std::map<std::string, std::optional<std::string>> tags;
  std::optional<Reason> reason = {};
};

struct AddComment : ModelAddress {
  std::optional<VersionNumber> version;
  CommentId new_id;
  TextRef text;
};

// `by`: only a comment of this actor may be changed; absent: anybody's.
struct EditComment : ModelAddress {
  CommentId comment_id;
  TextRef text;
  std::optional<std::string> by;
  std::optional<Reason> reason = {};
};
struct RemoveComment : ModelAddress {
  CommentId comment_id;
  std::optional<std::string> by;
  std::optional<Reason> reason = {};
};

}  // namespace herald::registry
