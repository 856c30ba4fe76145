// Manual pages (man(7)) made from the tree of commands: one of the program, one for each noun, one for each command without a
// noun. They say what `--help` says, all on one page.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/tree.h"

namespace herald::cli {

struct ManualPage {
  std::string name;  // "herald-model"
  std::string text;
};

// `date`: as 2026-11-24, in the pages' last line.
std::vector<ManualPage> manual_pages(const Tree& tree, std::string_view date);

// A text as man(7) shows it: nothing in it is taken for a request.
std::string roff_text(std::string_view text);

}  // namespace herald::cli
