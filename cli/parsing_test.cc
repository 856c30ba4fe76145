#include "cli/parsing.h"

#include <gmock/gmock.h>

#include "cli/event_line.h"
#include "cli/event_stream.h"
#include "cli/exit_code.h"
#include "cli/problem.h"
#include "cli/url.h"
#include "reflect/json_value.h"

namespace herald::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

TEST(ModelArguments, MayNameARegistry) {
  EXPECT_EQ(ModelArgument::parse("churn")->path(), "/v1/models/churn");
  EXPECT_EQ(ModelArgument::parse("models/churn")->path(), "/v1/models/churn");
  EXPECT_EQ(ModelArgument::parse("data/my set")->path(), "/v1/registries/data/models/my%20set");
  EXPECT_EQ(ModelArgument::parse("a/b/c").error().cause, Cause::invalid_value);
  EXPECT_EQ(ModelArgument::parse("").error().cause, Cause::invalid_value);
}

TEST(VersionArguments, TakeNumbersLatestAndAliases) {
  EXPECT_EQ(VersionArgument::parse("churn:v3")->path(), "/v1/models/churn/versions/v3");
  EXPECT_EQ(VersionArgument::parse("churn:latest")->path(), "/v1/models/churn/versions/latest");
  EXPECT_EQ(VersionArgument::parse("data/churn:production")->path(),
            "/v1/registries/data/models/churn/versions/production");
  EXPECT_THAT(VersionArgument::parse("churn").error().message, HasSubstr("names no version"));
}

TEST(VersionArguments, OfAChangeAreNumbers) {
  EXPECT_TRUE(VersionArgument::parse_numbered("churn:v3"));
  EXPECT_THAT(VersionArgument::parse_numbered("churn:production").error().message,
              HasSubstr("another version tomorrow"));
}

TEST(Pairs, AreNamesWithValues) {
  EXPECT_THAT(*parse_pairs({"a=1", "b=x=y", "c="}, "--tag"),
              ElementsAre(Pair("a", "1"), Pair("b", "x=y"), Pair("c", "")));
  EXPECT_EQ(parse_pairs({"a"}, "--tag").error().field, "--tag");
  EXPECT_EQ(parse_pairs({"=a"}, "--tag").error().cause, Cause::invalid_value);
  EXPECT_EQ(parse_pairs({"a=1", "a=2"}, "--tag").error().cause, Cause::duplicate_field);
}

TEST(Metrics, AreFiniteNumbers) {
  EXPECT_THAT(*parse_metrics({"auc=0.93", "n=-1e3"}), ElementsAre(Pair("auc", 0.93), Pair("n", -1000)));
  for (const char* wrong : {"auc=", "auc=x", "auc=1x", "auc=nan", "auc=inf"}) {
    EXPECT_EQ(parse_metrics({wrong}).error().cause, Cause::invalid_value) << wrong;
  }
}

TEST(VersionNumbers, MayBeginWithV) {
  EXPECT_EQ(*parse_version_number("3", "VERSION"), 3u);
  EXPECT_EQ(*parse_version_number("v12", "VERSION"), 12u);
  for (const char* wrong : {"", "v", "0", "-1", "3.0", "vv3", "99999999999999999999"}) {
    EXPECT_EQ(parse_version_number(wrong, "VERSION").error().cause, Cause::invalid_value) << wrong;
  }
}

TEST(NodeArguments, NameAKindAndAnId) {
  const auto node = NodeArgument::parse("version:churn:v3");
  EXPECT_EQ(node->kind, "version");
  EXPECT_EQ(node->id, "churn:v3");
  for (const char* wrong : {"churn:v3", "run:", "run", ""}) EXPECT_FALSE(NodeArgument::parse(wrong)) << wrong;
}

TEST(Queries, AreEncodedAndLeaveOutWhatIsEmpty) {
  EXPECT_EQ(Query("/v1/models").add("name", "a&b é").add("as_of", "").add("limit", "5").str(),
            "/v1/models?name=a%26b%20%C3%A9&limit=5");
}

TEST(Problems, BecomeTheErrorTheyCameFrom) {
  const Error error =
      read_problem(409, R"({"type":"urn:herald:problem:expected-mismatch","status":409,"code":")" +
                            std::string(to_string(Cause::expected_mismatch)) +
                            R"(","detail":"it is v2","field":"expected"})");
  EXPECT_EQ(error.cause, Cause::expected_mismatch);
  EXPECT_EQ(error.message, "it is v2");
  EXPECT_EQ(error.field, "expected");
}

TEST(Problems, OfAnotherProgramAreSaidToBeSo) {
  const Error error = read_problem(404, "<html>nginx</html>");
  EXPECT_EQ(error.cause, Cause::not_found);
  EXPECT_THAT(error.message, HasSubstr("none of Herald's"));
}

TEST(ExitCodes, TellConflictsFromMistakes) {
  EXPECT_EQ(exit_code_of(Cause::invalid_value), ExitCode::usage);
  EXPECT_EQ(exit_code_of(Cause::not_found), ExitCode::not_found);
  EXPECT_EQ(exit_code_of(Cause::expected_mismatch), ExitCode::conflict);
  EXPECT_EQ(exit_code_of(Cause::already_exists), ExitCode::conflict);
  EXPECT_EQ(exit_code_of(Cause::foreign_origin), ExitCode::denied);
  EXPECT_EQ(exit_code_of(Cause::storage_full), ExitCode::failure);
}

std::vector<std::string> frames_of(const std::vector<std::string>& pieces) {
  StreamParser parser;
  std::vector<std::string> out;
  for (const std::string& piece : pieces) {
    parser.feed(piece, [&](const StreamFrame& frame) {
      out.push_back(frame.id + "|" + frame.data);
      return true;
    });
  }
  return out;
}

TEST(EventStreams, AreReadWhereverTheyAreCut) {
  const std::string stream = "id: 7\nevent: alias.assigned\ndata: {\"a\":1}\n\nid: 9\n: heartbeat\n\n";
  for (std::size_t at = 0; at <= stream.size(); ++at) {
    EXPECT_THAT(frames_of({stream.substr(0, at), stream.substr(at)}), ElementsAre("7|{\"a\":1}", "9|")) << at;
  }
}

TEST(EventStreams, TakeCarriageReturnsAndSeveralDataLines) {
  EXPECT_THAT(frames_of({"id:1\r\ndata:a\r\ndata: b\r\n\r\n"}), ElementsAre("1|a\nb"));
}

TEST(EventStreams, EndWhenTheReaderHasEnough) {
  StreamParser parser;
  int seen = 0;
  EXPECT_FALSE(parser.feed("data: 1\n\ndata: 2\n\n", [&](const StreamFrame&) { return ++seen < 1; }));
  EXPECT_EQ(seen, 1);
}

std::string line_of(std::string_view type, std::string_view data) {
  const std::string event = R"({"type":"herald.)" + std::string(type) +
                            R"(.v1","sequence":"00000000000000000042","data":)" + std::string(data) + "}";
  const auto document = json::Document::parse(event).value();
  EXPECT_EQ(event_type(document.root()), type);
  EXPECT_EQ(event_number(document.root()), "42");
  return event_line(document.root());
}

TEST(EventLines, SayWhatHappened) {
  EXPECT_EQ(
      line_of(
          "alias.assigned",
          R"({"registry":"models","model":"churn","alias":"production","from":1,"to":2,"reason":"better"})"),
      "production of churn: v1 -> v2 (better)");
  EXPECT_EQ(line_of("alias.assigned", R"({"registry":"eu","model":"churn","alias":"production","to":2})"),
            "production of eu/churn: -> v2");
  EXPECT_EQ(line_of("tag.set", R"({"registry":"models","model":"churn","version":3,"key":"a","to":"b"})"),
            "churn:v3: a=b");
  EXPECT_EQ(line_of("something.new", R"({"x":1})"), R"({"x":1})");
}

TEST(Pauses, DoubleAndAreNeverTheSameForAll) {
  EXPECT_EQ(pause_before(1, 0).count(), 50);
  EXPECT_EQ(pause_before(1, 50).count(), 100);
  EXPECT_EQ(pause_before(3, 0).count(), 200);
  EXPECT_LE(pause_before(100, UINT32_MAX).count(), 6'400);
}

TEST(Inputs, ThatAreFoldersAreRefused) {
  const std::string folder = testing::TempDir();
  EXPECT_EQ(read_input(folder).error().cause, Cause::invalid_value);
  EXPECT_THAT(text_or_file("@" + folder, "--text").error().message,
              HasSubstr("is a folder: a file is expected"));
  EXPECT_EQ(json_or_file("@" + folder, "--metadata").error().field, "--metadata");
}

TEST(Moments, AreDaysSpansAndWhatTablesShow) {
  const Timestamp now = Timestamp::trusted("2026-11-28T12:00:00Z");
  EXPECT_EQ(moment_of("2026-11-24", Moment::day_begins, now), "2026-11-24T00:00:00Z");
  EXPECT_EQ(moment_of("2026-11-24", Moment::day_ends, now), "2026-11-24T23:59:59.999Z");
  EXPECT_EQ(moment_of("2026-11-24 05:02:09 UTC", Moment::day_begins, now), "2026-11-24T05:02:09Z");
  EXPECT_EQ(moment_of("2026-11-24 05:02", Moment::day_begins, now), "2026-11-24T05:02:00Z");
  EXPECT_EQ(moment_of("7d", Moment::day_begins, now), "2026-11-21T12:00:00.000Z");
  EXPECT_EQ(moment_of("12h", Moment::day_ends, now), "2026-11-28T00:00:00.000Z");
  EXPECT_EQ(moment_of("90d", Moment::ahead, now), "2027-02-26T12:00:00.000Z");
}

TEST(Moments, LeaveAllElseToTheServer) {
  for (const char* text :
       {"42", "2026-11-24T09:00:00+01:00", "yesterday", "", "7", "7w", "2026-1-2", "999999d"})
    EXPECT_EQ(moment_of(text, Moment::day_begins, Timestamp(0)), text);
}

}  // namespace
}  // namespace herald::cli
