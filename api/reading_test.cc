// The form in which what is read goes out: conditions, compression, members, and how often one may ask.
#include <zlib.h>

#include "api/compression.h"
#include "api/testing/locked_server.h"

namespace herald::api {
namespace {

using testing::Client;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Reply;

std::string unpacked(const std::string& bytes) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string in = bytes, out(4 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

class Reading : public testing::ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    given_model("churn", 30);
  }
};

TEST_F(Reading, AnswersNotModifiedToWhoKnowsIt) {
  const Reply first = get("/v1/models/churn");
  const std::string etag = first.header("etag");
  ASSERT_TRUE(etag.starts_with("W/\"")) << etag;
  EXPECT_EQ(first.header("cache-control"), "private, no-cache");
  for (const std::string& known : {etag, "\"other\", " + etag, std::string("*"), etag.substr(2)}) {
    const Reply again = get("/v1/models/churn", "If-None-Match: " + known + "\r\n");
    EXPECT_EQ(again.status, 304u) << known;
    EXPECT_EQ(again.body, "");
    EXPECT_EQ(again.header("etag"), etag);
  }
  ASSERT_EQ(ask("PATCH", "/v1/models/churn/tags", R"({"tier":"1"})").status, 200u);
  const Reply changed = get("/v1/models/churn", "If-None-Match: " + etag + "\r\n");
  EXPECT_EQ(changed.status, 200u);
  EXPECT_NE(changed.header("etag"), etag);
}

TEST_F(Reading, GoesOnWithTheConnectionAfterNotModified) {
  Client client(server_->port());
  const std::string etag = client.request("GET", "/v1/models/churn").header("etag");
  EXPECT_EQ(client.request("GET", "/v1/models/churn", {}, "If-None-Match: " + etag + "\r\n").status, 304u);
  EXPECT_EQ(client.request("GET", "/v1/models/churn").status, 200u);
}

TEST_F(Reading, CompressesWhatIsLargeForWhoTakesIt) {
  const Reply plain = get("/v1/models/churn/versions"),
              packed = get("/v1/models/churn/versions", "Accept-Encoding: br, gzip\r\n");
  EXPECT_EQ(plain.header("content-encoding"), "");
  EXPECT_EQ(packed.header("content-encoding"), "gzip");
  EXPECT_EQ(packed.header("vary"), "Accept-Encoding");
  EXPECT_EQ(plain.header("vary"), "Accept-Encoding");
  EXPECT_LT(packed.body.size() * 4, plain.body.size());
  EXPECT_EQ(unpacked(packed.body), plain.body);
  EXPECT_EQ(packed.header("etag"), plain.header("etag"));
}

TEST_F(Reading, CompressesAPageOfAnySize) {
  given_model("large", 400);
  const Reply plain = get("/v1/models/large/versions?limit=400");
  ASSERT_GT(plain.body.size(), 64u << 10);
  const Reply packed = get("/v1/models/large/versions?limit=400", "Accept-Encoding: gzip\r\n");
  EXPECT_EQ(unpacked(packed.body), plain.body);
}

TEST_F(Reading, LeavesWhatIsSmallAsItIs) {
  EXPECT_EQ(get("/healthz", "Accept-Encoding: gzip\r\n").header("content-encoding"), "");
}

TEST(Gzip, IsTakenWhereItIsNamedAndNotRefused) {
  for (const char* list : {"gzip", "GZIP", "deflate, gzip", "gzip;q=0.5", " gzip ; q=1 "})
    EXPECT_TRUE(takes_gzip(list)) << list;
  for (const char* list : {"", "br", "gzip;q=0", "gzip; q=0.000", "xgzip", "identity", "*"})
    EXPECT_FALSE(takes_gzip(list)) << list;
}

TEST_F(Reading, ShowsTheMembersThatAreWantedAlone) {
  EXPECT_EQ(get("/v1/models/churn?fields=name,latest").body, R"({"name":"churn","latest":30})");
  const Reply list = get("/v1/models/churn/versions?fields=version&limit=2");
  EXPECT_THAT(list.body, HasSubstr(R"({"items":[{"version":30},{"version":29}],"next":")"));
}

TEST_F(Reading, RefusesMembersThatThereAreNot) {
  for (const char* fields : {"nothing", "name,nothing", "", "name,"}) {
    const Reply refused = get(std::string("/v1/models/churn?fields=") + fields);
    EXPECT_EQ(refused.status, 422u) << fields;
    EXPECT_EQ(refused.at("field"), "fields");
    EXPECT_THAT(refused.at("detail"), HasSubstr("latest"));
  }
  EXPECT_EQ(get("/healthz?fields=status").status, 422u) << "where it is not offered";
}

class Asking : public testing::LockedServerTest {
 protected:
  void limit_to(std::uint64_t most) {
    server_.reset();
    Options options;
    options.rate_limit = most;
    start(options);
  }
};

TEST_F(Asking, IsLimitedAndSaysSoInEveryAnswer) {
  limit_to(3);
  EXPECT_THAT(as("root", "GET", "/v1/models").header("ratelimit"), HasSubstr("\"default\";r=2;t="));
  EXPECT_EQ(as("root", "GET", "/v1/nothing").header("ratelimit-policy"), "\"default\";q=3;w=10");
  EXPECT_EQ(as("root", "GET", "/v1/models").status, 200u);
  const Reply refused = as("root", "GET", "/v1/models");
  EXPECT_EQ(refused.status, 429u);
  EXPECT_EQ(refused.at("code"), "rate-limited");
  EXPECT_THAT(refused.header("ratelimit"), HasSubstr("r=0"));
  EXPECT_GE(std::stoi(refused.header("retry-after")), 1);
}

TEST_F(Asking, IsNotLimitedWhereNothingIsSaid) {
  limit_to(0);
  EXPECT_EQ(as("root", "GET", "/v1/models").header("ratelimit"), "");
}

}  // namespace
}  // namespace herald::api
