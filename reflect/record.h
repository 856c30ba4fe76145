// Described structs as bytes, for tables that only this program reads and that carry a format version of their
// own (head, views, work): integers little-endian and fixed, strings and containers with a 32-bit length, optionals
// with one byte. A record read back from damaged bytes throws std::runtime_error.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/digest.h"
#include "base/ids.h"
#include "reflect/describe.h"
#include "reflect/json_write.h"

namespace herald::record {

static_assert(std::endian::native == std::endian::little);

template <class T>
void put(std::string& out, const T& value);

inline void put_bytes(std::string& out, std::string_view bytes) {
  put(out, static_cast<std::uint32_t>(bytes.size()));
  out.append(bytes);
}

template <class T>
inline constexpr bool is_id = false;
template <class Tag>
inline constexpr bool is_id<Id<Tag>> = true;

template <class T>
void put(std::string& out, const T& value) {
  if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
  } else if constexpr (is_strong<T>) {
    put(out, value.value());
  } else if constexpr (std::is_same_v<T, Timestamp>) {
    put(out, value.unix_ms());
  } else if constexpr (std::is_same_v<T, Uuid> || is_id<T> || std::is_same_v<T, Digest>) {
    out.append(value.bytes());
  } else if constexpr (std::is_same_v<T, json::Raw>) {
    put_bytes(out, value.text());
  } else if constexpr (std::is_same_v<T, std::string>) {
    put_bytes(out, value);
  } else if constexpr (reflect::Text<T>) {
    put_bytes(out, value.str());
  } else if constexpr (reflect::is_optional<T>) {
    out.push_back(value ? 1 : 0);
    if (value) put(out, *value);
  } else if constexpr (reflect::is_vector<T>) {
    put(out, static_cast<std::uint32_t>(value.size()));
    for (const auto& element : value) put(out, element);
  } else if constexpr (reflect::is_map<T>) {
    put(out, static_cast<std::uint32_t>(value.size()));
    for (const auto& [name, member] : value) {
      put_bytes(out, name);
      put(out, member);
    }
  } else {
    static_assert(reflect::Described<T>, "describe the struct with BOOST_DESCRIBE_STRUCT");
    reflect::for_each_member(value, [&](std::string_view, const auto& member) { put(out, member); });
  }
}

inline std::string_view take_bytes(std::string_view& in, std::size_t count) {
  if (in.size() < count) throw std::runtime_error("a record ends before its time");
  const std::string_view bytes = in.substr(0, count);
  in.remove_prefix(count);
  return bytes;
}

template <class T>
void take(std::string_view& in, T& value) {
  if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
    std::memcpy(&value, take_bytes(in, sizeof value).data(), sizeof value);
  } else if constexpr (is_strong<T>) {
    typename T::value_type inner{};
    take(in, inner);
    value = T(std::move(inner));
  } else if constexpr (std::is_same_v<T, Timestamp>) {
    std::int64_t ms = 0;
    take(in, ms);
    value = Timestamp(ms);
  } else if constexpr (std::is_same_v<T, Uuid>) {
    value = Uuid::from_bytes(take_bytes(in, 16));
  } else if constexpr (is_id<T>) {
    value = T(Uuid::from_bytes(take_bytes(in, 16)));
  } else if constexpr (std::is_same_v<T, Digest>) {
    value = Digest::from_bytes(take_bytes(in, Digest::kSize));
  } else if constexpr (reflect::is_optional<T>) {
    if (take_bytes(in, 1)[0] != 0) {
      take(in, value.emplace());
    } else {
      value.reset();
    }
  } else if constexpr (reflect::is_vector<T>) {
    std::uint32_t count = 0;
    take(in, count);
    value.clear();
    for (std::uint32_t i = 0; i < count; ++i) take(in, value.emplace_back());
  } else if constexpr (reflect::is_map<T>) {
    std::uint32_t count = 0;
    take(in, count);
    value.clear();
    for (std::uint32_t i = 0; i < count; ++i) {
      std::string name;
      take(in, name);
      take(in, value[std::move(name)]);
    }
  } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, json::Raw> || reflect::Text<T>) {
    std::uint32_t size = 0;
    take(in, size);
    const std::string_view bytes = take_bytes(in, size);
    if constexpr (std::is_same_v<T, std::string>) {
      value.assign(bytes);
    } else if constexpr (std::is_same_v<T, json::Raw>) {
      value = json::Raw(std::string(bytes));
    } else {
      value = T::trusted(bytes);
    }
  } else {
    reflect::for_each_member(value, [&](std::string_view, auto& member) { take(in, member); });
  }
}

template <class T>
std::string encode(const T& value) {
  std::string out;
  put(out, value);
  return out;
}

template <class T>
T decode(std::string_view bytes) {
  T value{};
  take(bytes, value);
  if (!bytes.empty()) throw std::runtime_error("a record goes on after its end");
  return value;
}

}  // namespace herald::record
