#include "connectors/slack.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "connectors/text.h"
#include "reflect/json_write.h"

namespace herald::connectors::slack {
namespace {

using automations::Message;
using automations::Verdict;

constexpr std::size_t kHeaderCharacters = 150;
constexpr std::size_t kTextCharacters = 3'000;
constexpr std::size_t kFieldCharacters = 500;  // Slack takes 2,000; ten of those would be beyond the total
constexpr std::size_t kFields = 10;
constexpr std::size_t kLongestLink = 2'000;

class Blocks {
 public:
  explicit Blocks(std::string& out) : out_(out) { out_.push_back('['); }
  void header(const std::string& title) {
    json::ObjectWriter block = begin("header");
    text_object(block.key("text"), "plain_text", title);
    block.close();
  }
  void section(const std::string& mrkdwn) {
    json::ObjectWriter block = begin("section");
    text_object(block.key("text"), "mrkdwn", mrkdwn);
    block.close();
  }
  void fields(const std::vector<std::pair<std::string, std::string>>& facts) {
    json::ObjectWriter block = begin("section");
    std::string& fields = block.key("fields");
    fields.push_back('[');
    for (std::size_t i = 0; i < std::min(facts.size(), kFields); ++i) {
      if (i != 0) fields.push_back(',');
      text_object(fields, "mrkdwn",
                  fmt::format("*{}*\n{}", escaped(facts[i].first, 100),
                              escaped(facts[i].second, kFieldCharacters - 110)));
    }
    fields.push_back(']');
    block.close();
  }
  void close() { out_.push_back(']'); }

 private:
  json::ObjectWriter begin(std::string_view type) {
    if (!first_) out_.push_back(',');
    first_ = false;
    json::ObjectWriter block(out_);
    block.member("type", type);
    return block;
  }
  static void text_object(std::string& out, std::string_view type, const std::string& text) {
    json::ObjectWriter object(out);
    object.member("type", type).member("text", text).close();
  }

  std::string& out_;
  bool first_ = true;
};

// Links are ours and percent-encoded; what would end the link's markup is encoded here.
std::string link_markup(const std::string& url) {
  std::string out = "<";
  for (const char c : url) {
    out += c == '|' ? "%7C" : c == '>' ? "%3E" : c == '<' ? "%3C" : c == '&' ? "&amp;" : std::string(1, c);
  }
  return out + "|Open in Herald>";
}

std::string fallback(const Message& message) {
  if (message.title.empty()) return escaped(message.text, kTextCharacters);
  return escaped(message.text.empty() ? message.title : message.title + "\n" + message.text, kTextCharacters);
}

// The words that Slack documents for incoming webhooks. Others are not repeated: whoever answers in Slack's place may repeat the
// URL's path, which is secret.
constexpr std::string_view kPassing[] = {"rate_limited",   "ratelimited", "rollup_error",
                                         "internal_error", "fatal_error", "service_unavailable",
                                         "request_timeout"};
constexpr std::string_view kLasting[] = {"action_prohibited",
                                         "channel_is_archived",
                                         "channel_not_found",
                                         "invalid_attachments",
                                         "invalid_blocks",
                                         "invalid_payload",
                                         "invalid_token",
                                         "missing_text_or_fallback_or_attachments",
                                         "no_active_hooks",
                                         "no_service",
                                         "no_service_id",
                                         "no_team",
                                         "no_text",
                                         "posting_to_general_channel_denied",
                                         "team_disabled",
                                         "token_revoked",
                                         "too_many_attachments",
                                         "user_not_found"};

bool is_among(std::string_view word, std::span<const std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

std::string escaped(std::string_view text, std::size_t most) {
  std::string out;
  std::size_t characters = 0;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t next = at + 1;
    while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xC0) == 0x80) ++next;
    const char c = text[at];
    const std::string_view written = c == '&'   ? "&amp;"
                                     : c == '<' ? "&lt;"
                                     : c == '>' ? "&gt;"
                                                : text.substr(at, next - at);
    const std::size_t width = written.starts_with('&') ? written.size() : 1;
    const bool last = next == text.size();
    if (characters + width > most || (!last && characters + width == most))
      return most == 0 ? out : out.append(kEllipsis);
    out += written;
    characters += width;
    at = next;
  }
  return out;
}

HttpRequest request(const automations::Outgoing& outgoing) {
  const Message& message = outgoing.message;
  HttpRequest request;
  request.url = outgoing.url;
  request.headers.emplace_back("content-type", "application/json");
  json::ObjectWriter body(request.body);
  body.member("text", fallback(message));
  Blocks blocks(body.key("blocks"));
  if (!message.title.empty()) blocks.header(cut_characters(message.title, kHeaderCharacters));
  if (!message.text.empty()) blocks.section(escaped(message.text, kTextCharacters));
  if (!message.facts.empty()) blocks.fields(message.facts);
  if (message.link && message.link->size() <= kLongestLink) blocks.section(link_markup(*message.link));
  blocks.close();
  body.close();
  return request;
}

Judgement judge(const HttpAnswer& answer) {
  if (!answer.error_class.empty()) return judge_failure(answer);
  if (answer.status == 200 && answer.body == "ok") return {};
  const bool passes = is_among(answer.body, kPassing);
  const bool word = passes || is_among(answer.body, kLasting);
  const std::string sentence =
      word ? fmt::format("Slack answered {}: {}", status_words(answer.status), answer.body)
           : fmt::format("Slack answered {} and not \"ok\"", status_words(answer.status));
  if (passes) return {Verdict::retry, "rejected", sentence};
  if (is_transient(answer.status)) return {Verdict::retry, "status", sentence};
  // What answers 200 with other words is something between us and Slack, which may go away.
  if (answer.status >= 200 && answer.status < 300 && !word) return {Verdict::retry, "rejected", sentence};
  return {Verdict::permanent, word ? "rejected" : "status", sentence};
}

}  // namespace herald::connectors::slack
