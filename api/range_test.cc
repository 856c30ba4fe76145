#include "api/range.h"

#include <gtest/gtest.h>

namespace herald::api {
namespace {

const Digest kDigest = sha256("content");
constexpr std::uint64_t kSize = 100;

Portion asked(std::string_view range, std::string_view if_range = {}) {
  Request request;
  request.method = Method::get;
  request.range = range;
  request.if_range = if_range;
  return portion_of(request, kDigest, kSize);
}

TEST(Ranges, NameAPart) {
  const std::pair<const char*, ByteRange> rows[] = {
      {"bytes=0-0", {0, 1}},     {"bytes=0-99", {0, 100}},    {"bytes=10-19", {10, 10}},
      {"bytes=90-", {90, 10}},   {"bytes=90-1000", {90, 10}}, {"bytes=-5", {95, 5}},
      {"bytes=-1000", {0, 100}}, {"bytes= 1-2", {1, 2}},
  };
  for (const auto& [text, range] : rows) {
    EXPECT_EQ(asked(text).kind, Portion::Kind::part) << text;
    EXPECT_EQ(asked(text).range, range) << text;
  }
}

TEST(Ranges, OutsideTheContentCannotBeSatisfied) {
  for (const char* text : {"bytes=100-", "bytes=100-200", "bytes=-0", "bytes=18446744073709551615-"}) {
    EXPECT_EQ(asked(text).kind, Portion::Kind::not_satisfiable) << text;
  }
}

TEST(Ranges, ThatCannotBeReadArePassedOver) {
  for (const char* text : {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-1", "bytes=1", "items=0-1",
                           "bytes=0-1,5-6", "bytes=1-2x", "bytes=99999999999999999999-", "bytes=--5"}) {
    EXPECT_EQ(asked(text).kind, Portion::Kind::whole) << text;
    EXPECT_EQ(asked(text).range, (ByteRange{0, kSize})) << text;
  }
}

TEST(Ranges, AreGivenOnlyForTheContentTheyWereMeantFor) {
  EXPECT_EQ(asked("bytes=0-1", etag_of(kDigest)).kind, Portion::Kind::part);
  EXPECT_EQ(asked("bytes=0-1", "\"another\"").kind, Portion::Kind::whole);
  EXPECT_EQ(asked("bytes=0-1", "W/" + etag_of(kDigest)).kind, Portion::Kind::whole);
}

TEST(Ranges, AreForGetAlone) {
  Request request;
  request.method = Method::head;
  request.range = "bytes=0-1";
  EXPECT_EQ(portion_of(request, kDigest, kSize).kind, Portion::Kind::whole);
}

TEST(Ranges, OfNothingCannotBeSatisfied) {
  Request request;
  request.method = Method::get;
  request.range = "bytes=0-";
  EXPECT_EQ(portion_of(request, kDigest, 0).kind, Portion::Kind::not_satisfiable);
}

TEST(Conditions, SpareWhatTheCallerHas) {
  const std::string etag = etag_of(kDigest);
  for (const std::string& list : {etag, "W/" + etag, "\"x\", " + etag, std::string("*")}) {
    Request request;
    request.method = Method::get;
    request.if_none_match = list;
    EXPECT_EQ(portion_of(request, kDigest, kSize).kind, Portion::Kind::not_modified) << list;
  }
  Request request;
  request.method = Method::get;
  request.if_none_match = "\"x\"";
  EXPECT_EQ(portion_of(request, kDigest, kSize).kind, Portion::Kind::whole);
}

TEST(Conditions, GoOnOnlyWithTheContentThatTheCallerMeans) {
  const std::string etag = etag_of(kDigest);
  const auto kind_for = [&](const std::string& list, std::string_view range) {
    Request request;
    request.method = Method::get;
    request.if_match = list;
    request.range = range;
    return portion_of(request, kDigest, kSize).kind;
  };
  for (const std::string& list : {etag, "\"x\", " + etag, std::string("*")}) {
    EXPECT_EQ(kind_for(list, ""), Portion::Kind::whole) << list;
    EXPECT_EQ(kind_for(list, "bytes=0-1"), Portion::Kind::part) << list;
  }
  for (const std::string& list : {std::string("\"x\""), "W/" + etag, kDigest.hex()}) {
    EXPECT_EQ(kind_for(list, ""), Portion::Kind::another) << list;
    EXPECT_EQ(kind_for(list, "bytes=0-1"), Portion::Kind::another) << list;
  }
}

TEST(WeakTags, AreTheSameInEachProcess) {
  EXPECT_EQ(weak_etag_of("abc"), "W/\"ba7816bf8f01cfea414140de5dae2223\"");
  EXPECT_NE(weak_etag_of("abd"), weak_etag_of("abc"));
}

}  // namespace
}  // namespace herald::api
