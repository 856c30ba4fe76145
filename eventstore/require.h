// What the caller must see to: a mistake of the program, not of its input.
#pragma once

#include <stdexcept>

namespace herald::eventstore {

inline void require(bool holds, const char* what) {
  if (!holds) throw std::logic_error(what);
}

}  // namespace herald::eventstore
