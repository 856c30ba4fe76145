// api/examples/rare-refusals.json has the refusals that a tour through all routes does not meet; /openapi.json and
// docs/errors.md show them. Each is brought about here, and is what the server says but for numbers and the request's id.
#include <gmock/gmock.h>

#include <regex>

#include "api/example_files.h"
#include "api/testing/locked_server.h"

namespace herald::api {
namespace {

using testing::Client;
using testing::Reply;

std::string without_numbers(const std::string& text) {
  static const std::regex kNumber("\\b[0-9]+\\b");
  return std::regex_replace(text, kNumber, "0");
}

// What the file says of a status, or of a cause.
Reply rare_example(const std::string& name) {
  for (const std::string_view file : kExampleFiles) {
    const auto document = json::Document::parse(file).value();
    for (const char* line : {"rare refusals", "rare causes"}) {
      const auto examples = document.root().find(line);
      const auto example = examples ? examples->find(name) : std::nullopt;
      if (!example) continue;
      Reply reply;
      reply.body = example->dump();
      return reply;
    }
  }
  return {};
}

std::size_t number_of_rare_examples() {
  std::size_t number = 0;
  for (const std::string_view file : kExampleFiles) {
    const auto document = json::Document::parse(file).value();
    for (const char* line : {"rare refusals", "rare causes"}) {
      const auto examples = document.root().find(line);
      if (!examples) continue;
      for (const auto& [name, example] : examples->members()) number += name.empty() ? 0 : 1;
    }
  }
  return number;
}

class RareRefusals : public testing::LockedServerTest {
 protected:
  void prepare() override { errors_are_meant(); }
  void TearDown() override {
    EXPECT_EQ(number_of_rare_examples(), 8u) << "each has a test below";
    LockedServerTest::TearDown();
  }
  static void expect_example(const std::string& name, const Reply& reply) {
    const Reply example = rare_example(name);
    EXPECT_EQ(example.at("status"), std::to_string(reply.status)) << reply.body;
    for (const char* member : {"type", "title", "status", "code", "field", "fix"})
      EXPECT_EQ(example.at(member), reply.at(member)) << name;
    EXPECT_EQ(without_numbers(example.at("detail")), without_numbers(reply.at("detail"))) << name;
  }
  static bool asks_to_come_again(const Reply& reply) { return !reply.header("retry-after").empty(); }
  std::string as_root() const { return "Authorization: Bearer " + tokens_.at("root") + "\r\n"; }
  Reply makes_a_model() { return as("root", "POST", "/v1/models", R"({"name":"churn"})"); }
};

TEST_F(RareRefusals, OfASlowBody) {
  start({.request_timeout = std::chrono::seconds(1)});
  Client slow(server_->port());
  slow.send("POST /v1/models HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + as_root() +
            "Content-Length: 100\r\n\r\n{");
  expect_example("408", slow.read_reply());
}

TEST_F(RareRefusals, OfABodyWithoutALength) {
  expect_example("411", raw("POST /v1/models HTTP/1.1\r\nHost: localhost\r\n" + as_root() + "\r\n"));
}

TEST_F(RareRefusals, OfACallerWhoAsksTooOften) {
  start({.rate_limit = 1});
  as("root", "GET", "/v1/me");
  const Reply refused = as("root", "GET", "/v1/me");
  expect_example("429", refused);
  EXPECT_TRUE(asks_to_come_again(refused));
}

TEST_F(RareRefusals, OfViewsThatAreBehind) {
  start({.views_timeout = std::chrono::milliseconds(20)});
  stop_following();
  ASSERT_EQ(makes_a_model().status, 201u);
  const Reply refused = as("root", "GET", "/v1/models?min_sequence=" + std::to_string(last()));
  expect_example("503", refused);
  EXPECT_TRUE(asks_to_come_again(refused));
}

TEST_F(RareRefusals, OfADiskThatIsFull) {
  server_.reset();
  recorder_.reset();
  recorder_ = std::make_unique<recorder::Recorder>(
      recorder::Options{.disk_reserve_bytes = 64 << 20,
                        .data_folder = "/var/lib/herald",
                        .free_bytes = [](const std::string&) { return std::uint64_t{12 << 20}; }},
      *log_, *head_, recorded_, system_clock(), random_ids());
  start({});
  expect_example("507", makes_a_model());
}

TEST_F(RareRefusals, OfARecorderThatIsStopping) {
  recorder_->stop();
  const Reply refused = makes_a_model();
  expect_example("stopping", refused);
  EXPECT_TRUE(asks_to_come_again(refused));
}

TEST_F(RareRefusals, OfContentThatIsGone) {
  recorder::Submission submission;
  const registry::ArtifactId id(random_ids().next(system_clock().now()));
  submission.command = registry::CommitArtifact{
      id, registry::Label::trusted("weights"), registry::Label::trusted("model"), sha256("gone"), 1, 4};
  ASSERT_TRUE(recorder_->record(std::move(submission)));
  expect_example("unavailable", as("root", "GET", "/v1/artifacts/" + id.str() + "/manifest"));
}

TEST_F(RareRefusals, OfADefect) {
  blobs_.break_down();
  expect_example("500", as("root", "PUT", "/v1/blobs/" + sha256("weights").hex(), "weights",
                           "Content-Type: application/octet-stream\r\n"));
}

}  // namespace
}  // namespace herald::api
