// A real server with eight events, of which the aliases' are 7 and 8, and what tests of lists, exports and live streams ask.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/caller.h"
#include "api/event_filter.h"
#include "api/testing/server_fixture.h"

namespace herald::api::testing {

class Events : public ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    given_model("churn", 2);                                                // 2, 3, 4
    given_model("fraud", 1);                                                // 5, 6
    ask("PUT", "/v1/models/churn/aliases/production", R"({"version":1})");  // 7
    ask("PUT", "/v1/models/churn/aliases/production", R"({"version":2,"reason":"Better recall"})");  // 8
    get("/v1/models/churn?min_sequence=8");
  }
  // 64 events each.
  void tag_many_times(int times) {
    for (int i = 0; i < times; ++i) {
      registry::ChangeTags change;
      change.registry = registry::RegistryName::trusted("models");
      change.model = registry::ModelName::trusted("churn");
      for (std::size_t tag = 0; tag < limits::kMaxTags; ++tag)
        change.tags[std::to_string(tag)] = std::to_string(i);
      recorder::Submission submission;
      submission.command = std::move(change);
      ASSERT_TRUE(recorder_->record(std::move(submission)));
      get("/v1/models/churn?min_sequence=" + std::to_string(last()));  // the views keep up
    }
  }
  static EventFilter of_type(const std::string& type) {
    EventFilter filter;
    filter.types = {type};
    return filter;
  }
  // The views name what it does not hold.
  void start_with_an_emptied_log() {
    errors_are_meant();
    emptied_ =
        eventstore::Log::open({path("emptied"), "herald.example/test", kMapSize}, system_clock()).value();
    log_.swap(emptied_);
    start({});
  }
  void TearDown() override {
    server_.reset();
    if (emptied_) log_.swap(emptied_);  // what the recorder writes
    ServerTest::TearDown();
  }
  std::unique_ptr<eventstore::Log> emptied_;
  const Caller everybody_{registry::Actor::anonymous("http"), registry::Access::unlimited()};
  std::vector<int> sequences(const std::string& query) {
    std::vector<int> out;
    std::string cursor;
    do {
      const Reply page = get("/v1/events?" + query + (cursor.empty() ? "" : "&cursor=" + cursor));
      EXPECT_EQ(page.status, 200u) << page.body;
      for (std::size_t i = 0; i < page.items(); ++i)
        out.push_back(std::stoi(page.at("items." + std::to_string(i) + ".sequence")));
      cursor = page.at("next");
    } while (!cursor.empty());
    return out;
  }
};

}  // namespace herald::api::testing
