#include "recorder/fsck.h"

#include <filesystem>

#include "recorder/checking/beside_check.h"
#include "recorder/checking/child.h"
#include "recorder/checking/derived_check.h"
#include "recorder/checking/log_check.h"
#include "recorder/data_folder.h"

namespace herald::recorder {
namespace {

using namespace checking;

// Holds the parts of one folder against each other, those above against what the log makes of them.
class FolderCheck {
 public:
  FolderCheck(const DataFolder& folder, const Progress& progress, Whereabouts& whereabouts)
      : folder_(folder), progress_(progress), whereabouts_(whereabouts) {}

  FsckReport run() {
    guarded(Part::log, [&] { open_log(); });
    if (!log_) return std::move(report_);
    guarded(Part::head, [&] { head_.emplace(folder_.head(), *log_, findings_); });
    guarded(Part::views, [&] { views_.emplace(folder_.views(), *log_, findings_); });
    compare(Sequence(0));
    LogCheck log(*log_, report_, findings_, progress_);
    guarded(Part::events, [&] { log.check_events([&](const registry::Event& event) { replay(event); }); });
    guarded(Part::records, [&] { log.check_records(); });
    if (views_) guarded(Part::views, [&] { views_->finish(); });
    guarded(Part::work, [&] { work_.finish(); });
    guarded(Part::blobs, [&] { blobs_.finish(); });
    return std::move(report_);
  }

 private:
  // Damage that shows as an exception is a finding, and ends what was being done. False then.
  template <class Function>
  bool guarded(Part part, Function&& function) {
    whereabouts_.set(part);
    try {
      function();
      return true;
    } catch (const std::exception& damage) {
      findings_.add(name(part), damage.what());
      return false;
    }
  }

  void open_log() {
    if (!std::filesystem::exists(folder_.log() + "/data.mdb")) return findings_.add("log", "there is none");
    auto log = eventstore::Log::open({.path = folder_.log(), .origin = {}, .map_size = kReadingMapSize},
                                     system_clock());
    if (!log) return findings_.add("log", log.error().message);
    log_ = std::move(*log);
  }

  void replay(const registry::Event& event) {
    work_.after(event);
    guarded(Part::blobs, [&] { blobs_.after(event); });
    if (!replays_) return;
    const Replay::Changes* changes = nullptr;
    replays_ = event.sequence == replayed_.next().value() &&
               guarded(Part::events, [&] { changes = &replay_.apply(event); });
    if (!replays_) return give_up(event);
    replayed_ = Sequence(event.sequence);
    compare(replayed_);
    if (views_ && !guarded(Part::views, [&] { views_->after(event, *changes); })) views_.reset();
    whereabouts_.set(Part::events);
  }

  void compare(Sequence sequence) {
    if (head_ && !guarded(Part::head, [&] { head_->at(sequence, replay_.state()); })) head_.reset();
  }

  // Without one event, nothing after it can be told.
  void give_up(const registry::Event& event) {
    findings_.add(event_place(Sequence(event.sequence)),
                  "head and views are not compared from here on: it does not follow from what is before it");
    head_.reset();
    views_.reset();
  }

  const DataFolder& folder_;
  const Progress& progress_;
  Whereabouts& whereabouts_;
  FsckReport report_;
  Findings findings_{report_};
  std::unique_ptr<eventstore::Log> log_;
  std::optional<HeadCheck> head_;
  std::optional<ViewsCheck> views_;
  WorkCheck work_{folder_.work(), findings_};
  BlobCheck blobs_{folder_.blobs(), findings_};
  Replay replay_;
  Sequence replayed_;
  bool replays_ = true;
};

Result<FsckReport> check_folder(const std::string& path, const Progress& progress, Whereabouts& whereabouts) {
  HERALD_TRY(const auto folder, DataFolder::open(path));
  return FolderCheck(*folder, progress, whereabouts).run();
}

}  // namespace

Result<FsckReport> fsck(const std::string& data_folder, const Progress& progress) {
  std::error_code unreadable;
  if (!std::filesystem::exists(data_folder + "/format", unreadable)) {
    return error(Cause::unavailable, fmt::format("{} is not a data folder of Herald", data_folder));
  }
  return run_in_child([&](const Progress& told,
                          Whereabouts& whereabouts) { return check_folder(data_folder, told, whereabouts); },
                      progress);
}

}  // namespace herald::recorder
