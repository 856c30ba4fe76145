#include "server/config.h"

#include <gmock/gmock.h>

#include <cstdio>
#include <fstream>

namespace herald::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

std::optional<std::string> nothing_set(const std::string&) {
  return std::nullopt;
}

std::optional<std::string> some_set(const std::string& name) {
  if (name == "HERALD_DATA") return "/from/environment";
  if (name == "HERALD_LISTEN") return "127.0.0.1:1";
  if (name == "HERALD_ALLOW_TARGET") return "10.0.0.0/8,hooks.internal";
  if (name == "HERALD_KAFKA") return "";
  return std::nullopt;
}

Config config_of(std::vector<std::string> arguments, Environment environment = nothing_set) {
  auto config = read_config(std::move(arguments), environment);
  if (const auto* ending = std::get_if<Ending>(&config)) throw std::runtime_error(ending->err);
  return std::get<Config>(config);
}

Ending ending_of(std::vector<std::string> arguments, Environment environment = nothing_set) {
  return std::get<Ending>(read_config(std::move(arguments), environment));
}

struct ConfigFile {
  explicit ConfigFile(const std::string& text)
      : path(testing::TempDir() + "herald-config-" + std::to_string(::getpid())) {
    std::ofstream(path) << text;
  }
  ~ConfigFile() { std::remove(path.c_str()); }
  std::string path;
};

TEST(ServeOptions, NeedNothingButAFolder) {
  const Config config = config_of({"--data", "/srv/herald/"});
  EXPECT_EQ(config.data, "/srv/herald");
  EXPECT_EQ(config.key_file, "/srv/herald.key");
  EXPECT_EQ(config.host, "127.0.0.1");
  EXPECT_EQ(config.port, 8420);
  EXPECT_FALSE(config.kafka);
  EXPECT_GE(config.threads, 1u);
  EXPECT_EQ(config.disk_reserve, limits::kDiskReserveBytes);
}

TEST(ServeOptions, AreReadFromTheCommandLine) {
  const Config config = config_of(
      {"--data=d", "--listen",         "[::1]:0", "--kafka",        "a:1,b:2",     "--kafka-property",
       "acks=all", "--kafka-property", "x=y=z",   "--allow-target", "127.0.0.0/8", "--allow-target",
       "h",        "--map-size",       "64mb",    "--disk-reserve", "1k",          "--log-format",
       "json",     "--threads",        "3"});
  EXPECT_EQ(config.host, "::1");
  EXPECT_EQ(config.port, 0);
  EXPECT_EQ(config.kafka, "a:1,b:2");
  EXPECT_THAT(config.kafka_properties, ElementsAre(Pair("acks", "all"), Pair("x", "y=z")));
  EXPECT_THAT(config.allow_targets, ElementsAre("127.0.0.0/8", "h"));
  EXPECT_EQ(config.map_size, 64u << 20);
  EXPECT_EQ(config.disk_reserve, 1024u);
  EXPECT_TRUE(config.log_json);
  EXPECT_EQ(config.threads, 3u);
}

TEST(ServeOptions, TakeSizesInUnitsOfPowersOf1024) {
  const std::pair<const char*, std::uint64_t> sizes[] = {
      {"0", 0},           {"65536", 65536},       {"3b", 3},
      {"1k", 1024},       {"1KiB", 1024},         {"64 MB", 64u << 20},
      {"2g", 2ull << 30}, {"900t", 900ull << 40}, {"1p", 1ull << 50}};
  for (const auto& [text, bytes] : sizes)
    EXPECT_EQ(config_of({"--data", "d", "--disk-reserve", text}).disk_reserve, bytes) << text;
}

TEST(ServeOptions, ComeFromTheEnvironmentWhereTheCommandLineIsSilent) {
  const Config config = config_of({"--listen", "127.0.0.1:2"}, some_set);
  EXPECT_EQ(config.data, "/from/environment");
  EXPECT_EQ(config.port, 2);
  EXPECT_THAT(config.allow_targets, ElementsAre("10.0.0.0/8", "hooks.internal"));
  EXPECT_FALSE(config.kafka);
}

TEST(ServeOptions, ComeFromTheFileWhereBothAreSilent) {
  const ConfigFile file(
      "# a comment\n"
      "data = \"/from/file\"\n"
      "listen = \"127.0.0.1:3\"\n"
      "log-level = \"debug\"\n"
      "kafka-property = [\"acks=all\", \"linger.ms=5\"]\n");
  const Config config = config_of({"--config", file.path}, some_set);
  EXPECT_EQ(config.data, "/from/environment");
  EXPECT_EQ(config.port, 1);
  EXPECT_EQ(config.log_level, "debug");
  EXPECT_THAT(config.kafka_properties, ElementsAre(Pair("acks", "all"), Pair("linger.ms", "5")));
}

TEST(ServeOptions, OfAFileThatDoNotExistAreRefusedWithTheNearestOne) {
  const ConfigFile file("data = \"d\"\nlisten-on = \"x\"\nkafka-prefx = \"x\"\n");
  const Ending ending = ending_of({"--config", file.path});
  EXPECT_EQ(ending.exit_code, 2);
  EXPECT_THAT(ending.err, HasSubstr("there is no option \"listen-on\""));
}

TEST(ServeOptions, OfASectionAreRefused) {
  const ConfigFile file("[serve]\ndata = \"d\"\n");
  EXPECT_EQ(ending_of({"--config", file.path}).exit_code, 2);
}

TEST(ServeOptions, AreNotInTheFileOfTheProfiles) {
  for (const char* text :
       {"current = \"\"\n", "current = \"prod\"\n\n[prod]\nurl = \"https://a\"\ntoken = \"t\"\n"}) {
    const ConfigFile file(text);
    const Ending ending = ending_of({"--config", file.path});
    EXPECT_EQ(ending.exit_code, 2);
    EXPECT_THAT(ending.err, HasSubstr("HERALD_PROFILES_FILE names it"));
  }
}

TEST(ServeOptions, ThatCannotWorkAreRefusedInOneSentence) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> mistakes{
      {{}, "--data"},
      {{"--data", "d", "--listen", "8420"}, "HOST:PORT"},
      {{"--data", "d", "--listen", "::1:8420"}, "HOST:PORT"},
      {{"--data", "d", "--listen", "localhost:99999"}, "HOST:PORT"},
      {{"--data", "d", "--threads", "0"}, "--threads"},
      {{"--data", "d", "--log-level", "loud"}, "\"loud\" is none of"},
      {{"--data", "d", "--map-size", "big"}, "--map-size"},
      {{"--data", "d", "--kafka-property", "acks"}, "NAME=VALUE"},
      {{"--data", "d", "--kafak", "x"}, "did you mean --kafka?"},
      {{"--data", "d", "word"}, "does not know word"},
      {{"--data", "d", "--map-size", "1"}, "--map-size"},
      {{"--data", "d", "--map-size", "-1"}, "\"-1\" is no size"},
      {{"--data", "d", "--map-size", "8e"}, "\"8e\" is no size"},
      {{"--data", "d", "--map-size", "17t"}, "more than 16 TiB"},
      {{"--data", "d", "--map-size", "99999999999999999999"}, "is no size"},
      {{"--data", "d", "--map-size", "99999999p"}, "is no size"},
      {{"--data", "d", "--map-size", "1.5g"}, "is no size"},
      {{"--data", "d", "--map-size", "g"}, "is no size"},
      {{"--data", "d", "--disk-reserve", "-1"}, "(--disk-reserve)"},
      {{"--data", "d", "--disk-reserve", "64mm"}, "(--disk-reserve)"},
      {{"--data", "d", "--rate-limit", "-1"}, "\"-1\" is no number of requests"},
      {{"--data", "d", "--rate-limit", "1e3"}, "(--rate-limit)"},
      {{"--data", "d", "--rate-limit", "99999999999999999999"}, "(--rate-limit)"},
      {{"--data", "d", "--threads", "-1"}, "--threads"},
      {{"--data", "d", "--listen", "0.0.0.0"}, "HOST:PORT"},
      {{"--data", "d", "--listen", "0.0.0.0:-1"}, "HOST:PORT"},
      {{"--data", "d", "--kafka", "nonsense::"}, "\"nonsense::\" is no broker"},
      {{"--config", "/nowhere/herald.toml"}, "cannot be read"},
      {{"--config", testing::TempDir()}, "cannot be read"},
  };
  for (const auto& [arguments, expected] : mistakes) {
    const Ending ending = ending_of(arguments);
    EXPECT_EQ(ending.exit_code, 2);
    EXPECT_THAT(ending.err, HasSubstr(expected));
    EXPECT_EQ(std::count(ending.err.begin(), ending.err.end(), '\n'), 2) << ending.err;
  }
}

TEST(ServeHelp, IsNoMistake) {
  const Ending ending = ending_of({"--help"});
  EXPECT_EQ(ending.exit_code, 0);
  EXPECT_THAT(ending.out, HasSubstr("--allow-target"));
}

}  // namespace
}  // namespace herald::server
