// Blobs and artifacts over HTTP.
#include <gmock/gmock.h>

#include "api/testing/server_fixture.h"

namespace herald::api {
namespace {

using testing::Client;
using ::testing::HasSubstr;
using testing::Reply;

class ServedContent : public testing::ServerTest {
 protected:
  static std::string path_of(std::string_view bytes) { return "/v1/blobs/" + sha256(bytes).hex(); }
  static constexpr std::string_view kBytes = "Content-Type: application/octet-stream\r\n";
};

TEST_F(ServedContent, IsKeptByItsDigest) {
  const std::string bytes("weights \0 and \xff", 15);
  const Reply put = ask("PUT", path_of(bytes), bytes, kBytes);
  EXPECT_EQ(put.status, 201u) << put.body;
  EXPECT_EQ(put.at("bytes"), "15");
  EXPECT_EQ(ask("PUT", path_of(bytes), bytes, kBytes).status, 200u);
  const Reply got = get(path_of(bytes));
  EXPECT_EQ(got.status, 200u);
  EXPECT_EQ(got.body, bytes);
  EXPECT_EQ(got.header("content-type"), "application/octet-stream");
  EXPECT_EQ(got.header("etag"), "\"" + sha256(bytes).hex() + "\"");
  EXPECT_EQ(got.header("accept-ranges"), "bytes");
}

TEST_F(ServedContent, MayBeEmpty) {
  EXPECT_EQ(ask("PUT", path_of(""), "", kBytes).status, 201u);
  const Reply got = get(path_of(""));
  EXPECT_EQ(got.status, 200u);
  EXPECT_EQ(got.header("content-length"), "0");
}

TEST_F(ServedContent, WhoseStoreThrowsIsRefusedOrCutOffAndTheServerGoesOn) {
  errors_are_meant();
  put_blob("weights");
  blobs_.break_down();
  const Reply refused = ask("PUT", path_of("weights"), "weights", kBytes);
  EXPECT_EQ(refused.status, 500u);
  EXPECT_EQ(refused.at("code"), "internal");

  Client reader(server_->port());
  reader.send("GET " + path_of("weights") + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(reader.read_until("\r\n\r\n"), HasSubstr("200 OK"));
  EXPECT_TRUE(reader.ended()) << "what has begun can only be cut off";

  EXPECT_EQ(get("/healthz").status, 200u);
}

TEST_F(ServedContent, MayComeInChunks) {
  const std::string bytes = std::string(100'000, 'a') + std::string(50'000, 'b');
  Client client(server_->port());
  client.send("PUT " + path_of(bytes) + " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
  client.send("186a0\r\n" + bytes.substr(0, 100'000) + "\r\n");
  client.send("c350\r\n" + bytes.substr(100'000) + "\r\n0\r\n\r\n");
  EXPECT_EQ(client.read_reply().status, 201u);
  EXPECT_EQ(client.request("GET", path_of(bytes)).body, bytes) << "the connection goes on";
}

TEST_F(ServedContent, IsSentInManySlices) {
  std::string bytes;
  for (int i = 0; i < 200'000; ++i) bytes += std::to_string(i);
  put_blob(bytes);
  EXPECT_EQ(get(path_of(bytes)).body, bytes);
}

TEST_F(ServedContent, WaitsToBeAskedForWhenItSaysSo) {
  Client client(server_->port());
  client.send("PUT " + path_of("abc") +
              " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_reply().status, 100u);
  client.send("abc");
  EXPECT_EQ(client.read_reply().status, 201u);
}

TEST_F(ServedContent, IsNotAskedForWhenItIsRefused) {
  Client client(server_->port());
  client.send(
      "PUT /v1/blobs/nonsense HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nExpect: "
      "100-continue\r\n\r\n");
  EXPECT_EQ(client.read_reply().status, 422u);
}

TEST_F(ServedContent, OfAnotherDigestIsRefused) {
  const Reply reply = ask("PUT", path_of("announced"), "something else", kBytes);
  EXPECT_EQ(reply.status, 422u);
  EXPECT_EQ(reply.at("code"), "digest-mismatch");
  EXPECT_EQ(blobs_.count(), 0u);
  put_blob("announced");
  EXPECT_EQ(ask("PUT", path_of("announced"), "something else", kBytes).at("code"), "digest-mismatch")
      << "also when it is there";
}

TEST_F(ServedContent, ThatIsCutOffIsNotKept) {
  Client client(server_->port());
  client.send("PUT " + path_of("abcdef") + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n\r\nabc");
  client.finish_sending();
  EXPECT_EQ(client.read_reply().at("code"), "malformed");
  EXPECT_EQ(blobs_.count(), 0u);
}

TEST_F(ServedContent, MustAnnounceItsLength) {
  const Reply reply = raw("PUT " + path_of("abc") + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(reply.status, 411u);
  EXPECT_EQ(reply.at("code"), "length-required");
}

TEST_F(ServedContent, ThatIsTooLargeIsRefusedAtOnce) {
  Client client(server_->port());
  client.send("PUT " + path_of("abc") +
              " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999999\r\n\r\n");
  EXPECT_EQ(client.read_reply().at("code"), "too-large");
}

TEST_F(ServedContent, IsGivenInParts) {
  put_blob("0123456789");
  const Reply part = get(path_of("0123456789"), "Range: bytes=2-4\r\n");
  EXPECT_EQ(part.status, 206u);
  EXPECT_EQ(part.body, "234");
  EXPECT_EQ(part.header("content-range"), "bytes 2-4/10");
  EXPECT_EQ(get(path_of("0123456789"), "Range: bytes=-3\r\n").body, "789");
  EXPECT_EQ(get(path_of("0123456789"), "Range: bytes=nonsense\r\n").status, 200u);
  const Reply beyond = get(path_of("0123456789"), "Range: bytes=10-\r\n");
  EXPECT_EQ(beyond.status, 416u);
  EXPECT_EQ(beyond.at("code"), "range-not-satisfiable");
  EXPECT_EQ(beyond.header("content-range"), "bytes */10");
  EXPECT_EQ(get(path_of("0123456789"), "Range: bytes=0-1\r\nRange: bytes=3-4\r\n").status, 400u);
}

TEST_F(ServedContent, ThatTheCallerHasIsNotSentAgain) {
  put_blob("abc");
  const Reply reply = get(path_of("abc"), "If-None-Match: \"" + sha256("abc").hex() + "\"\r\n");
  EXPECT_EQ(reply.status, 304u);
  EXPECT_EQ(reply.header("etag"), "\"" + sha256("abc").hex() + "\"");
}

TEST_F(ServedContent, IsSentOnlyIfItIsWhatIfMatchNames) {
  put_blob("abc");
  const Reply other =
      get(path_of("abc"), "If-Match: \"" + sha256("abd").hex() + "\"\r\nRange: bytes=0-1\r\n");
  EXPECT_EQ(other.status, 412u);
  EXPECT_EQ(other.at("code"), "expected-mismatch");
  EXPECT_EQ(other.at("field"), "If-Match");
  EXPECT_EQ(get(path_of("abc"), "If-Match: \"" + sha256("abc").hex() + "\"\r\nRange: bytes=0-1\r\n").body,
            "ab");
  EXPECT_EQ(get(path_of("abc"), "If-Match: \"x\"\r\nIf-Match: *\r\n").status, 400u);
  EXPECT_EQ(get(path_of("abc"), "If-Unmodified-Since: Sat, 29 Oct 1994 19:43:31 GMT\r\n").status, 200u)
      << "content has no date";
}

TEST_F(ServedContent, IsAskedForWithoutBeingSent) {
  put_blob("abc");
  Client client(server_->port());
  const Reply head = client.request("HEAD", path_of("abc"));
  EXPECT_EQ(head.status, 200u);
  EXPECT_EQ(head.header("content-length"), "3");
  EXPECT_EQ(client.request("HEAD", path_of("nothing")).status, 404u);
  EXPECT_EQ(client.request("GET", path_of("abc")).body, "abc");
}

// ---- artifacts ----

class Artifacts : public ServedContent {
 protected:
  static std::string file(const std::string& path, const std::string& bytes) {
    return R"({"path":")" + path + R"(","bytes":)" + std::to_string(bytes.size()) + R"(,"digest":"sha256:)" +
           sha256(bytes).hex() + "\"}";
  }
  Reply commit(const std::string& files) {
    return ask("POST", "/v1/artifacts", R"({"name":"weights","kind":"model","files":[)" + files + "]}");
  }
};

TEST_F(Artifacts, AreMadeOfFilesThatAreThere) {
  put_blob("one");
  put_blob("two!");
  const Reply made = commit(file("b/two.txt", "two!") + "," + file("a.txt", "one"));
  ASSERT_EQ(made.status, 201u) << made.body;
  EXPECT_EQ(made.at("files"), "2");
  EXPECT_EQ(made.at("bytes"), "7");
  const std::string path = "/v1/artifacts/" + made.at("id");
  EXPECT_EQ(get(path).body, made.body);
  const std::string entries = "[" + file("a.txt", "one") + "," + file("b/two.txt", "two!") + "]";
  EXPECT_EQ(get(path + "/manifest").body, entries);
  EXPECT_EQ("sha256:" + sha256(entries).hex(), made.at("digest"));
  EXPECT_EQ(get(path + "/files").body, R"({"items":)" + entries + "}");
  EXPECT_EQ(get(path + "/files/b/two.txt").body, "two!");
  EXPECT_EQ(get(path + "/files/b%2Ftwo.txt", "Range: bytes=0-0\r\n").body, "t");
  EXPECT_EQ(get(path + "/files/b").status, 404u);
  EXPECT_EQ(get("/v1/artifacts").items(), 1u);
}

TEST_F(Artifacts, ListTheirFilesInPagesWhateverTheirNames) {
  put_blob("one");
  const std::vector<std::string> names = {"a{}.txt", R"(b\"}.txt)", "c,{/d"};
  std::string files;
  for (const std::string& name : names) files += (files.empty() ? "" : ",") + file(name, "one");
  const Reply made = commit(files);
  ASSERT_EQ(made.status, 201u) << made.body;
  const std::string path = "/v1/artifacts/" + made.at("id") + "/files";
  std::string items, cursor;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Reply page = get(path + "?limit=1" + cursor);
    ASSERT_EQ(page.items(), 1u) << page.body;
    items += (items.empty() ? "" : ",") + page.at("items.0");
    EXPECT_EQ(page.at("next").empty(), i + 1 == names.size());
    cursor = "&cursor=" + page.at("next");
  }
  EXPECT_EQ(items, files);
  EXPECT_EQ(get(path + "?limit=0").status, 422u);
  EXPECT_EQ(get(path + "?cursor=x").at("field"), "cursor");
}

TEST_F(Artifacts, BelongToVersions) {
  given_model("churn", 1);
  put_blob("one");
  const std::string id = commit(file("a.txt", "one")).at("id");
  const std::string link = "/v1/models/churn/versions/1/artifacts/" + id;
  EXPECT_EQ(ask("PUT", link).at("artifacts.0.name"), "weights");
  EXPECT_EQ(get("/v1/artifacts/" + id).at("versions.0.reference"), "churn:v1");
  EXPECT_EQ(ask("DELETE", link).at("artifacts"), "[]");
  EXPECT_EQ(ask("POST", "/v1/models/churn/versions", R"({"artifacts":[")" + id + "\"]}").at("artifacts.0.id"),
            id);
}

TEST_F(Artifacts, ShowAndAreHeldByVersionsThatAreThere) {
  for (const char* model : {"churn", "fraud"}) given_model(model, 1);
  put_blob("one");
  const std::string path = "/v1/artifacts/" + commit(file("a.txt", "one")).at("id");
  for (const char* model : {"churn", "fraud"}) {
    const std::string version = "/v1/models/" + std::string(model) + "/versions/1";
    ASSERT_EQ(ask("PUT", version + path.substr(std::string("/v1").size())).status, 201u);
  }
  const auto references = [&] {
    const Reply shown = get(path), listed = get(path + "/versions");
    EXPECT_EQ(shown.at("versions.0.reference"), listed.at("items.0.reference"));
    EXPECT_EQ(shown.at("versions.1.reference"), listed.at("items.1.reference"));
    return shown.at("versions.0.reference") + " " + shown.at("versions.1.reference");
  };
  EXPECT_EQ(references(), "churn:v1 fraud:v1");
  ASSERT_EQ(ask("DELETE", "/v1/models/fraud/versions/1").status, 200u);
  EXPECT_EQ(references(), "churn:v1 ");
  ASSERT_EQ(ask("DELETE", "/v1/models/churn").status, 200u);
  EXPECT_EQ(references(), " ");
  const Reply held = ask("DELETE", path);
  EXPECT_EQ(held.status, 409u) << held.body;
  EXPECT_THAT(held.at("detail"), HasSubstr("restore it and unlink the artifact first"));
  ASSERT_EQ(ask("DELETE", "/v1/models/fraud").status, 200u);
  EXPECT_EQ(ask("DELETE", path).status, 200u);
}

TEST_F(Artifacts, AreRefusedWithWhatIsWrong) {
  put_blob("one");
  const auto before = last();
  const std::tuple<std::string, unsigned int, std::string> rows[] = {
      {file("a", "missing"), 404, "files[0].digest"},
      {R"({"path":"a","bytes":4,"digest":"sha256:)" + sha256("one").hex() + "\"}", 422, "files[0].bytes"},
      {file("a", "one") + "," + file("a", "one"), 422, "files"},
      {file("a", "one") + "," + file("a/b", "one"), 422, "files"},
      {file("../a", "one"), 422, "files[0].path"},
      {file("/a", "one"), 422, "files[0].path"},
      {"", 422, "files"},
  };
  for (const auto& [files, status, field] : rows) {
    const Reply reply = commit(files);
    EXPECT_EQ(reply.status, status) << reply.body;
    EXPECT_EQ(reply.at("field"), field) << reply.body;
  }
  EXPECT_EQ(last(), before);
}

}  // namespace
}  // namespace herald::api
