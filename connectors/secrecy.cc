#include "connectors/secrecy.h"

#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>
#include <charconv>
#include <locale>
#include <optional>
#include <utility>

#include "base/hex.h"
#include "base/limits.h"
#include "connectors/http_url.h"
#include "connectors/text.h"

namespace herald::connectors {
namespace {

constexpr std::string_view kInstead = "[redacted]";
constexpr std::string_view kWithheld = "[withheld: it repeats a secret in another spelling]";
constexpr std::string_view kTooMuch = "[withheld: too much was sent that is secret to look for each of it]";
constexpr char kHidden = '\0';  // stands for what is hidden already, where other spellings are looked for

// Shorter ones would hide ordinary words; a value that is a secret as a whole is looked for from the second on.
constexpr std::size_t kShortest = 8;
constexpr std::size_t kShortestValue = 3;
constexpr std::size_t kShortestOrdinaryPart = 12;  // of what is no secret by itself, as a segment of a URL

std::string in_lower_case(std::string_view text) {
  std::string out(text);
  boost::algorithm::to_lower(out, std::locale::classic());
  return out;
}

// A character of an escape, and how long the escape is.
struct Unescaped {
  std::string text;
  std::size_t length = 0;
};

std::string character(std::uint32_t code) {
  if (code < 0x80) return std::string(1, static_cast<char>(code));
  if (code < 0x800) return {static_cast<char>(0xC0 | code >> 6), static_cast<char>(0x80 | (code & 0x3F))};
  return {static_cast<char>(0xE0 | (code >> 12 & 0x0F)), static_cast<char>(0x80 | (code >> 6 & 0x3F)),
          static_cast<char>(0x80 | (code & 0x3F))};
}

std::optional<std::uint32_t> number(std::string_view digits, int base) {
  std::uint32_t value = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (digits.empty() || failure != std::errc() || end != digits.data() + digits.size() || value > 0xFFFF) {
    return std::nullopt;
  }
  return value;
}

// \/ and \u002f, as JSON, Python and PHP write.
std::optional<Unescaped> backslashed(std::string_view rest) {
  if (rest.size() < 2) return std::nullopt;
  if (rest[1] == 'u' || rest[1] == 'x') {
    const std::size_t digits = rest[1] == 'u' ? 4 : 2;
    const auto code = rest.size() < 2 + digits ? std::nullopt : number(rest.substr(2, digits), 16);
    return code ? std::optional(Unescaped{character(*code), 2 + digits}) : std::nullopt;
  }
  if (std::string_view("\\/\"'").find(rest[1]) == std::string_view::npos) return std::nullopt;
  return Unescaped{std::string(1, rest[1]), 2};
}

std::optional<Unescaped> percented(std::string_view rest) {
  const auto code = rest.size() < 3 ? std::nullopt : number(rest.substr(1, 2), 16);
  return code ? std::optional(Unescaped{std::string(1, static_cast<char>(*code)), 3}) : std::nullopt;
}

// &amp; &#43; &#x2f;, as HTML and XML write.
std::optional<Unescaped> ampersanded(std::string_view rest) {
  constexpr std::pair<std::string_view, char> kNamed[] = {
      {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}, {"sol", '/'}, {"plus", '+'}};
  constexpr std::size_t kLongest = 10;
  const std::size_t end = rest.substr(0, kLongest).find(';');
  if (end == std::string_view::npos || end < 2) return std::nullopt;
  std::string_view name = rest.substr(1, end - 1);
  for (const auto& [known, written] : kNamed) {
    if (name == known) return Unescaped{std::string(1, written), end + 1};
  }
  if (name[0] != '#') return std::nullopt;
  name.remove_prefix(1);
  const bool hexadecimal = name.starts_with('x');
  const auto code = number(name.substr(hexadecimal ? 1 : 0), hexadecimal ? 16 : 10);
  return code ? std::optional(Unescaped{character(*code), end + 1}) : std::nullopt;
}

// Lower-case text without the escapes of any medium, those within others included. A plus is a blank, as in forms.
std::string unescaped(std::string text) {
  constexpr int kDepth = 4;  // JSON in a string of JSON in a URL, and one more
  text = in_lower_case(text);
  for (int depth = 0; depth < kDepth; ++depth) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
      const std::string_view rest = std::string_view(text).substr(at);
      const auto found = rest[0] == '\\'  ? backslashed(rest)
                         : rest[0] == '%' ? percented(rest)
                         : rest[0] == '&' ? ampersanded(rest)
                                          : std::nullopt;
      out += found ? found->text : std::string(1, rest[0]);
      at += found ? found->length : 1;
    }
    out = in_lower_case(out);
    if (out == text) break;
    text = std::move(out);
  }
  std::replace(text.begin(), text.end(), '+', ' ');
  return text;
}

// The base64 of whatever holds the secret has one of these in it: the secret may begin at each of the three bytes that four
// characters stand for, and the characters at its ends depend on its neighbours.
std::vector<std::string> in_base64(std::string_view secret) {
  std::vector<std::string> out;
  for (const std::size_t before : {0, 1, 2}) {
    std::string written = to_base64(std::string(before, 'x').append(secret));
    const std::size_t unsure = (before + secret.size()) % 3 == 0 ? 0 : 4;
    written.resize(written.size() - unsure);
    written.erase(0, before == 0 ? 0 : 4);
    if (written.size() < kShortest) continue;
    std::string for_urls = written;
    std::replace(for_urls.begin(), for_urls.end(), '+', '-');
    std::replace(for_urls.begin(), for_urls.end(), '/', '_');
    if (for_urls != written) out.push_back(std::move(for_urls));
    out.push_back(std::move(written));
  }
  return out;
}

// What `Basic dXNlcjpwdw==` says of user and password.
std::optional<std::string> out_of_base64(std::string_view part) {
  auto bytes = from_base64(part);
  if (!bytes || bytes->size() < kShortestValue || valid_utf8(*bytes) != *bytes) return std::nullopt;
  return bytes;
}

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

// Which bytes belong to one of the secrets, those that overlap included.
std::vector<bool> hidden_in(const std::string& folded, const std::vector<std::string>& secrets) {
  std::vector<bool> hidden(folded.size());
  for (const std::string& secret : secrets) {
    std::size_t marked = 0;
    for (std::size_t at = folded.find(secret); at != std::string::npos; at = folded.find(secret, at + 1)) {
      const std::size_t end = at + secret.size();
      for (marked = std::max(marked, at); marked < end; ++marked) hidden[marked] = true;
    }
  }
  return hidden;
}

void arrange(std::vector<std::string>& texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
}

}  // namespace

Secrecy::Secrecy(const automations::Outgoing& outgoing) {
  constexpr std::string_view kOfHeaders = " ,;=:";
  for (const std::string& value : outgoing.revealed) {
    keep_with_parts(value, kOfHeaders, kShortestValue, kShortest);
  }
  for (const auto& [name, value] : outgoing.headers) {
    keep_with_parts(value, kOfHeaders, kShortest, kShortestOrdinaryPart);
  }
  if (outgoing.signing_secret) {
    keep_with_parts(*outgoing.signing_secret, "_", kShortestValue, kShortestOrdinaryPart);
  }
  if (const auto url = TargetUrl::parse(outgoing.url)) {
    keep_with_parts(url->path, "/?&=", kShortest, outgoing.url_is_secret ? kShortest : kShortestOrdinaryPart);
    if (outgoing.url_is_secret) keep(url->host, kShortestValue);
  }
  arrange(spellings_);
  for (const std::string& spelling : spellings_) plain_.push_back(unescaped(spelling));
  arrange(plain_);
}

void Secrecy::keep(std::string_view secret, std::size_t shortest) {
  secret = without_blanks(secret);  // which targets take off the values of headers
  if (secret.size() < shortest) return;
  spellings_.push_back(in_lower_case(secret));
  for (const std::string& written : in_base64(secret)) spellings_.push_back(in_lower_case(written));
}

void Secrecy::keep_with_parts(std::string_view secret, std::string_view separators, std::size_t shortest,
                              std::size_t shortest_part) {
  keep(secret, shortest);
  for (const std::string_view part : parts_of(secret, separators)) keep(part, shortest_part);
  // Base64 has the separators of headers in it, so its parts end at spaces alone.
  for (const std::string_view part : parts_of(secret, " ,")) {
    const auto said = out_of_base64(part);
    if (!said) continue;
    keep(*said, kShortest);
    const std::size_t colon = said->find(':');
    if (colon != std::string::npos) keep(std::string_view(*said).substr(colon + 1), kShortestValue);
  }
}

std::string Secrecy::without_secrets(std::string_view text) const {
  if (spellings_.size() * text.size() > limits::kMaxSecrecyWork) return std::string(kTooMuch);
  const std::vector<bool> hidden = hidden_in(in_lower_case(text), spellings_);
  std::string out, rest;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!hidden[at]) {
      out += text[at];
      rest += text[at];
    } else if (at == 0 || !hidden[at - 1]) {
      out += kInstead;
      rest += kHidden;
    }
  }
  const std::string plain = unescaped(std::move(rest));
  const bool told = std::any_of(plain_.begin(), plain_.end(), [&](const std::string& secret) {
    return plain.find(secret) != std::string::npos;
  });
  return told ? std::string(kWithheld) : out;
}

}  // namespace herald::connectors
