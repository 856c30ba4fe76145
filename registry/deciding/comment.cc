// Comments on models and versions.
#include <fmt/format.h>

#include "registry/deciding/rules.h"
#include "registry/sentence.h"

namespace herald::registry::deciding {
namespace {

struct CommentAnswer : ModelAnswer {
  std::optional<VersionNumber> version;
  CommentId id;
};
BOOST_DESCRIBE_STRUCT(CommentAnswer, (ModelAnswer), (version, id))

std::string comment_answer(const OfModel& of, std::optional<VersionNumber> version, CommentId id) {
  return json::to_json(CommentAnswer{answer_of(of), version, id});
}

// `by`: whose it must be; absent: anybody's.
Result<CommentRecord> comment_of(const Reader& state, const FoundModel& found, CommentId id,
                                 const std::optional<std::string>& by) {
  auto comment = find<CommentRecord>(state, Table::comments, keys::comment(found.model.id, id));
  if (!comment) {
    return error(Cause::not_found,
                 fmt::format("model {} has no comment {}", in_quotes(found.model.name), id.str()), "comment");
  }
  if (by && comment->created.actor != *by) {
    return error(Cause::denied, "a comment is changed by who made it, or by an admin of its model",
                 "comment");
  }
  return std::move(*comment);
}

}  // namespace

Result<Decision> rule(const Reader& state, const AddComment& command) {
  HERALD_TRY(const auto found, open_model(state, command));
  if (command.version) HERALD_CHECK(require_version(state, found, *command.version));
  return Decision{{{CommentAdded{of(found), command.version, command.new_id, command.text}, {}}},
                  true,
                  comment_answer(of(found), command.version, command.new_id)};
}

Result<Decision> rule(const Reader& state, const EditComment& command) {
  HERALD_TRY(const auto found, open_model(state, command));
  HERALD_TRY(const auto comment, comment_of(state, found, command.comment_id, command.by));
  Decision decision{{}, false, comment_answer(of(found), comment.version, comment.id)};
  if (comment.text != command.text) {
    decision.drafts.push_back(
        {CommentEdited{of(found), comment.version, comment.id, comment.text, command.text}, {}});
  }
  return decision;
}

Result<Decision> rule(const Reader& state, const RemoveComment& command) {
  HERALD_TRY(const auto found, open_model(state, command));
  HERALD_TRY(const auto comment, comment_of(state, found, command.comment_id, command.by));
  return Decision{{{CommentRemoved{of(found), comment.version, comment.id}, {}}},
                  false,
                  comment_answer(of(found), comment.version, comment.id)};
}

}  // namespace herald::registry::deciding
