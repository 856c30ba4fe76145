#include "eventstore/format.h"

#include <gtest/gtest.h>

#include "base/hex.h"

namespace herald::eventstore::format {
namespace {

const Timestamp kRecorded = Timestamp::trusted("2026-11-24T05:02:00.123Z");

TEST(LogFormat, IsThatOfTheWorkedExample) {
  const Leaf leaf{merkle_leaf(R"({"n":1})"), kRecorded};
  EXPECT_EQ(to_hex(sequence_key(Sequence(1))), "0000000000000001");
  EXPECT_EQ(to_hex(encode(leaf)), sha256(from_hex("007b226e223a317d").value()).hex() + "000001a20beea9bb");
  EXPECT_EQ(to_hex(stream_key("registries/7", Sequence(1))), "726567697374726965732f37000000000000000001");
  EXPECT_EQ(to_hex(record_key("ann", "k1")), "616e6e006b31");
  EXPECT_EQ(to_hex(age_key(kRecorded, record_key("ann", "k1"))), "000001a20beea9bb616e6e006b31");

  const Digest request = sha256("the request");
  const IdempotencyRecord record{request, Sequence(1), Sequence(1), true, "{}", kRecorded};
  EXPECT_EQ(to_hex(encode(record)), request.hex() +
                                        "0000000000000001"
                                        "0000000000000001"
                                        "000001a20beea9bb"
                                        "01"
                                        "7b7d");
  EXPECT_EQ(to_hex(node_key(1, 255)), "0100000000000000ff");
  EXPECT_EQ(to_hex(node_key(2, 0)), "020000000000000000");
}

TEST(LogFormat, ReadsWhatItWrote) {
  const Leaf leaf = decode_leaf(encode(Leaf{sha256("x"), kRecorded}));
  EXPECT_EQ(leaf.hash, sha256("x"));
  EXPECT_EQ(leaf.recorded, kRecorded);

  const IdempotencyRecord record = decode_record(
      encode(IdempotencyRecord{sha256("r"), Sequence(7), Sequence(9), false, R"({"a":1})", kRecorded}));
  EXPECT_EQ(record.request, sha256("r"));
  EXPECT_EQ(record.first, Sequence(7));
  EXPECT_EQ(record.last, Sequence(9));
  EXPECT_FALSE(record.created);
  EXPECT_EQ(record.answer, R"({"a":1})");
  EXPECT_EQ(record.recorded, kRecorded);
}

TEST(LogFormat, RefusesBytesOfAnotherShape) {
  EXPECT_THROW(decode_leaf("short"), std::runtime_error);
  EXPECT_THROW(decode_leaf(std::string(41, 'x')), std::runtime_error);
  EXPECT_THROW(decode_record(std::string(56, 'x')), std::runtime_error);
  EXPECT_THROW(decode_sequence("1234567"), std::runtime_error);
  EXPECT_THROW(decode_time("123456789"), std::runtime_error);
}

TEST(LogFormat, HashesRecordKeysThatLmdbWouldNotTake) {
  const std::string longest_in_the_clear(kMaxRecordKeyBytes - 4, 'k');
  EXPECT_EQ(record_key("ann", longest_in_the_clear).size(), kMaxRecordKeyBytes);
  const std::string hashed = record_key("ann", longest_in_the_clear + "k");
  EXPECT_EQ(hashed.size(), 33u);
  EXPECT_EQ(hashed.front(), '\xff');
  EXPECT_NE(hashed, record_key("ann", longest_in_the_clear + "l"));
}

TEST(LogFormat, KeepsActorAndKeyApart) {
  EXPECT_NE(record_key("ann", "bob"), record_key("annb", "ob"));
}

TEST(LogFormat, RefusesSubjectsThatWouldMixStreams) {
  EXPECT_THROW(stream_prefix(""), std::logic_error);
  EXPECT_THROW(stream_prefix(std::string("a\0b", 3)), std::logic_error);
  EXPECT_THROW(stream_prefix(std::string(kMaxSubjectBytes + 1, 's')), std::logic_error);
  EXPECT_EQ(stream_prefix(std::string(kMaxSubjectBytes, 's')).size(), kMaxSubjectBytes + 1);
}

}  // namespace
}  // namespace herald::eventstore::format
