#include "automations/constant.h"

namespace herald::automations {
namespace {

bool same_elements(const Constant::List& wanted, json::Value array) {
  std::size_t count = 0;
  for (const json::Value element : array.elements()) {
    if (count == wanted.size() || !wanted[count++].equals(element)) return false;
  }
  return count == wanted.size();
}

bool same_members(const Constant::Members& wanted, json::Value object) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& member : object.members()) ++count;
  if (count != wanted.size()) return false;
  for (const auto& [name, value] : wanted) {
    const auto other = object.find(name);
    if (!other || !value.equals(*other)) return false;
  }
  return true;
}

}  // namespace

Constant::Constant(json::Value value) : kind_(value.kind()) {
  switch (kind_) {
    case json::Kind::null:
      break;
    case json::Kind::boolean:
      value_ = *value.boolean();
      break;
    case json::Kind::integer:
      if (const auto integer = value.integer()) {
        value_ = *integer;
      } else {
        value_ = *value.unsigned_integer();
      }
      break;
    case json::Kind::real:
      value_ = *value.number();
      break;
    case json::Kind::string:
      value_ = std::string(*value.string());
      break;
    case json::Kind::array: {
      List list;
      for (const json::Value element : value.elements()) list.emplace_back(element);
      value_ = std::move(list);
      break;
    }
    case json::Kind::object: {
      Members members;
      for (const auto& [name, member] : value.members())
        members.emplace_back(std::string(name), Constant(member));
      value_ = std::move(members);
      break;
    }
  }
}

double Constant::number() const {
  if (const auto* integer = std::get_if<std::int64_t>(&value_)) return static_cast<double>(*integer);
  if (const auto* large = std::get_if<std::uint64_t>(&value_)) return static_cast<double>(*large);
  return std::get<double>(value_);
}

bool Constant::equals(json::Value value) const {
  if (kind_ == json::Kind::integer || kind_ == json::Kind::real) {
    if (const auto* integer = std::get_if<std::int64_t>(&value_); integer && value.integer())
      return *integer == *value.integer();
    if (const auto* large = std::get_if<std::uint64_t>(&value_);
        large && value.kind() == json::Kind::integer) {
      return value.unsigned_integer() == *large;
    }
    return value.number() && number() == *value.number();
  }
  if (kind_ != value.kind()) return false;
  switch (kind_) {
    case json::Kind::boolean:
      return std::get<bool>(value_) == *value.boolean();
    case json::Kind::string:
      return string() == *value.string();
    case json::Kind::array:
      return same_elements(elements(), value);
    case json::Kind::object:
      return same_members(std::get<Members>(value_), value);
    default:
      return true;
  }
}

}  // namespace herald::automations
