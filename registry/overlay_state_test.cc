#include "registry/overlay_state.h"

#include <gmock/gmock.h>

#include "registry/memory_state.h"

namespace herald::registry {
namespace {

using testing::ElementsAre;

class AnOverlay : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* key : {"a1", "b1", "b3", "b5", "c1"}) below.put(Table::aliases, key, "below");
    above.put(Table::aliases, "b0", "above");
    above.put(Table::aliases, "b3", "above");
    above.put(Table::aliases, "b4", "above");
    above.put(Table::aliases, "b7", "above");
    above.erase(Table::aliases, "b5");
    above.erase(Table::aliases, "b6");
  }
  std::vector<std::string> forward(std::string_view after, std::size_t most = 100) const {
    std::vector<std::string> rows;
    above.scan(Table::aliases, "b", after, [&](std::string_view key, std::string_view value) {
      rows.push_back(std::string(key) + " " + std::string(value));
      return rows.size() < most;
    });
    return rows;
  }
  std::vector<std::string> backward(std::string_view before, std::size_t most = 100) const {
    std::vector<std::string> rows;
    above.scan_back(Table::aliases, "b", before, [&](std::string_view key, std::string_view) {
      rows.emplace_back(key);
      return rows.size() < most;
    });
    return rows;
  }

  MemoryState below;
  OverlayState above{below};
};

TEST_F(AnOverlay, HidesWhatLiesBelow) {
  EXPECT_EQ(above.get(Table::aliases, "b3"), "above");
  EXPECT_EQ(above.get(Table::aliases, "b1"), "below");
  EXPECT_EQ(above.get(Table::aliases, "b4"), "above");
  EXPECT_FALSE(above.get(Table::aliases, "b5"));
  EXPECT_FALSE(above.get(Table::models, "b4"));
}

TEST_F(AnOverlay, ShowsBothInOneOrder) {
  EXPECT_THAT(forward(""), ElementsAre("b0 above", "b1 below", "b3 above", "b4 above", "b7 above"));
  EXPECT_THAT(forward("b1"), ElementsAre("b3 above", "b4 above", "b7 above"));
  EXPECT_THAT(backward(""), ElementsAre("b7", "b4", "b3", "b1", "b0"));
  EXPECT_THAT(backward("b4"), ElementsAre("b3", "b1", "b0"));
}

TEST_F(AnOverlay, StopsWhenTheVisitorHasSeenEnough) {
  for (std::size_t most = 1; most <= 5; ++most) {
    EXPECT_EQ(forward("", most).size(), most);
    EXPECT_EQ(backward("", most).size(), most);
  }
}

TEST_F(AnOverlay, LeavesWhatLiesBelowAlone) {
  EXPECT_EQ(below.get(Table::aliases, "b3"), "below");
  EXPECT_EQ(below.get(Table::aliases, "b5"), "below");
}

}  // namespace
}  // namespace herald::registry
