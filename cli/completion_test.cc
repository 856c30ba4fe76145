#include "cli/completion.h"

#include <gmock/gmock.h>

#include "cli/commands/commands.h"
#include "cli/completion_scripts.h"

namespace herald::cli {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

class WordsToComplete : public testing::Test {
 protected:
  WordsToComplete() { add_commands(program_); }

  std::vector<std::string> values(const std::vector<std::string>& words) {
    last_ = complete(program_.tree(), words, [this](const Question& question) {
      asked_ = question;
      return names_;
    });
    std::vector<std::string> out;
    for (const Candidate& candidate : last_.candidates) out.push_back(candidate.value);
    return out;
  }

  Program program_;
  std::vector<Candidate> names_;
  Question asked_;
  Completion last_;
};

TEST_F(WordsToComplete, AreTheCommandsThatBeginSo) {
  EXPECT_THAT(values({"mod"}), ElementsAre("model"));
  EXPECT_THAT(values({""}), Contains("resolve"));
  EXPECT_THAT(values({""}), Contains("help"));
  EXPECT_THAT(values({"model", "sh"}), ElementsAre("show"));
  EXPECT_THAT(values({"help", "model", "sh"}), ElementsAre("show"));
  EXPECT_THAT(values({"no-such-noun"}), IsEmpty());
}

TEST_F(WordsToComplete, SayWhatTheyAre) {
  values({"mod"});
  EXPECT_THAT(last_.candidates.front().what, testing::StartsWith("Models"));
}

TEST_F(WordsToComplete, AreTheOptionsOfTheCommandAndThoseThatAreEverywhere) {
  EXPECT_THAT(values({"model", "list", "--"}), Contains("--as-of"));
  EXPECT_THAT(values({"model", "list", "--"}), Contains("--output"));
  EXPECT_THAT(values({"model", "list", "--as"}), ElementsAre("--as-of"));
  EXPECT_THAT(values({"model", "show", "--"}), Not(Contains("--name")));
}

TEST_F(WordsToComplete, LeaveOutWhatWasGivenUnlessItMayBeRepeated) {
  EXPECT_THAT(values({"model", "list", "--all", "--"}), Not(Contains("--all")));
  EXPECT_THAT(values({"model", "register", "churn", "--tag", "a=b", "--"}), Contains("--tag"));
}

TEST_F(WordsToComplete, AreTheChoicesOfAnOption) {
  EXPECT_THAT(values({"-o", ""}), ElementsAre("table", "json", "jsonl", "id"));
  EXPECT_THAT(values({"model", "list", "--output", "j"}), ElementsAre("json", "jsonl"));
  EXPECT_THAT(values({"model", "list", "--output=j"}), ElementsAre("--output=json", "--output=jsonl"));
  EXPECT_THAT(values({"completion", ""}), ElementsAre("bash", "zsh", "fish"));
}

TEST_F(WordsToComplete, AreNamesThatAreAskedFor) {
  names_ = {{"churn", "who leaves"}, {"chess", ""}, {"other", ""}};
  EXPECT_THAT(values({"model", "show", "ch"}), UnorderedElementsAre("churn", "chess"));
  EXPECT_EQ(asked_.named, Named::model);
  EXPECT_EQ(asked_.begun, "ch");
  values({"resolve", "churn:p"});
  EXPECT_EQ(asked_.named, Named::reference);
  values({"automation", "show", ""});
  EXPECT_EQ(asked_.named, Named::automation);
  values({"--profile", ""});
  EXPECT_EQ(asked_.named, Named::profile);
  values({"events", "list", "--type", ""});
  EXPECT_EQ(asked_.named, Named::event_type);
}

TEST_F(WordsToComplete, KnowOfWhichModelAnAliasIs) {
  names_ = {{"production", "v3"}};
  EXPECT_THAT(values({"alias", "set", "churn", "pro"}), ElementsAre("production"));
  EXPECT_EQ(asked_.named, Named::alias);
  EXPECT_EQ(asked_.model, "churn");
  values({"alias", "set", "churn", "production", ""});
  EXPECT_EQ(asked_.named, Named::version);
  EXPECT_EQ(asked_.model, "churn");
  EXPECT_THAT(values({"alias", "move", "churn", "pro"}), ElementsAre("production="));
  names_ = {{"v3", ""}};
  EXPECT_THAT(values({"alias", "move", "churn", "production="}), ElementsAre("production=v3"));
}

TEST_F(WordsToComplete, KnowTheModelOfAReferenceToo) {
  values({"version", "show", "churn:v3", "--as-of", "12"});
  values({"version", "link", "other/churn:v3", ""});
  values({"wait", "alias", "other/churn", ""});
  EXPECT_EQ(asked_.model, "other/churn");
}

TEST_F(WordsToComplete, AreAskedWhereTheLineSays) {
  values({"--url", "http://a", "model", "show", "--profile=b", ""});
  EXPECT_EQ(asked_.url, "http://a");
  EXPECT_EQ(asked_.profile, "b");
}

TEST_F(WordsToComplete, AreTheFieldsOfASearch) {
  EXPECT_THAT(values({"search", "m"}), UnorderedElementsAre("metric.", "meta.", "model:"));
  EXPECT_THAT(values({"search", "name:churn", "cre"}), ElementsAre("created>"));
  EXPECT_THAT(values({"search", "lat"}), IsEmpty());
}

TEST_F(WordsToComplete, LeaveFilesToTheShell) {
  EXPECT_THAT(values({"automation", "create", "-f", ""}), IsEmpty());
  EXPECT_EQ(last_.rest, Named::file);
  values({"artifact", "upload", "churn", ""});
  EXPECT_EQ(last_.rest, Named::file);
  values({"fsck", "--data", ""});
  EXPECT_EQ(last_.rest, Named::folder);
  EXPECT_EQ(completion_text(last_), "folders\n");
}

TEST_F(WordsToComplete, EndWhereTheCommandTakesNoMore) {
  EXPECT_THAT(values({"model", "show", "churn", "x"}), IsEmpty());
  EXPECT_THAT(values({"model", "show", "churn", ""}), Contains("--as-of"));
}

TEST(CompletionText, IsOneLineForEachWithItsDescriptionMadeHarmless) {
  EXPECT_EQ(completion_text({.candidates = {{"churn", "a\tb\x1b[31m\nc"}}}),
            "none\nchurn\ta\\x09b\\x1b[31m\\nc\n");
}

TEST(CompletionScripts, AreThereForThreeShells) {
  for (const char* shell : {"bash", "zsh", "fish"})
    EXPECT_THAT(std::string(completion_script(shell)), testing::HasSubstr("__complete")) << shell;
  EXPECT_EQ(completion_script("csh"), "");
}

}  // namespace
}  // namespace herald::cli
