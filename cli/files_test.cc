#include "cli/files.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace herald::cli {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class Files : public testing::Test {
 protected:
  Files() { fs::create_directories(folder_ / "out" / "sub"); }
  ~Files() override { fs::remove_all(folder_); }

  std::string make(const std::string& path, const std::string& content = "x") {
    std::ofstream(folder_ / path) << content;
    return (folder_ / path).string();
  }
  std::string at(const std::string& path) const { return (folder_ / path).string(); }

  const fs::path folder_ = fs::path(testing::TempDir()) / ("herald-files-" + std::to_string(::getpid()));
};

std::vector<std::string> paths(const std::vector<LocalFile>& files) {
  std::vector<std::string> out;
  for (const LocalFile& file : files) out.push_back(file.path);
  return out;
}

TEST_F(Files, OfAFolderStandUnderTheirPathWithinIt) {
  make("out/b", "12345");
  make("out/sub/a");
  const auto files = find_files({at("out"), make("c.bin")});
  ASSERT_TRUE(files);
  EXPECT_THAT(paths(*files), ElementsAre("b", "c.bin", "sub/a"));
  EXPECT_EQ((*files)[0].bytes, 5u);
  EXPECT_EQ((*files)[0].on_disk, at("out/b"));
}

TEST_F(Files, MayBeNamedByALink) {
  make("out/b");
  fs::create_symlink(at("out/b"), at("out/sub/link"));
  EXPECT_THAT(paths(*find_files({at("out")})), ElementsAre("b", "sub/link"));
}

TEST_F(Files, OutsideOfAFolderAreTakenAlongOnlyWhenAskedFor) {
  make("secret");
  fs::create_symlink(at("secret"), at("out/sub/link"));
  const auto refused = find_files({at("out")});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().cause, Cause::invalid_value);
  EXPECT_THAT(refused.error().message, HasSubstr("out/sub/link is a link out of the folder"));
  EXPECT_THAT(paths(*find_files({at("out")}, LinksOut::taken)), ElementsAre("sub/link"));
  EXPECT_THAT(paths(*find_files({at("out/sub/link")})), ElementsAre("link")) << "named itself";
}

TEST_F(Files, AreNotLookedForBehindLinksToFolders) {
  make("out/b");
  fs::create_directory_symlink(at("out/sub"), at("out/again"));
  for (const LinksOut links_out : {LinksOut::refused, LinksOut::taken})
    EXPECT_THAT(find_files({at("out")}, links_out).error().message, HasSubstr("is a link to the folder"));
}

TEST_F(Files, UnderOnePathAreRefused) {
  const auto files = find_files({make("out/b"), make("out/sub/b")});
  EXPECT_EQ(files.error().cause, Cause::duplicate_field);
}

TEST_F(Files, ThatAreNotThereAreNamed) {
  const auto files = find_files({at("nothing")});
  EXPECT_EQ(files.error().cause, Cause::not_found);
  EXPECT_THAT(files.error().message, HasSubstr(at("nothing")));
}

TEST_F(Files, MustNotBePipesOrLinksToNowhere) {
  ASSERT_EQ(::mkfifo(at("out/pipe").c_str(), 0600), 0);
  EXPECT_EQ(find_files({at("out")}).error().cause, Cause::invalid_value);
  EXPECT_EQ(find_files({at("out/pipe")}).error().cause, Cause::invalid_value);
  fs::remove(at("out/pipe"));
  fs::create_symlink(at("nowhere"), at("out/link"));
  EXPECT_EQ(find_files({at("out")}).error().cause, Cause::invalid_value);
}

TEST_F(Files, AreHashedWhole) {
  const std::string content(3'000'000, 'h');
  EXPECT_EQ(*digest_of_file(make("big", content)), sha256(content));
  EXPECT_EQ(*digest_of_file(make("empty", "")), sha256(""));
  EXPECT_EQ(digest_of_file(at("nothing")).error().cause, Cause::unavailable);
}

TEST_F(Files, WhoseNamesAreNotUtf8AreNamedBeforeAnythingIsSent) {
  make("out/caf\xe9");
  const auto refused = check_paths(*find_files({at("out")}));
  EXPECT_EQ(refused.error().cause, Cause::invalid_value);
  EXPECT_THAT(refused.error().message, HasSubstr("is not UTF-8: rename it, nothing was sent"));
  EXPECT_THAT(refused.error().message, HasSubstr(at("out/caf")));
}

}  // namespace
}  // namespace herald::cli
