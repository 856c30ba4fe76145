#include "registry/facts.h"

#include <gtest/gtest.h>

namespace herald::registry {
namespace {

constexpr const char* kModelId = "01939f5e-0c3b-7a52-8c1e-2f6d3b9a4c10";

TEST(VersionNodes, AreReadAsTheyAreWritten) {
  const ModelId model = ModelId::parse(kModelId).value();
  const std::string id = version_node_id(model, VersionNumber(12));
  EXPECT_EQ(id, std::string(kModelId) + "/12");
  const auto version = version_of({NodeKind::version, id, "churn:v12"});
  ASSERT_TRUE(version);
  EXPECT_EQ(version->model_id, model);
  EXPECT_EQ(version->version, VersionNumber(12));
}

TEST(VersionNodes, AreNothingElse) {
  const std::string model(kModelId);
  for (const std::string& id : {model, model + "/", model + "/x", model + "/1x", model + "/0", model + "/-1",
                                model + "/18446744073709551616", std::string("churn/1"), std::string()})
    EXPECT_FALSE(version_of({NodeKind::version, id, {}})) << id;
  EXPECT_FALSE(version_of({NodeKind::run, model + "/1", {}}));
}

}  // namespace
}  // namespace herald::registry
