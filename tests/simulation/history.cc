#include "tests/simulation/history.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/simulation/answers.h"
#include "tests/simulation/model.h"
#include "tests/simulation/random_commands.h"

namespace herald::simulation {
namespace {

constexpr std::size_t kStepsBetweenAnswers = 25;

std::string said(const Result<std::vector<registry::Event>>& result) {
  return result ? "accepted" : fmt::format("{}", to_string(result.error().cause));
}
std::string said(const Model::Verdict& verdict) {
  return verdict.refusal ? std::string(to_string(*verdict.refusal)) : "accepted";
}

// The lines in which they differ, not hundreds that are the same.
std::string difference(const Answers& registry, const Answers& model) {
  std::string out;
  for (const auto& [question, answer] : registry) {
    const auto other = model.find(question);
    if (other == model.end()) {
      out += fmt::format("\n  {}\n    registry: {}\n    model:    nothing", question, answer);
    } else if (other->second != answer) {
      out += fmt::format("\n  {}\n    registry: {}\n    model:    {}", question, answer, other->second);
    }
  }
  for (const auto& [question, answer] : model) {
    if (!registry.contains(question))
      out += fmt::format("\n  {}\n    registry: nothing\n    model:    {}", question, answer);
  }
  return out;
}

class History {
 public:
  History(Subject& subject, std::uint64_t seed) : subject_(subject), commands_(seed) {}

  // False: they differ, and the test has failed.
  bool step() {
    const registry::Command command = commands_.next();
    const auto result = subject_.record(command);
    const Model::Verdict verdict = model_.apply(command);
    EXPECT_EQ(said(result), said(verdict)) << (result ? "" : result.error().message);
    EXPECT_EQ(result ? lines(*result) : std::vector<std::string>{}, verdict.facts);
    return !testing::Test::HasFailure();
  }

  // Compares the answers of now, and keeps them to be asked for again.
  bool check_now() {
    const Answers expected = model_.answers();
    subject_.now(
        [&](const registry::Reader& state) { EXPECT_EQ(difference(answers_of(state), expected), ""); });
    kept_[model_.sequence()] = expected;
    return !testing::Test::HasFailure();
  }

  void check_then() {
    for (const auto& [sequence, expected] : kept_) {
      if (sequence == 0) continue;
      SCOPED_TRACE(fmt::format("as of sequence {}", sequence));
      subject_.as_of(sequence, [&](const registry::Reader& state) {
        EXPECT_EQ(difference(answers_of(state), expected), "");
      });
    }
  }

 private:
  Subject& subject_;
  RandomCommands commands_;
  Model model_;
  std::map<std::uint64_t, Answers> kept_;
};

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

}  // namespace

void expect_same_history(Subject& subject, std::uint64_t seed, std::size_t commands) {
  SCOPED_TRACE(fmt::format("to see it again: HERALD_SEED={}", seed));
  History history(subject, seed);
  for (std::size_t i = 1; i <= commands; ++i) {
    SCOPED_TRACE(fmt::format("command {}", i));
    if (!history.step()) return;
    if (i % kStepsBetweenAnswers == 0 && !history.check_now()) return;
  }
  history.check_then();
}

std::vector<std::uint64_t> seeds(std::size_t rounds) {
  if (const std::uint64_t seed = from_environment("HERALD_SEED", 0); seed != 0) return {seed};
  std::vector<std::uint64_t> seeds;
  for (std::uint64_t seed = 1; seed <= from_environment("HERALD_ROUNDS", rounds); ++seed)
    seeds.push_back(seed);
  return seeds;
}

}  // namespace herald::simulation
