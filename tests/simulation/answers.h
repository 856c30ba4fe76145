// What the model and the registry are compared by: facts as lines of text, and every question's answer as a
// line.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "registry/event.h"
#include "registry/state.h"

namespace herald::simulation {

// "models/churn:v1" -> "ready metadata={} ...". Empty answers are left out.
using Answers = std::map<std::string, std::string>;

// One line for each event: its type and the fields that matter.
std::string line(const registry::Payload& payload);
std::vector<std::string> lines(const std::vector<registry::Event>& events);

// Everything that can be asked of a state, through the readers that the product uses.
Answers answers_of(const registry::Reader& state);

// Parts of lines that the model writes too: they fix the layout, not the content. "-": there is none; "none": it is
// taken away.
namespace layout {
std::string pairs(const std::map<std::string, std::string>& pairs);
std::string numbers(const std::map<std::string, double>& numbers);
std::string marks(std::uint64_t created, std::uint64_t changed);
std::string text(const std::optional<registry::TextRef>& ref);
std::string card(const std::optional<registry::Card>& card);
std::string stages(const registry::StageSet& set);
std::string policy(const registry::CardPolicy& policy);
template <class Value>
std::string or_dash(const std::optional<Value>& value) {
  return value ? value->str() : "-";
}
template <class Enum>
std::string word_or_dash(const std::optional<Enum>& value) {
  return value ? std::string(reflect::enum_name(*value)) : "-";
}
}  // namespace layout

}  // namespace herald::simulation
