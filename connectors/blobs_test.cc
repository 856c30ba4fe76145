#include "connectors/blobs.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "base/fail_point.h"
#include "base/hex.h"
#include "base/ids.h"
#include "disk/testing/small_disk.h"

namespace herald::connectors {
namespace {

namespace fs = std::filesystem;

class Blobs : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("herald-blobs-" + to_hex(random_bytes(8)));
    open();
  }
  void TearDown() override { fs::remove_all(folder_); }

  void open(std::uint64_t reserve = 0) { store_ = open_folder_blobs(folder_, reserve).value(); }

  Result<void> put(std::string_view bytes, const Digest& digest) {
    HERALD_TRY(const auto upload, store_->begin(digest, bytes.size()));
    HERALD_CHECK(upload->write(bytes));
    return upload->finish();
  }
  std::string get(const Digest& digest) {
    const auto blob = store_->open(digest).value();
    return blob ? blob->read(0, blob->size()).value() : "(not there)";
  }
  std::size_t files_in(const fs::path& path) const {
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(path)) count += entry.is_regular_file();
    return count;
  }

  fs::path folder_;
  std::unique_ptr<api::BlobStore> store_;
};

TEST_F(Blobs, ComeBackByTheirDigest) {
  ASSERT_TRUE(put("weights", sha256("weights")));
  EXPECT_EQ(get(sha256("weights")), "weights");
  EXPECT_EQ(store_->size(sha256("weights")), 7);
  EXPECT_EQ(store_->size(sha256("other")), std::nullopt);
  EXPECT_EQ(get(sha256("other")), "(not there)");
}

TEST_F(Blobs, AreReadInParts) {
  ASSERT_TRUE(put("0123456789", sha256("0123456789")));
  const auto blob = store_->open(sha256("0123456789")).value();
  EXPECT_EQ(blob->read(3, 4).value(), "3456");
  EXPECT_EQ(blob->read(8, 100).value(), "89");
  EXPECT_EQ(blob->read(10, 1).value(), "");
}

TEST_F(Blobs, AnEmptyOneIsABlob) {
  ASSERT_TRUE(put("", sha256("")));
  EXPECT_EQ(store_->size(sha256("")), 0);
}

TEST_F(Blobs, OtherBytesThanAnnouncedAreRefusedAndLeaveNothing) {
  const auto refused = put("weight", sha256("weights"));
  EXPECT_EQ(refused.error().cause, Cause::digest_mismatch);
  EXPECT_NE(refused.error().message.find(sha256("weight").str()), std::string::npos);
  EXPECT_EQ(get(sha256("weights")), "(not there)");
  EXPECT_EQ(files_in(folder_), 0);
}

TEST_F(Blobs, ThatAreDamagedOnTheDiskAreMendedByAnUpload) {
  const Digest digest = sha256("weights");
  ASSERT_TRUE(put("weights", digest));
  const fs::path file = folder_ / digest.hex().substr(0, 2) / digest.hex().substr(2);
  fs::permissions(file, fs::perms::owner_all);
  std::ofstream(file) << "w";
  ASSERT_EQ(get(digest), "w");
  ASSERT_TRUE(put("weights", digest));
  EXPECT_EQ(get(digest), "weights");
}

TEST_F(Blobs, AnUploadThatIsGivenUpLeavesNothing) {
  { ASSERT_TRUE(store_->begin(sha256("x"), 1).value()->write("x")); }
  EXPECT_EQ(files_in(folder_), 0);
}

TEST_F(Blobs, WhatACrashLeftIsSweptAtStart) {
  auto upload = store_->begin(sha256("xyz"), 3).value();
  ASSERT_TRUE(upload->write("x"));
  EXPECT_EQ(files_in(folder_ / "incoming"), 1);
  open();
  EXPECT_EQ(files_in(folder_ / "incoming"), 0);
}

TEST_F(Blobs, StayWhenTheStoreIsOpenedAgain) {
  ASSERT_TRUE(put("weights", sha256("weights")));
  open();
  EXPECT_EQ(get(sha256("weights")), "weights");
}

TEST_F(Blobs, CannotBeWrittenByAnybodyAfterwards) {
  ASSERT_TRUE(put("weights", sha256("weights")));
  const std::string hex = sha256("weights").hex();
  const auto permissions = fs::status(folder_ / hex.substr(0, 2) / hex.substr(2)).permissions();
  EXPECT_EQ(permissions, fs::perms::owner_read);
}

TEST_F(Blobs, WhoseFoldersWereNotSyncedAreNotShownUntilAnUploadSucceeds) {
  ::setenv("HERALD_FAIL_POINTS", "blobs.before_folder_sync=error@1", 1);
  arm_fail_points_from_environment();
  EXPECT_EQ(put("weights", sha256("weights")).error().cause, Cause::unavailable);
  EXPECT_EQ(files_in(folder_), 1) << "it was renamed";
  EXPECT_EQ(store_->size(sha256("weights")), std::nullopt) << "an event could name it and lose it";
  EXPECT_EQ(get(sha256("weights")), "(not there)");
  ASSERT_TRUE(put("weights", sha256("weights")));
  EXPECT_EQ(get(sha256("weights")), "weights");
}

TEST_F(Blobs, ThatWereThereAreShownThoughAnotherUploadOfThemFails) {
  ASSERT_TRUE(put("weights", sha256("weights")));
  ::setenv("HERALD_FAIL_POINTS", "blobs.before_folder_sync=error@1", 1);
  arm_fail_points_from_environment();
  EXPECT_FALSE(put("weights", sha256("weights")));
  EXPECT_EQ(get(sha256("weights")), "weights");
}

TEST_F(Blobs, TheSameOneUploadedByManyAtOnceIsThereOnce) {
  const std::string bytes(1 << 20, 'w');
  const Digest digest = sha256(bytes);
  std::vector<std::thread> threads;
  std::atomic<int> done = 0;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&] { done += put(bytes, digest).has_value(); });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(done, 8);
  EXPECT_EQ(files_in(folder_), 1);
  EXPECT_EQ(sha256(get(digest)), digest);
}

TEST_F(Blobs, AreRefusedBelowTheReserve) {
  open(~0ull);
  const auto refused = store_->begin(sha256("x"), 1);
  EXPECT_EQ(refused.error().cause, Cause::storage_full);
  EXPECT_EQ(files_in(folder_), 0);
}

TEST_F(Blobs, AreRefusedAtTheBeginningWhenWhatWasAnnouncedWouldNotFit) {
  const std::uint64_t free = fs::space(folder_).available;
  const auto refused = store_->begin(sha256("x"), free + (1ull << 30));
  EXPECT_EQ(refused.error().cause, Cause::storage_full);
  EXPECT_EQ(files_in(folder_), 0);
  EXPECT_TRUE(store_->begin(sha256("x"), 1));
}

// On a small disk of its own: a process whose exit status says what it found.
class BlobsOnASmallDisk : public Blobs {
 protected:
  void SetUp() override {
    Blobs::SetUp();
    if (!disk::testing::can_mount_small_disk(folder_))
      GTEST_SKIP() << "no small file system can be mounted here";
    store_.reset();
  }
  void mount(const std::string& size) { ASSERT_TRUE(disk::testing::mount_small_disk(folder_, size)); }
  [[noreturn]] static void end() { ::_exit(::testing::Test::HasFailure() ? 1 : 0); }

  void reach_the_reserve() {
    mount("64m");
    constexpr std::uint64_t kReserve = 32 << 20;
    open(kReserve);
    auto upload = store_->begin(sha256("x"), std::nullopt).value();
    const std::string piece(1 << 20, 'w');
    Result<void> written;
    while (written) written = upload->write(piece);
    EXPECT_EQ(written.error().cause, Cause::storage_full);
    EXPECT_GE(fs::space(folder_).available, kReserve - (16u << 20)) << "seen within 16 MiB";
  }
  void fill_the_disk() {
    mount("1m");
    open();
    const std::string bytes(4 << 20, 'w');
    {
      const auto upload = store_->begin(sha256(bytes), std::nullopt).value();
      EXPECT_EQ(upload->write(bytes).error().cause, Cause::storage_full);
    }
    EXPECT_EQ(files_in(folder_), 0u);
    EXPECT_TRUE(put("small", sha256("small"))) << "what was refused gave its space back";
  }
};

TEST_F(BlobsOnASmallDisk, ThatNobodyAnnouncedAreRefusedWhenTheyReachTheReserve) {
  EXPECT_EXIT((reach_the_reserve(), end()), ::testing::ExitedWithCode(0), "");
}

TEST_F(BlobsOnASmallDisk, AreRefusedWhenItIsFullAndLeaveNothing) {
  EXPECT_EXIT((fill_the_disk(), end()), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace herald::connectors
