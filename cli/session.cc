#include "cli/session.h"

#include <fmt/format.h>

#include <cstdio>
#include <utility>

#include "base/limits.h"
#include "cli/terminal.h"

namespace herald::cli {
namespace {

Result<json::Document> parse_answer(const std::string& body) {
  auto document = json::Document::parse(body);
  if (!document) return error(Cause::unavailable, "the server's answer is no JSON: is it Herald?");
  return document;
}

// Items of a list as they come, page by page; a table waits for the last, so that its columns fit.
class Listing {
 public:
  Listing(const Session& session, const View& view) : session_(session), view_(view) {}

  // Returns how many there were. `raw`: the same items, byte for byte.
  std::size_t take(json::Document page, const std::vector<std::string_view>& raw) {
    std::size_t at = 0;
    for (const json::Value item : member_at(page.root(), "items").value_or(page.root()).elements())
      show(item, raw.at(at++));
    if (session_.output() == Output::table) pages_.push_back(std::move(page));
    return at;
  }

  void finish() const {
    if (session_.output() == Output::json) session_.print(before_ == "[\n" ? "[]\n" : "\n]\n");
    if (session_.output() != Output::table) return;
    if (items_.empty()) return session_.note("nothing to list");
    for (const json::Document& page : pages_) session_.style_for(page.root());
    session_.print(render_table(view_.table, items_, session_.style()));
  }

 private:
  void show(const json::Value& item, std::string_view raw) {
    switch (session_.output()) {
      case Output::table:
        return items_.push_back(item);
      case Output::json:
        return session_.print(std::exchange(before_, ",\n") + render_json(item));
      case Output::jsonl:
        return session_.print(std::string(raw) + "\n");
      case Output::id:
        return session_.print(view_.id(item) + "\n");
    }
  }

  const Session& session_;
  const View& view_;
  std::vector<json::Document> pages_;  // the items borrow from them
  std::vector<json::Value> items_;
  std::string before_ = "[\n";  // of the next item of a JSON array
};

}  // namespace

Session::Session(Settings settings)
    : settings_(std::move(settings)), client_(client_options()), people_(client_options()) {
  style_.colours = colours_wanted();
  style_.width = terminal_width();
}

const Style& Session::style_for(const json::Value& answer) const {
  people_.meet(answer);
  style_.people = people_.names();
  return style_;
}

ClientOptions Session::client_options() const {
  ClientOptions options;
  options.url = settings_.url;
  options.token = settings_.token;
  options.idempotency_key = settings_.idempotency_key;
  options.ca_file = settings_.ca_file;
  return options;
}

void Session::print(std::string_view text) const {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void Session::note(const std::string& text) const {
  if (output() == Output::table) fmt::print(stderr, "{}\n", text);
}

Result<void> Session::show(const Request& request, const View& view) {
  HERALD_TRY(const Answer answer, client_.send(request));
  return show_body(answer.body, view);
}

Result<void> Session::show_body(const std::string& body, const View& view) const {
  HERALD_TRY(const json::Document document, parse_answer(body));
  switch (output()) {
    case Output::table:
      print(render_details(view.details, document.root(), style_for(document.root())));
      break;
    case Output::json:
      print(render_json(document.root()) + "\n");
      break;
    case Output::jsonl:
      print(body + "\n");
      break;
    case Output::id:
      print(view.id(document.root()) + "\n");
      break;
  }
  return {};
}

Result<void> Session::tell(const Request& request, const std::string& said) {
  HERALD_TRY(const Answer answer, client_.send(request));
  if (output() == Output::table) {
    print(said + "\n");
  } else if (output() != Output::id && !answer.body.empty()) {
    HERALD_TRY(const json::Document document, parse_answer(answer.body));
    print((output() == Output::json ? render_json(document.root()) : answer.body) + "\n");
  }
  return {};
}

Result<void> Session::wait_for(std::uint64_t event) {
  HERALD_CHECK(
      client_.get(Query("/v1/models").add("limit", "1").add("min_sequence", std::to_string(event)).str()));
  return {};
}

Result<std::string> Session::fields(const std::optional<std::string>& names) const {
  if (!names || output() == Output::json || output() == Output::jsonl) return names.value_or("");
  return error(Cause::invalid_value, "members are chosen of JSON: add -o json or -o jsonl", "--fields");
}

Result<void> Session::list(const Query& query, const View& view, const Paging& paging) {
  HERALD_TRY(const std::string members, fields(paging.fields));
  std::uint64_t wanted = paging.all ? UINT64_MAX : paging.limit.value_or(limits::kDefaultPageSize);
  Listing listing(*this, view);
  std::string cursor;
  do {
    Query page = query;
    page.add("limit", std::to_string(std::min<std::uint64_t>(wanted, limits::kMaxPageSize)))
        .add("cursor", cursor)
        .add("fields", members);
    HERALD_TRY(const Answer answer, client_.get(page.str()));
    HERALD_TRY(json::Document document, parse_answer(answer.body));
    cursor = string_at(document.root(), "next");
    const std::size_t shown = listing.take(std::move(document), raw_elements(answer.body, "items"));
    wanted -= std::min<std::uint64_t>(wanted, shown);
  } while (wanted > 0 && !cursor.empty());
  listing.finish();
  if (!cursor.empty()) note("there is more: --limit N or --all shows it");
  return {};
}

Result<void> Session::show_all(const std::string& array, const View& view) const {
  const std::string body = R"({"items":)" + array + "}";
  HERALD_TRY(json::Document document, parse_answer(body));
  Listing listing(*this, view);
  listing.take(std::move(document), raw_elements(body, "items"));
  listing.finish();
  return {};
}

}  // namespace herald::cli
