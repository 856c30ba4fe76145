#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <set>
#include <string>
#include <thread>

#include "base/answer.h"
#include "base/bytes.h"
#include "base/digest.h"
#include "base/fail_point.h"
#include "base/hex.h"
#include "base/ids.h"

namespace herald {
namespace {

TEST(Bytes, BigEndianKeysSortAsTheirNumbersDo) {
  const std::uint64_t numbers[] = {0, 1, 255, 256, 65'535, 1ull << 32, ~0ull};
  for (std::size_t i = 0; i + 1 < std::size(numbers); ++i) {
    EXPECT_LT(be64(numbers[i]), be64(numbers[i + 1]));
    EXPECT_EQ(read_be64(be64(numbers[i])), numbers[i]);
  }
  EXPECT_THROW(read_be64("1234567"), std::logic_error);
}

// FIPS 180-2, appendix B; RFC 4231, test case 2.
TEST(Digest, AgreesWithPublishedVectors) {
  EXPECT_EQ(sha256("abc").hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("").hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hmac_sha256("Jefe", "what do ya want for nothing?").hex(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Digest, IsTheSameInPieces) {
  Sha256 hash;
  EXPECT_EQ(hash.update("a").update("bc").finish(), sha256("abc"));
  EXPECT_EQ(hash.update("abc").finish(), sha256("abc")) << "finish() begins anew";
}

TEST(Digest, IsReadWithAndWithoutPrefixAndNothingElse) {
  const Digest digest = sha256("abc");
  EXPECT_EQ(Digest::parse(digest.hex()).value(), digest);
  EXPECT_EQ(Digest::parse(digest.str()).value(), digest);
  EXPECT_TRUE(digest.str().starts_with("sha256:"));
  for (const std::string& text : {std::string(), digest.hex().substr(1), digest.hex() + "0", "md5:" + digest.hex(),
                                  std::string(64, 'g'), std::string("sha256:")}) {
    EXPECT_EQ(Digest::parse(text).error().cause, Cause::invalid_value) << text;
  }
}

TEST(Digest, ComparesSecretsWholly) {
  EXPECT_TRUE(equal_in_constant_time("same", "same"));
  EXPECT_FALSE(equal_in_constant_time("same", "sama"));
  EXPECT_FALSE(equal_in_constant_time("same", "sam"));
  EXPECT_TRUE(equal_in_constant_time("", ""));
}

TEST(Hex, GoesThereAndBack) {
  const std::string bytes("\x00\x7f\x80\xff", 4);
  EXPECT_EQ(to_hex(bytes), "007f80ff");
  EXPECT_EQ(from_hex("007F80ff"), bytes);
  EXPECT_EQ(from_hex("0"), std::nullopt);
  EXPECT_EQ(from_hex("0g"), std::nullopt);
}

// RFC 4648, 10.
TEST(Base64, AgreesWithPublishedVectors) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(to_base64(plain), encoded);
    EXPECT_EQ(from_base64(encoded), plain);
  }
  for (const char* wrong : {"Z", "Zg=", "Zg", "Z===", "=Zg=", "Zm9v!"})
    EXPECT_EQ(from_base64(wrong), std::nullopt) << wrong;
}

TEST(Ids, AreVersion7InTheOrderOfTime) {
  std::set<Uuid> seen;
  for (int ms = 0; ms < 2000; ++ms) {
    const Uuid id = random_ids().next(Timestamp(1'700'000'000'000 + ms));
    EXPECT_TRUE(seen.empty() || id > *seen.rbegin());
    EXPECT_TRUE(seen.insert(id).second);
    EXPECT_EQ(id.str()[14], '7');
    EXPECT_NE(std::string("89ab").find(id.str()[19]), std::string::npos);
    EXPECT_EQ(Uuid::parse(id.str()).value(), id);
  }
}

TEST(Ids, SortAsTheyWereAskedForWithinAMillisecondAndWhenTheClockStepsBack) {
  constexpr std::int64_t kLater = 1'900'000'000'000;
  Uuid last = random_ids().next(Timestamp(kLater));
  for (int i = 0; i < 20'000; ++i) {
    const Uuid id = random_ids().next(Timestamp(kLater - i % 3));
    ASSERT_GT(id, last);
    last = id;
  }
}

TEST(Ids, AreOthersInAChildProcess) {
  const Timestamp now(1'800'000'000'000);
  (void)random_ids().next(now);
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string id = random_ids().next(now).str();
    ::_exit(::write(ends[1], id.data(), id.size()) == static_cast<ssize_t>(id.size()) ? 0 : 1);
  }
  std::array<char, 36> of_child{};
  ASSERT_EQ(::read(ends[0], of_child.data(), of_child.size()), static_cast<ssize_t>(of_child.size()));
  EXPECT_NE(random_ids().next(now).str(), std::string(of_child.begin(), of_child.end()));
  int status = 1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(Ids, AreReadInOneFormOnly) {
  for (const char* wrong :
       {"", "01939f5e", "01939f5e0c3b7a528c1e2f6d3b9a4c10", "{01939f5e-0c3b-7a52-8c1e-2f6d3b9a4c10}",
        "01939f5e-0c3b-7a52-8c1e-2f6d3b9a4c1g", "01939f5e+0c3b-7a52-8c1e-2f6d3b9a4c10"}) {
    EXPECT_EQ(Uuid::parse(wrong).error().cause, Cause::invalid_value) << wrong;
  }
  EXPECT_EQ(Uuid::parse("01939F5E-0C3B-7A52-8C1E-2F6D3B9A4C10").value().str(), "01939f5e-0c3b-7a52-8c1e-2f6d3b9a4c10");
}

TEST(AnAnswer, ReachesWhoWaitsForIt) {
  std::future<std::string> answer;
  std::thread other(answer_into(answer), "recorded");
  EXPECT_EQ(answer.get(), "recorded");
  other.join();
}

TEST(AnAnswer, MayStillBeOnItsWayWhenWhoWaitedHasGone) {
  std::function<void(int)> give;
  {
    std::future<int> answer;
    give = answer_into(answer);
  }
  give(1);
}

TEST(Cause, EachHasAWordOfItsOwn) {
  std::set<std::string_view> words;
  for (int i = 0; i <= static_cast<int>(Cause::internal); ++i) words.insert(to_string(static_cast<Cause>(i)));
  EXPECT_EQ(words.size(), static_cast<std::size_t>(Cause::internal) + 1);
}

// In a child, since points stay armed for the life of a process.
void arm(const char* value) {
  setenv("HERALD_FAIL_POINTS", value, 1);
  arm_fail_points_from_environment();
}

TEST(FailPoint, FailsTheNamedStepTheNamedTimeOnly) {
  EXPECT_EXIT(
      {
        arm("log.commit=error@2,other=error");
        const bool as_told = !fail_point("log.commit") && fail_point("log.commit") && !fail_point("log.commit") &&
                             fail_point("other") && fail_point("other") && !fail_point("unnamed");
        std::exit(as_told ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

TEST(FailPoint, KillsTheProcess) {
  EXPECT_EXIT(
      {
        arm("here=kill");
        fail_point("here");
        std::exit(0);
      },
      testing::KilledBySignal(SIGKILL), "");
}

TEST(FailPoint, RefusesWhatItCannotRead) {
  for (const char* wrong : {"x", "=kill", "x=explode", "x=kill@0", "x=kill@never"}) {
    EXPECT_EXIT(
        {
          arm(wrong);
          std::exit(0);
        },
        testing::ExitedWithCode(2), "HERALD_FAIL_POINTS")
        << wrong;
  }
}

}  // namespace
}  // namespace herald
