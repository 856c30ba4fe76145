// Lists over HTTP: a page is bounded in bytes, whatever its items are, and its cursor goes on behind its last item.
#include <gmock/gmock.h>

#include "api/testing/server_fixture.h"

namespace herald::api {
namespace {

using ::testing::ElementsAre;
using testing::Reply;

class Lists : public testing::ServerTest {
 protected:
  struct Walk {
    std::vector<std::string> seen;  // one member of each item
    std::size_t pages = 0, largest = 0;
  };
  Walk walk(const std::string& target, std::string_view member) {
    Walk walk;
    std::string cursor;
    do {
      const Reply page = get(target + "?limit=1000" + (cursor.empty() ? "" : "&cursor=" + cursor));
      EXPECT_EQ(page.status, 200u);
      const auto document = json::Document::parse(page.body).value();
      for (const json::Value item : document.root().find("items")->elements()) {
        const auto value = item.find(member);
        walk.seen.push_back(value->string() ? std::string(*value->string()) : value->dump());
      }
      ++walk.pages;
      walk.largest = std::max(walk.largest, page.body.size());
      cursor = page.at("next");
    } while (!cursor.empty());
    return walk;
  }
  void record(registry::Command command) {
    recorder::Submission submission;
    submission.command = std::move(command);
    ASSERT_TRUE(recorder_->record(std::move(submission)));
  }
};

TEST_F(Lists, OfVersionsWithAllTheMetadataTheyMayHaveComeInPagesOfFourMebibytes) {
  constexpr int kVersions = 300;
  given_model("churn");
  for (int i = 0; i < kVersions; ++i) {
    registry::RegisterVersion version;
    version.registry = registry::RegistryName::trusted("models");
    version.model = registry::ModelName::trusted("churn");
    version.metadata = json::Raw{R"({"a":")" + std::string(limits::kMaxMetadataBytes - 8, 'x') + "\"}"};
    record(std::move(version));
  }
  const Walk walked = walk("/v1/models/churn/versions", "version");
  EXPECT_EQ(walked.pages, 2u);
  EXPECT_LE(walked.largest, limits::kMaxPageBytes + 1'000);
  ASSERT_EQ(walked.seen.size(), std::size_t{kVersions});
  for (int i = 0; i < kVersions; ++i) EXPECT_EQ(walked.seen[i], std::to_string(kVersions - i));
}

// What a model says of itself in the store is short; its description is not.
TEST_F(Lists, OfModelsWithLongDescriptionsComeInPagesOfFourMebibytes) {
  constexpr int kModels = 70;
  std::vector<std::string> names;
  for (int i = 0; i < kModels; ++i) {
    names.push_back("model-" + std::to_string(i));
    const std::string text(limits::kMaxTextBytes, static_cast<char>('a' + (i % 26)));
    ASSERT_EQ(ask("POST", "/v1/models", R"({"name":")" + names.back() + R"(","description":")" + text + "\"}")
                  .status,
              201u);
  }
  const Walk walked = walk("/v1/models", "name");
  EXPECT_EQ(walked.pages, 2u);
  EXPECT_LE(walked.largest, limits::kMaxPageBytes + 1'000);
  EXPECT_EQ(walked.seen, names);
}

TEST_F(Lists, ShowTheAliasesOfEachVersion) {
  given_model("churn", 3);
  for (const auto& [alias, version] : {std::pair("production", "1"), {"canary", "3"}, {"best", "1"}})
    ask("PUT", std::string("/v1/models/churn/aliases/") + alias,
        R"({"version":)" + std::string(version) + "}");
  const Reply list = get("/v1/models/churn/versions");
  EXPECT_EQ(list.at("items.0.aliases"), R"(["canary"])");
  EXPECT_EQ(list.at("items.1.aliases"), "[]");
  EXPECT_EQ(list.at("items.2.aliases"), R"(["best","production"])");
}

TEST_F(Lists, OfSecretsComeInPages) {
  for (const char* name : {"c", "a", "b"})
    ask("PUT", std::string("/v1/secrets/") + name, R"({"value":"hush"})");
  const Reply first = get("/v1/secrets?limit=2");
  EXPECT_EQ(first.at("items.1.name"), "b");
  const Reply second = get("/v1/secrets?limit=2&cursor=" + first.at("next"));
  EXPECT_EQ(second.items(), 1u);
  EXPECT_EQ(second.at("items.0.name"), "c");
  EXPECT_EQ(second.at("next"), "");
}

}  // namespace
}  // namespace herald::api
