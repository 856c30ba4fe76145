#include "server/preflight.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "lmdb/testing/temp_folder.h"
#include "server/assembly.h"

namespace herald::server {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class WrongOptions : public ::testing::Test {
 protected:
  Config config() const {
    Config config;
    config.data = folder.file("data");
    config.key_file = folder.file("data.key");
    config.port = 0;
    return config;
  }
  // That the start is refused, and that it leaves nothing behind.
  Error refusal(const Config& wrong) const {
    const auto started = Assembly::start(wrong);
    EXPECT_FALSE(started);
    EXPECT_FALSE(fs::exists(folder.file("data")));
    EXPECT_FALSE(fs::exists(folder.file("data.key")));
    return started ? Error{} : started.error();
  }
  static void expect_mistake(const Error& error, const std::string& option) {
    EXPECT_EQ(error.cause, Cause::invalid_value) << error.message;
    EXPECT_THAT(error.field, HasSubstr(option)) << error.message;
  }

  herald::testing::TempFolder folder;
};

TEST_F(WrongOptions, AnAddressThatOthersReach) {
  Config wrong = config();
  wrong.host = "0.0.0.0";
  EXPECT_EQ(refusal(wrong).cause, Cause::denied);
}

TEST_F(WrongOptions, APortThatIsTaken) {
  Config first = config();
  first.data = folder.file("first");
  first.key_file = folder.file("first.key");
  const auto server = Assembly::start(first).value();
  Config wrong = config();
  wrong.port = server->port();
  EXPECT_EQ(refusal(wrong).cause, Cause::unavailable);
}

TEST_F(WrongOptions, APublicUrlThatMakesNoLinks) {
  for (const char* url : {"javascript:alert(1)", "models.example.com", "https://models.example.com?a=b"}) {
    Config wrong = config();
    wrong.public_url = url;
    expect_mistake(refusal(wrong), "--public-url");
  }
}

TEST_F(WrongOptions, AnOriginThatNoEventCouldCarry) {
  for (const std::string& origin : {std::string("a b\nc <x>"), std::string(66'000, 'a')}) {
    Config wrong = config();
    wrong.origin = origin;
    expect_mistake(refusal(wrong), "--origin");
  }
}

TEST_F(WrongOptions, ACaFileThatIsNone) {
  std::ofstream(folder.file("empty.pem")) << "no certificate";
  for (const std::string& file : {folder.file("absent.pem"), folder.file("empty.pem"), folder.file("")}) {
    Config wrong = config();
    wrong.ca_file = file;
    expect_mistake(refusal(wrong), "--ca-file");
  }
}

TEST_F(WrongOptions, ATargetThatIsNeitherNetworkNorHost) {
  Config wrong = config();
  wrong.allow_targets = {"10.0.0.1/8"};
  expect_mistake(refusal(wrong), "--allow-target");
}

TEST_F(WrongOptions, AKafkaPropertyThatThereIsNot) {
  Config wrong = config();
  wrong.kafka = "127.0.0.1:1";
  wrong.kafka_properties = {{"no.such.property", "1"}};
  expect_mistake(refusal(wrong), "kafka-property");
  wrong.kafka_properties.clear();
  wrong.kafka_prefix = "a b";
  expect_mistake(refusal(wrong), "kafka-prefix");
}

TEST_F(WrongOptions, AKeyFileInsideTheFolder) {
  Config wrong = config();
  wrong.key_file = wrong.data + "/key";
  expect_mistake(refusal(wrong), "--key-file");
}

TEST_F(WrongOptions, AKeyFileThatIsAFolder) {
  Config wrong = config();
  wrong.key_file = folder.file("");
  expect_mistake(refusal(wrong), "--key-file");
}

}  // namespace
}  // namespace herald::server
