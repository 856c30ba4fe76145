// Numbers as bytes. Big-endian for keys (so that byte order is number order), as LMDB compares them.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace herald {

inline void append_be64(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

inline std::string be64(std::uint64_t value) {
  std::string out;
  out.reserve(8);
  append_be64(out, value);
  return out;
}

// The first eight bytes of `bytes`, which must be there.
inline std::uint64_t read_be64(std::string_view bytes) {
  if (bytes.size() < 8) throw std::logic_error("eight bytes are needed to read a number");
  std::uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = value << 8 | static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]);
  return value;
}

}  // namespace herald
