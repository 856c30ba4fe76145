// Words for error sentences.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "registry/names.h"

namespace herald::registry {

// The text between quotation marks, for a person: cut to 64 characters, and what is not UTF-8 or cannot be
// printed replaced by "?", so that a sentence is valid whatever was sent.
std::string in_quotes(std::string_view text);

template <class Rule>
std::string in_quotes(const Name<Rule>& name) {
  return in_quotes(name.str());
}

// "v3"
std::string label(VersionNumber number);

// `"a", "b" and more`: at most kNamesListed names.
inline constexpr std::size_t kNamesListed = 5;
std::string listed(const std::vector<std::string>& names);

// Whether one command can do that to so many: `what` in the plural, as "versions", which is the field too; `done` as "changed".
// Errors: too_many.
Result<void> check_number_at_once(std::size_t number, std::string_view what, std::string_view done);

}  // namespace herald::registry
