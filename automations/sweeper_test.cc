#include "automations/sweeper.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "automations/testing/running.h"
#include "base/limits.h"
#include "lmdb/testing/temp_folder.h"
#include "work/directory.h"
#include "work/erasure.h"
#include "work/loose.h"
#include "work/texts.h"
#include "work/tokens.h"

namespace herald::automations {
namespace {

using namespace std::chrono_literals;

class Sweeping : public ::testing::Test {
 protected:
  void SetUp() override { open(); }
  void open() {
    run.open();
    sweeper = std::make_unique<Sweeper>(*run.work, *run.log, run.clock);
    ASSERT_TRUE(sweeper->start());
  }
  // The process ends and another begins.
  void begin_again() {
    sweeper.reset();
    run.close();
    open();
  }
  void read_the_log() {
    const auto events =
        recorder::read_batch(*run.log, sweeper->position().next(), run.log->last(), 1'000, 1 << 20);
    ASSERT_TRUE(sweeper->apply(events, {}));
  }
  void pass(std::chrono::hours time) {
    for (auto hour = 0h; hour < time; hour += 1h) {
      run.clock.advance(1h);
      read_the_log();
    }
  }

  Digest store_text(std::string_view text) {
    const work::NewText fresh = work::new_text(text);
    EXPECT_TRUE(run.work->run(fresh.store));
    refs[fresh.ref.digest] = fresh.ref;
    return fresh.ref.digest;
  }
  void name_text(const Digest& digest) {
    auto command = testing::Running::churn<registry::AddComment>();
    command.new_id = run.new_id<registry::CommentId>();
    command.text = refs.at(digest);
    run.record(command);
  }
  bool has_text(const Digest& digest) const { return work::find_text(*run.work, digest).has_value(); }

  void store_secret(std::uint64_t number) {
    ASSERT_TRUE(run.work->run(run.secrets->put(name, number, "value")));
  }
  void set_secret(std::uint64_t number) {
    store_secret(number);
    run.record(registry::SetSecret{name, number});
  }
  bool has_secret(std::uint64_t number) const { return run.secrets->reveal(name, number).has_value(); }

  herald::testing::TempFolder folder;
  testing::Running run{folder.path()};
  std::unique_ptr<Sweeper> sweeper;
  std::map<Digest, registry::TextRef> refs;
  const registry::SecretName name = registry::SecretName::trusted("token");
};

TEST_F(Sweeping, TakesTextsThatNoEventNamesAndLeavesThoseThatOneDoes) {
  const Digest named = store_text("kept"), refused = store_text("refused");
  name_text(named);
  pass(1h);
  EXPECT_TRUE(has_text(refused)) << "its command might be under way";
  pass(1h);
  EXPECT_FALSE(has_text(refused));
  EXPECT_TRUE(has_text(named));
}

TEST_F(Sweeping, TakesAtTheStartWhatAProcessLeftThatDiedBeforeItsCommandWasRecorded) {
  const Digest left = store_text("left");
  begin_again();
  read_the_log();
  EXPECT_FALSE(has_text(left));
}

TEST_F(Sweeping, LeavesAtTheStartWhatWasNamedByAnEventThatItHasNotReadYet) {
  const Digest named = store_text("named");
  name_text(named);
  begin_again();
  EXPECT_TRUE(has_text(named)) << "before the log is read";
  read_the_log();
  EXPECT_TRUE(has_text(named));
  begin_again();
  pass(5h);
  EXPECT_TRUE(has_text(named));
}

TEST_F(Sweeping, DoesNotRaceACommandThatComesLateInItsPeriod) {
  run.clock.advance(59min);
  const Digest late = store_text("late");
  run.clock.advance(1min);
  read_the_log();
  run.clock.advance(58min);
  EXPECT_TRUE(has_text(late));
  name_text(late);
  pass(5h);
  EXPECT_TRUE(has_text(late));
}

TEST_F(Sweeping, TakesOlderValuesOfSecretsAndThoseThatWereNeverSet) {
  set_secret(1);
  set_secret(2);
  store_secret(3);
  read_the_log();
  EXPECT_TRUE(has_secret(1)) << "a delivery may have begun with it";
  pass(3h);
  EXPECT_FALSE(has_secret(1));
  EXPECT_TRUE(has_secret(2));
  EXPECT_FALSE(has_secret(3));
}

TEST_F(Sweeping, TakesTheValueOfASecretThatWasRemoved) {
  set_secret(1);
  run.record(registry::RemoveSecret{name});
  pass(3h);
  EXPECT_FALSE(has_secret(1));
}

TEST_F(Sweeping, LeavesAValueThatWasSetAgainAfterItsSecretWasRemoved) {
  set_secret(1);
  run.record(registry::RemoveSecret{name});
  set_secret(2);
  pass(5h);
  EXPECT_FALSE(has_secret(1));
  EXPECT_TRUE(has_secret(2));
}

// The process dies when the erasure is in the log and nothing is taken away yet.
TEST_F(Sweeping, IsAheadOfItselfAtTheStartAfterAnErasureThatWasCutOff) {
  const Digest personal = store_text("call me on 555-1234"), kept = store_text("kept");
  name_text(personal);
  name_text(kept);
  read_the_log();
  run.record(registry::Erase{{}, {personal}, {}});
  EXPECT_TRUE(has_text(personal));
  sweeper.reset();
  run.close();
  const work::StoreOptions store{folder.path() + "/work", 1ull << 28};
  {
    const auto log =
        eventstore::Log::open({folder.path() + "/log", "herald.example/test", 1ull << 28}, run.clock).value();
    ASSERT_TRUE(carry_out_unread_erasures(store, *log));
  }
  const auto written_anew = work::forget_what_was_erased(store);
  ASSERT_TRUE(written_anew);
  EXPECT_TRUE(*written_anew);
  std::ifstream file(store.path + "/data.mdb", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(bytes.find("555-1234"), std::string::npos);
  open();
  EXPECT_FALSE(has_text(personal));
  EXPECT_TRUE(has_text(kept));
}

TEST_F(Sweeping, FindsNothingCutOffWhereAllWasCarriedOut) {
  const Digest personal = store_text("personal");
  name_text(personal);
  run.record(registry::Erase{{}, {personal}, {}});
  read_the_log();
  sweeper.reset();
  run.close();
  const work::StoreOptions store{folder.path() + "/work", 1ull << 28};
  ASSERT_TRUE(*work::forget_what_was_erased(store));
  {
    const auto log =
        eventstore::Log::open({folder.path() + "/log", "herald.example/test", 1ull << 28}, run.clock).value();
    ASSERT_TRUE(carry_out_unread_erasures(store, *log));
  }
  EXPECT_FALSE(*work::forget_what_was_erased(store)) << "not once more at each start";
  open();
}

TEST_F(Sweeping, GoesOnWhereItWas) {
  set_secret(1);
  read_the_log();
  const Sequence done = sweeper->position();
  begin_again();
  EXPECT_EQ(sweeper->position(), done);
}

TEST_F(Sweeping, TakesMoreThanFitIntoOneCommit) {
  std::vector<Digest> texts;
  ASSERT_TRUE(run.work->run([&](lmdb::WriteTxn& txn, const work::Tables& tables) -> Result<void> {
    for (std::size_t i = 0; i < limits::kMaxRowsSweptAtOnce + 1; ++i) {
      const work::NewText fresh = work::new_text(std::to_string(i));
      HERALD_CHECK(fresh.store(txn, tables));
      texts.push_back(fresh.ref.digest);
    }
    return {};
  }));
  pass(3h);
  for (const Digest& text : texts) ASSERT_FALSE(has_text(text));
}

class SweepingTheDirectory : public Sweeping {
 protected:
  const registry::PrincipalId kAda{Uuid::trusted("0190a8b0-0000-7000-8000-00000000000a")};
  const registry::PrincipalId kAnother{Uuid::trusted("0190a8b0-0000-7000-8000-00000000000e")};
  const registry::TokenId kToken{Uuid::trusted("0190a8b0-0000-7000-8000-00000000000b")};

  bool has_entry() const { return work::find_entry(*run.work, kAda).has_value(); }
  bool has_token() const { return work::label_of(*run.work, kToken).has_value(); }
  const registry::EntryId kFirst{Uuid::trusted("0190a8b0-0000-7000-8000-00000000000c")},
      kSecond{Uuid::trusted("0190a8b0-0000-7000-8000-00000000000d")};
  std::optional<work::Entry> entry(const std::optional<registry::EntryId>& change) const {
    return work::find_entry(*run.work, kAda, change);
  }
  void store_change(registry::EntryId change, const std::string& full_name) {
    ASSERT_TRUE(run.work->run(work::put_change(change, {kAda, "ada", full_name, {}})));
  }
  void store_both() {
    ASSERT_TRUE(run.work->run(work::put_entry({kAda, "ada", {}, {}})));
    ASSERT_TRUE(run.work->run(work::new_token(kToken, "first").store));
  }
  // Who erases ada, whose entry is not looked at.
  void hand_over() {
    run.record(registry::CreatePrincipal{kAnother, registry::PrincipalKind::user});
    run.record(registry::GrantRole{kAnother, {}, registry::Role::admin});
  }
  void claim() {
    store_both();
    run.record(registry::ClaimServer{kAda, kToken});
  }
};

TEST_F(SweepingTheDirectory, TakesEntriesAndTokensThatNoEventNames) {
  store_both();
  pass(3h);
  EXPECT_FALSE(has_entry());
  EXPECT_FALSE(has_token());
}

TEST_F(SweepingTheDirectory, LeavesThoseThatOneDoes) {
  claim();
  pass(5h);
  EXPECT_TRUE(has_entry());
  EXPECT_TRUE(has_token());
}

TEST_F(SweepingTheDirectory, ForgetsATokenThatWasRevoked) {
  claim();
  run.record(registry::RevokeToken{kToken, {}});
  read_the_log();
  EXPECT_FALSE(has_token());
}

TEST_F(SweepingTheDirectory, KeepsTheChangeThatIsInForceAndNothingOfWhatWasBefore) {
  ASSERT_TRUE(run.work->run(work::put_entry({kAda, "ada", "Ada Lovelace", {}})));
  ASSERT_TRUE(run.work->run(work::new_token(kToken, "first").store));
  run.record(registry::ClaimServer{kAda, kToken});
  store_change(kFirst, "Ada King");
  EXPECT_EQ(entry({})->full_name, "Ada Lovelace") << "no event says otherwise yet";
  run.record(registry::DescribePrincipal{kAda, kFirst, {}});
  read_the_log();
  EXPECT_EQ(entry({})->full_name, std::nullopt);
  EXPECT_EQ(entry({})->name, "ada");
  store_change(kSecond, "Augusta");
  run.record(registry::DescribePrincipal{kAda, kSecond, {}});
  pass(5h);
  EXPECT_EQ(entry(kFirst)->full_name, std::nullopt);
  EXPECT_EQ(entry(kSecond)->full_name, "Augusta");
}

TEST_F(SweepingTheDirectory, TakesAChangeThatWasNotRecordedAndErasesAllOfThem) {
  claim();
  store_change(kFirst, "refused");
  pass(5h);
  EXPECT_EQ(entry(kFirst)->full_name, std::nullopt);
  store_change(kSecond, "Ada King");
  run.record(registry::DescribePrincipal{kAda, kSecond, {}});
  hand_over();
  run.record(registry::Erase{kAda, {}, {}});
  read_the_log();
  EXPECT_EQ(entry(kSecond), std::nullopt);
  EXPECT_FALSE(has_entry());
}

TEST_F(SweepingTheDirectory, ErasesAPersonAndTheirTexts) {
  claim();
  const Digest kept = store_text("of somebody else"), erased = store_text("personal");
  name_text(kept);
  name_text(erased);
  read_the_log();
  hand_over();
  run.record(registry::Erase{kAda, {erased}, {}});
  read_the_log();
  EXPECT_FALSE(has_entry());
  EXPECT_FALSE(has_token()) << "revoked with it";
  EXPECT_FALSE(has_text(erased));
  EXPECT_TRUE(has_text(kept));
  pass(5h);
  EXPECT_TRUE(has_text(kept));
}

}  // namespace
}  // namespace herald::automations
