// The head: what is true now, as much of it as decisions and point reads need. An LMDB environment that the
// recorder writes in step with the log and that can be deleted at any time: it is rebuilt from the log.
//
// Threads: a HeadReader by any; a HeadBatch by the recorder's.
// Not synced at each commit. A process that is killed loses nothing; what a power cut may have done is told
// by the mark (projections/mark.h), and recovery (recorder/recovery.h) decides between "apply what is
// missing" and "rebuild".
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/sequence.h"
#include "lmdb/lmdb.h"
#include "projections/stand.h"
#include "registry/event.h"
#include "registry/state.h"

namespace herald::projections {

inline constexpr std::uint32_t kHeadVersion = 7;  // raise it when tables or records change: forces a rebuild

struct StoreOptions {
  std::string path;
  std::uint64_t map_size = 1ull << 38;
};

// A snapshot of the head. One thread at a time; short-lived.
class HeadReader final : public registry::Reader {
 public:
  explicit HeadReader(const class Head& head);
  ~HeadReader() override;
  std::optional<std::string> get(registry::Table table, std::string_view key) const override;
  void scan(registry::Table table, std::string_view prefix, std::string_view after,
            const Visit& visit) const override;
  void scan_back(registry::Table table, std::string_view prefix, std::string_view before,
                 const Visit& visit) const override;
  Stand stand() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Aborts when it goes out of scope. One that could not begin (storage_full) has failed() from the start.
class HeadBatch final : public registry::Writer {
 public:
  explicit HeadBatch(class Head& head);
  ~HeadBatch() override;
  std::optional<std::string> get(registry::Table table, std::string_view key) const override;
  void scan(registry::Table table, std::string_view prefix, std::string_view after,
            const Visit& visit) const override;
  void scan_back(registry::Table table, std::string_view prefix, std::string_view before,
                 const Visit& visit) const override;
  void put(registry::Table table, std::string_view key, std::string_view value) override;
  void erase(registry::Table table, std::string_view key) override;

  // Makes an event part of the state: registry::evolve(), with a full map or disk as an Error (storage_full).
  // After it nothing of the batch can be read or committed. (evolve() itself does not know that writes can fail:
  // put() and erase() then throw what only this function catches.)
  Result<void> apply(const registry::Event& event);
  // True when an earlier write failed: the batch is lost.
  bool failed() const;
  // Errors: storage_full, unavailable; the head is then as it was before the batch.
  Result<void> commit(const Stand& stand);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class Head {
 public:
  // Errors: unavailable, storage_full.
  static Result<std::unique_ptr<Head>> open(const StoreOptions& options);
  ~Head();
  // As of the last commit; any thread.
  Stand stand() const;
  // How often since it was opened a commit changed principals, teams, roles or tokens; any thread. What was read from a snapshot
  // taken after this was asked holds for as long as this does not grow.
  std::uint64_t changes_of_access() const;
  lmdb::Environment& environment();

 private:
  friend class HeadReader;
  friend class HeadBatch;
  class Impl;
  explicit Head(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace herald::projections
