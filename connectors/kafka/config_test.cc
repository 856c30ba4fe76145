#include "connectors/kafka/config.h"

#include <gmock/gmock.h>

#include "connectors/testing/kafka_sample_log.h"
#include "lmdb/testing/temp_folder.h"

namespace herald::connectors::kafka {
namespace {

using ::testing::HasSubstr;

std::string refusal(const Options& options) {
  const herald::testing::TempFolder folder;
  const testing::SampleLog log(folder.file("log"));
  const eventstore::Tail tail(Sequence(0));
  const auto started = Publisher::start(options, log.log(), tail);
  return started ? "started" : started.error().message;
}

TEST(KafkaConfiguration, NamesTopicsByThePrefix) {
  EXPECT_EQ(names_of("team-a.models").value().events, "team-a.models.events");
  EXPECT_EQ(names_of("team-a.models").value().progress, "team-a.models.progress");
}

TEST(KafkaConfiguration, RefusesAPrefixThatMakesNoTopic) {
  EXPECT_THAT(refusal({.brokers = "127.0.0.1:1", .prefix = "team a", .properties = {}}),
              HasSubstr("\"team a\" cannot begin the name of a Kafka topic"));
  EXPECT_FALSE(names_of(""));
  EXPECT_FALSE(names_of("umlaut-ä"));
  EXPECT_FALSE(names_of(std::string(241, 'x')));
  EXPECT_TRUE(names_of(std::string(240, 'x')));
}

TEST(KafkaConfiguration, RefusesAPropertyThatDoesNotExist) {
  EXPECT_THAT(refusal({.brokers = "127.0.0.1:1", .prefix = "p", .properties = {{"security.protocl", "ssl"}}}),
              HasSubstr("security.protocl"));
}

TEST(KafkaConfiguration, RefusesAValueThatAPropertyCannotHave) {
  EXPECT_THAT(
      refusal({.brokers = "127.0.0.1:1", .prefix = "p", .properties = {{"security.protocol", "none"}}}),
      HasSubstr("security.protocol"));
}

TEST(KafkaConfiguration, RefusesPropertiesThatDoNotGoTogether) {
  EXPECT_THAT(refusal({.brokers = "127.0.0.1:1",
                       .prefix = "p",
                       .properties = {{"security.protocol", "ssl"}, {"ssl.ca.location", "/does/not/exist"}}}),
              HasSubstr("do not go together"));
}

TEST(KafkaConfiguration, KeepsWhatExactlyOnceRestsOn) {
  for (const char* own : {"acks", "enable.idempotence", "transactional.id", "isolation.level",
                          "bootstrap.servers", "delivery.report.only.error"}) {
    EXPECT_THAT(refusal({.brokers = "127.0.0.1:1", .prefix = "p", .properties = {{own, "0"}}}),
                HasSubstr("Herald sets it itself"))
        << own;
  }
}

TEST(TransactionalId, NamesLogClusterAndPrefix) {
  EXPECT_EQ(transactional_id("a.example/log", "Q2x1c3Rlcg", "herald"),
            "herald/a.example/log/Q2x1c3Rlcg/herald");
}

TEST(TransactionalId, IsADigestWhenItWouldBeLong) {
  const std::string id = transactional_id("a.example/log", "Q2x1c3Rlcg", std::string(240, 'x'));
  EXPECT_EQ(id.size(), std::string("herald/").size() + 64);
  EXPECT_NE(id, transactional_id("b.example/log", "Q2x1c3Rlcg", std::string(240, 'x')));
}

}  // namespace
}  // namespace herald::connectors::kafka
