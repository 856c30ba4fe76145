// Markdown as CommonMark reads it (libcmark): what is a heading and what only looks like one. Pure; any thread.
#pragma once

#include <string_view>
#include <vector>

#include "registry/facts.h"

namespace herald::api {

// The titles of the headings at the top level of the text, without marks and with single spaces, each once, in their order; at most
// one more than kMaxCardSections. A title is cut to kMaxNameBytes; one that is empty, or holds what no label may, is passed over.
std::vector<registry::Label> sections_of(std::string_view markdown);

// Those of sections_of() behind which no text stands, up to the next heading of the same rank or a higher one. A subsection with a
// text is one; a comment, a line or an empty list is none. A title that comes twice is here when nothing stands behind either.
std::vector<registry::Label> empty_sections_of(std::string_view markdown);

}  // namespace herald::api
