#include "recorder/recovery.h"

#include <fmt/format.h>

#include <filesystem>
#include <future>
#include <span>

#include "base/fail_point.h"
#include "recorder/decoding.h"
#include "recorder/trust.h"

namespace herald::recorder {
namespace {

namespace fs = std::filesystem;
using projections::Head;
using projections::Views;

// One transaction's worth: large, since nobody waits for it, and far from the number of pages that LMDB can keep.
constexpr std::size_t kEventsPerBatch = 4'096;
constexpr std::size_t kBytesPerBatch = 8 << 20;

// What the two kinds of store differ in.
struct HeadKind {
  using Store = Head;
  static constexpr std::uint32_t kVersion = projections::kHeadVersion;
  static Result<void> apply(Head& head, std::span<const registry::Event> events, const std::string& origin,
                            const Digest& leaf) {
    projections::HeadBatch batch(head);
    for (const registry::Event& event : events) HERALD_CHECK(batch.apply(event));
    return batch.commit({origin, Sequence(events.back().sequence), leaf, kVersion});
  }
};

struct ViewsKind {
  using Store = Views;
  static constexpr std::uint32_t kVersion = projections::kViewsVersion;
  static Result<void> apply(Views& views, std::span<const registry::Event> events, const std::string& origin,
                            const Digest& leaf) {
    return views.apply(events, origin, leaf);
  }
};

Error cannot(std::string_view doing, const std::string& path, const std::error_code& why) {
  return error(why == std::errc::no_space_on_device ? Cause::storage_full : Cause::unavailable,
               fmt::format("{} {}: {}", doing, path, why.message()));
}

Result<void> remove_folder(const std::string& path) {
  std::error_code failure;
  fs::remove_all(path, failure);
  if (failure) return cannot("removing", path, failure);
  return {};
}

Result<void> rename_folder(const std::string& from, const std::string& to) {
  std::error_code failure;
  fs::rename(from, to, failure);
  if (failure) return cannot("renaming", from, failure);
  return {};
}

// Damage shows as an exception (lmdb/ and record.h throw, and so does evolve() on a state that lacks what an event is
// about): here it is a reason to build anew, not the end of the process.
template <class Function>
auto as_result(Function&& function) -> decltype(function()) {
  try {
    return function();
  } catch (const std::exception& damage) {
    return error(Cause::internal, damage.what());
  }
}

Result<void> reach(std::string_view point) {
  if (fail_point(point)) return error(Cause::unavailable, fmt::format("fail point {}", point));
  return {};
}

bool has_no_room(const Error& error) {
  return error.cause == Cause::storage_full;
}

template <class Kind>
class Recovery {
  using Store = typename Kind::Store;
  using Events = std::vector<registry::Event>;

 public:
  Recovery(const projections::StoreOptions& options, const eventstore::Log& log, const Progress& progress)
      : options_(options), log_(log), progress_(progress), mark_(mark_of(options.path)) {}

  Result<Opened<Store>> run(ForceRebuild force) {
    HERALD_CHECK(remove_folder(rebuilding()));
    HERALD_CHECK(remove_folder(aside()));
    if (force.value) return rebuild("it was asked for");
    if (const auto why = why_not_open(options_.path)) {
      HERALD_CHECK(remove_folder(options_.path));  // it will never be opened: the new one may need its room
      return rebuild(*why);
    }
    HERALD_CHECK(mark_.set_open(projections::boot_id()));
    auto kept = as_result([&] { return keep(); });
    if (kept || has_no_room(kept.error())) return kept;
    return rebuild(kept.error().message);
  }

 private:
  std::string rebuilding() const { return options_.path + ".rebuilding"; }
  std::string aside() const { return options_.path + ".old"; }

  // Errors: storage_full; any other says why the store cannot be kept.
  Result<Opened<Store>> keep() {
    HERALD_TRY(auto store, Store::open(options_));
    if (const auto why = why_not_fit(store->stand(), Kind::kVersion, log_))
      return error(Cause::not_allowed_now, *why);
    const bool behind = store->stand().sequence < log_.last();
    HERALD_CHECK(catch_up(*store));
    return Opened<Store>{std::move(store), behind ? Brought::caught_up : Brought::up_to_date, {}};
  }

  // An old one that may still serve stays where it is until the new one is whole and on the disk.
  Result<Opened<Store>> rebuild(std::string why) {
    HERALD_CHECK(as_result([&] { return build_beside(); }));
    HERALD_CHECK(reach("recovery.before_swap"));
    std::error_code unreadable;
    if (fs::exists(options_.path, unreadable)) HERALD_CHECK(rename_folder(options_.path, aside()));
    HERALD_CHECK(reach("recovery.between_renames"));
    HERALD_CHECK(rename_folder(rebuilding(), options_.path));
    HERALD_CHECK(reach("recovery.after_swap"));
    HERALD_CHECK(mark_.set_open(projections::boot_id()));
    HERALD_CHECK(remove_folder(aside()));
    HERALD_TRY(auto store, Store::open(options_));
    return Opened<Store>{std::move(store), Brought::rebuilt, std::move(why)};
  }

  Result<void> build_beside() {
    HERALD_TRY(const auto store, Store::open({.path = rebuilding(), .map_size = options_.map_size}));
    HERALD_CHECK(catch_up(*store));
    HERALD_CHECK(reach("recovery.before_sync"));
    return store->environment().sync();
  }

  // Batch by batch; the next one is read and decoded on another thread while one is applied.
  Result<void> catch_up(Store& store) {
    const Sequence end = log_.last();
    Sequence at = store.stand().sequence;
    auto next = read_ahead(at, end);
    while (at < end) {
      HERALD_TRY(const Events events, next.get());
      at = Sequence(events.back().sequence);
      next = read_ahead(at, end);
      HERALD_CHECK(Kind::apply(store, events, log_.origin(), log_.read().leaf_hash(at).value()));
      if (progress_) progress_(at, end);
    }
    return {};
  }

  std::future<Result<Events>> read_ahead(Sequence after, Sequence end) const {
    if (after == end) return {};
    return std::async(std::launch::async, [this, after, end] {
      return decode_all(read_batch(log_, after.next(), end, kEventsPerBatch, kBytesPerBatch));
    });
  }

  const projections::StoreOptions& options_;
  const eventstore::Log& log_;
  const Progress& progress_;
  projections::Mark mark_;
};

template <class Store>
Result<void> close_store(Store& store) {
  HERALD_CHECK(store.environment().sync());
  return mark_of(store.environment().path()).set_clean();
}

}  // namespace

Result<Opened<Head>> open_head(const projections::StoreOptions& options, const eventstore::Log& log,
                               ForceRebuild force, const Progress& progress) {
  return Recovery<HeadKind>(options, log, progress).run(force);
}

Result<Opened<Views>> open_views(const projections::StoreOptions& options, const eventstore::Log& log,
                                 ForceRebuild force, const Progress& progress) {
  return Recovery<ViewsKind>(options, log, progress).run(force);
}

Result<void> close_clean(Head& head) {
  return close_store(head);
}
Result<void> close_clean(Views& views) {
  return close_store(views);
}

}  // namespace herald::recorder
