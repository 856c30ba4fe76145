#include "registry/authored.h"

#include <gmock/gmock.h>

#include "registry/testing/story.h"

namespace herald::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const TextRef kBefore = story::text(1), kNow = story::text(2);

TEST(TextsOfAnEvent, AreThoseThatItBrought) {
  ModelDescribed described;
  described.from = kBefore;
  described.to = kNow;
  EXPECT_THAT(texts_written_in(described), ElementsAre(kNow.digest));
  CommentAdded comment;
  comment.text = kNow;
  EXPECT_THAT(texts_written_in(comment), ElementsAre(kNow.digest));
  CommentEdited edited;
  edited.from = kBefore;
  edited.to = kNow;
  EXPECT_THAT(texts_written_in(edited), ElementsAre(kNow.digest));
  ModelCarded carded;
  carded.to = Card{kNow, {}};
  EXPECT_THAT(texts_written_in(carded), ElementsAre(kNow.digest));
  VersionRegistered registered;
  registered.description = kNow;
  EXPECT_THAT(texts_written_in(registered), ElementsAre(kNow.digest));
}

TEST(TextsOfAnEvent, AreNoneWhereTextsWereTakenAway) {
  ModelDescribed described;
  described.from = kBefore;
  EXPECT_THAT(texts_written_in(described), IsEmpty());
  EXPECT_THAT(texts_written_in(AliasAssigned{}), IsEmpty());
}

}  // namespace
}  // namespace herald::registry
