#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "base/limits.h"
#include "cli/commands/commands.h"
#include "cli/commands/shared.h"
#include "cli/event_line.h"
#include "cli/event_stream.h"
#include "cli/terminal.h"
#include "cli/text.h"

namespace herald::cli {
namespace {

struct Filters {
  std::optional<std::string> type, model, actor, subject, correlation, reason;
};
void declare_filters(Options& options, Filters& filters) {
  options.option("--type", "TYPE", filters.type, "as alias.assigned; 'alias.*' takes all of a kind")
      .option("--model", "MODEL", filters.model, "about this model and what belongs to it")
      .option("--actor", "WHO", filters.actor, "done by: a name, an id, me, anonymous or system")
      .option("--subject", "SUBJECT", filters.subject, "about exactly this, as events name it")
      .option("--correlation", "ID", filters.correlation, "of one request and what followed from it")
      .option("--reason", "TEXT", filters.reason, "with this text in the reason, in upper or lower case");
}
Query with_filters(Query query, const Filters& filters) {
  query.add("type", filters.type.value_or(""))
      .add("model", filters.model.value_or(""))
      .add("actor", filters.actor.value_or(""))
      .add("subject", filters.subject.value_or(""))
      .add("correlation", filters.correlation.value_or(""))
      .add("reason", filters.reason.value_or(""));
  return query;
}

struct Span {
  std::optional<std::string> since, until;
  std::optional<std::uint64_t> after, before;
};
void declare_span(Options& options, Span& span) {
  options
      .time("--since", "TIME", Moment::day_begins, span.since,
            "recorded at or after: 2026-11-24T09:00:00Z, a day as 2026-11-24 (UTC), or 30d, 12h, 15m ago")
      .time("--until", "TIME", Moment::day_ends, span.until, "recorded at or before, written alike")
      .option("--after", "EVENT", span.after, "of a higher number")
      .option("--before", "EVENT", span.before, "of a lower number");
}
void add_span(Query& query, const Span& span) {
  query.add("since", span.since.value_or("")).add("until", span.until.value_or(""));
  if (span.after) query.add("after", std::to_string(*span.after));
  if (span.before) query.add("before", std::to_string(*span.before));
}

struct List {
  Filters filters;
  Span span;
  bool newest_first = false;
  Paging paging;
};
void declare(Options& options, List& args) {
  declare_filters(options, args.filters);
  declare_span(options, args.span);
  options.flag("--newest-first", args.newest_first, "the other way round");
  declare_paging(options, args.paging);
}
Result<void> run(Session& session, const List& args) {
  Query query = with_filters(Query("/v1/events"), args.filters);
  add_span(query, args.span);
  query.add("order", args.newest_first ? "desc" : "asc");
  return session.list(query, event_view(), args.paging);
}

struct Export {
  Filters filters;
  Span span;
};
void declare(Options& options, Export& args) {
  declare_filters(options, args.filters);
  declare_span(options, args.span);
}

// Whole lines go to standard output as they come; what is left of a line waits for its rest.
class Lines {
 public:
  // False: standard output takes no more.
  bool take(std::string_view bytes) {
    rest_.append(bytes);
    const std::size_t end = rest_.rfind('\n');
    if (end == std::string::npos) return true;
    const std::string_view whole = std::string_view(rest_).substr(0, end + 1);
    const std::size_t last = whole.rfind('\n', end - 1);
    remember(whole.substr(last == std::string_view::npos ? 0 : last + 1));
    count_ += static_cast<std::uint64_t>(std::count(whole.begin(), whole.end(), '\n'));
    const bool written = std::fwrite(whole.data(), 1, whole.size(), stdout) == whole.size();
    rest_.erase(0, end + 1);
    return written;
  }
  void drop_rest() { rest_.clear(); }
  std::uint64_t count() const { return count_; }
  const std::optional<std::uint64_t>& last() const { return last_; }

 private:
  void remember(std::string_view line) {
    const auto event = json::Document::parse(line);
    if (event) last_ = std::stoull(event_number(event->root()));
  }
  std::string rest_;
  std::uint64_t count_ = 0;
  std::optional<std::uint64_t> last_;
};

// A connection that breaks is taken up behind the last line that came whole, as long as lines come at all.
Result<void> run(Session& session, const Export& args) {
  const Query filtered = with_filters(Query("/v1/events/export"), args.filters);
  Lines lines;
  bool written = true;
  for (Span left = args.span;; left.after = lines.last()) {
    Query query = filtered;
    add_span(query, left);
    const std::uint64_t before = lines.count();
    const auto answer = session.client().stream({.target = query.str()}, [&](std::string_view bytes) {
      written = lines.take(bytes);
      return written;
    });
    if (!written)
      return error(Cause::unavailable, "standard output takes no more: the export is not complete");
    if (answer) break;
    if (lines.count() == before) return answer.error();
    lines.drop_rest();
    session.note(fmt::format("the connection ended; going on after event {}", lines.last().value_or(0)));
  }
  session.note(fmt::format("{} events", lines.count()));
  return {};
}

struct Show {
  std::string sequence;
};
void declare(Options& options, Show& args) {
  options.word("EVENT", args.sequence, "its number");
}
Result<void> run(Session& session, const Show& args) {
  return session.show({.target = "/v1/events/" + percent_encode(args.sequence)}, event_view());
}

struct Follow {
  Filters filters;
  std::optional<std::string> since, until;
  std::optional<std::uint64_t> after, before, limit, timeout;
};
void declare(Options& options, Follow& args) {
  declare_filters(options, args.filters);
  options
      .option("--after", "EVENT", args.after,
              "begin behind this one (0: from the first; default: from now on)")
      .time("--since", "TIME", Moment::day_begins, args.since,
            "begin with what was recorded then: 2026-11-24T09:00:00Z, 2026-11-24 or 12h ago")
      .option("--before", "EVENT", args.before, "end in front of this one")
      .time("--until", "TIME", Moment::day_ends, args.until,
            "end with what was recorded until then, and is there when this begins")
      .option("--limit", "N", args.limit, "end after so many")
      .option("--timeout", "SECONDS", args.timeout,
              "end after this time; exit code 1 if --limit was not reached");
}

// Below the line of an event, what happened where it does not fit behind it.
constexpr std::size_t kBelow = 8, kMostLinesBelow = 4;

std::string lines_below(const std::string& what, std::size_t width) {
  const std::size_t room = std::max(width, kBelow + 1) - kBelow;
  std::vector<std::string> lines = wrap(what, room);
  if (lines.size() > kMostLinesBelow) {
    lines.resize(kMostLinesBelow);
    lines.back() += " …";
  }
  std::string out;
  for (const std::string& line : lines) out += std::string(kBelow, ' ') + cut(line, room) + "\n";
  return out;
}

// As tables do: no wider than the terminal; times lose their seconds first, then what happened goes on below.
std::string follow_line(const Session& session, const json::Value& event) {
  constexpr std::size_t kToTheMinute = 16;
  const Style& style = session.style_for(event);
  const std::string number = event_number(event), time = human_time(text_at(event, "time")),
                    type = event_type(event), actor = with_names(text_at(event, "actorid"), style),
                    what = with_names(event_line(event), style);
  const std::size_t width = terminal_width();
  const auto fits = [&](const std::string& line) { return width == 0 || display_width(line) <= width; };
  if (const auto line = fmt::format("{:>6}  {}  {:<22}  {}  {}", number, time, type, actor, what); fits(line))
    return line + "\n";
  const std::string minute = time.substr(0, kToTheMinute);
  if (const auto line = fmt::format("{:>6}  {}  {:<18}  {}  {}", number, minute, type, actor, what);
      fits(line))
    return line + "\n";
  return cut(fmt::format("{:>6}  {}  {:<18}  {}", number, minute, type, actor), width) + "\n" +
         lines_below(what, width);
}

void print_as_it_comes(const Session& session, const std::string& bytes, const json::Value& event) {
  switch (session.output()) {
    case Output::table:
      session.print(follow_line(session, event));
      break;
    case Output::json:
      session.print(render_json(event) + "\n");
      break;
    case Output::jsonl:
      session.print(bytes + "\n");
      break;
    case Output::id:
      session.print(event_number(event) + "\n");
      break;
  }
}

Result<void> run(Session& session, const Follow& args) {
  std::uint64_t after = args.after.value_or(0);
  if (!args.after && !args.since) {
    HERALD_TRY(after, newest_sequence(session.client()));
  }
  if (args.limit == 0)
    return error(Cause::invalid_value, "to end after no event is not to follow: 1 or more", "--limit");
  Query query = with_filters(Query("/v1/events/stream"), args.filters);
  // A stream that is told where it was does not look at a time: --after stands in the query beside --since.
  add_span(query, {.since = args.since,
                   .until = args.until,
                   .after = args.since ? args.after : std::nullopt,
                   .before = args.before});
  std::uint64_t seen = 0;
  Following following{.after = args.since ? std::string() : std::to_string(after)};
  following.ends = args.before || args.until;
  if (args.timeout) following.time_limit = std::chrono::seconds(*args.timeout);
  following.note = [&](const std::string& sentence) { session.note(sentence); };
  following.event = [&](const std::string& bytes) {
    const auto event = json::Document::parse(bytes);
    if (!event) return true;
    print_as_it_comes(session, bytes, event->root());
    std::fflush(stdout);
    return ++seen < args.limit.value_or(UINT64_MAX) && std::ferror(stdout) == 0;
  };
  const auto result = follow(session.client(), query, following);
  if (result || result.error().cause != Cause::timed_out || !args.timeout) return result;
  if (!args.limit) return {};
  return error(Cause::timed_out,
               fmt::format("{} of {} events came within {} s", seen, *args.limit, *args.timeout));
}

struct Tail {
  Filters filters;
  std::optional<std::uint64_t> number;
  bool follow = false;
};
void declare(Options& options, Tail& args) {
  options.option("-n,--number", "N", args.number, "how many (default 10)")
      .flag("-f,--follow", args.follow, "go on with those that come");
  declare_filters(options, args.filters);
}

constexpr std::uint64_t kTail = 10;

// The newest up to `last`, newest first, byte for byte.
Result<std::vector<std::string>> newest_events(Client& client, const Filters& filters, std::uint64_t last,
                                               std::uint64_t wanted) {
  std::vector<std::string> out;
  const Query filtered = with_filters(Query("/v1/events"), filters);
  std::string cursor;
  do {
    Query query = filtered;
    query.add("order", "desc")
        .add("before", std::to_string(last + 1))
        .add("limit", std::to_string(std::min<std::uint64_t>(wanted - out.size(), limits::kMaxPageSize)))
        .add("cursor", cursor);
    HERALD_TRY(const Answer answer, client.get(query.str()));
    HERALD_TRY(const auto page, json::Document::parse(answer.body));
    for (const std::string_view event : raw_elements(answer.body, "items")) out.emplace_back(event);
    cursor = string_at(page.root(), "next");
  } while (out.size() < wanted && !cursor.empty());
  return out;
}

Result<void> run(Session& session, const Tail& args) {
  const std::uint64_t wanted = args.number.value_or(kTail);
  if (wanted > limits::kMaxPageSize)
    return error(Cause::too_many,
                 fmt::format("{} at most; events list and events export show more", limits::kMaxPageSize),
                 "--number");
  HERALD_TRY(const std::uint64_t last, newest_sequence(session.client()));
  if (wanted > 0) {
    HERALD_TRY(const auto newest, newest_events(session.client(), args.filters, last, wanted));
    for (auto event = newest.rbegin(); event != newest.rend(); ++event) {
      HERALD_TRY(const auto parsed, json::Document::parse(*event));
      print_as_it_comes(session, *event, parsed.root());
    }
  }
  if (!args.follow) return {};
  std::fflush(stdout);
  Follow rest;
  rest.filters = args.filters;
  rest.after = last;
  return run(session, rest);
}

}  // namespace

void add_event_commands(Program& program) {
  const Group group = program.group({"events", "Events: everything that ever happened, in order.",
                                     "herald events list --model churn --newest-first --limit 20\n"
                                     "herald events follow --type 'alias.*'\n"
                                     "herald events show 42 -o json",
                                     kHappeningSection});
  program.command<List>(group,
                        {"list", "List events, oldest first.",
                         "herald events list --type 'alias.*' --since 2026-11-24T00:00:00Z\n"
                         "herald events list --all -o jsonl > events.jsonl      # byte for byte as recorded"},
                        declare, run);
  program.command<Export>(
      group,
      {"export", "Print all of them, one a line, byte for byte as recorded; any number, oldest first.",
       "herald events export > events.ndjson\n"
       "herald events export --after 41 >> events.ndjson      # go on behind the last line\n"
       "herald events export --model churn --since 2026-11-01T00:00:00Z"},
      declare, run);
  program.command<Show>(group, {"show", "Show one; -o jsonl prints its very bytes.", "herald events show 42"},
                        declare, run);
  program.command<Follow>(
      group,
      {"follow", "Watch events as they happen; takes up where it was when the server comes back.",
       "herald events follow --type 'alias.*' --model churn\n"
       "herald events follow --after 0 -o jsonl\n"
       "herald events follow --since 1h --model churn\n"
       "herald events follow --type delivery.succeeded --limit 1 --timeout 30   # wait for one"},
      declare, run);
  program.command<Tail>(
      group,
      {"tail", "Show the newest, oldest of them first; --follow goes on with those that come.",
       "herald events tail\nherald events tail --follow -n 0 --model churn\n"
       "herald events tail -n 1 -o id                     # the number of the newest"},
      declare, run);
}

}  // namespace herald::cli
