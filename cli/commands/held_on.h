// What a role is held on and a token opens, as tables show it: the server tells of both alike, as "on".
#pragma once

#include <string>

#include "cli/view.h"

namespace herald::cli {

inline bool is_held_on_what_was_deleted(const json::Value& held) {
  return text_at(held, "on.deleted") == "true";
}

// What is deleted says so: another may have its name by now.
inline std::string model_held_on(const json::Value& held) {
  return text_at(held, "on.model") + (is_held_on_what_was_deleted(held) ? " (deleted)" : "");
}

}  // namespace herald::cli
