#include "registry/names.h"

#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>
#include <charconv>
#include <cstdlib>
#include <locale>
#include <memory>
#include <optional>
#include <vector>

#include "base/limits.h"
#include "reflect/json_value.h"
#include "registry/sentence.h"

namespace herald::registry {
namespace {

constexpr std::string_view kLatest = "latest";

Error refused(std::string_view what, std::string_view text, std::string_view why) {
  return error(Cause::invalid_value, fmt::format("{} {}: {}", what, in_quotes(text), why));
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_letter(char c) {
  return is_lower(c) || (c >= 'A' && c <= 'Z');
}
bool is_joint(char c) {
  return c == '-' || c == '_' || c == '.';
}
bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

Result<void> check_length(std::string_view what, std::string_view text, std::size_t least, std::size_t most) {
  if (text.size() < least) return refused(what, text, "it must not be empty");
  if (text.size() > most) {
    return refused(what, text,
                   fmt::format("{} bytes are too long, at most {} are allowed", text.size(), most));
  }
  return {};
}

enum class Lines { refused, allowed };

// C0, DEL, and C1, which is C2 80 to C2 9F in UTF-8.
bool is_control(std::string_view text, std::size_t i, Lines lines) {
  const auto byte = static_cast<unsigned char>(text[i]);
  if (lines == Lines::allowed && (byte == '\n' || byte == '\r' || byte == '\t')) return false;
  if (byte < 0x20 || byte == 0x7f) return true;
  return byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
}

// The characters of what is UTF-8.
std::vector<utf8proc_int32_t> characters_of(std::string_view text) {
  std::vector<utf8proc_int32_t> characters;
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  for (auto left = static_cast<utf8proc_ssize_t>(text.size()); left > 0;) {
    utf8proc_int32_t character = 0;
    const auto bytes = utf8proc_iterate(at, left, &character);
    if (bytes <= 0) break;
    characters.push_back(character);
    at += bytes;
    left -= bytes;
  }
  return characters;
}

// What lets two names look like one, or a name like another: what is drawn as nothing (spaces of no width, fillers, marks
// of direction, tags, the byte order mark) and separators of lines and paragraphs. The joiners U+200C and U+200D belong to
// scripts and emoji, the selectors U+FE0E and U+FE0F to emoji: behind another character.
bool is_joiner(utf8proc_int32_t c) {
  return c == 0x200C || c == 0x200D || c == 0xFE0E || c == 0xFE0F;
}
bool is_invisible(utf8proc_int32_t c) {
  const utf8proc_property_t* const property = utf8proc_get_property(c);
  return property->ignorable || property->category == UTF8PROC_CATEGORY_CF ||
         property->category == UTF8PROC_CATEGORY_ZL || property->category == UTF8PROC_CATEGORY_ZP;
}
bool is_mark(utf8proc_int32_t c) {
  const auto category = utf8proc_category(c);
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC ||
         category == UTF8PROC_CATEGORY_ME;
}
bool is_space(utf8proc_int32_t c) {
  return utf8proc_category(c) == UTF8PROC_CATEGORY_ZS;
}

// Whether it is as Unicode's NFC writes it, so that the same letters are the same bytes.
bool is_composed(std::string_view text) {
  utf8proc_uint8_t* composed = nullptr;
  const auto bytes = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                  static_cast<utf8proc_ssize_t>(text.size()), &composed,
                                  static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(composed, &std::free);
  return bytes >= 0 &&
         std::string_view(reinterpret_cast<const char*>(composed), static_cast<std::size_t>(bytes)) == text;
}

Result<void> check_text(std::string_view what, std::string_view text, Lines lines) {
  if (!json::is_utf8(text))
    return error(Cause::malformed, fmt::format("{} {}: it is not UTF-8", what, in_quotes(text)));
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_control(text, i, lines)) return refused(what, text, "control characters are not allowed");
  }
  return {};
}

Result<void> check_line(std::string_view what, std::string_view text, std::size_t least, std::size_t most) {
  HERALD_CHECK(check_length(what, text, least, most));
  HERALD_CHECK(check_text(what, text, Lines::refused));
  bool is_first = true;
  for (const utf8proc_int32_t c : characters_of(text)) {
    if (is_joiner(c) ? is_first : is_invisible(c))
      return refused(what, text, "invisible characters and marks of direction are not allowed");
    if (is_first && is_mark(c))
      return refused(what, text, "it must not begin with a mark that belongs to the character before it");
    is_first = false;
  }
  return {};
}

Result<void> check_identifier(std::string_view what, std::string_view text, std::size_t most) {
  HERALD_CHECK(check_length(what, text, 1, most));
  for (const char c : text) {
    if (!is_letter(c) && !is_digit(c) && !is_joint(c)) {
      return refused(what, text, R"(only letters, digits, "-", "_" and "." are allowed)");
    }
  }
  return {};
}

// Such a name in a path of a URL would mean "here" or "one up" to browsers, proxies and clients: they could not reach
// what has it.
Result<void> check_not_dots(std::string_view what, std::string_view text) {
  if (text.find_first_not_of('.') != std::string_view::npos) return {};
  return refused(what, text, "it must not consist of dots alone");
}

// RFC 3986, 3.2.1: user:password@ before the host.
bool has_password(std::string_view behind_scheme) {
  if (!behind_scheme.starts_with("//")) return false;
  const std::string_view authority = behind_scheme.substr(2, behind_scheme.find_first_of("/?#", 2) - 2);
  const auto at = authority.rfind('@');
  return at != std::string_view::npos && authority.substr(0, at).find(':') != std::string_view::npos;
}

// What pages show as a link must not run when it is followed.
bool is_script(std::string_view scheme) {
  const std::string lower = boost::algorithm::to_lower_copy(std::string(scheme), std::locale::classic());
  return lower == "javascript" || lower == "vbscript" || lower == "data";
}

// Nothing when the text is no number at all; zero when it is one that no version can have.
std::optional<std::uint64_t> version_digits(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  if (!all_digits(text)) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  return code == std::errc() ? value : 0;
}

}  // namespace

Result<void> RegistryNameRule::check(std::string_view text) {
  HERALD_CHECK(check_length("registry", text, 1, limits::kMaxRegistryNameBytes));
  for (const char c : text) {
    if (!is_lower(c) && !is_digit(c) && !is_joint(c)) {
      return refused("registry", text, R"(only lower-case letters, digits, "-", "_" and "." are allowed)");
    }
  }
  if (is_joint(text.front())) return refused("registry", text, "it must begin with a letter or a digit");
  return {};
}

Result<void> ModelNameRule::check(std::string_view text) {
  HERALD_CHECK(check_line("model", text, 1, limits::kMaxNameBytes));
  if (text.find_first_of("/:@") != std::string_view::npos) {
    return refused("model", text, R"("/", ":" and "@" are not allowed)");
  }
  const auto characters = characters_of(text);
  if (is_space(characters.front()) || is_space(characters.back()))
    return refused("model", text, "it must not begin or end with a space");
  if (!is_composed(text)) {
    return refused(
        "model", text,
        "write each letter with its marks as one character (Unicode's NFC), so that names that look "
        "alike are the same");
  }
  return check_not_dots("model", text);
}

Result<void> AliasNameRule::check(std::string_view text) {
  HERALD_CHECK(check_identifier("alias", text, limits::kMaxAliasBytes));
  if (text == kLatest)
    return refused("alias", text, "it is computed (the newest version that is ready) and cannot be set");
  if (version_digits(text))
    return refused("alias", text, "it reads like a version number: take a name that has other letters");
  return check_not_dots("alias", text);
}

Result<void> TagKeyRule::check(std::string_view text) {
  return check_line("tag", text, 1, limits::kMaxTagKeyBytes);
}

Result<void> TagValueRule::check(std::string_view text) {
  HERALD_CHECK(check_length("tag value", text, 0, limits::kMaxTagValueBytes));
  return check_text("tag value", text, Lines::allowed);
}

Result<void> MetricNameRule::check(std::string_view text) {
  return check_line("metric", text, 1, limits::kMaxNameBytes);
}

// RFC 3986: a scheme, then characters that a URI may hold.
Result<void> UriRule::check(std::string_view text) {
  HERALD_CHECK(check_length("URI", text, 1, limits::kMaxUriBytes));
  const std::size_t colon = text.find(':');
  const std::string_view scheme = text.substr(0, colon);
  if (colon == std::string_view::npos || colon + 1 == text.size() || scheme.empty() ||
      !is_letter(scheme.front()) || !std::all_of(scheme.begin(), scheme.end(), [](char c) {
        return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
      })) {
    return refused("URI", text, "it must begin with a scheme, as in s3://bucket/path or file:///path");
  }
  if (is_script(scheme)) return refused("URI", text, "it would be a program in a browser, not a place");
  if (has_password(text.substr(colon + 1))) {
    return refused("URI", text.substr(0, colon + 1),
                   "it holds a password, which would stay in the log for ever: leave it out");
  }
  for (const char c : text) {
    if (c <= ' ' || c > '~' || std::string_view("\"<>\\^`{|}").find(c) != std::string_view::npos) {
      return refused("URI", text,
                     "spaces, non-ASCII characters and any of \"<>\\^`{|} must be percent-encoded");
    }
  }
  return {};
}

Result<void> ReasonRule::check(std::string_view text) {
  HERALD_CHECK(check_length("reason", text, 1, limits::kMaxReasonBytes));
  return check_text("reason", text, Lines::allowed);
}

Result<void> FilePathRule::check(std::string_view text) {
  HERALD_CHECK(check_line("path", text, 1, limits::kMaxPathBytes));
  if (text.find('\\') != std::string_view::npos)
    return refused("path", text, R"("\" is not allowed: write "/")");
  if (text.front() == '/')
    return refused("path", text, R"(it must be relative: take away the "/" at its beginning)");
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find('/', start), text.size());
    const std::string_view segment = text.substr(start, end - start);
    if (segment.empty() || segment == "." || segment == "..") {
      return refused("path", text, R"(empty, "." and ".." segments are not allowed)");
    }
    start = end + 1;
  }
  return {};
}

Result<void> LabelRule::check(std::string_view text) {
  HERALD_CHECK(check_line("name", text, 1, limits::kMaxNameBytes));
  return check_not_dots("name", text);
}

Result<void> IdentifierRule::check(std::string_view text) {
  HERALD_CHECK(check_identifier("name", text, limits::kMaxAliasBytes));
  return check_not_dots("name", text);
}

Result<VersionSelector> VersionSelector::parse(std::string_view text) {
  if (text == kLatest) return VersionSelector{Kind::latest, {}, {}};
  if (const auto number = version_digits(text)) {
    if (*number == 0) return refused("version", text, "versions are numbered from 1");
    return VersionSelector{Kind::number, VersionNumber(*number), {}};
  }
  HERALD_TRY(auto alias, AliasName::parse(text));
  return VersionSelector{Kind::alias, {}, std::move(alias)};
}

std::string VersionSelector::str() const {
  switch (kind) {
    case Kind::number:
      return label(number);
    case Kind::latest:
      return std::string(kLatest);
    case Kind::alias:
      return alias.str();
  }
  return {};
}

Result<VersionReference> VersionReference::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const bool has_registry = slash != std::string_view::npos;
  const std::string_view path = has_registry ? text.substr(slash + 1) : text;
  const std::size_t colon = path.find(':');
  if (colon == std::string_view::npos) {
    return refused("reference", text,
                   "write [registry/]model:version, as in churn:v3, churn:latest or churn:production");
  }
  HERALD_TRY(auto registry, RegistryName::parse(has_registry ? text.substr(0, slash) : kDefaultRegistry));
  HERALD_TRY(auto model, ModelName::parse(path.substr(0, colon)));
  HERALD_TRY(auto selector, VersionSelector::parse(path.substr(colon + 1)));
  return VersionReference{std::move(registry), std::move(model), std::move(selector)};
}

}  // namespace herald::registry
