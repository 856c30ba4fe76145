// Reading JSON into described structs. The error names the field by its path (`moves[1].alias`), what is wrong
// and what is expected. Optional members may be absent or null (where the two differ: reflect::Nullable); members of
// a struct with the trait `defaulted` keep their default when absent.
//
// Mode::request  for callers: unknown and repeated fields are refused, texts are held against their rules.
// Mode::stored   for what we wrote ourselves: unknown fields are passed over (a newer version wrote them), texts
//                are taken as they are (a rule that was tightened since must not make an old event unreadable).
#pragma once

#include <array>
#include <limits>
#include <span>
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

// Where a value stands in its document, for the error that names it: steps from the document down, written out only
// when something is wrong. Borrows the place above and the name.
class Place {
 public:
  Place() = default;  // the document itself
  Place member(std::string_view name) const { return Place(this, name, kNoIndex); }
  Place element(std::size_t index) const { return Place(this, {}, index); }
  std::string path() const;  // `moves[1].alias`; nothing for the document

 private:
  static constexpr std::size_t kNoIndex = static_cast<std::size_t>(-1);
  Place(const Place* above, std::string_view name, std::size_t index)
      : above_(above), name_(name), index_(index) {}
  const Place* above_ = nullptr;
  std::string_view name_;
  std::size_t index_ = kNoIndex;
};

std::string member_path(const std::string& path, std::string_view name);

template <class T>
Result<void> read(const Value& in, T& out, Mode mode, const Place& place = {});

// What does not depend on the type that is read into is compiled once, in json_read.cc.
namespace detail {

Error wrong_kind(const Place& place, std::string_view expected, const Value& got);
Error repeated(const Place& place);
Error bad_choice(const Place& place, std::string_view got, std::string_view choices);

Result<void> read_bool(const Value& in, bool& out, const Place& place);
Result<std::uint64_t> read_unsigned(const Value& in, std::uint64_t highest, const Place& place);
Result<std::int64_t> read_signed(const Value& in, std::int64_t lowest, std::int64_t highest,
                                 const Place& place);
Result<double> read_number(const Value& in, Mode mode, const Place& place);
Result<std::string_view> read_string(const Value& in, const Place& place);
Result<Raw> read_raw(const Value& in, Mode mode, const Place& place);

// One member of a struct: how to read it into an object of that struct.
struct Member {
  std::string_view name;
  bool needed;
  Result<void> (*read)(const Value& in, void* object, Mode mode, const Place& place);
};
inline constexpr std::size_t kMostMembers = 64;
Result<void> read_members(const Value& in, void* object, std::span<const Member> members, Mode mode,
                          const Place& place);

template <class T, class Described>
Result<void> read_member(const Value& in, void* object, Mode mode, const Place& place) {
  return read(in, static_cast<T*>(object)->*Described::pointer, mode, place);
}

template <class T, class Described>
constexpr Member member_of() {
  using Type = std::remove_cvref_t<decltype(std::declval<T&>().*Described::pointer)>;
  return {Described::name, !reflect::is_optional<Type> && !reflect::is_nullable<Type> && !defaulted<T>,
          &read_member<T, Described>};
}

template <class T, template <class...> class List, class... Described>
constexpr std::array<Member, sizeof...(Described)> members_of(List<Described...>) {
  static_assert(sizeof...(Described) <= kMostMembers);
  return {member_of<T, Described>()...};
}

template <reflect::Described T>
inline constexpr auto kMembers =
    members_of<T>(reflect::describe::describe_members<T, reflect::describe::mod_public |
                                                             reflect::describe::mod_inherited>());

}  // namespace detail

template <class T>
Result<void> read(const Value& in, T& out, Mode mode, const Place& place) {
  if constexpr (std::is_same_v<T, bool>) {
    return detail::read_bool(in, out, place);
  } else if constexpr (std::is_integral_v<T> && std::is_unsigned_v<T>) {
    HERALD_TRY(const auto value, detail::read_unsigned(in, std::numeric_limits<T>::max(), place));
    out = static_cast<T>(value);
  } else if constexpr (std::is_integral_v<T>) {
    HERALD_TRY(const auto value,
               detail::read_signed(in, std::numeric_limits<T>::min(), std::numeric_limits<T>::max(), place));
    out = static_cast<T>(value);
  } else if constexpr (std::is_floating_point_v<T>) {
    HERALD_TRY(out, detail::read_number(in, mode, place));
  } else if constexpr (std::is_same_v<T, Raw>) {
    HERALD_TRY(out, detail::read_raw(in, mode, place));
  } else if constexpr (std::is_same_v<T, std::string>) {
    HERALD_TRY(const auto value, detail::read_string(in, place));
    out.assign(value);
  } else if constexpr (is_strong<T>) {
    typename T::value_type value{};
    HERALD_CHECK(read(in, value, mode, place));
    out = T(std::move(value));
  } else if constexpr (reflect::Text<T>) {
    HERALD_TRY(const auto value, detail::read_string(in, place));
    if (mode == Mode::stored) {
      out = T::trusted(value);
    } else {
      auto parsed = T::parse(value);
      if (!parsed) {
        Error wrong = std::move(parsed).error();
        wrong.field = place.path();
        return wrong;
      }
      out = std::move(*parsed);
    }
  } else if constexpr (reflect::DescribedEnum<T>) {
    HERALD_TRY(const auto value, detail::read_string(in, place));
    const auto chosen = reflect::enum_value<T>(value);
    if (!chosen) return detail::bad_choice(place, value, reflect::enum_choices<T>());
    out = *chosen;
  } else if constexpr (reflect::is_optional<T>) {
    if (in.is_null()) {
      out.reset();
    } else {
      return read(in, out.emplace(), mode, place);
    }
  } else if constexpr (reflect::is_nullable<T>) {
    out.given = true;
    return read(in, out.value, mode, place);
  } else if constexpr (reflect::is_vector<T>) {
    if (in.kind() != Kind::array) return detail::wrong_kind(place, "an array", in);
    out.clear();
    for (const Value element : in.elements()) {
      const Place at = place.element(out.size());
      HERALD_CHECK(read(element, out.emplace_back(), mode, at));
    }
  } else if constexpr (reflect::is_map<T>) {
    if (in.kind() != Kind::object) return detail::wrong_kind(place, "an object", in);
    out.clear();
    for (const auto& [name, value] : in.members()) {
      const Place at = place.member(name);
      const auto [slot, fresh] = out.try_emplace(std::string(name));
      if (!fresh && mode == Mode::request) return detail::repeated(at);
      HERALD_CHECK(read(value, slot->second, mode, at));
    }
  } else {
    static_assert(reflect::Described<T>, "describe the struct with BOOST_DESCRIBE_STRUCT");
    return detail::read_members(in, &out, detail::kMembers<T>, mode, place);
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
