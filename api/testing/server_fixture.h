// A real server in this process: log, head, views, recorder, work store and HTTP over a socket, in a temporary folder.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "api/server.h"
#include "api/testing/captured_log.h"
#include "api/testing/client.h"
#include "api/testing/memory_blobs.h"
#include "lmdb/testing/temp_folder.h"
#include "recorder/projector.h"

namespace herald::api::testing {

// Takes everything and sends nothing.
class NoSender final : public automations::Sender {
 public:
  void send(automations::Outgoing, std::function<void(automations::Outcome)> done) override { done({}); }
  void cancel() override {}
  Result<void> check_url(registry::ActionKind, const std::string&) const override { return {}; }
};

class ServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    log_ = eventstore::Log::open({path("log"), "herald.example/test", kMapSize}, system_clock()).value();
    head_ = projections::Head::open({path("head"), kMapSize}).value();
    views_ = projections::Views::open({path("views"), kMapSize}).value();
    work_ = work::Store::open({path("work"), kMapSize}).value();
    secrets_ = std::make_unique<work::Secrets>(*work_, std::string(32, 's'));
    recorder_ = std::make_unique<recorder::Recorder>(
        recorder::Options{.disk_reserve_bytes = 0, .data_folder = path("")}, *log_, *head_, recorded_,
        system_clock(), random_ids());
    projector_ = std::make_unique<recorder::Projector>(*views_, *log_, projected_);
    follow();
    create_default_registry();
    start({.port = 0});
  }
  void TearDown() override {
    server_.reset();
    following_.reset();
    recorder_.reset();
    // A 5xx is a defect, whatever the test looked at.
    if (!errors_are_meant_) {
      EXPECT_THAT(server_log_.errors(), ::testing::IsEmpty());
    }
  }
  // For a test that brings the server to a 5xx on purpose.
  void errors_are_meant() { errors_are_meant_ = true; }

  void start(Options options) {
    options.port = 0;
    server_ = HttpServer::start(parts(), std::move(options)).value();
  }
  Parts parts(const Clock& clock = system_clock()) {
    return Parts{.recorder = *recorder_,
                 .log = *log_,
                 .tail = recorded_,
                 .head = *head_,
                 .views = *views_,
                 .projected = projected_,
                 .work = *work_,
                 .secrets = *secrets_,
                 .blobs = blobs_,
                 .kafka = nullptr,
                 .sender = sender_,
                 .deliveries = [] { return automations::Dispatcher::Stats{}; },
                 .followers = {{"views", following_.get()}},
                 .clock = clock,
                 .ids = random_ids(),
                 .digest_key = std::string(32, 'k')};
  }
  void follow() {
    following_ = std::make_unique<recorder::FollowerThread>(*projector_, *log_, recorded_,
                                                            recorder::FollowerThread::Options{});
  }
  // The views stand still until follow().
  void stop_following() { following_->stop(); }

  // Each on a connection of its own.
  Reply ask(std::string_view method, std::string_view target, std::string_view body = {},
            std::string_view headers = {}) {
    return Client(server_->port()).request(method, target, body, headers);
  }
  Reply get(std::string_view target, std::string_view headers = {}) {
    return ask("GET", target, {}, headers);
  }
  // Any bytes.
  Reply raw(std::string_view bytes) {
    Client client(server_->port());
    client.send(bytes);
    return client.read_reply();
  }
  void given_model(const std::string& name, int versions = 0) {
    ASSERT_EQ(ask("POST", "/v1/models", R"({"name":")" + name + "\"}").status, 201u);
    for (int i = 0; i < versions; ++i)
      ASSERT_EQ(ask("POST", "/v1/models/" + name + "/versions", "{}").status, 201u);
  }
  std::string put_blob(const std::string& bytes) {
    const std::string hex = sha256(bytes).hex();
    EXPECT_LT(ask("PUT", "/v1/blobs/" + hex, bytes, "Content-Type: application/octet-stream\r\n").status,
              300u);
    return hex;
  }
  // Events of 16 KB or so each, of versions of "churn".
  void record_large_events(int count) {
    for (int i = 0; i < count; ++i) {
      registry::RegisterVersion version;
      version.registry = registry::RegistryName::trusted("models");
      version.model = registry::ModelName::trusted("churn");
      version.metadata = json::Raw{R"({"a":")" + std::string(limits::kMaxMetadataBytes - 8, 'x') + "\"}"};
      recorder::Submission submission;
      submission.command = std::move(version);
      ASSERT_TRUE(recorder_->record(std::move(submission)));
    }
  }
  std::uint64_t last() const { return recorded_.last().value(); }

  CapturedLog server_log_;  // first, so that it outlives whoever logs
  static constexpr std::uint64_t kMapSize = 1ull << 28;
  herald::testing::TempFolder folder_;
  std::string path(const std::string& name) const { return folder_.file(name); }

  std::unique_ptr<eventstore::Log> log_;
  std::unique_ptr<projections::Head> head_;
  std::unique_ptr<projections::Views> views_;
  eventstore::Tail recorded_{Sequence(0)}, projected_{Sequence(0)};
  std::unique_ptr<work::Store> work_;
  std::unique_ptr<work::Secrets> secrets_;
  std::unique_ptr<recorder::Recorder> recorder_;
  std::unique_ptr<recorder::Projector> projector_;
  std::unique_ptr<recorder::FollowerThread> following_;
  MemoryBlobs blobs_;
  NoSender sender_;
  std::unique_ptr<HttpServer> server_;

 private:
  bool errors_are_meant_ = false;

  void create_default_registry() {
    recorder::Submission submission;
    submission.actor = registry::Actor::system();
    submission.command =
        registry::CreateRegistry{registry::RegistryId(random_ids().next(system_clock().now())),
                                 registry::RegistryName::trusted("models"), registry::RegistryKind::model};
    ASSERT_TRUE(recorder_->record(std::move(submission)));
  }
};

}  // namespace herald::api::testing
