// Whether a sanitizer looks on. What it looks for does not hang on large numbers, which take it many times as long: tests that
// count in thousands count in hundreds then.
#pragma once

namespace herald::testing {

#ifdef HERALD_SANITIZED
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace herald::testing
