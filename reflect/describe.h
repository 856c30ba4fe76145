// What a struct is made of, said once with BOOST_DESCRIBE_STRUCT and used for JSON out (json_write.h), JSON in
// (json_read.h), JSON Schema (json_schema.h) and the records of the views (record.h).
#pragma once

#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/result.h"
#include "base/strong.h"

namespace herald::reflect {

namespace describe = boost::describe;

template <class T>
concept Described = std::is_class_v<T> && describe::has_describe_members<std::remove_cv_t<T>>::value;
template <class T>
concept DescribedEnum = std::is_enum_v<T> && describe::has_describe_enumerators<T>::value;

// A type whose whole value is one string that follows a rule: ModelName, Digest, Timestamp, ids.
//   parse(text): checks the rule.    trusted(text): takes what was checked before.    str(): gives it back.
template <class T>
concept Text = requires(const T& value, std::string_view text) {
  { T::parse(text) } -> std::same_as<Result<T>>;
  { T::trusted(text) } -> std::same_as<T>;
  { value.str() } -> std::convertible_to<std::string_view>;
};

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <class T>
inline constexpr bool is_map = false;
template <class V>
inline constexpr bool is_map<std::map<std::string, V>> = true;

// A member for which being absent and being null are two different things.
template <class T>
struct Nullable {
  using value_type = T;
  bool given = false;
  std::optional<T> value;  // nothing: null was given, or nothing at all
};
template <class T>
inline constexpr bool is_nullable = false;
template <class T>
inline constexpr bool is_nullable<Nullable<T>> = true;

// Calls f(name, reference to member) for each member, those of bases first.
template <Described T, class F>
void for_each_member(T& object, F&& f) {
  using Plain = std::remove_const_t<T>;
  boost::mp11::mp_for_each<describe::describe_members<Plain, describe::mod_public | describe::mod_inherited>>(
      [&](auto member) { f(std::string_view(member.name), object.*member.pointer); });
}

template <DescribedEnum E>
std::string_view enum_name(E value) {
  std::string_view name = "unknown";
  boost::mp11::mp_for_each<describe::describe_enumerators<E>>([&](auto e) {
    if (e.value == value) name = e.name;
  });
  return name;
}

template <DescribedEnum E>
std::optional<E> enum_value(std::string_view name) {
  std::optional<E> value;
  boost::mp11::mp_for_each<describe::describe_enumerators<E>>([&](auto e) {
    if (name == e.name) value = e.value;
  });
  return value;
}

template <DescribedEnum E>
std::string enum_choices() {
  std::string out;
  boost::mp11::mp_for_each<describe::describe_enumerators<E>>([&](auto e) {
    if (!out.empty()) out += ", ";
    out += e.name;
  });
  return out;
}

}  // namespace herald::reflect

namespace herald::reflect {
// Described structs compare member by member where asked (tests).
template <Described T>
bool same(const T& a, const T& b) {
  bool equal = true;
  boost::mp11::mp_for_each<describe::describe_members<T, describe::mod_public | describe::mod_inherited>>(
      [&](auto member) { equal = equal && a.*member.pointer == b.*member.pointer; });
  return equal;
}
}  // namespace herald::reflect
