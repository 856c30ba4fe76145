#include "api/sight.h"

#include "api/testing/server_fixture.h"

namespace herald::api {
namespace {

using registry::Node;
using registry::NodeKind;

// A model "open" that all see, and "secret", in a registry that is restricted; a run made both, another the secret one alone.
class SightOfAStranger : public testing::ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    registry::CreateRegistry restricted{registry::RegistryId(random_ids().next(system_clock().now())),
                                        registry::RegistryName::trusted("hidden"),
                                        registry::RegistryKind::model};
    restricted.visibility = registry::Visibility::restricted;
    record(restricted);
    open_ = version_of("models", "open");
    secret_ = version_of("hidden", "secret");
    produced("both", "models", "open");
    produced("both", "hidden", "secret");
    produced("secret-run", "hidden", "secret");
    used("rows", "both");
  }

  void record(registry::Command command) {
    recorder::Submission submission;
    submission.command = std::move(command);
    ASSERT_TRUE(recorder_->record(std::move(submission)));
  }
  registry::ModelId version_of(const std::string& registry, const std::string& model) {
    registry::RegisterVersion version;
    version.registry = registry::RegistryName::trusted(registry);
    version.model = registry::ModelName::trusted(model);
    version.new_model_id = registry::ModelId(random_ids().next(system_clock().now()));
    version.metadata = json::Raw("{}");
    const registry::ModelId id = *version.new_model_id;
    record(std::move(version));
    return id;
  }
  void produced(const std::string& run, const std::string& registry, const std::string& model) {
    registry::VersionAddress version;
    version.registry = registry::RegistryName::trusted(registry);
    version.model = registry::ModelName::trusted(model);
    version.version = registry::VersionNumber(1);
    record(registry::RecordLineage{
        {{}, {}, registry::Label::trusted(run), {}}, registry::Relation::produced, {version, {}, {}, {}}});
  }
  void used(const std::string& dataset, const std::string& run) {
    record(registry::RecordLineage{{{}, {}, {}, registry::Label::trusted(dataset)},
                                   registry::Relation::used,
                                   {{}, {}, registry::Label::trusted(run), {}}});
  }
  // Signed in as nobody in particular, or as `actor`, and without any role.
  Sight stranger(const std::string& actor = "stranger") {
    caller_ = {{actor, registry::ActorKind::user, "http"},
               registry::Access::of(projections::HeadReader(*head_), {}, {})};
    return Sight(caller_, *head_);
  }
  static Node version_node(registry::ModelId model) {
    return {NodeKind::version, registry::version_node_id(model, registry::VersionNumber(1)), "its name"};
  }

  registry::ModelId open_, secret_;
  Caller caller_;
};

TEST_F(SightOfAStranger, IsOfVersionsWhoseModelsAreSeen) {
  const Sight sight = stranger();
  EXPECT_TRUE(sight.sees(version_node(open_)));
  EXPECT_FALSE(sight.sees(version_node(secret_)));
  EXPECT_EQ(sight.on(open_), registry::Role::viewer);
}

TEST_F(SightOfAStranger, IsOfRunsAndDataSetsNextToWhatIsSeen) {
  const Sight sight = stranger();
  EXPECT_TRUE(sight.sees({NodeKind::run, "both", "both"}));
  EXPECT_FALSE(sight.sees({NodeKind::run, "secret-run", "secret-run"}));
  EXPECT_TRUE(sight.sees({NodeKind::dataset, "rows", "rows"})) << "by the run";
  EXPECT_FALSE(sight.sees({NodeKind::run, "nobody knows it", ""}));
}

TEST_F(SightOfAStranger, IsOfNoDataSetOfAHiddenRun) {
  used("secret-rows", "secret-run");
  EXPECT_FALSE(stranger().sees({NodeKind::dataset, "secret-rows", "secret-rows"}));
  used("secret-rows", "both");
  EXPECT_TRUE(stranger().sees({NodeKind::dataset, "secret-rows", "secret-rows"}));
}

TEST_F(SightOfAStranger, IsOfWhatTheCallerRecorded) {
  recorder::Submission submission;
  submission.actor = {"ada", registry::ActorKind::user, "http"};
  submission.command = registry::RecordLineage{{{}, {}, {}, registry::Label::trusted("mine")},
                                               registry::Relation::used,
                                               {{}, {}, registry::Label::trusted("my run"), {}}};
  ASSERT_TRUE(recorder_->record(std::move(submission)));
  for (const Node& node : {Node{NodeKind::dataset, "mine", ""}, Node{NodeKind::run, "my run", ""}}) {
    EXPECT_EQ(stranger("ada").on(node), registry::Role::member);
    EXPECT_FALSE(stranger("bob").sees(node));
  }
}

TEST_F(SightOfAStranger, LetsNewNamesAndSeenOnesBeTakenAndNoHiddenOnes) {
  const Sight sight = stranger();
  const auto naming = [&](const char* run, registry::Role as) {
    return sight.check_naming({NodeKind::run, run, run}, as, "run");
  };
  EXPECT_TRUE(naming("a new one", registry::Role::member));
  EXPECT_TRUE(naming("both", registry::Role::viewer));
  EXPECT_EQ(naming("both", registry::Role::member).error().cause, Cause::denied);
  EXPECT_EQ(naming("secret-run", registry::Role::restricted_viewer).error().cause, Cause::denied);
  EXPECT_TRUE(sight.check_naming({NodeKind::dataset, "rows", ""}, registry::Role::member, "x"))
      << "a data set is what it is";
}

// A run that is seen by the last of what stands next to it.
TEST_F(SightOfAStranger, IsWornOutByTooManyRowsAndSeesNothingMoreThen) {
  EXPECT_EQ(Options{}.sight_rows, limits::kMaxSightRows);
  for (int i = 0; i < 5; ++i) used("rows " + std::to_string(i), "seen late");
  produced("seen late", "models", "open");
  const Node run{NodeKind::run, "seen late", "seen late"};
  const Sight whole = stranger();
  EXPECT_TRUE(whole.sees(run));
  EXPECT_FALSE(whole.is_worn_out());
  const Sight short_sighted(caller_, *head_, 3);
  EXPECT_FALSE(short_sighted.sees(run));
  EXPECT_TRUE(short_sighted.is_worn_out()) << "and the answer says that there is more";
  EXPECT_TRUE(short_sighted.sees(version_node(open_))) << "which takes no row of lineage";
}

TEST_F(SightOfAStranger, IsOfEverythingForWhoMayDoEverything) {
  caller_ = {registry::Actor::anonymous("http"), registry::Access::unlimited()};
  const Sight sight(caller_, *head_);
  EXPECT_TRUE(sight.sees(version_node(secret_)));
  EXPECT_TRUE(sight.sees({NodeKind::run, "secret-run", "secret-run"}));
}

}  // namespace
}  // namespace herald::api
