#include "eventstore/merkle.h"

#include <gtest/gtest.h>

#include <random>
#include <span>

#include "base/hex.h"

namespace herald::eventstore {
namespace {

// The definitions of RFC 6962, 2.1, word by word, with nothing of ours but SHA-256.
namespace naive {

using Leaves = std::span<const std::string>;

std::string hash(const std::string& bytes) {
  return std::string(sha256(bytes).bytes());
}

std::size_t largest_power_of_two_below(std::size_t n) {
  std::size_t k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

std::string root(Leaves d) {
  if (d.empty()) return hash("");
  if (d.size() == 1) return hash(std::string(1, '\0') + d[0]);
  const std::size_t k = largest_power_of_two_below(d.size());
  return hash("\x01" + root(d.first(k)) + root(d.subspan(k)));
}

std::vector<std::string> path(std::size_t m, Leaves d) {
  if (d.size() == 1) return {};
  const std::size_t k = largest_power_of_two_below(d.size());
  auto result = m < k ? path(m, d.first(k)) : path(m - k, d.subspan(k));
  result.push_back(m < k ? root(d.subspan(k)) : root(d.first(k)));
  return result;
}

std::vector<std::string> subproof(std::size_t m, Leaves d, bool b) {
  if (m == d.size()) return b ? std::vector<std::string>{} : std::vector{root(d)};
  const std::size_t k = largest_power_of_two_below(d.size());
  auto result = m <= k ? subproof(m, d.first(k), b) : subproof(m - k, d.subspan(k), false);
  result.push_back(m <= k ? root(d.subspan(k)) : root(d.first(k)));
  return result;
}

}  // namespace naive

std::vector<std::string> as_bytes(const std::vector<Digest>& digests) {
  std::vector<std::string> out;
  for (const Digest& digest : digests) out.emplace_back(digest.bytes());
  return out;
}

// The test inputs of Certificate Transparency, and the roots of their first 1, 2, ... 8.
const std::vector<std::string> kInputs = [] {
  std::vector<std::string> inputs;
  for (const char* hex :
       {"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"}) {
    inputs.push_back(from_hex(hex).value());
  }
  return inputs;
}();

const std::vector<std::string> kRoots = {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                         "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                         "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                         "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                         "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                         "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                         "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                         "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

// What a log stores, computed the plain way.
class Stored {
 public:
  explicit Stored(std::vector<std::string> leaves) : leaves_(std::move(leaves)) {}

  StoredHash reader() const {
    return [this](std::uint8_t level, std::uint64_t index) {
      const std::size_t width = std::size_t{1} << (8 * level);
      return Digest::from_bytes(naive::root(naive::Leaves(leaves_).subspan(index * width, width)));
    };
  }
  naive::Leaves first(std::size_t size) const { return naive::Leaves(leaves_).first(size); }

 private:
  std::vector<std::string> leaves_;
};

std::vector<std::string> numbered_leaves(std::size_t count) {
  std::vector<std::string> leaves;
  for (std::size_t i = 0; i < count; ++i) leaves.push_back("leaf " + std::to_string(i));
  return leaves;
}

TEST(Merkle, HasTheEmptyRootOfRfc6962) {
  EXPECT_EQ(merkle_empty().hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(merkle_root(0, [](auto, auto) -> Digest { throw std::logic_error("nothing is stored"); }),
            merkle_empty());
}

TEST(Merkle, HasTheRootsOfTheCertificateTransparencyInputs) {
  const Stored stored(kInputs);
  for (std::size_t size = 1; size <= kInputs.size(); ++size) {
    EXPECT_EQ(merkle_root(size, stored.reader()).hex(), kRoots[size - 1]) << size;
    EXPECT_EQ(to_hex(naive::root(stored.first(size))), kRoots[size - 1]) << size;
  }
}

TEST(Merkle, MakesTheInclusionProofsOfRfc6962) {
  const Stored stored(kInputs);
  for (std::size_t size = 1; size <= kInputs.size(); ++size) {
    for (std::size_t index = 0; index < size; ++index) {
      EXPECT_EQ(as_bytes(merkle_inclusion(index, size, stored.reader())),
                naive::path(index, stored.first(size)));
    }
  }
}

TEST(Merkle, MakesTheConsistencyProofsOfRfc6962) {
  const Stored stored(kInputs);
  for (std::size_t to = 1; to <= kInputs.size(); ++to) {
    for (std::size_t from = 1; from <= to; ++from) {
      EXPECT_EQ(as_bytes(merkle_consistency(from, to, stored.reader())),
                naive::subproof(from, stored.first(to), true));
    }
    EXPECT_TRUE(merkle_consistency(0, to, stored.reader()).empty());
  }
}

TEST(Merkle, AgreesWithTheDefinitionBeyondOneTile) {
  const Stored stored(numbered_leaves(600));
  for (const std::size_t size : {255, 256, 257, 511, 512, 513, 600}) {
    EXPECT_EQ(merkle_root(size, stored.reader()).bytes(), naive::root(stored.first(size))) << size;
    for (const std::size_t index : {std::size_t{0}, std::size_t{254}, size / 2, size - 1}) {
      EXPECT_EQ(as_bytes(merkle_inclusion(index, size, stored.reader())),
                naive::path(index, stored.first(size)));
    }
    for (const std::size_t from : {std::size_t{1}, std::size_t{255}, size / 3, size - 1, size}) {
      EXPECT_EQ(as_bytes(merkle_consistency(from, size, stored.reader())),
                naive::subproof(from, stored.first(size), true));
    }
  }
}

TEST(Merkle, HashesARangeAsTheTreeOverIt) {
  const Stored stored(numbered_leaves(300));
  EXPECT_EQ(merkle_range(256, 300, stored.reader()).bytes(), naive::root(stored.first(300).subspan(256)));
  EXPECT_EQ(merkle_range(8, 16, stored.reader()).bytes(), naive::root(stored.first(16).subspan(8)));
  EXPECT_THROW(merkle_range(3, 3, stored.reader()), std::logic_error);
}

class TamperedProofs : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kIndex = 4, kFrom = 6, kTo = 8;
  const Stored stored{kInputs};
  const Digest leaf = merkle_leaf(kInputs[kIndex]);
  const Digest root = merkle_root(kTo, stored.reader());
  const Digest old_root = merkle_root(kFrom, stored.reader());
  std::vector<Digest> path = merkle_inclusion(kIndex, kTo, stored.reader());
  std::vector<Digest> proof = merkle_consistency(kFrom, kTo, stored.reader());

  void SetUp() override {
    ASSERT_TRUE(verify_inclusion(leaf, kIndex, kTo, path, root));
    ASSERT_TRUE(verify_consistency(kFrom, old_root, kTo, root, proof));
  }
};

TEST_F(TamperedProofs, OfInclusionAreRefused) {
  EXPECT_FALSE(verify_inclusion(leaf, kIndex + 1, kTo, path, root)) << "another index";
  EXPECT_FALSE(verify_inclusion(leaf, kTo, kTo, path, root)) << "an index beyond the tree";
  EXPECT_FALSE(verify_inclusion(leaf, kIndex, kTo / 2, path, root)) << "another size";
  EXPECT_FALSE(verify_inclusion(merkle_leaf("x"), kIndex, kTo, path, root)) << "another leaf";
  EXPECT_FALSE(verify_inclusion(leaf, kIndex, kTo, path, old_root)) << "another root";
  path.push_back(root);
  EXPECT_FALSE(verify_inclusion(leaf, kIndex, kTo, path, root)) << "a longer path";
  path.resize(2);
  EXPECT_FALSE(verify_inclusion(leaf, kIndex, kTo, path, root)) << "a shorter path";
}

TEST_F(TamperedProofs, OfConsistencyAreRefused) {
  EXPECT_FALSE(verify_consistency(kFrom, root, kTo, root, proof)) << "another old root";
  EXPECT_FALSE(verify_consistency(kFrom, old_root, kTo, old_root, proof)) << "another new root";
  EXPECT_FALSE(verify_consistency(kFrom - 1, old_root, kTo, root, proof)) << "another old size";
  EXPECT_FALSE(verify_consistency(kTo, root, kFrom, old_root, proof)) << "the wrong way round";
  EXPECT_FALSE(verify_consistency(kFrom, old_root, kFrom, root, {})) << "two roots of one size";
  EXPECT_FALSE(verify_consistency(0, root, kTo, root, {})) << "an empty tree with a root that is not its";
  EXPECT_FALSE(verify_consistency(kFrom, old_root, kTo, root, {})) << "no proof";
  std::swap(proof[0], proof[1]);
  EXPECT_FALSE(verify_consistency(kFrom, old_root, kTo, root, proof)) << "another order";
}

TEST(Merkle, NeedsNoProofFromNothingNorToItself) {
  const Stored stored(kInputs);
  const Digest root = merkle_root(5, stored.reader());
  EXPECT_TRUE(verify_consistency(0, merkle_empty(), 5, root, {}));
  EXPECT_TRUE(verify_consistency(5, root, 5, root, {}));
}

}  // namespace
}  // namespace herald::eventstore
