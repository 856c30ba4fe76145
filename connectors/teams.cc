#include "connectors/teams.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "connectors/text.h"
#include "reflect/json_write.h"

namespace herald::connectors::teams {
namespace {

using automations::Message;
using automations::Verdict;

constexpr std::size_t kTitleCharacters = 300;
constexpr std::size_t kFactCharacters = 500;

// Cards read a subset of Markdown. Brackets are the dangerous part: a link whose words hide where it leads.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']') out.push_back('\\');
    out.push_back(c);
  }
  return out;
}

class Card {
 public:
  explicit Card(std::string& out) : out_(out) { out_.push_back('['); }
  void heading(const std::string& text) {
    json::ObjectWriter block = begin("TextBlock");
    block.member("text", text).member("weight", "Bolder").member("size", "Medium").member("wrap", true);
    block.member("style", "heading").close();
  }
  void paragraph(const std::string& text, bool subtle = false) {
    json::ObjectWriter block = begin("TextBlock");
    block.member("text", text).member("wrap", true);
    if (subtle) block.member("isSubtle", true);
    block.close();
  }
  void facts(const Message& message, std::size_t count) {
    json::ObjectWriter block = begin("FactSet");
    std::string& facts = block.key("facts");
    facts.push_back('[');
    for (std::size_t i = 0; i < count; ++i) {
      if (i != 0) facts.push_back(',');
      const auto& [title, value] = message.facts[i];
      json::ObjectWriter(facts)
          .member("title", plain(cut_characters(title, 100)))
          .member("value", plain(cut_characters(value, kFactCharacters)))
          .close();
    }
    facts.push_back(']');
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
  std::string& out_;
  bool first_ = true;
};

void write_actions(std::string& out, const std::string& link) {
  out.push_back('[');
  json::ObjectWriter(out)
      .member("type", "Action.OpenUrl")
      .member("title", "Open in Herald")
      .member("url", link)
      .close();
  out.push_back(']');
}

void write_card(std::string& out, const Message& message, std::size_t facts, std::string_view text) {
  json::ObjectWriter card(out);
  card.member("$schema", "http://adaptivecards.io/schemas/adaptive-card.json")
      .member("type", "AdaptiveCard")
      .member("version", "1.2");
  Card body(card.key("body"));
  if (!message.title.empty()) body.heading(plain(cut_characters(message.title, kTitleCharacters)));
  if (!text.empty()) body.paragraph(plain(text));
  if (facts != 0) body.facts(message, facts);
  if (facts < message.facts.size() || text.size() < message.text.size()) {
    body.paragraph(message.link ? "Truncated: open the link for the rest." : "Truncated.", true);
  }
  body.close();
  if (message.link) write_actions(card.key("actions"), *message.link);
  json::ObjectWriter(card.key("msteams")).member("width", "full").close();
  card.close();
}

std::string envelope(const Message& message, std::size_t facts, std::string_view text) {
  std::string out =
      R"({"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","contentUrl":null,"content":)";
  write_card(out, message, facts, text);
  return out += "}]}";
}

std::string fitting(const Message& message) {
  std::string body;
  for (std::size_t facts = message.facts.size();; --facts) {
    body = envelope(message, facts, message.text);
    if (body.size() <= kTeamsBytes) return body;
    if (facts == 0) break;
  }
  // In JSON a byte of text takes up to six.
  std::string_view text = message.text;
  while (body.size() > kTeamsBytes && !text.empty()) {
    const std::size_t surplus = body.size() - kTeamsBytes;
    text = cut_bytes(
        text, text.size() - std::min(text.size(), std::max<std::size_t>(1, surplus / 6 + surplus % 6)));
    body = envelope(message, 0, text);
  }
  return body;
}

// "Microsoft Teams endpoint returned HTTP error 429"
std::optional<std::uint32_t> error_told_in_body(std::string_view body) {
  constexpr std::string_view kWords = "returned HTTP error ";
  const std::size_t found = body.find(kWords);
  if (found == std::string_view::npos) return std::nullopt;
  std::uint32_t status = 0;
  body.remove_prefix(found + kWords.size());
  if (std::from_chars(body.data(), body.data() + body.size(), status).ec != std::errc{}) return std::nullopt;
  return status;
}

}  // namespace

HttpRequest request(const automations::Outgoing& outgoing) {
  HttpRequest request;
  request.url = outgoing.url;
  request.headers.emplace_back("content-type", "application/json");
  request.body = fitting(outgoing.message);
  return request;
}

Judgement judge(const HttpAnswer& answer) {
  if (!answer.error_class.empty()) return judge_failure(answer);
  const bool accepted = answer.status >= 200 && answer.status < 300;
  if (const auto told = error_told_in_body(answer.body); accepted && told) {
    return {is_transient(*told) ? Verdict::retry : Verdict::permanent, "rejected",
            fmt::format("Teams answered {} but says that it met {}", answer.status, status_words(*told))};
  }
  if (accepted) return {};
  return {is_transient(answer.status) ? Verdict::retry : Verdict::permanent, "status",
          fmt::format("Teams answered {}", status_words(answer.status))};
}

Result<void> check_host(std::string_view host) {
  if (host != "outlook.office.com" && host != "outlook.office365.com" && host != "webhook.office.com" &&
      !host.ends_with(".webhook.office.com"))
    return {};
  return error(Cause::invalid_value,
               "this is the URL of an Office 365 connector, which Microsoft has retired: in Teams, make a "
               "workflow from the "
               "template \"Send webhook alerts to a channel\" and use its URL");
}

}  // namespace herald::connectors::teams
