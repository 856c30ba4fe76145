// What the values of header fields say (RFC 9110, 5.6 and 8.3).
#pragma once

#include <string_view>

namespace herald::api {

// Without the spaces and tabs around it.
std::string_view trimmed(std::string_view text);
// `wanted`: in lower case.
bool equals_ignoring_case(std::string_view text, std::string_view wanted);

// Of a Content-Type: without its parameters.
std::string_view media_type(std::string_view content_type);
// JSON is UTF-8 (RFC 8259, 8.1); who says so need not, who says otherwise has sent something else.
bool is_utf8_json(std::string_view content_type);

}  // namespace herald::api
