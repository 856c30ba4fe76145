#include "server/descriptors.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/limits.h"

namespace herald::server {
namespace {

// In a child, since a hard limit cannot be raised again.
[[noreturn]] void raise_a_low_limit() {
  const rlimit low{64, 256};
  const bool is_low = ::setrlimit(RLIMIT_NOFILE, &low) == 0;
  const bool is_raised = raise_descriptor_limit() == 256;
  rlimit now{};
  const bool stands = ::getrlimit(RLIMIT_NOFILE, &now) == 0 && now.rlim_cur == 256;
  _exit(is_low && is_raised && stands ? 0 : 1);
}

TEST(Descriptors, MayBeAsManyAsTheHardLimitAllows) {
  EXPECT_EXIT(raise_a_low_limit(), testing::ExitedWithCode(0), "");
}

TEST(Descriptors, SufficeForConnectionsAndForWhatIsNone) {
  constexpr std::size_t kMany = 1'048'576;
  EXPECT_EQ(connections_within(kMany), limits::kMaxConnections);
  EXPECT_EQ(connections_within(4'096), 4'096 - limits::kReservedDescriptors);
  EXPECT_EQ(connections_within(2 * limits::kReservedDescriptors), limits::kReservedDescriptors);
  EXPECT_EQ(connections_within(256), 128u);
  EXPECT_EQ(connections_within(0), 1u);
}

}  // namespace
}  // namespace herald::server
