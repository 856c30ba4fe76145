// Comments on models and versions. Their text is erasable: events hold its digest, readers see it here.
#include "api/handlers.h"
#include "api/known.h"
#include "api/writing.h"

namespace herald::api {

struct CommentRequest {
  std::string text;
};
BOOST_DESCRIBE_STRUCT(CommentRequest, (), (text))

struct CommentPatch {
  std::string text;
  std::optional<registry::Reason> reason;
};
BOOST_DESCRIBE_STRUCT(CommentPatch, (), (text, reason))

// What a decision says of the comment it made.
struct CommentMade {
  registry::ModelId model_id;
  registry::CommentId id;
};
BOOST_DESCRIBE_STRUCT(CommentMade, (), (model_id, id))

namespace {

Result<Outcome> page_of_comments(const Call& call, const Snapshot& now, const registry::FoundModel& found,
                                 std::optional<VersionNumber> version) {
  HERALD_TRY(const auto request, page_in(call));
  const auto page = projections::list_comments(now.state(), found.model.id, version, request);
  const Presenter presenter(now.state(), call.herald.parts.work);
  return list_answer(call, page, now.sequence(),
                     [&](std::string& out, const registry::CommentRecord& comment) {
                       json::write(out, presenter.comment(comment));
                     });
}

Result<Outcome> list_model_comments(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto found, registry::require_model(now.state(), address.registry, address.model));
  return page_of_comments(call, now, found, std::nullopt);
}

Result<Outcome> list_version_comments(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  HERALD_TRY(const auto selector, selector_in(call));
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto found, registry::require_model(now.state(), address.registry, address.model));
  HERALD_TRY(const auto version, known_version(now.state(), found, selector));
  return page_of_comments(call, now, found, version.number);
}

Write::Present present_comment(const Call& call) {
  return [&work = call.herald.parts.work](const registry::Reader& state,
                                          const recorder::Recorded& recorded) -> Result<Answer> {
    HERALD_TRY(const auto made, json::from_json<CommentMade>(recorded.answer, json::Mode::stored));
    const auto comment = registry::find<registry::CommentRecord>(
        state, registry::Table::comments, registry::keys::comment(made.model_id, made.id));
    if (!comment)
      return error(Cause::not_found, "comment " + made.id.str() + " is no longer there", "comment");
    return answer_with(Presenter(state, work).comment(*comment), std::nullopt);
  };
}

Result<Outcome> add_comment(const Call& call, const registry::ModelAddress& address,
                            std::optional<VersionNumber> version) {
  HERALD_TRY(const auto request, body_of<CommentRequest>(call));
  if (request.text.empty()) return error(Cause::invalid_value, "\"text\" is empty: say something", "text");
  Write write{{}, {}, present_comment(call)};
  HERALD_TRY(const auto text, text_for(call, write, request.text, "text"));
  write.command = registry::AddComment{address, version, call.new_id<registry::CommentId>(), text};
  return write;
}

Result<Outcome> comment_on_model(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  return add_comment(call, address, std::nullopt);
}

Result<Outcome> comment_on_version(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  HERALD_TRY(const auto number, number_in(call));
  return add_comment(call, address, number);
}

// Whose comment it must be: the caller's own, unless he administers the model.
std::optional<std::string> by_whom(const Call& call, const registry::FoundModel& found) {
  if (call.access.on(found.registry, found.model.id) >= registry::Role::admin) return std::nullopt;
  return call.actor.id;
}

Result<registry::CommentId> comment_in(const Call& call) {
  return about("comment", registry::CommentId::parse(call.path.at("comment")));
}

Result<Outcome> edit_comment(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  HERALD_TRY(const auto id, comment_in(call));
  HERALD_TRY(const auto request, body_of<CommentPatch>(call));
  if (request.text.empty())
    return error(Cause::invalid_value, "\"text\" is empty: DELETE takes a comment away", "text");
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto found, registry::require_model(now.state(), address.registry, address.model));
  const auto comment = registry::find<registry::CommentRecord>(now.state(), registry::Table::comments,
                                                               registry::keys::comment(found.model.id, id));
  Write write{{}, {}, present_comment(call)};
  HERALD_TRY(const auto text, text_for(call, write, request.text, "text",
                                       comment ? std::optional(comment->text) : std::nullopt));
  write.command = registry::EditComment{address, id, text, by_whom(call, found), request.reason};
  return write;
}

Result<Outcome> remove_comment(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  HERALD_TRY(const auto id, comment_in(call));
  HERALD_TRY(auto reason, reason_in_query(call));
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto found, registry::require_model(now.state(), address.registry, address.model));
  return Write{registry::RemoveComment{address, id, by_whom(call, found), std::move(reason)},
               {},
               present_removed(id.str())};
}

}  // namespace

void add_comment_routes(Router& router) {
  router.add_in_registry(Method::get, "/{model}/comments", Permission::read, ObjectScope::model,
                         list_model_comments,
                         Doc("comments", "Comments on a model and its versions, oldest first")
                             .lists<CommentBody>("Comment")
                             .fresh());
  router.add_in_registry(Method::post, "/{model}/comments", Permission::write, ObjectScope::model,
                         comment_on_model,
                         Doc("comments", "Comment on a model")
                             .takes<CommentRequest>("CommentRequest")
                             .gives<CommentBody>("Comment")
                             .creates());
  router.add_in_registry(Method::patch, "/{model}/comments/{comment}", Permission::write, ObjectScope::model,
                         edit_comment,
                         Doc("comments", "Say it in other words; the text before is erasable as it was")
                             .takes<CommentPatch>("CommentPatch")
                             .gives<CommentBody>("Comment")
                             .records()
                             .says("A comment is changed by who made it, or by an admin of its model."));
  router.add_in_registry(Method::del, "/{model}/comments/{comment}", Permission::write, ObjectScope::model,
                         remove_comment,
                         Doc("comments", "Take a comment away")
                             .gives<RemovedBody>("Removed")
                             .records()
                             .with(kReasonParameter)
                             .says("By who made it, or by an admin of its model."));
  router.add_in_registry(
      Method::get, "/{model}/versions/{version}/comments", Permission::read, ObjectScope::model,
      list_version_comments,
      Doc("comments", "Comments on a version, oldest first").lists<CommentBody>("Comment").fresh());
  router.add_in_registry(Method::post, "/{model}/versions/{version}/comments", Permission::write,
                         ObjectScope::model, comment_on_version,
                         Doc("comments", "Comment on a version")
                             .takes<CommentRequest>("CommentRequest")
                             .gives<CommentBody>("Comment")
                             .creates());
}

}  // namespace herald::api
