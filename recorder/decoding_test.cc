#include "recorder/decoding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace herald::recorder {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kOfANewerVersion =
    R"({"specversion":"1.0","id":"01939f5e-1000-7000-8000-000000000001","source":"herald.example/test",)"
    R"("type":"herald.model.praised.v1","subject":"models/1","time":"2026-01-01T00:00:00.000Z",)"
    R"("sequence":"00000000000000000042","actorid":"system","actorkind":"system","actorvia":"herald",)"
    R"("correlationid":"01939f5e-1000-7000-8000-000000000002","causationdepth":0,)"
    R"("datacontenttype":"application/json","dataschema":"urn:herald:event:model.praised:v1","data":{}})";

TEST(Decoding, PassesOverWhatIsOfANewerVersionOnlyWhereThatIsAskedFor) {
  const Recording recording{Sequence(42), kOfANewerVersion};
  const auto known = decode_known(recording);
  ASSERT_TRUE(known) << known.error().message;
  EXPECT_FALSE(known->has_value());
  EXPECT_EQ(decode_all({&recording, 1}).error().cause, Cause::not_found);
}

TEST(Decoding, SaysWhichEventIsDamagedAndWhatToDo) {
  const Recording recording{Sequence(42), "{"};
  for (const Error& refused : {decode_known(recording).error(), decode_all({&recording, 1}).error()}) {
    EXPECT_EQ(refused.cause, Cause::malformed);
    EXPECT_THAT(refused.message, AllOf(StartsWith("event 42 cannot be read"), HasSubstr("herald fsck")));
  }
}

}  // namespace
}  // namespace herald::recorder
