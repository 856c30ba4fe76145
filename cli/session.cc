#include "cli/session.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/limits.h"

namespace herald::cli {
namespace {

// https://no-color.org: set and not empty means none.
bool colours_wanted() {
  const char* refused = std::getenv("NO_COLOR");
  return ::isatty(STDOUT_FILENO) == 1 && (refused == nullptr || *refused == '\0');
}

std::size_t terminal_width() {
  winsize size{};
  if (::isatty(STDOUT_FILENO) != 1 || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

Result<json::Document> parse_answer(const std::string& body) {
  auto document = json::Document::parse(body);
  if (!document) return error(Cause::unavailable, "the server's answer is no JSON: is it Herald?");
  return document;
}

}  // namespace

bool standard_error_is_a_terminal() {
  return ::isatty(STDERR_FILENO) == 1;
}

Session::Session(Settings settings) : settings_(std::move(settings)), client_(client_options()) {
  style_ = {.colours = colours_wanted(), .width = terminal_width()};
}

ClientOptions Session::client_options() const {
  ClientOptions options;
  options.url = settings_.url;
  options.idempotency_key = settings_.idempotency_key;
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
      print(render_details(view.details, document.root(), style_));
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

Result<void> Session::list(const Query& query, const View& view, const Paging& paging) {
  std::uint64_t wanted = paging.all ? UINT64_MAX : paging.limit.value_or(limits::kDefaultPageSize);
  std::vector<json::Document> pages;  // the items borrow from them
  std::vector<json::Value> items;
  std::string cursor;
  std::string before = "[\n";  // of the next item of a JSON array
  do {
    Query page = query;
    page.add("limit", std::to_string(std::min<std::uint64_t>(wanted, limits::kMaxPageSize)))
        .add("cursor", cursor);
    HERALD_TRY(const Answer answer, client_.get(page.str()));
    HERALD_TRY(json::Document document, parse_answer(answer.body));
    cursor = string_at(document.root(), "next");
    const auto raw = raw_elements(answer.body, "items");
    std::size_t at = 0;
    for (const json::Value item : member_at(document.root(), "items").value_or(document.root()).elements()) {
      switch (output()) {
        case Output::table:
          items.push_back(item);
          break;
        case Output::json:
          print(std::exchange(before, ",\n") + render_json(item));
          break;
        case Output::jsonl:
          print(std::string(raw.at(at)) + "\n");
          break;
        case Output::id:
          print(view.id(item) + "\n");
          break;
      }
      ++at;
    }
    wanted -= std::min<std::uint64_t>(wanted, at);
    if (output() == Output::table) pages.push_back(std::move(document));
  } while (wanted > 0 && !cursor.empty());
  if (output() == Output::json) print(before == "[\n" ? "[]\n" : "\n]\n");
  if (output() == Output::table) {
    if (items.empty()) {
      note("nothing to list");
    } else {
      print(render_table(view.table, items, style_));
    }
  }
  if (!cursor.empty()) note("there is more: --limit N or --all shows it");
  return {};
}

}  // namespace herald::cli
