// Reading JSON into described structs. The error names the field by its path (`moves[1].alias`), what is wrong
// and what is expected. Optional members may be absent or null (where the two differ: reflect::Nullable); members of
// a struct with the trait `defaulted` keep their default when absent.
//
// Mode::request  for callers: unknown and repeated fields are refused, texts are held against their rules.
// Mode::stored   for what we wrote ourselves: unknown fields are passed over (a newer version wrote them), texts
//                are taken as they are (a rule that was tightened since must not make an old event unreadable).
#pragma once

#include <bitset>
#include <limits>
#include <string>
#include <string_view>

#include "reflect/describe.h"
#include "reflect/json_value.h"
#include "reflect/json_write.h"

namespace herald::json {

enum class Mode { request, stored };

// Fields of T that may be left out although they are no optionals, keeping the value a default-constructed T has:
//   template <> inline constexpr bool json::defaulted<SomeRequest> = true;
template <class T>
inline constexpr bool defaulted = false;

Error wrong_kind(std::string_view field, std::string_view expected, const Value& got);
Error missing(std::string_view field);
Error unknown(std::string_view field, std::string_view known);
Error repeated(std::string_view field);
Error out_of_range(std::string_view field, std::string_view lowest, std::string_view highest);
// Whether the double is the number that is written: a whole number beyond 2^53 may fall between two doubles.
bool is_exact(const Value& written, double as_double);
Error inexact(std::string_view field, const Value& got);
Error bad_choice(std::string_view field, std::string_view got, std::string_view choices);
// Refuses an object, at any depth, in which a name comes twice.
Result<void> check_no_repeats(const Value& value, const std::string& field);

inline std::string member_path(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + "." + std::string(name);
}

template <class T>
Result<void> read(const Value& in, T& out, Mode mode, const std::string& path = {});

template <reflect::Described T>
Result<void> read_struct(const Value& in, T& out, Mode mode, const std::string& path) {
  if (in.kind() != Kind::object) return wrong_kind(path, "an object", in);
  using Members = reflect::describe::describe_members<T, reflect::describe::mod_public |
                                                             reflect::describe::mod_inherited>;
  std::bitset<boost::mp11::mp_size<Members>::value + 1> seen;
  Result<void> result;
  for (const auto& [name, value] : in.members()) {
    std::size_t index = 0;
    bool known = false;
    boost::mp11::mp_for_each<Members>([&, name = name, value = value](auto member) {
      if (!known && result && name == member.name) {
        known = true;
        if (seen[index] && mode == Mode::request) {
          result = repeated(member_path(path, name));
        } else {
          seen[index] = true;
          result = read(value, out.*member.pointer, mode, member_path(path, name));
        }
      }
      ++index;
    });
    if (!result) return result;
    if (!known && mode == Mode::request) {
      std::string names;
      boost::mp11::mp_for_each<Members>(
          [&](auto member) { names += (names.empty() ? "" : ", ") + std::string(member.name); });
      return unknown(member_path(path, name), names);
    }
  }
  std::size_t index = 0;
  boost::mp11::mp_for_each<Members>([&](auto member) {
    using Type = std::remove_cvref_t<decltype(out.*member.pointer)>;
    if (!seen[index] && result && !reflect::is_optional<Type> && !reflect::is_nullable<Type> &&
        !defaulted<T>) {
      result = missing(member_path(path, member.name));
    }
    ++index;
  });
  return result;
}

template <class T>
Result<void> read(const Value& in, T& out, Mode mode, const std::string& path) {
  if constexpr (std::is_same_v<T, bool>) {
    const auto value = in.boolean();
    if (!value) return wrong_kind(path, "true or false", in);
    out = *value;
  } else if constexpr (std::is_integral_v<T> && std::is_unsigned_v<T>) {
    const auto value = in.unsigned_integer();
    if (!value && in.kind() != Kind::integer) return wrong_kind(path, "a whole number", in);
    if (!value || *value > std::numeric_limits<T>::max()) {
      return out_of_range(path, "0", std::to_string(std::numeric_limits<T>::max()));
    }
    out = static_cast<T>(*value);
  } else if constexpr (std::is_integral_v<T>) {
    const auto value = in.integer();
    if (!value && in.kind() != Kind::integer) return wrong_kind(path, "a whole number", in);
    if (!value || *value > std::numeric_limits<T>::max() || *value < std::numeric_limits<T>::min()) {
      return out_of_range(path, std::to_string(std::numeric_limits<T>::min()),
                          std::to_string(std::numeric_limits<T>::max()));
    }
    out = static_cast<T>(*value);
  } else if constexpr (std::is_floating_point_v<T>) {
    const auto value = in.number();
    if (!value) return wrong_kind(path, "a number", in);
    if (mode == Mode::request && !is_exact(in, *value)) return inexact(path, in);
    out = *value;
  } else if constexpr (std::is_same_v<T, Raw>) {
    if (mode == Mode::request) HERALD_CHECK(check_no_repeats(in, path));
    out = Raw(in.dump());
  } else if constexpr (std::is_same_v<T, std::string>) {
    const auto value = in.string();
    if (!value) return wrong_kind(path, "a string", in);
    out.assign(*value);
  } else if constexpr (is_strong<T>) {
    typename T::value_type value{};
    HERALD_CHECK(read(in, value, mode, path));
    out = T(std::move(value));
  } else if constexpr (reflect::Text<T>) {
    const auto value = in.string();
    if (!value) return wrong_kind(path, "a string", in);
    if (mode == Mode::stored) {
      out = T::trusted(*value);
    } else {
      auto parsed = T::parse(*value);
      if (!parsed) {
        Error wrong = std::move(parsed).error();
        wrong.field = path;
        return wrong;
      }
      out = std::move(*parsed);
    }
  } else if constexpr (reflect::DescribedEnum<T>) {
    const auto value = in.string();
    if (!value) return wrong_kind(path, "a string", in);
    const auto chosen = reflect::enum_value<T>(*value);
    if (!chosen) return bad_choice(path, *value, reflect::enum_choices<T>());
    out = *chosen;
  } else if constexpr (reflect::is_optional<T>) {
    if (in.is_null()) {
      out.reset();
    } else {
      HERALD_CHECK(read(in, out.emplace(), mode, path));
    }
  } else if constexpr (reflect::is_nullable<T>) {
    out.given = true;
    HERALD_CHECK(read(in, out.value, mode, path));
  } else if constexpr (reflect::is_vector<T>) {
    if (in.kind() != Kind::array) return wrong_kind(path, "an array", in);
    out.clear();
    for (const Value element : in.elements()) {
      const std::string element_path = path + "[" + std::to_string(out.size()) + "]";
      HERALD_CHECK(read(element, out.emplace_back(), mode, element_path));
    }
  } else if constexpr (reflect::is_map<T>) {
    if (in.kind() != Kind::object) return wrong_kind(path, "an object", in);
    out.clear();
    for (const auto& [name, value] : in.members()) {
      const auto [slot, fresh] = out.try_emplace(std::string(name));
      if (!fresh && mode == Mode::request) return repeated(member_path(path, name));
      HERALD_CHECK(read(value, slot->second, mode, member_path(path, name)));
    }
  } else {
    return read_struct(in, out, mode, path);
  }
  return {};
}

template <class T>
Result<T> from_json(std::string_view text, Mode mode) {
  HERALD_TRY(const Document document,
             mode == Mode::request ? Document::parse_request(text) : Document::parse(text));
  T out{};
  HERALD_CHECK(read(document.root(), out, mode));
  return out;
}

}  // namespace herald::json
