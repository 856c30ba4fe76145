// Which files of artifacts are compared, and when artifacts stand in their place.
#include "api/compared_files.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "api/testing/memory_blobs.h"
#include "base/bytes.h"

namespace herald::api {
namespace {

using projections::Comparable;
using projections::Show;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class FilesOfVersions : public ::testing::Test {
 protected:
  // Of paths and contents.
  Digest given_list(const std::vector<std::pair<std::string, std::string>>& files) {
    std::string list;
    for (const auto& [path, content] : files) {
      list += fmt::format(R"({}{{"path":"{}","bytes":{},"digest":"{}"}})", list.empty() ? "[" : ",", path,
                          content.size(), sha256(content).str());
    }
    list += "]";
    const Digest digest = sha256(list);
    const auto upload = blobs_.begin(digest, std::nullopt);
    EXPECT_TRUE(upload && (*upload)->write(list) && (*upload)->finish());
    return digest;
  }
  void link(Comparable& of, std::uint64_t id, const std::string& name, const Digest& digest,
            const std::optional<std::string>& reference = {}) {
    const registry::ArtifactId artifact(Uuid::from_bytes(std::string(8, 'a') + be64(id)));
    of.version.artifacts.push_back({artifact, registry::Label::trusted(name), digest});
    registry::ArtifactRecord record;
    record.id = artifact;
    record.digest = digest;
    record.files = reference ? 0 : 1;
    if (reference) record.reference = registry::Uri::trusted(*reference);
    artifacts_.emplace(artifact, record);
  }
  // "path" for each file, and "path x2" where there are two.
  static std::vector<std::string> paths(const Comparable& of) {
    std::vector<std::string> out;
    for (const auto& [path, files] : of.files)
      out.push_back(files.size() == 1 ? path : fmt::format("{} x{}", path, files.size()));
    return out;
  }

  testing::MemoryBlobs blobs_;
  ArtifactsById artifacts_;
};

TEST_F(FilesOfVersions, AreThoseOfListsThatNotAllHave) {
  const Digest common = given_list({{"LICENSE", "free"}, {"config", "a"}}),
               own = given_list({{"config", "b"}});
  std::vector<Comparable> versions(2);
  for (Comparable& of : versions) link(of, 1, "base", common);
  link(versions[0], 2, "weights", own);
  ComparedFiles differing(blobs_, artifacts_, Show::differences);
  ASSERT_TRUE(differing.read(versions));
  EXPECT_THAT(paths(versions[0]), ElementsAre("config x2"));
  EXPECT_THAT(paths(versions[1]), ElementsAre("config")) << "what all have stands beside what one has";
  EXPECT_EQ(differing.same(), 1U) << "the license";
  for (Comparable& of : versions) of.files.clear();
  ComparedFiles all(blobs_, artifacts_, Show::all);
  ASSERT_TRUE(all.read(versions));
  EXPECT_THAT(paths(versions[0]), ElementsAre("LICENSE", "config x2"));
  EXPECT_EQ(all.same(), 0U) << "they are rows";
}

TEST_F(FilesOfVersions, AreNotReadWhereAllHaveTheSame) {
  std::vector<Comparable> versions(2);
  for (Comparable& of : versions) link(of, 1, "base", sha256("a list that is not there"));
  ComparedFiles files(blobs_, artifacts_, Show::differences);
  ASSERT_TRUE(files.read(versions));
  EXPECT_THAT(paths(versions[0]), IsEmpty());
  EXPECT_EQ(files.same(), 1U);
  EXPECT_FALSE(files.truncated());
}

TEST_F(FilesOfVersions, AreArtifactsWhereOneListIsNotThere) {
  std::vector<Comparable> versions(2);
  link(versions[0], 1, "weights", given_list({{"config", "a"}}));
  link(versions[1], 2, "weights", sha256("a list that is not there"));
  ComparedFiles files(blobs_, artifacts_, Show::differences);
  ASSERT_TRUE(files.read(versions));
  EXPECT_TRUE(files.truncated());
  for (const Comparable& of : versions) {
    EXPECT_THAT(paths(of), ElementsAre("weights")) << "of none it is said that its files are gone";
    EXPECT_EQ(of.files.at("weights")[0].digest, of.version.artifacts[0].digest);
  }
}

TEST_F(FilesOfVersions, AreArtifactsWhereListsAreTooLongTogether) {
  const std::string path(4096, 'p');
  std::vector<std::pair<std::string, std::string>> many(6'000, {path, "x"});  // 24 MiB of 32
  std::vector<Comparable> versions(2);
  link(versions[0], 1, "one", given_list(many));
  many.pop_back();
  link(versions[1], 2, "other", given_list(many));
  ComparedFiles files(blobs_, artifacts_, Show::differences);
  ASSERT_TRUE(files.read(versions));
  EXPECT_TRUE(files.truncated());
  EXPECT_THAT(paths(versions[0]), ElementsAre("one"));
  EXPECT_THAT(paths(versions[1]), ElementsAre("other"));
}

TEST_F(FilesOfVersions, AreReferencesUnderTheirNames) {
  std::vector<Comparable> versions(2);
  link(versions[0], 1, "weights", sha256("w"), "s3://a");
  link(versions[1], 2, "weights", sha256("w"), "s3://b");
  ComparedFiles files(blobs_, artifacts_, Show::differences);
  ASSERT_TRUE(files.read(versions));
  EXPECT_FALSE(files.truncated());
  EXPECT_EQ(versions[0].files.at("weights")[0].reference->str(), "s3://a");
  EXPECT_EQ(versions[1].files.at("weights")[0].reference->str(), "s3://b") << "though the content is one";
}

}  // namespace
}  // namespace herald::api
