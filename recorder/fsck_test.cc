#include "recorder/fsck.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "base/limits.h"
#include "base/testing/sanitized.h"
#include "eventstore/format.h"
#include "projections/history.h"
#include "recorder/checking/findings.h"
#include "recorder/data_folder.h"
#include "recorder/testing/recorder_fixture.h"
#include "recorder/trust.h"

namespace herald::recorder {

void PrintTo(const Finding& finding, std::ostream* out) {
  *out << finding.where << ": " << finding.what;
}

namespace {

namespace fs = std::filesystem;
namespace format = eventstore::format;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Workshop;

auto finding(const std::string& where, const std::string& what) {
  return Contains(AllOf(Field(&Finding::where, HasSubstr(where)), Field(&Finding::what, HasSubstr(what))));
}

// A folder with enough events for the tree to store a node, closed clean.
class Fsck : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kMapSize = 1ull << 30;

  void SetUp() override {
    DataFolder::open(path()).value();
    w.open();
    w.record(w.create_registry(), "key-1").value();
    for (const char* model : {"churn", "fraud"}) {
      w.record(w.register_model(model)).value();
      w.record(w.register_version(model)).value();
      for (int i = 0; i < 3; ++i) w.record(many_tags(model, i)).value();
    }
    Submission position = w.asks(std::nullopt);
    position.position = PositionChange{"automations", Sequence(0), Sequence(5)};
    w.recorder->record(std::move(position)).value();
    last_ = w.log->last().value();
    derive();
    w.close();
    ASSERT_GT(last_, 256U);
  }

  static registry::Command many_tags(const std::string& model, int round) {
    auto command = std::get<registry::ChangeTags>(Workshop::tag(model, "a", std::to_string(round)));
    for (int i = 0; i < 63; ++i) command.tags["tag-" + std::to_string(i)] = std::to_string(round);
    return command;
  }

  void derive() {
    w.recorder.reset();
    w.head.reset();
    close_clean(*open_head({path() + "/head", kMapSize}, *w.log, {}, {}).value().store).value();
    close_clean(*open_views({path() + "/views", kMapSize}, *w.log, {}, {}).value().store).value();
  }

  std::string path() const { return folder.file("data"); }

  using Change = std::function<void(lmdb::WriteTxn&, lmdb::Table)>;
  void change(const std::string& store, const char* table_name, const Change& change) {
    const auto environment =
        lmdb::Environment::open({.path = path() + "/" + store, .map_size = kMapSize}).value();
    const lmdb::Table table = environment->table(table_name).value();
    lmdb::WriteTxn txn = environment->write().value();
    change(txn, table);
    ASSERT_FALSE(txn.commit());
  }
  // Turns one bit of a value; of the first in the table, or of the one at `key`.
  void flip(const std::string& store, const char* table, std::string key = {}) {
    change(store, table, [&](lmdb::WriteTxn& txn, lmdb::Table in) {
      if (key.empty()) key = txn.cursor(in).first()->key;
      std::string value(txn.get(in, key).value());
      value.back() = static_cast<char>(value.back() ^ 1);
      txn.put(in, key, value).value();
    });
  }
  void remove_first(const std::string& store, const char* table) {
    change(store, table, [&](lmdb::WriteTxn& txn, lmdb::Table in) {
      const std::string key(txn.cursor(in).first()->key);
      ASSERT_TRUE(txn.erase(in, key).value());
    });
  }

  // Clears the flags of each page that holds `value` (of LMDB's MDB_page: number 8, padding 2, flags 2).
  static void lose_kind_of_page_with(const std::string& file, const std::string& value) {
    constexpr std::size_t kPage = 4'096, kFlags = 10;
    std::ifstream in(file, std::ios::binary);
    std::string bytes(std::istreambuf_iterator<char>(in), {});
    for (std::size_t at = bytes.find(value); at != std::string::npos; at = bytes.find(value, at + 1))
      bytes.replace(at / kPage * kPage + kFlags, 2, 2, '\0');
    std::ofstream(file, std::ios::binary) << bytes;
  }

  FsckReport report() {
    const auto report = fsck(path(), {});
    if (!report) throw std::runtime_error(report.error().message);
    return *report;
  }

  herald::testing::TempFolder folder;
  Workshop w{path()};
  std::uint64_t last_ = 0;
};

TEST_F(Fsck, FindsNothingInAFolderThatIsWhole) {
  const FsckReport found = report();
  EXPECT_THAT(found.findings, IsEmpty());
  EXPECT_EQ(found.findings_in_all, 0U);
  EXPECT_EQ(found.events, last_);
  const auto log = eventstore::Log::open({path() + "/log", {}, kMapSize}, w.clock).value();
  EXPECT_EQ(found.root, log->read().root(last_).hex());
}

TEST_F(Fsck, FindsNothingWhereHeadAndViewsAreOnlyBehind) {
  w.open();
  w.recorder.reset();
  w.head.reset();
  {
    eventstore::Tail tail(w.log->last());
    const auto ahead = open_head({folder.file("ahead"), kMapSize}, *w.log, {}, {}).value();
    Recorder recorder(w.options, *w.log, *ahead.store, tail, w.clock, random_ids());
    recorder.record(w.asks(w.register_version("churn"))).value();
  }
  w.close();
  EXPECT_THAT(report().findings, IsEmpty());
}

// A folder with an artifact of one file, and its blobs.
class FsckOfBlobs : public Fsck {
 protected:
  void SetUp() override {
    Fsck::SetUp();
    const std::string manifest = R"([{"path":"a","bytes":7,"digest":")" + sha256("weights").str() + "\"}]";
    list_ = put(manifest);
    file_ = put("weights");
    w.open();
    registry::CommitArtifact command{registry::ArtifactId(random_ids().next(w.clock.now())),
                                     registry::Label::trusted("churn-files"),
                                     registry::Label::trusted("model"),
                                     sha256(manifest),
                                     1,
                                     7};
    w.record(command).value();
    derive();
    w.close();
  }
  std::string put(const std::string& bytes) {
    const std::string hex = sha256(bytes).hex();
    const std::string shelf = path() + "/blobs/" + hex.substr(0, 2);
    fs::create_directories(shelf);
    std::ofstream(shelf + "/" + hex.substr(2)) << bytes;
    return shelf + "/" + hex.substr(2);
  }

  std::string list_, file_;
};

TEST_F(FsckOfBlobs, FindsNothingWhereAllAreThere) {
  EXPECT_THAT(report().findings, IsEmpty());
}

TEST_F(FsckOfBlobs, FindsAFileThatIsMissing) {
  fs::remove(file_);
  EXPECT_THAT(report().findings,
              finding("event ", "a file of the artifact, blob " + sha256("weights").str()));
}

TEST_F(FsckOfBlobs, FindsAListThatIsMissing) {
  fs::remove(list_);
  EXPECT_THAT(report().findings, finding("event ", "the list of the artifact's files"));
}

TEST_F(FsckOfBlobs, FindsAFileOfAnEvaluationThatIsMissing) {
  w.open();
  registry::RecordEvaluation command;
  static_cast<registry::ModelAddress&>(command) = Workshop::address("churn");
  command.version = registry::VersionNumber(1);
  command.new_id = registry::EvaluationId(random_ids().next(w.clock.now()));
  command.files = {{registry::Label::trusted("there"), registry::EvaluationFileKind::table, "text/csv",
                    sha256("weights"), 7},
                   {registry::Label::trusted("errors"), registry::EvaluationFileKind::table, "text/csv",
                    sha256("gone"), 4}};
  w.record(command).value();
  derive();
  w.close();
  const auto found = report().findings;
  EXPECT_THAT(found, finding("event ", "a file of the evaluation, blob " + sha256("gone").str()));
  EXPECT_EQ(found.size(), 1U);
}

TEST_F(FsckOfBlobs, FindsBytesThatAreNotThoseOfTheName) {
  std::ofstream(file_) << "weightz";
  EXPECT_THAT(report().findings, finding("blobs", sha256("weights").hex() + " has other bytes"));
}

TEST_F(Fsck, FindsATextThatIsNotThatOfItsDigest) {
  change("work", "texts", [](lmdb::WriteTxn& txn, lmdb::Table in) {
    txn.put(in, sha256("salt and text").bytes(), "salt and text").value();
  });
  EXPECT_THAT(report().findings, IsEmpty());
  flip("work", "texts");
  EXPECT_THAT(report().findings, finding("work: texts", "has other bytes than its digest says"));
}

TEST_F(Fsck, FindsAWorkStoreThatWasCut) {
  change("work", "attempts", [](lmdb::WriteTxn& txn, lmdb::Table in) {
    for (int i = 0; i < 1'000; ++i) txn.put(in, std::to_string(i), std::string(1'000, 'x')).value();
  });
  fs::resize_file(path() + "/work/data.mdb", 40'960);
  EXPECT_THAT(report().findings, finding("work", ""));
}

TEST_F(Fsck, FindsDamageInWhatIsLooseInTheWorkStore) {
  const std::string value(1'000, 'x');
  change("work", "loose", [&](lmdb::WriteTxn& txn, lmdb::Table in) { txn.put(in, "t", value).value(); });
  EXPECT_THAT(report().findings, IsEmpty());
  lose_kind_of_page_with(path() + "/work/data.mdb", value);
  EXPECT_THAT(report().findings, finding("work", "MDB_CORRUPTED"));
}

TEST_F(Fsck, TellsHowFarItIs) {
  std::vector<std::pair<Sequence, Sequence>> told;
  ASSERT_TRUE(fsck(path(), [&](Sequence checked, Sequence of) { told.emplace_back(checked, of); }));
  ASSERT_FALSE(told.empty());
  EXPECT_EQ(told.back(), std::pair(Sequence(last_), Sequence(last_)));
}

TEST_F(Fsck, RefusesAFolderThatIsNotHeralds) {
  EXPECT_EQ(fsck(folder.file("nothing"), {}).error().cause, Cause::unavailable);
  EXPECT_FALSE(fs::exists(folder.file("nothing")));
}

TEST_F(Fsck, RefusesAFolderThatIsInUse) {
  const auto user = DataFolder::open(path()).value();
  EXPECT_EQ(fsck(path(), {}).error().cause, Cause::already_exists);
}

TEST_F(Fsck, ChangesNothing) {
  const auto contents = [&](const std::string& file) {
    std::ifstream in(path() + file, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  const std::string log = contents("/log/data.mdb"), head = contents("/head/data.mdb"),
                    mark = contents("/head.mark");
  report();
  EXPECT_TRUE(contents("/log/data.mdb") == log);
  EXPECT_TRUE(contents("/head/data.mdb") == head);
  EXPECT_EQ(contents("/head.mark"), mark);
}

// ---- the log ----

TEST_F(Fsck, FindsAnEventOfWhichOneByteWasChanged) {
  change("log", "events", [](lmdb::WriteTxn& txn, lmdb::Table events) {
    const std::string key = format::sequence_key(Sequence(7));
    std::string bytes(txn.get(events, key).value());
    const std::size_t at = bytes.find("tag-");
    ASSERT_NE(at, std::string::npos);
    bytes[at] = 'T';
    txn.put(events, key, bytes).value();
  });
  const FsckReport found = report();
  EXPECT_THAT(found.findings, finding("event 7", "leaf is not the hash"));
  EXPECT_THAT(found.findings, finding("head: models", "is another"));
}

TEST_F(Fsck, FindsAnEventThatIsNoLongerJson) {
  flip("log", "events", format::sequence_key(Sequence(9)));
  EXPECT_THAT(report().findings, finding("event 9", "cannot be read"));
  EXPECT_THAT(report().findings, finding("event 10", "not compared from here on"));
}

TEST_F(Fsck, FindsAnEventThatIsWrittenInAnotherWay) {
  change("log", "events", [](lmdb::WriteTxn& txn, lmdb::Table events) {
    const std::string key = format::sequence_key(Sequence(7));
    std::string bytes(txn.get(events, key).value());
    bytes.insert(1, " ");
    txn.put(events, key, bytes).value();
  });
  EXPECT_THAT(report().findings, finding("event 7", "not those that this event is written as"));
}

// All that can be told from the bytes is told when the tree is made to fit them, too.
TEST_F(Fsck, FindsTwoEventsThatChangedPlacesTogetherWithTheirLeaves) {
  for (const char* table : {"events", "leaves"}) {
    change("log", table, [](lmdb::WriteTxn& txn, lmdb::Table in) {
      const std::string key = format::sequence_key(Sequence(7)), other = format::sequence_key(Sequence(8));
      const std::string a(txn.get(in, key).value()), b(txn.get(in, other).value());
      txn.put(in, key, b).value();
      txn.put(in, other, a).value();
    });
  }
  const FsckReport found = report();
  EXPECT_THAT(found.findings, finding("event 7", "says that it is event 8"));
  EXPECT_THAT(found.findings, finding("tree, node 0 of level 1", "not the hash"));
}

TEST_F(Fsck, FindsAnEventOfAnotherLogAndOneWhoseTimeStepsBack) {
  change("log", "events", [](lmdb::WriteTxn& txn, lmdb::Table events) {
    const std::string key = format::sequence_key(Sequence(7));
    registry::Event event = registry::decode(txn.get(events, key).value()).value();
    event.source = "herald.example/another";
    event.time = event.time.plus(std::chrono::milliseconds(-5));
    txn.put(events, key, registry::encode(event)).value();
  });
  const FsckReport found = report();
  EXPECT_THAT(found.findings, finding("event 7", "log herald.example/another"));
  EXPECT_THAT(found.findings, finding("event 7", "before that of the event before it"));
  EXPECT_THAT(found.findings, finding("event 7", "leaf names another time"));
}

TEST_F(Fsck, FindsAnEventThatIsMissing) {
  change("log", "events", [](lmdb::WriteTxn& txn, lmdb::Table events) {
    txn.erase(events, format::sequence_key(Sequence(7))).value();
  });
  EXPECT_THAT(report().findings, finding("log", "damaged"));
}

TEST_F(Fsck, FindsAnEventThatHasAnothersPlace) {
  for (const char* table : {"events", "leaves"}) {
    change("log", table, [&](lmdb::WriteTxn& txn, lmdb::Table in) {
      const std::string value(txn.get(in, format::sequence_key(Sequence(7))).value());
      txn.erase(in, format::sequence_key(Sequence(7))).value();
      txn.put(in, format::sequence_key(Sequence(0)), value).value();
    });
  }
  EXPECT_THAT(report().findings, finding("event 8", "where event 7 should be"));
}

TEST_F(Fsck, FindsALeafThatWasChanged) {
  change("log", "leaves", [](lmdb::WriteTxn& txn, lmdb::Table leaves) {
    const std::string key = format::sequence_key(Sequence(3));
    std::string leaf(txn.get(leaves, key).value());
    leaf.front() = static_cast<char>(leaf.front() ^ 1);
    txn.put(leaves, key, leaf).value();
  });
  EXPECT_THAT(report().findings, finding("event 3", "leaf is not the hash"));
}

TEST_F(Fsck, FindsANodeThatWasChangedIsMissingOrTooMany) {
  flip("log", "nodes");
  EXPECT_THAT(report().findings, finding("tree, node 0 of level 1", "not the hash"));
  remove_first("log", "nodes");
  EXPECT_THAT(report().findings, finding("tree, node 0 of level 1", "not there"));
  change("log", "nodes", [](lmdb::WriteTxn& txn, lmdb::Table nodes) {
    txn.put(nodes, format::node_key(9, 9), std::string(32, 'x')).value();
    txn.put(nodes, format::node_key(9, 8), std::string(32, 'x')).value();
  });
  EXPECT_THAT(report().findings, finding("nodes", "there are 2 where the events make 1"));
}

TEST_F(Fsck, FindsAStreamEntryThatIsMissingOrTooMuch) {
  remove_first("log", "streams");
  EXPECT_THAT(report().findings, finding("event ", "missing in the stream registries/"));
  change("log", "streams", [](lmdb::WriteTxn& txn, lmdb::Table streams) {
    for (const auto sequence : {1, 2})
      txn.put(streams, format::stream_key("nobody", Sequence(static_cast<std::uint64_t>(sequence))), {})
          .value();
  });
  EXPECT_THAT(report().findings, finding("streams", "where the events make"));
}

TEST_F(Fsck, FindsAnIdempotencyRecordOfEventsThatAreNotThere) {
  change("log", "idempotency", [](lmdb::WriteTxn& txn, lmdb::Table records) {
    const std::string key(txn.cursor(records).first()->key);
    auto record = format::decode_record(txn.get(records, key).value());
    record.last = Sequence(10'000);
    txn.put(records, key, format::encode(record)).value();
  });
  EXPECT_THAT(report().findings, finding("idempotency record", "10000"));
}

TEST_F(Fsck, FindsAnIdempotencyRecordThatWouldNeverBeForgotten) {
  remove_first("log", "idempotency_ages");
  EXPECT_THAT(report().findings, finding("idempotency record", "age is missing"));
  EXPECT_THAT(report().findings, finding("idempotency", "not as many ages"));
}

TEST_F(Fsck, FindsAPositionBeyondTheLog) {
  change("log", "positions", [](lmdb::WriteTxn& txn, lmdb::Table positions) {
    txn.put(positions, "automations", format::sequence_key(Sequence(10'000))).value();
  });
  EXPECT_THAT(report().findings, finding("position of automations", "it is 10000"));
}

TEST_F(Fsck, FindsACommandThatEndsWhereItCannot) {
  change("log", "commands", [](lmdb::WriteTxn& txn, lmdb::Table commands) {
    const std::string key(txn.cursor(commands).first()->key);
    txn.put(commands, key, format::sequence_key(Sequence(10'000))).value();
  });
  EXPECT_THAT(report().findings, finding("command of event", "it ends at event 10000"));
}

TEST_F(Fsck, FindsCommandsThatOverlap) {
  change("log", "commands", [](lmdb::WriteTxn& txn, lmdb::Table commands) {
    const auto first = txn.cursor(commands).first();
    const Sequence begin = format::decode_sequence(first->key), end = format::decode_sequence(first->value);
    ASSERT_LT(begin.next(), end);
    txn.put(commands, format::sequence_key(begin.next()), format::sequence_key(end)).value();
  });
  EXPECT_THAT(report().findings, finding("command of event", "the one before it at"));
}

TEST_F(Fsck, SaysThatThereIsNoLog) {
  fs::remove_all(path() + "/log");
  EXPECT_THAT(report().findings, finding("log", "there is none"));
  EXPECT_FALSE(fs::exists(path() + "/log"));
}

// ---- head and views ----

// One damaged table must not hide what is wrong elsewhere.
TEST_F(Fsck, KeepsAFewFindingsOfEachPlaceAndCountsThemAll) {
  change("head", "aliases", [](lmdb::WriteTxn& txn, lmdb::Table aliases) {
    for (int i = 0; i < 500; ++i) txn.put(aliases, std::to_string(i), "y").value();
  });
  remove_first("views", "timelines");
  const FsckReport found = report();
  EXPECT_EQ(found.findings_in_all, 502U);
  EXPECT_EQ(found.findings.size(), limits::kMaxFindingsOfAPlace + 2);
  EXPECT_THAT(found.findings, finding("views: timelines", "is missing in"));
}

TEST(FindingsOfACheck, AreKeptToANumberAndAllCounted) {
  FsckReport found;
  checking::Findings findings(found);
  constexpr std::size_t kPlaces = limits::kMaxFindings / limits::kMaxFindingsOfAPlace + 1;
  for (std::size_t place = 0; place < kPlaces; ++place) {
    for (std::size_t i = 0; i < limits::kMaxFindingsOfAPlace; ++i)
      findings.add("place " + std::to_string(place), "it is damaged");
  }
  EXPECT_EQ(found.findings.size(), limits::kMaxFindings);
  EXPECT_EQ(found.findings_in_all, limits::kMaxFindings + limits::kMaxFindingsOfAPlace);
}

TEST_F(Fsck, FindsARowOfTheHeadThatWasChangedIsMissingOrTooMuch) {
  flip("head", "versions");
  EXPECT_THAT(report().findings, finding("head: versions", "is another"));
  remove_first("head", "versions");
  EXPECT_THAT(report().findings, finding("head: versions", "is missing"));
  change("head", "aliases",
         [](lmdb::WriteTxn& txn, lmdb::Table aliases) { txn.put(aliases, "x", "y").value(); });
  EXPECT_THAT(report().findings, finding("head: aliases", "no event made the row 78"));
}

TEST_F(Fsck, FindsAChangeOfTheViewsThatWasChangedIsMissingOrTooMuch) {
  flip("views", "states");
  EXPECT_THAT(report().findings, finding("views: registries", "is another"));
  remove_first("views", "states");
  EXPECT_THAT(report().findings, finding("views: registries", "is missing"));
  change("views", "states", [](lmdb::WriteTxn& txn, lmdb::Table states) {
    for (const char* key : {"x", "y"}) {
      txn.put(states, projections::history::row_key(registry::Table::aliases, key, Sequence(3)), "\x01y")
          .value();
    }
  });
  EXPECT_THAT(report().findings, finding("views: states", "changes where the events make"));
}

// A change of the past that the present does not show.
TEST_F(Fsck, FindsAChangeOfThePastThatLaterOnesCover) {
  std::string key;
  std::uint64_t sequence = 0;
  change("views", "states", [&](lmdb::WriteTxn& txn, lmdb::Table states) {
    lmdb::Cursor cursor = txn.cursor(states);
    for (auto entry = cursor.first(); entry; entry = cursor.next()) {
      if (entry->key.front() == static_cast<char>(registry::Table::models)) {
        key = entry->key;
        sequence = read_be64(entry->key.substr(entry->key.size() - 8));
        break;
      }
    }
  });
  flip("views", "states", key);
  EXPECT_THAT(report().findings, finding("views: models", "what event " + std::to_string(sequence) + " did"));
}

TEST_F(Fsck, FindsATimelineThatLacksAnEventOrHasOneTooMuch) {
  remove_first("views", "timelines");
  EXPECT_THAT(report().findings, finding("views: timelines", "is missing in"));
  change("views", "timelines", [](lmdb::WriteTxn& txn, lmdb::Table timelines) {
    for (const char* key : {"x", "y"}) txn.put(timelines, key, {}).value();
  });
  EXPECT_THAT(report().findings, finding("views: timelines", "entries where the events make"));
}

TEST_F(Fsck, FindsAnIndexOfEventsThatLacksOneOrHasOneTooMuch) {
  change("views", "event_index",
         [](lmdb::WriteTxn& txn, lmdb::Table index) { txn.put(index, "x", std::string(200, 'y')).value(); });
  EXPECT_THAT(report().findings, finding("views: event_index", "entries where the events make"));
  remove_first("views", "event_index");
  EXPECT_THAT(report().findings, finding("views: event_index", "is missing in"));
}

TEST_F(Fsck, SaysOfAStoreThatCannotBeTrustedThatItWasNotLookedInto) {
  mark_of(path() + "/head").set_open("another boot").value();
  fs::remove_all(path() + "/views");
  const FsckReport found = report();
  EXPECT_THAT(found.findings, finding("head", "not looked into"));
  EXPECT_THAT(found.findings, finding("views", "there is none"));
  EXPECT_EQ(found.findings_in_all, 2U);
}

TEST_F(Fsck, FindsAHeadOfAnotherLog) {
  change("head", "meta", [](lmdb::WriteTxn& txn, lmdb::Table meta) {
    projections::Stand stand = projections::read_stand(txn, meta);
    stand.origin = "herald.example/another";
    projections::write_stand(txn, meta, stand).value();
  });
  EXPECT_THAT(report().findings, finding("head", "herald.example/another"));
}

// ---- damaged files: LMDB itself may end the process that reads them ----

class DamagedFile : public Fsck, public ::testing::WithParamInterface<const char*> {
 protected:
  std::string file() const { return path() + "/" + GetParam() + "/data.mdb"; }
  std::string contents() const {
    std::ifstream in(file(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write(const std::string& bytes) { std::ofstream(file(), std::ios::binary) << bytes; }
};
class FsckOfADamagedFile : public DamagedFile {};
INSTANTIATE_TEST_SUITE_P(Of, FsckOfADamagedFile, ::testing::Values("log", "head", "views"),
                         [](const auto& store) { return std::string(store.param); });

TEST_P(FsckOfADamagedFile, FindsBytesOfAValueThatWereChangedOnTheDisk) {
  std::string bytes = contents();
  const std::string value = "fraud";
  std::size_t changed = 0;
  for (std::size_t at = bytes.find(value); at != std::string::npos; at = bytes.find(value, at + 1), ++changed)
    bytes[at + 2] = 'A';
  ASSERT_GT(changed, 0U);
  write(bytes);
  EXPECT_GT(report().findings_in_all, 0U);
}

TEST_P(FsckOfADamagedFile, FindsThatItWasCut) {
  fs::resize_file(file(), fs::file_size(file()) / 2);
  EXPECT_GT(report().findings_in_all, 0U);
}

TEST_P(FsckOfADamagedFile, FindsGarbageBehindItsFirstPages) {
  std::string bytes = contents();
  for (std::size_t at = 2 * 4096; at < bytes.size(); ++at) bytes[at] = static_cast<char>(at * 131 >> 3);
  write(bytes);
  EXPECT_GT(report().findings_in_all, 0U);
}

// Wherever a page of nothing falls: no such damage ends this process or is answered by anything but a report.
TEST_P(FsckOfADamagedFile, OutlivesAnyPageThatTheDiskLost) {
  const std::string whole = contents();
  const std::size_t pages = whole.size() / 4096;
  std::size_t found = 0, looked_at = 0;
  const std::size_t step = std::max<std::size_t>(1, pages / (herald::testing::kSanitized ? 6 : 24));
  for (std::size_t page = 0; page < pages; page += step, ++looked_at) {
    std::string bytes = whole;
    bytes.replace(page * 4096, 4096, 4096, '\0');
    write(bytes);
    if (report().findings_in_all > 0) ++found;
  }
  EXPECT_GT(found, looked_at / 4) << "most pages are in use";
}

}  // namespace
}  // namespace herald::recorder
