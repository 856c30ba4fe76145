#include "reflect/json_read.h"

#include <fmt/format.h>

#include <set>

namespace herald::json {
namespace {

std::string named(std::string_view field) {
  return field.empty() ? std::string("the document") : fmt::format("\"{}\"", field);
}

}  // namespace

Error wrong_kind(std::string_view field, std::string_view expected, const Value& got) {
  return error(Cause::invalid_value,
               fmt::format("{} must be {}, not {}", named(field), expected, to_string(got.kind())),
               std::string(field));
}

Error missing(std::string_view field) {
  return error(Cause::missing_field, fmt::format("{} is required", named(field)), std::string(field));
}

Error unknown(std::string_view field, std::string_view known) {
  return error(Cause::unknown_field, fmt::format("{} is not a field here: known are {}", named(field), known),
               std::string(field));
}

Error repeated(std::string_view field) {
  return error(Cause::duplicate_field, fmt::format("{} is given twice", named(field)), std::string(field));
}

Error out_of_range(std::string_view field, std::string_view lowest, std::string_view highest) {
  return error(Cause::invalid_value, fmt::format("{} must be from {} to {}", named(field), lowest, highest),
               std::string(field));
}

bool is_exact(const Value& written, double as_double) {
  constexpr double kBeyondSigned = 9'223'372'036'854'775'808.0;
  constexpr double kBeyondUnsigned = 18'446'744'073'709'551'616.0;
  if (written.kind() != Kind::integer) return true;
  if (const auto number = written.integer()) {
    return as_double < kBeyondSigned && static_cast<std::int64_t>(as_double) == *number;
  }
  return as_double < kBeyondUnsigned && static_cast<std::uint64_t>(as_double) == written.unsigned_integer();
}

Error inexact(std::string_view field, const Value& got) {
  return error(
      Cause::invalid_value,
      fmt::format(
          "{} is {}: it is kept as a 64-bit floating-point number, which cannot hold that whole number "
          "exactly (all up to 9007199254740992 it can): round it, or send it as text",
          named(field), got.dump()),
      std::string(field));
}

Error bad_choice(std::string_view field, std::string_view got, std::string_view choices) {
  return error(Cause::invalid_value,
               fmt::format("{} is \"{}\": it must be one of {}", named(field), got.substr(0, 64), choices),
               std::string(field));
}

Result<void> check_no_repeats(const Value& value, const std::string& field) {
  if (value.kind() == Kind::array) {
    std::size_t index = 0;
    for (const Value element : value.elements()) {
      HERALD_CHECK(check_no_repeats(element, fmt::format("{}[{}]", field, index++)));
    }
  } else if (value.kind() == Kind::object) {
    std::set<std::string_view> seen;
    for (const auto& [name, member] : value.members()) {
      if (!seen.insert(name).second) return repeated(member_path(field, name));
      HERALD_CHECK(check_no_repeats(member, member_path(field, name)));
    }
  }
  return {};
}

}  // namespace herald::json
