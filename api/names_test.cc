#include "api/names.h"

#include <gtest/gtest.h>

#include "lmdb/testing/temp_folder.h"
#include "work/directory.h"

namespace herald::api {
namespace {

registry::PrincipalId principal_of(const char* text) {
  return registry::PrincipalId::parse(text).value();
}
const registry::PrincipalId kListed = principal_of("01920000-0000-7000-8000-000000000001");
const registry::PrincipalId kUnlisted = principal_of("01920000-0000-7000-8000-000000000002");

class NamesOfPeople : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(store_->run(work::put_entry({kListed, "ada", {}, {}}))); }
  void given_ada_was_erased() {
    ASSERT_TRUE(store_->run([](lmdb::WriteTxn& txn, const work::Tables& tables) {
      return work::erase_entry(txn, tables, kListed);
    }));
  }
  Names in_one_answer() const { return Names(*store_); }

  herald::testing::TempFolder folder_;
  std::unique_ptr<work::Store> store_ = work::Store::open({folder_.path(), 1ull << 28}).value();
};

TEST_F(NamesOfPeople, AreThoseOfTheDirectory) {
  const auto names = in_one_answer();
  EXPECT_EQ(names.of(kListed), "ada");
  EXPECT_EQ(names.of(kUnlisted), std::nullopt);
  EXPECT_EQ(names.of(std::optional<registry::PrincipalId>()), std::nullopt);
}

TEST_F(NamesOfPeople, StandBesideWhatWasRecorded) {
  const registry::Mark mark{7, {}, kListed.str()};
  const Stamp stamp = in_one_answer().stamp(mark);
  EXPECT_EQ(static_cast<const registry::Mark&>(stamp), mark);
  EXPECT_EQ(stamp.name, "ada");
}

TEST_F(NamesOfPeople, AreNoneOfActorsThatTheDirectoryDoesNotList) {
  for (const char* actor : {"anonymous", "system", "", "ada", "01920000-0000-7000-8000-000000000002"})
    EXPECT_EQ(in_one_answer().of_actor(actor), std::nullopt) << actor;
}

TEST_F(NamesOfPeople, OfWhoWasErasedAreGone) {
  given_ada_was_erased();
  EXPECT_EQ(in_one_answer().of(kListed), std::nullopt);
}

TEST_F(NamesOfPeople, DoNotChangeWithinOneAnswer) {
  const auto names = in_one_answer();
  EXPECT_EQ(names.of(kListed), "ada");
  given_ada_was_erased();
  EXPECT_EQ(names.of(kListed), "ada");
}

}  // namespace
}  // namespace herald::api
