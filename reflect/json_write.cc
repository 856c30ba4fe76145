#include "reflect/json_write.h"

#include <cmath>
#include <stdexcept>

namespace herald::json {

// RFC 8259, 7: only the quotation mark, the reverse solidus and the control characters must be escaped.
void write_string(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out.push_back('"');
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, start, i - start);
    start = i + 1;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += "\\u00";
        out.push_back(kHex[c >> 4]);
        out.push_back(kHex[c & 15]);
    }
  }
  out.append(text, start);
  out.push_back('"');
}

// Readers, ours too, take digits alone for an integer: one beyond 64 bits is refused, and -0 loses its sign. Up to
// 2^53 an integer and a double are the same number, and the short form is kept.
void write_double(std::string& out, double value) {
  constexpr double kLastPlainInteger = 9'007'199'254'740'992.0;
  if (!std::isfinite(value)) throw std::logic_error("JSON has no word for infinity or NaN");
  char buffer[32];
  char* const end =
      std::abs(value) > kLastPlainInteger
          ? std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr
          : std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  out.append(buffer, end);
  if (value == 0 && std::signbit(value)) out += ".0";
}

}  // namespace herald::json
