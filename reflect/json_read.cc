#include "reflect/json_read.h"

#include <fmt/format.h>

#include <bitset>
#include <set>

namespace herald::json {
namespace {

std::string named(std::string_view field) {
  return field.empty() ? std::string("the document") : fmt::format("\"{}\"", field);
}

Error about(const Place& place, Cause cause, fmt::format_string<std::string> sentence) {
  const std::string field = place.path();
  return error(cause, fmt::format(sentence, named(field)), field);
}

template <class Number>
Error out_of_range(const Place& place, Number lowest, Number highest) {
  const std::string field = place.path();
  return error(Cause::invalid_value, fmt::format("{} must be from {} to {}", named(field), lowest, highest),
               field);
}

// Whether the double is the number that is written: a whole number beyond 2^53 may fall between two doubles.
bool is_exact(const Value& written, double as_double) {
  constexpr double kBeyondSigned = 9'223'372'036'854'775'808.0;
  constexpr double kBeyondUnsigned = 18'446'744'073'709'551'616.0;
  if (written.kind() != Kind::integer) return true;
  if (const auto number = written.integer()) {
    return as_double < kBeyondSigned && static_cast<std::int64_t>(as_double) == *number;
  }
  return as_double < kBeyondUnsigned && static_cast<std::uint64_t>(as_double) == written.unsigned_integer();
}

Error inexact(const Place& place, const Value& got) {
  const std::string field = place.path();
  return error(
      Cause::invalid_value,
      fmt::format(
          "{} is {}: it is kept as a 64-bit floating-point number, which cannot hold that whole number "
          "exactly (all up to 9007199254740992 it can): round it, or send it as text",
          named(field), got.dump()),
      field);
}

// Refuses an object, at any depth, in which a name comes twice.
Result<void> check_no_repeats(const Value& value, const Place& place) {
  if (value.kind() == Kind::array) {
    std::size_t index = 0;
    for (const Value element : value.elements()) {
      HERALD_CHECK(check_no_repeats(element, place.element(index++)));
    }
  } else if (value.kind() == Kind::object) {
    std::set<std::string_view> seen;
    for (const auto& [name, member] : value.members()) {
      if (!seen.insert(name).second) return detail::repeated(place.member(name));
      HERALD_CHECK(check_no_repeats(member, place.member(name)));
    }
  }
  return {};
}

Error unknown(const Place& place, std::span<const detail::Member> members) {
  std::string names;
  for (const auto& member : members) names.append(names.empty() ? "" : ", ").append(member.name);
  const std::string field = place.path();
  return error(Cause::unknown_field, fmt::format("{} is not a field here: known are {}", named(field), names),
               field);
}

}  // namespace

std::string member_path(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

std::string Place::path() const {
  if (above_ == nullptr) return {};
  std::string above = above_->path();
  return index_ == kNoIndex ? member_path(above, name_) : fmt::format("{}[{}]", above, index_);
}

namespace detail {

Error wrong_kind(const Place& place, std::string_view expected, const Value& got) {
  const std::string field = place.path();
  return error(Cause::invalid_value,
               fmt::format("{} must be {}, not {}", named(field), expected, to_string(got.kind())), field);
}

Error repeated(const Place& place) {
  return about(place, Cause::duplicate_field, "{} is given twice");
}

Error bad_choice(const Place& place, std::string_view got, std::string_view choices) {
  const std::string field = place.path();
  return error(Cause::invalid_value,
               fmt::format("{} is \"{}\": it must be one of {}", named(field), got.substr(0, 64), choices),
               field);
}

Result<void> read_bool(const Value& in, bool& out, const Place& place) {
  const auto value = in.boolean();
  if (!value) return wrong_kind(place, "true or false", in);
  out = *value;
  return {};
}

Result<std::uint64_t> read_unsigned(const Value& in, std::uint64_t highest, const Place& place) {
  const auto value = in.unsigned_integer();
  if (!value && in.kind() != Kind::integer) return wrong_kind(place, "a whole number", in);
  if (!value || *value > highest) return out_of_range<std::uint64_t>(place, 0, highest);
  return *value;
}

Result<std::int64_t> read_signed(const Value& in, std::int64_t lowest, std::int64_t highest,
                                 const Place& place) {
  const auto value = in.integer();
  if (!value && in.kind() != Kind::integer) return wrong_kind(place, "a whole number", in);
  if (!value || *value > highest || *value < lowest) return out_of_range(place, lowest, highest);
  return *value;
}

Result<double> read_number(const Value& in, Mode mode, const Place& place) {
  const auto value = in.number();
  if (!value) return wrong_kind(place, "a number", in);
  if (mode == Mode::request && !is_exact(in, *value)) return inexact(place, in);
  return *value;
}

Result<std::string_view> read_string(const Value& in, const Place& place) {
  const auto value = in.string();
  if (!value) return wrong_kind(place, "a string", in);
  return *value;
}

Result<Raw> read_raw(const Value& in, Mode mode, const Place& place) {
  if (mode == Mode::request) HERALD_CHECK(check_no_repeats(in, place));
  return Raw(in.dump());
}

Result<void> read_members(const Value& in, void* object, std::span<const Member> members, Mode mode,
                          const Place& place) {
  std::bitset<kMostMembers> seen;
  if (in.kind() != Kind::object) return wrong_kind(place, "an object", in);
  // What we wrote comes in the order of the members: the next one is looked at first.
  std::size_t next = 0;
  for (const auto& [name, value] : in.members()) {
    std::size_t index = next;
    if (index >= members.size() || members[index].name != name) {
      index = 0;
      while (index < members.size() && members[index].name != name) ++index;
    }
    const Place at = place.member(name);
    if (index == members.size()) {
      if (mode == Mode::request) return unknown(at, members);
      continue;
    }
    if (seen[index] && mode == Mode::request) return repeated(at);
    seen[index] = true;
    HERALD_CHECK(members[index].read(value, object, mode, at));
    next = index + 1;
  }
  for (std::size_t index = 0; index < members.size(); ++index) {
    if (members[index].needed && !seen[index]) {
      return about(place.member(members[index].name), Cause::missing_field, "{} is required");
    }
  }
  return {};
}

}  // namespace detail
}  // namespace herald::json
