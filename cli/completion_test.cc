#include "cli/completion.h"

#include <gmock/gmock.h>

#include <set>

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

TEST_F(WordsToComplete, GoOnBehindAFlag) {
  EXPECT_THAT(values({"model", "list", "--all", "--as"}), ElementsAre("--as-of"));
  EXPECT_THAT(values({"model", "list", "--all", ""}), Contains("--as-of"));
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

TEST_F(WordsToComplete, OfStageSetAreVersionsAndThenTheStage) {
  std::vector<Named> asked;
  const auto ask = [&](const Question& question) {
    asked.push_back(question.named);
    EXPECT_EQ(question.model, asked.size() > 1 ? "churn" : "");
    return std::vector<Candidate>();
  };
  complete(program_.tree(), {"stage", "set", ""}, ask);
  EXPECT_THAT(asked, ElementsAre(Named::reference));
  complete(program_.tree(), {"stage", "set", "churn:v3", ""}, ask);
  EXPECT_THAT(asked, ElementsAre(Named::reference, Named::stage, Named::reference));
}

TEST_F(WordsToComplete, OfModelOwnerAreModelsAndThenWhoOwnsThem) {
  std::vector<Named> asked;
  const auto ask = [&](const Question& question) {
    asked.push_back(question.named);
    return std::vector<Candidate>();
  };
  complete(program_.tree(), {"model", "owner", ""}, ask);
  EXPECT_THAT(asked, ElementsAre(Named::model));
  complete(program_.tree(), {"model", "owner", "churn", ""}, ask);
  EXPECT_THAT(asked, ElementsAre(Named::model, Named::principal, Named::model));
}

TEST_F(WordsToComplete, OfAComparisonAreMoreVersionsOfItsModel) {
  for (const auto& command :
       std::vector<std::vector<std::string>>{{"diff"}, {"version", "compare"}, {"evaluation", "compare"}}) {
    auto words = command;
    words.insert(words.end(), {"churn:v3", ""});
    values(words);
    EXPECT_EQ(asked_.named, Named::selector);
    EXPECT_EQ(asked_.model, "churn");
    words.back() = "--with";
    words.push_back("");
    values(words);
    EXPECT_EQ(asked_.named, Named::selector);
  }
}

TEST_F(WordsToComplete, AreEndsOfLineageAndRelations) {
  names_ = {{"dataset:", ""}, {"version:", ""}};
  EXPECT_THAT(values({"lineage", "show", "da"}), ElementsAre("dataset:"));
  EXPECT_EQ(asked_.named, Named::node);
  EXPECT_THAT(values({"lineage", "record", "dataset:x", "trai"}), ElementsAre("trained_on"));
  values({"lineage", "record", "dataset:x", "trained_on", ""});
  EXPECT_EQ(asked_.named, Named::node);
}

TEST_F(WordsToComplete, AreWordsThatOnlyTheHelpLists) {
  EXPECT_THAT(values({"search", "x", "--sort", "c"}), ElementsAre("created", "changed"));
  EXPECT_THAT(values({"search", "x", "--sort=-m"}), ElementsAre("--sort=-metric."));
  EXPECT_THAT(values({"man", "mod"}), ElementsAre("model"));
}

TEST_F(WordsToComplete, AreWhomAndWhatIdsMean) {
  const std::vector<std::pair<std::vector<std::string>, Named>> all{
      {{"user", "show"}, Named::user},
      {{"service", "disable"}, Named::service},
      {{"team", "members"}, Named::team},
      {{"team", "add", "ml"}, Named::principal},
      {{"role", "grant"}, Named::principal},
      {{"role", "list", "--of"}, Named::principal},
      {{"access", "explain", "--principal"}, Named::principal},
      {{"events", "list", "--actor"}, Named::principal},
      {{"token", "revoke"}, Named::token},
      {{"token", "rotate"}, Named::token},
      {{"delivery", "show"}, Named::delivery},
      {{"wait", "delivery"}, Named::delivery},
      {{"artifact", "show"}, Named::artifact},
      {{"version", "link", "churn:v1"}, Named::artifact},
      {{"version", "register", "churn", "--artifact"}, Named::artifact},
      {{"run", "show"}, Named::run},
      {{"evaluation", "record", "churn:v1", "--run"}, Named::run},
      {{"evaluation", "show", "churn:v1"}, Named::evaluation},
      {{"registry", "update", "models", "--card-alias"}, Named::alias},
      {{"registry", "update", "models", "--stage"}, Named::stage}};
  for (auto [words, named] : all) {
    words.push_back("");
    asked_ = {};
    values(words);
    EXPECT_EQ(asked_.named, named) << words[0] << " " << words[1];
  }
  EXPECT_EQ(asked_.registry, "models");
  asked_ = {};
  values({"user", "create", ""});
  EXPECT_EQ(asked_.named, Named::nothing) << "a new one has no name yet";
}

// What people write as they like, by what stands for it in the help; and a NAME, an ID or a WORD that is free, by its command.
const std::set<std::string> kWrittenFreely{
    "ADDRESS",       "BROKERS", "CIDR|HOST", "CONSUMER",  "EMAIL",  "EVENT",    "FROM:TO",  "HOST:PORT",
    "HOST:PORT,...", "JSON",    "KEY",       "KEY=VALUE", "LINK",   "N",        "NAME,...", "NAME=NUMBER",
    "PART",          "PREFIX",  "SECONDS",   "SERVER",    "SHA256", "SIZE",     "SUBJECT",  "TERM",
    "TEXT",          "TIME",    "TITLE",     "URI",       "URL",    "VARIABLE", "WHEN",     "WORD"};
const std::set<std::string> kFreeHere{"herald artifact upload NAME",
                                      "herald artifact reference NAME",
                                      "herald claim --name",
                                      "herald claim --as",
                                      "herald registry create NAME",
                                      "herald user create NAME",
                                      "herald service create NAME",
                                      "herald team create NAME",
                                      "herald model rename NAME",
                                      "herald comment edit ID",
                                      "herald comment remove ID",
                                      "herald version register --commit",
                                      "herald version update --commit",
                                      "herald events list --correlation",
                                      "herald events export --correlation",
                                      "herald events follow --correlation",
                                      "herald events tail --correlation",
                                      "herald evaluation record --dataset",
                                      "herald evaluation list --dataset",
                                      "herald user update --name",
                                      "herald service update --name",
                                      "herald team update --name",
                                      "herald serve --origin"};

void find_forgotten(const Tree& tree, const CLI::App& app, std::vector<std::string>& forgotten) {
  for (const CLI::Option* option : tree.declared(app).get_options()) {
    const Offer offer = offer_for(app, *option);
    const bool is_word = option->get_positional();
    if ((!is_word && !takes_value(*option)) || offer.named != Named::nothing || !offer.words.empty())
      continue;
    const std::string where =
        full_name(app) + " " + (is_word ? option->get_name(true) : dashed_name(*option));
    if (!kWrittenFreely.contains(value_name(*option)) && !kFreeHere.contains(where))
      forgotten.push_back(where + " " + value_name(*option));
  }
  for (const CLI::App* sub : commands_of(app)) find_forgotten(tree, *sub, forgotten);
}

TEST_F(WordsToComplete, AreOfferedForEveryWordAndOptionThatIsNotWrittenFreely) {
  std::vector<std::string> forgotten;
  find_forgotten(program_.tree(), program_.tree().root, forgotten);
  EXPECT_THAT(forgotten, IsEmpty())
      << "say in completion.cc what stands there, or here that it is written freely";
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
