#include "recorder/recovery.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/fail_point.h"
#include "projections/testing/dump.h"
#include "recorder/testing/recorder_fixture.h"
#include "recorder/trust.h"

namespace herald::recorder {
namespace {

namespace fs = std::filesystem;
using projections::testing::dump;
using ::testing::HasSubstr;
using testing::Workshop;

struct HeadUnderTest {
  using Store = projections::Head;
  static constexpr const char* kName = "head";
  static constexpr std::uint32_t kVersion = projections::kHeadVersion;
  static Result<Opened<Store>> open(const std::string& path, const eventstore::Log& log, bool force = false,
                                    const Progress& progress = {}) {
    return open_head({path, 1ull << 30}, log, ForceRebuild{force}, progress);
  }
};
struct ViewsUnderTest {
  using Store = projections::Views;
  static constexpr const char* kName = "views";
  static constexpr std::uint32_t kVersion = projections::kViewsVersion;
  static Result<Opened<Store>> open(const std::string& path, const eventstore::Log& log, bool force = false,
                                    const Progress& progress = {}) {
    return open_views({path, 1ull << 30}, log, ForceRebuild{force}, progress);
  }
};

registry::Command large_version() {
  auto command = std::get<registry::RegisterVersion>(Workshop::register_version("m1"));
  command.metadata = json::Raw("{\"a\":\"" + std::string(16'000, 'x') + "\"}");
  return command;
}

template <class Kind>
class AtStart : public ::testing::Test {
 protected:
  void SetUp() override {
    w.open();
    w.record(w.create_registry()).value();
    record_more();
  }
  // Three events.
  void record_more() {
    const std::string model = "m" + std::to_string(w.log->last().value());
    w.record(w.register_model(model)).value();
    w.record(w.register_version(model)).value();
    w.record(w.tag(model, "team", "growth")).value();
  }

  std::string path() const { return folder.file(std::string("derived-") + Kind::kName); }
  Result<Opened<typename Kind::Store>> open(bool force = false) { return Kind::open(path(), *w.log, force); }
  void open_and_close_clean() {
    auto opened = open().value();
    close_clean(*opened.store).value();
  }
  void expect_rebuilt(const std::string& why) {
    auto opened = open().value();
    EXPECT_EQ(opened.how, Brought::rebuilt);
    EXPECT_THAT(opened.why, HasSubstr(why));
    expect_complete(*opened.store);
  }
  void expect_complete(typename Kind::Store& store) {
    const projections::Stand stand{w.log->origin(), w.log->last(), *w.log->read().leaf_hash(w.log->last()),
                                   Kind::kVersion};
    EXPECT_EQ(store.stand(), stand);
    const auto fresh = Kind::open(folder.file("fresh"), *w.log, true).value();
    EXPECT_EQ(dump(store.environment()), dump(fresh.store->environment()));
  }
  // In a process of its own.
  [[noreturn]] void rebuild_and_die_at(const std::string& point) {
    setenv("HERALD_FAIL_POINTS", (point + "=kill").c_str(), 1);
    arm_fail_points_from_environment();
    w.open();
    open(true).value();
    _exit(0);
  }
  // Writes another stand into the closed store.
  void pretend(const std::function<void(projections::Stand&)>& change) {
    const auto environment = lmdb::Environment::open({.path = path(), .map_size = 1ull << 30}).value();
    const lmdb::Table meta = environment->table("meta").value();
    lmdb::WriteTxn txn = environment->write().value();
    projections::Stand stand = projections::read_stand(txn, meta);
    change(stand);
    projections::write_stand(txn, meta, stand).value();
    ASSERT_FALSE(txn.commit());
  }
  void write_mark(const std::string& text) { std::ofstream(path() + ".mark", std::ios::binary) << text; }

  herald::testing::TempFolder folder;
  Workshop w{folder.path()};
};
using Kinds = ::testing::Types<HeadUnderTest, ViewsUnderTest>;
TYPED_TEST_SUITE(AtStart, Kinds);

TYPED_TEST(AtStart, AStoreIsBuiltWhereThereIsNone) {
  this->expect_rebuilt("there is none");
}

TYPED_TEST(AtStart, AStoreThatWasClosedCleanIsKept) {
  this->open_and_close_clean();
  auto opened = this->open().value();
  EXPECT_EQ(opened.how, Brought::up_to_date);
  EXPECT_EQ(opened.why, "");
  this->expect_complete(*opened.store);
}

TYPED_TEST(AtStart, AStoreWhoseProcessWasKilledInThisBootIsKept) {
  { auto opened = this->open().value(); }
  EXPECT_EQ(this->open().value().how, Brought::up_to_date);
}

TYPED_TEST(AtStart, AStoreThatLagsBehindGetsWhatItMisses) {
  this->open_and_close_clean();
  this->record_more();
  auto opened = this->open().value();
  EXPECT_EQ(opened.how, Brought::caught_up);
  this->expect_complete(*opened.store);
}

TYPED_TEST(AtStart, AStoreOfALogThatIsStillEmptyIsKept) {
  const auto empty = eventstore::Log::open({this->folder.file("empty"), "a", 1 << 24}, this->w.clock).value();
  { auto opened = TypeParam::open(this->path(), *empty).value(); }
  EXPECT_EQ(TypeParam::open(this->path(), *empty).value().how, Brought::up_to_date);
}

TYPED_TEST(AtStart, AStoreIsRebuiltWhenItIsAskedFor) {
  this->open_and_close_clean();
  auto opened = this->open(true).value();
  EXPECT_EQ(opened.how, Brought::rebuilt);
  EXPECT_THAT(opened.why, HasSubstr("asked for"));
  this->expect_complete(*opened.store);
}

TYPED_TEST(AtStart, AStoreThatWasOpenWhenTheMachineStoppedIsRebuilt) {
  this->open_and_close_clean();
  ASSERT_TRUE(mark_of(this->path()).set_open("another boot"));
  this->expect_rebuilt("machine was stopped");
}

TYPED_TEST(AtStart, AStoreWithoutAMarkIsRebuilt) {
  this->open_and_close_clean();
  fs::remove(this->path() + ".mark");
  this->expect_rebuilt("machine was stopped");
}

// Opening such a file can end the process: it would show here.
TYPED_TEST(AtStart, AStoreOfGarbageThatCannotBeTrustedIsNeverOpened) {
  this->open_and_close_clean();
  const auto size = fs::file_size(this->path() + "/data.mdb");
  std::ofstream(this->path() + "/data.mdb", std::ios::binary) << std::string(size, '\xa5');
  ASSERT_TRUE(mark_of(this->path()).set_open("another boot"));
  this->expect_rebuilt("machine was stopped");
}

// As a copy does that was broken off. Reading such a file would end the process.
TYPED_TEST(AtStart, AStoreWhoseFileWasCutOffIsRebuilt) {
  this->open_and_close_clean();
  fs::resize_file(this->path() + "/data.mdb", 8'192);
  this->expect_rebuilt("cut off");
}

TYPED_TEST(AtStart, AFileThatIsNoLmdbEnvironmentIsRebuiltEvenWhenItsMarkIsClean) {
  this->open_and_close_clean();
  const auto size = fs::file_size(this->path() + "/data.mdb");
  std::ofstream(this->path() + "/data.mdb", std::ios::binary) << std::string(size, 'x');
  this->expect_rebuilt("");
}

TYPED_TEST(AtStart, AStoreOfAnotherLogIsRebuilt) {
  this->open_and_close_clean();
  this->pretend([](projections::Stand& stand) { stand.origin = "herald.example/another"; });
  this->expect_rebuilt("herald.example/another");
}

TYPED_TEST(AtStart, AStoreThatIsAheadOfTheLogIsRebuilt) {
  this->open_and_close_clean();
  this->pretend([](projections::Stand& stand) { stand.sequence = Sequence(99); });
  this->expect_rebuilt("stands at event 99 and the log ends at 4");
}

TYPED_TEST(AtStart, AStoreMadeFromAnotherEventIsRebuilt) {
  this->open_and_close_clean();
  this->pretend([](projections::Stand& stand) { stand.leaf = sha256("another"); });
  this->expect_rebuilt("event 4");
}

TYPED_TEST(AtStart, AStoreOfAnotherVersionIsRebuilt) {
  this->open_and_close_clean();
  this->pretend([](projections::Stand& stand) { stand.version = TypeParam::kVersion - 1; });
  this->expect_rebuilt(fmt::format("version {}", TypeParam::kVersion - 1));
}

TYPED_TEST(AtStart, AStoreThatLacksWhatAnEventIsAboutIsRebuilt) {
  this->open_and_close_clean();
  this->pretend([&](projections::Stand& stand) {
    stand.sequence = Sequence(1);
    stand.leaf = *this->w.log->read().leaf_hash(Sequence(1));
  });
  {
    const auto environment = lmdb::Environment::open({.path = this->path(), .map_size = 1ull << 30}).value();
    for (const char* name : {"models", "versions", "states"}) {
      const lmdb::Table table = environment->table(name).value();
      lmdb::WriteTxn txn = environment->write().value();
      while (const auto row = txn.cursor(table).first()) txn.erase(table, std::string(row->key)).value();
      ASSERT_FALSE(txn.commit());
    }
  }
  this->w.record(this->w.tag("m1", "team", "risk")).value();
  this->pretend([&](projections::Stand& stand) {
    stand.sequence = Sequence(4);
    stand.leaf = *this->w.log->read().leaf_hash(Sequence(4));
  });
  auto opened = this->open().value();
  EXPECT_EQ(opened.how, Brought::rebuilt);
  EXPECT_THAT(opened.why, HasSubstr("not in models"));
}

TYPED_TEST(AtStart, ARebuildLeavesNothingBesideAndClearsWhatAKilledOneLeft) {
  fs::create_directories(this->path() + ".rebuilding");
  std::ofstream(this->path() + ".rebuilding/data.mdb") << "half";
  fs::create_directories(this->path() + ".old");
  this->open_and_close_clean();
  EXPECT_FALSE(fs::exists(this->path() + ".rebuilding"));
  EXPECT_FALSE(fs::exists(this->path() + ".old"));
  EXPECT_EQ(this->open().value().how, Brought::up_to_date);
}

// The old one, the new one, or none: and the next start goes on from there.
TYPED_TEST(AtStart, AKilledRebuildLeavesAWholeStoreOrNone) {
  const std::vector<std::pair<std::string, Brought>> points = {
      {"recovery.before_sync", Brought::up_to_date},
      {"recovery.before_swap", Brought::up_to_date},
      {"recovery.between_renames", Brought::rebuilt},
      {"recovery.after_swap", Brought::up_to_date},
  };
  for (const auto& [point, how] : points) {
    SCOPED_TRACE(point);
    this->open_and_close_clean();
    this->w.close();
    EXPECT_EXIT(this->rebuild_and_die_at(point), ::testing::KilledBySignal(SIGKILL), "");
    this->w.open();
    auto opened = this->open().value();
    EXPECT_EQ(opened.how, how) << opened.why;
    this->expect_complete(*opened.store);
    EXPECT_FALSE(fs::exists(this->path() + ".rebuilding"));
    EXPECT_FALSE(fs::exists(this->path() + ".old"));
  }
}

TYPED_TEST(AtStart, ARebuildTellsHowFarItIs) {
  std::vector<std::pair<Sequence, Sequence>> told;
  ASSERT_TRUE(TypeParam::open(this->path(), *this->w.log, true,
                              [&](Sequence applied, Sequence of) { told.emplace_back(applied, of); }));
  ASSERT_FALSE(told.empty());
  EXPECT_EQ(told.back(), std::pair(Sequence(4), Sequence(4)));
}

// The old one is still there, whole.
TYPED_TEST(AtStart, ARebuildThatFindsNoRoomSaysSoAndKeepsTheOldStore) {
  this->open_and_close_clean();
  for (int i = 0; i < 40; ++i) this->w.record(large_version()).value();
  const auto small = [&](bool force) {
    if constexpr (std::is_same_v<TypeParam, HeadUnderTest>) {
      return open_head({this->path(), 1 << 18}, *this->w.log, ForceRebuild{force}, {}).error();
    } else {
      return open_views({this->path(), 1 << 18}, *this->w.log, ForceRebuild{force}, {}).error();
    }
  };
  const Error refused = small(true);
  EXPECT_EQ(refused.cause, Cause::storage_full) << refused.message;
  EXPECT_TRUE(fs::exists(this->path() + "/data.mdb"));
  EXPECT_EQ(this->open().value().how, Brought::caught_up);
}

}  // namespace
}  // namespace herald::recorder
