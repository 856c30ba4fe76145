// Writing JSON: compact, members in the order they are declared, absent optionals left out, doubles in a short form
// that reads back the same. Strings must be valid UTF-8 (all that comes in is).
#pragma once

#include <charconv>
#include <string>
#include <string_view>

#include "reflect/describe.h"

namespace herald::json {

// Any JSON value, kept as compact text that was checked on the way in.
class Raw {
 public:
  Raw() : text_("null") {}
  explicit Raw(std::string compact) : text_(std::move(compact)) {}
  const std::string& text() const { return text_; }
  friend bool operator==(const Raw&, const Raw&) = default;

 private:
  std::string text_;
};

void write_string(std::string& out, std::string_view text);
// Throws std::logic_error for infinity and NaN, for which JSON has no word.
void write_double(std::string& out, double value);

template <class T>
void write(std::string& out, const T& value);

// Members of one object, one after the other: `ObjectWriter w(out); w.member("a", 1); w.close();`
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) { out_.push_back('{'); }
  template <class T>
  ObjectWriter& member(std::string_view name, const T& value) {
    if constexpr (reflect::is_optional<T>) {
      if (value) member(name, *value);
    } else {
      key(name);
      write(out_, value);
    }
    return *this;
  }
  // Writes the name; the caller writes the value.
  std::string& key(std::string_view name) {
    if (!first_) out_.push_back(',');
    first_ = false;
    write_string(out_, name);
    out_.push_back(':');
    return out_;
  }
  void close() { out_.push_back('}'); }

 private:
  std::string& out_;
  bool first_ = true;
};

template <class T>
void write(std::string& out, const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (std::is_floating_point_v<T>) {
    write_double(out, value);
  } else if constexpr (std::is_integral_v<T>) {
    char buffer[32];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    out.append(buffer, end);
  } else if constexpr (std::is_same_v<T, Raw>) {
    out += value.text();
  } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    write_string(out, value);
  } else if constexpr (is_strong<T>) {
    write(out, value.value());
  } else if constexpr (reflect::Text<T>) {
    write_string(out, value.str());
  } else if constexpr (reflect::DescribedEnum<T>) {
    write_string(out, reflect::enum_name(value));
  } else if constexpr (reflect::is_optional<T>) {
    if (value) {
      write(out, *value);
    } else {
      out += "null";
    }
  } else if constexpr (reflect::is_nullable<T>) {
    write(out, value.value);
  } else if constexpr (reflect::is_vector<T>) {
    out.push_back('[');
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (i != 0) out.push_back(',');
      write(out, value[i]);
    }
    out.push_back(']');
  } else if constexpr (reflect::is_map<T>) {
    ObjectWriter object(out);
    for (const auto& [name, member] : value) object.member(name, member);
    object.close();
  } else {
    static_assert(reflect::Described<T>, "describe the struct with BOOST_DESCRIBE_STRUCT");
    ObjectWriter object(out);
    reflect::for_each_member(value,
                             [&](std::string_view name, const auto& member) { object.member(name, member); });
    object.close();
  }
}

template <class T>
std::string to_json(const T& value) {
  std::string out;
  write(out, value);
  return out;
}

}  // namespace herald::json
