// What a registry asks of what is in it.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <vector>

#include "registry/facts.h"

namespace herald::registry {

// organization: whoever may sign in sees it as a viewer. restricted: who has a role in it, alone.
BOOST_DEFINE_ENUM_CLASS(Visibility, organization, restricted)

// `from` absent: a version that is in no stage. `to` absent: it is taken out of its stage.
struct StageTransition {
  std::optional<StageName> from, to;
  friend bool operator==(const StageTransition&, const StageTransition&) = default;
};
BOOST_DESCRIBE_STRUCT(StageTransition, (), (from, to))

// The stages that a version may be in, in the order in which people show them. Without transitions each may follow each.
struct StageSet {
  std::vector<StageName> stages;
  std::vector<StageTransition> transitions;
  friend bool operator==(const StageSet&, const StageSet&) = default;
};
BOOST_DESCRIBE_STRUCT(StageSet, (), (stages, transitions))

// A version whose card (its own, or the model's) lacks one of `sections` gets none of `aliases` and reaches none of
// `stages`. Titles are compared without regard to case; a heading with nothing behind it is none.
struct CardPolicy {
  std::vector<Label> sections;
  std::vector<AliasName> aliases;
  std::vector<StageName> stages;
  friend bool operator==(const CardPolicy&, const CardPolicy&) = default;
};
BOOST_DESCRIBE_STRUCT(CardPolicy, (), (sections, aliases, stages))

// Those of the policy's sections that the card has no heading for, or one with nothing behind it; all of them without a
// card.
std::vector<Label> missing_sections(const CardPolicy& policy, const std::optional<Card>& card);

}  // namespace herald::registry
