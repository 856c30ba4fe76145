// A value with a name: `using Sequence = Strong<struct SequenceTag, std::uint64_t>` cannot be passed where a
// VersionNumber is asked. Costs nothing at run time; converts only when told to.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <utility>

namespace herald {

template <class Tag, class T>
class Strong {
 public:
  using value_type = T;

  constexpr Strong() = default;
  constexpr explicit Strong(T value) : value_(std::move(value)) {}

  constexpr const T& value() const { return value_; }
  friend constexpr auto operator<=>(const Strong&, const Strong&) = default;

  // For counters only (integral T).
  constexpr Strong next() const { return Strong(value_ + 1); }

 private:
  T value_{};
};

template <class T>
inline constexpr bool is_strong = false;
template <class Tag, class T>
inline constexpr bool is_strong<Strong<Tag, T>> = true;

}  // namespace herald

template <class Tag, class T>
struct std::hash<herald::Strong<Tag, T>> {
  std::size_t operator()(const herald::Strong<Tag, T>& s) const { return std::hash<T>{}(s.value()); }
};
