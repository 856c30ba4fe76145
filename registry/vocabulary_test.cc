// The golden files: events as this and earlier versions recorded them, kept for ever.
#include "registry/vocabulary.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "herald/source_dir.h"
#include "reflect/json_value.h"
#include "registry/decide.h"
#include "registry/memory_state.h"

namespace herald::registry {
namespace {

using testing::HasSubstr;

struct Golden {
  std::string type;
  std::string bytes;
};

std::vector<Golden> golden_files() {
  std::vector<Golden> files;
  for (const auto& entry : std::filesystem::directory_iterator(HERALD_SOURCE_DIR "/registry/golden")) {
    std::ifstream in(entry.path(), std::ios::binary);
    files.push_back({entry.path().stem().string(), {std::istreambuf_iterator<char>(in), {}}});
  }
  return files;
}

std::vector<Event> golden_history() {
  std::vector<Event> events;
  for (const Golden& file : golden_files()) events.push_back(decode(file.bytes).value());
  std::sort(events.begin(), events.end(),
            [](const Event& a, const Event& b) { return a.sequence < b.sequence; });
  return events;
}

TEST(GoldenFiles, AreDecodedAndEncodedToTheSameBytes) {
  for (const Golden& file : golden_files()) {
    const auto event = decode(file.bytes);
    ASSERT_TRUE(event) << file.type << ": " << event.error().message;
    EXPECT_EQ(event->type(), file.type);
    EXPECT_EQ(encode(*event), file.bytes);
  }
}

TEST(GoldenFiles, ShowTheSameEnvelopeWhetherTheDataIsReadOrNot) {
  for (const Golden& file : golden_files()) {
    const Event event = decode(file.bytes).value();
    const Envelope envelope = decode_envelope(file.bytes).value();
    EXPECT_EQ(envelope.id, event.id.str());
    EXPECT_EQ(envelope.source, event.source);
    EXPECT_EQ(envelope.type, file.type);
    EXPECT_EQ(envelope.subject, event.subject());
    EXPECT_EQ(envelope.time_text, event.time.str());
    EXPECT_EQ(envelope.sequence, event.sequence);
    EXPECT_EQ(envelope.actor_id, event.actor.id);
    EXPECT_EQ(envelope.actor_kind, reflect::enum_name(event.actor.kind));
    EXPECT_EQ(envelope.correlation, event.causation.correlation.str());
    EXPECT_EQ(envelope.depth, event.causation.depth);
  }
}

TEST(GoldenFiles, AreOneOfEachType) {
  std::set<std::string> files, types;
  for (const Golden& file : golden_files()) files.insert(file.type);
  for (const EventType& type : vocabulary()) types.insert(std::string(type.type));
  EXPECT_EQ(files, types);
  EXPECT_EQ(types.size(), std::variant_size_v<Payload::variant>);
}

TEST(GoldenFiles, OfTheFirstVersionReplayIntoAState) {
  MemoryState state;
  for (const Event& event : golden_history()) {
    if (event.sequence <= 28) evolve(state, event);
  }

  const auto found = require_model(state, RegistryName::trusted("models"), ModelName::trusted("churn"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->model.last_version, VersionNumber(1));
  EXPECT_EQ(found->model.aliases, 0U);
  const auto version = require_version(state, *found, VersionNumber(1)).value();
  EXPECT_EQ(version.status, VersionStatus::ready);
  EXPECT_EQ(version.metrics.at("accuracy"), 0.94);
  EXPECT_TRUE(version.artifacts.empty());
  EXPECT_EQ(version.changed.sequence, 26U);
  EXPECT_FALSE(find_automation(state, Label::trusted("tell-team")));
  EXPECT_TRUE(find<SecretRecord>(state, Table::secrets, "slack-url")->removed);
}

TEST(GoldenFiles, ReplayIntoAState) {
  MemoryState state;
  for (const Event& event : golden_history()) evolve(state, event);

  const auto registry = require_registry(state, RegistryName::trusted("models")).value();
  EXPECT_EQ(registry.visibility, Visibility::restricted);
  EXPECT_EQ(registry.stages->stages.size(), 2U);
  EXPECT_TRUE(registry.protected_aliases.empty());
  EXPECT_FALSE(registry.archived);
  const ModelId churn = ModelId::trusted("01939f5e-0c3c-7b11-9d2f-3a7e4cab5d21");
  const ModelRecord model = find_model(state, churn).value();
  EXPECT_EQ(model.name.str(), "churn-eu");
  EXPECT_TRUE(model.deleted);
  EXPECT_FALSE(find_model(state, registry.id, model.name));
  const VersionRecord version = find_version(state, churn, VersionNumber(1)).value();
  EXPECT_EQ(version.stage->str(), "staging");
  EXPECT_FALSE(version.deleted);
  EXPECT_EQ(version.card->sections.size(), 2U);
  EXPECT_TRUE(is_locked(state));
}

TEST(Vocabulary, IsFoundByShortAndByWireName) {
  ASSERT_NE(find_event_type("alias.assigned"), nullptr);
  EXPECT_EQ(find_event_type("alias.assigned"), find_event_type("herald.alias.assigned.v1"));
  EXPECT_EQ(find_event_type("alias.assigned")->schema_id, "urn:herald:event:alias.assigned:v1");
  EXPECT_EQ(find_event_type("alias.imagined"), nullptr);
}

TEST(Vocabulary, HasASchemaOfEachTypesData) {
  for (const EventType& type : vocabulary()) {
    const auto document = json::Document::parse(type.schema);
    ASSERT_TRUE(document) << type.type;
    EXPECT_EQ(document->root().find("$id")->string(), type.schema_id);
    EXPECT_EQ(document->root().find("type")->string(), "object");
  }
  EXPECT_THAT(find_event_type("alias.assigned")->schema,
              HasSubstr(R"("required":["registry_id","registry","model_id","model","alias","to"])"));
}

TEST(Vocabulary, HasASchemaOfTheEnvelopeThatNamesEachType) {
  const auto document = json::Document::parse(envelope_schema());
  ASSERT_TRUE(document);
  for (const EventType& type : vocabulary()) EXPECT_THAT(envelope_schema(), HasSubstr('"' + type.wire + '"'));
}

}  // namespace
}  // namespace herald::registry
