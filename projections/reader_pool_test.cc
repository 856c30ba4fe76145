#include "projections/reader_pool.h"

#include <gtest/gtest.h>

#include <memory>

#include "lmdb/testing/temp_folder.h"

namespace herald::projections {
namespace {

TEST(SpareReaders, AreKeptUpToANumberAndUsedAgain) {
  const herald::testing::TempFolder folder;
  const auto environment =
      lmdb::Environment::open({.path = folder.file("store"), .map_size = 1 << 20}).value();
  ReaderPool pool(*environment);
  std::vector<std::unique_ptr<ReaderPool::Reader>> at_once;
  for (std::size_t i = 0; i < limits::kMaxSpareReaders + 2; ++i)
    at_once.push_back(std::make_unique<ReaderPool::Reader>(pool));
  EXPECT_EQ(pool.spare(), 0u);
  at_once.clear();
  EXPECT_EQ(pool.spare(), limits::kMaxSpareReaders);
  const ReaderPool::Reader again(pool);
  EXPECT_EQ(pool.spare(), limits::kMaxSpareReaders - 1);
}

}  // namespace
}  // namespace herald::projections
