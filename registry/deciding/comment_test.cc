#include <gmock/gmock.h>

#include "registry/testing/story.h"

namespace herald::registry::story {
namespace {

AddComment said(std::optional<std::uint64_t> version = {}) {
  auto command = of<AddComment>("churn");
  if (version) command.version = VersionNumber(*version);
  command.new_id = id<CommentId>(1);
  command.text = text(1);
  return command;
}

EditComment edited(std::uint64_t comment, std::uint64_t to) {
  auto command = of<EditComment>("churn");
  command.comment_id = id<CommentId>(comment);
  command.text = text(to);
  return command;
}

RemoveComment removed(std::uint64_t comment) {
  auto command = of<RemoveComment>("churn");
  command.comment_id = id<CommentId>(comment);
  return command;
}

std::optional<CommentRecord> the_comment(const Story& story) {
  return find<CommentRecord>(story.state(), Table::comments,
                             keys::comment(story.model("churn").model.id, id<CommentId>(1)));
}

Story commented() {
  Story story;
  story.given({a_model("churn"), a_version("churn"), said(1)});
  return story;
}

TEST(EditComment, ChangesTheTextAndKeepsWhatWasThere) {
  Story story = commented();
  const auto outcome = story.when(edited(1, 2));
  outcome.then({"comment on churn:v1 edited"});
  EXPECT_EQ(std::get<CommentEdited>(outcome.events()[0].payload).from, text(1));
  EXPECT_EQ(the_comment(story)->text, text(2));
  EXPECT_EQ(the_comment(story)->edited->sequence, story.sequence());
  EXPECT_LT(the_comment(story)->created.sequence, story.sequence());
  story.when(edited(1, 2)).then_nothing();
}

TEST(RemoveComment, TakesItAway) {
  Story story = commented();
  story.when(removed(1)).then({"comment on churn:v1 removed"});
  EXPECT_FALSE(the_comment(story));
  story.when(removed(1))
      .refused(Cause::not_found, "comment",
               R"(model "churn" has no comment 00000000-0000-0000-0000-000000000001)");
}

TEST(Comments, AreChangedByWhoMadeThemUnlessAnybodyMay) {
  Story story = commented();
  const std::string sentence = "a comment is changed by who made it, or by an admin of its model";
  auto edit = edited(1, 2);
  edit.by = "somebody-else";
  story.when(edit).refused(Cause::denied, "comment", sentence);
  auto remove = removed(1);
  remove.by = "somebody-else";
  story.when(remove).refused(Cause::denied, "comment", sentence);
  edit.by = "anonymous";
  story.when(edit).then({"comment on churn:v1 edited"});
  remove.by = "anonymous";
  story.when(remove).then({"comment on churn:v1 removed"});
}

TEST(Comments, ThatDoNotExistAreRefused) {
  Story story = commented();
  story.when(edited(2, 2))
      .refused(Cause::not_found, "comment",
               R"(model "churn" has no comment 00000000-0000-0000-0000-000000000002)");
}

TEST(Comments, OfAnArchivedModelStandAsTheyAre) {
  Story story = commented();
  story.given({of<SetModelArchived>("churn")});
  const std::string sentence = R"(model "churn" is archived since event 5: restore it first)";
  story.when(said()).refused(Cause::not_allowed_now, "", sentence);
  story.when(edited(1, 2)).refused(Cause::not_allowed_now, "", sentence);
  story.when(removed(1)).refused(Cause::not_allowed_now, "", sentence);
}

}  // namespace
}  // namespace herald::registry::story
