#include <fmt/format.h>

#include <filesystem>

#include "cli/commands/commands.h"
#include "cli/commands/saying.h"
#include "cli/commands/shared.h"
#include "cli/progress.h"
#include "recorder/data_folder.h"
#include "recorder/fsck.h"
#include "recorder/recovery.h"

namespace herald::cli {
namespace {

// ---- status ----

const View& status_view() {
  static const View view{
      .id = text("server.sequence"),
      .table = {},
      .details = {{"server", text("url")},
                  {"version", text("server.version")},
                  {"state", text("ready.status")},
                  {"origin", text("server.origin")},
                  {"events", text("server.sequence")},
                  {"root", text("log.root")},
                  {"kafka", text("kafka.state")},
                  {"kafka lag", text("kafka.lag")},
                  {"time", time("server.time")}},
  };
  return view;
}

Result<void> status(Session& session) {
  Client& client = session.client();
  HERALD_TRY(const Answer server, client.get("/v1"));
  HERALD_TRY(const Answer log, client.get("/v1/log"));
  HERALD_TRY(const Answer kafka, client.get("/v1/kafka"));
  const auto ready = client.get("/readyz");
  if (!ready && ready.error().cause != Cause::unavailable && ready.error().cause != Cause::stopping)
    return ready.error();
  std::string reasons;
  if (!ready) json::ObjectWriter(reasons).member("status", ready.error().message).close();

  std::string body;
  json::ObjectWriter writer(body);
  writer.member("url", client.url())
      .member("server", json::Raw(server.body))
      .member("ready", json::Raw(ready ? ready->body : reasons))
      .member("log", json::Raw(log.body))
      .member("kafka", json::Raw(kafka.body));
  writer.close();
  return session.show_body(body, status_view());
}

// ---- offline ----

struct Folder {
  std::optional<std::string> data;
};
void declare(Options& options, Folder& args) {
  options.option("--data", "DIR", args.data, "the data folder; no server may be using it");
}

Result<std::string> folder_of(const Folder& args) {
  if (!args.data) return error(Cause::missing_field, "which data folder? --data DIR is expected");
  std::error_code wrong;
  if (std::filesystem::exists(*args.data + "/log", wrong)) return *args.data;
  return error(Cause::not_found, fmt::format("{} is no data folder: there is no log in it", *args.data),
               "--data");
}

// Events done, of how many, as a line on a terminal.
class EventProgress {
 public:
  explicit EventProgress(std::string what) : what_(std::move(what)) {}
  void operator()(Sequence applied, Sequence of) {
    if (!line_)
      line_.emplace(what_, of.value(), standard_error_is_a_terminal(), ProgressLine::Counts::events);
    line_->moved(static_cast<std::int64_t>(applied.value() - std::exchange(reached_, applied.value())));
  }
  void finish() { line_.reset(); }

 private:
  std::string what_;
  std::optional<ProgressLine> line_;
  std::uint64_t reached_ = 0;
};

Result<void> fsck(Session& session, const Folder& args) {
  HERALD_TRY(const std::string folder, folder_of(args));
  EventProgress progress("checking");
  const auto report = recorder::fsck(folder, std::ref(progress));
  progress.finish();
  if (!report) return report.error();
  std::vector<json::Raw> findings;
  for (const recorder::Finding& finding : report->findings) {
    std::string entry;
    json::ObjectWriter(entry).member("where", finding.where).member("what", finding.what).close();
    findings.push_back(json::Raw(entry));
  }
  std::string body;
  json::ObjectWriter(body)
      .member("events", report->events)
      .member("root", report->root)
      .member("findings_in_all", report->findings_in_all)
      .member("findings", findings)
      .close();
  static const View view{
      .id = text("root"),
      .table = {},
      .details = {{"events", text("events")}, {"root", text("root")}, {"findings", text("findings_in_all")}}};
  HERALD_CHECK(session.show_body(body, view));
  for (const recorder::Finding& finding : report->findings)
    session.note(fmt::format("  {}: {}", finding.where, finding.what));
  if (report->findings_in_all > 0) return error(Cause::digest_mismatch, fmt::format("{} is damaged", folder));
  session.note("clean");
  return {};
}

template <class Opened>
Result<void> rebuilt(Session& session, Result<Opened> opened, EventProgress& progress,
                     const std::string& what) {
  progress.finish();
  if (!opened) return std::move(opened).error();
  HERALD_CHECK(recorder::close_clean(*opened->store));
  const std::uint64_t last = opened->store->stand().sequence.value();
  std::string object;
  json::ObjectWriter(object).member("store", what).member("sequence", last).close();
  return say(session, fmt::format("{}: rebuilt up to event {}\n", what, last), object, what);
}

Result<void> rebuild(Session& session, const Folder& args) {
  HERALD_TRY(const std::string path, folder_of(args));
  HERALD_TRY(const auto folder, recorder::DataFolder::open(path));
  HERALD_TRY(const auto log, eventstore::Log::open({.path = folder->log(), .origin = {}}, system_clock()));
  EventProgress head_progress("rebuilding head"), views_progress("rebuilding views");
  HERALD_CHECK(rebuilt(session,
                       recorder::open_head({.path = folder->head()}, *log, recorder::ForceRebuild{true},
                                           std::ref(head_progress)),
                       head_progress, "head"));
  return rebuilt(session,
                 recorder::open_views({.path = folder->views()}, *log, recorder::ForceRebuild{true},
                                      std::ref(views_progress)),
                 views_progress, "views");
}

}  // namespace

void add_server_commands(Program& program) {
  program.command(
      program.top(),
      {"status", "How the server stands.", "herald status\nherald status -o json", kServerSection}, status);
  program.command<Folder>(
      program.top(),
      {"fsck", "Hold a data folder against itself: every event, the tree, every view. Offline.",
       "herald fsck --data ./data", kServerSection},
      declare, fsck);
  program.command<Folder>(program.top(),
                          {"rebuild", "Build the derived stores anew from the log. Offline.",
                           "herald rebuild --data ./data", kServerSection},
                          declare, rebuild);
}

}  // namespace herald::cli
