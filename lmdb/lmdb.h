// A thin skin over liblmdb 0.9: owners for environments, transactions and cursors, string_view for bytes, Error for
// what can fail in normal use. Nothing here knows what is stored.
//
// Threads: an Environment may be used by all; one WriteTxn exists at a time per environment (LMDB's lock), used by
// the thread that made it; a ReadTxn belongs to one thread at a time (MDB_NOTLS: it may move between threads).
// Lifetime: a string_view got from a transaction is valid until that transaction ends or (write transactions) until
// its next write. Never keep one across network I/O, and never keep a ReadTxn open for long: it stops page reuse.
// Not used, on purpose: WRITEMAP, NOMETASYNC, DUPSORT (docs/adr/0007-lmdb-as-it-is-safest.md).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

struct MDB_env;
struct MDB_txn;
struct MDB_cursor;

namespace herald::lmdb {

// One named table; valid as long as its Environment.
struct Table {
  unsigned int dbi = 0;
};

enum class Sync { each_commit, none };

struct Options {
  static constexpr unsigned int kTablesByDefault = 64;

  std::string path;                     // a folder, made durably if absent (mode 0700)
  std::uint64_t map_size = 1ull << 40;  // address space, and the bound on growth
  Sync sync = Sync::each_commit;
  unsigned int max_tables = kTablesByDefault;
  unsigned int max_readers = 1024;
};

class ReadTxn;
class WriteTxn;

class Environment {
 public:
  // Errors: storage_full (no room even to open), unavailable (permissions, damaged, other version of the format).
  static Result<std::unique_ptr<Environment>> open(const Options& options);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  // Opens or makes a table. Call at start only, before other transactions of this environment.
  Result<Table> table(const char* name);
  // Of those that are there. Errors as of open().
  Result<std::vector<std::string>> table_names() const;

  // Throws std::runtime_error when the reader table is full.
  ReadTxn read() const;
  Result<WriteTxn> write();

  // Forces what NOSYNC left in the page cache to the disk.
  Result<void> sync();
  // Gives back the slots of readers whose process died. Returns how many.
  int clear_stale_readers();

  struct Usage {
    std::uint64_t map_bytes = 0;
    std::uint64_t used_bytes = 0;  // the highest page ever used
  };
  Usage usage() const;
  const std::string& path() const { return path_; }

 private:
  Environment(MDB_env* env, std::string path) : env_(env), path_(std::move(path)) {}
  MDB_env* env_;
  std::string path_;
};

// Writes all rows into a new file that takes the place of the old one, which is overwritten with zeros: what was deleted is
// then in no page of it. For who has the folder to itself, while no Environment of it is open. A process that dies meanwhile
// leaves the old file or the new one in place, and may leave the old one beside it as data.mdb.old, which the next call
// overwrites. Errors: storage_full (as much again is needed), unavailable (as where the file system knows no hard links).
Result<void> write_anew(const Options& options);

struct Entry {
  std::string_view key;
  std::string_view value;
};

class Cursor {
 public:
  Cursor(MDB_txn* txn, Table table);
  ~Cursor();
  Cursor(Cursor&&) noexcept;
  Cursor& operator=(Cursor&&) = delete;

  std::optional<Entry> first();
  std::optional<Entry> last();
  std::optional<Entry> at_or_after(std::string_view key);
  // The greatest key that is strictly less than `key`.
  std::optional<Entry> before(std::string_view key);
  std::optional<Entry> next();
  std::optional<Entry> previous();

 private:
  std::optional<Entry> get(int operation, std::string_view key);
  MDB_cursor* cursor_;
};

// What both kinds of transactions can do.
class Txn {
 public:
  std::optional<std::string_view> get(Table table, std::string_view key) const;
  Cursor cursor(Table table) const { return Cursor(txn_, table); }
  std::uint64_t entries(Table table) const;
  // Of the snapshot that a ReadTxn sees; of a WriteTxn: what its snapshot will have once it has committed a change.
  std::uint64_t id() const;

 protected:
  explicit Txn(MDB_txn* txn) : txn_(txn) {}
  Txn(Txn&& other) noexcept : txn_(other.txn_) { other.txn_ = nullptr; }
  ~Txn();
  MDB_txn* txn_;
};

class ReadTxn : public Txn {
 public:
  ReadTxn(ReadTxn&&) noexcept = default;
  // Gives the snapshot back but keeps the slot; renew() takes a fresh snapshot (cheaper than a new ReadTxn).
  void reset();
  void renew();

 private:
  friend class Environment;
  explicit ReadTxn(MDB_txn* txn) : Txn(txn) {}
};

// Aborts when it goes out of scope without commit().
class WriteTxn : public Txn {
 public:
  WriteTxn(WriteTxn&&) noexcept = default;

  // Errors: storage_full (map, transaction or disk); anything else throws std::runtime_error.
  Result<void> put(Table table, std::string_view key, std::string_view value);
  // `key` must be greater than all keys of the table; otherwise throws std::logic_error (a broken invariant).
  Result<void> append(Table table, std::string_view key, std::string_view value);
  // True when there was something to erase.
  Result<bool> erase(Table table, std::string_view key);

  // A transaction within this one, which stands still until the inner one has ended: what it wrote is this one's when
  // it commits, and gone without a trace when it does not. Errors: storage_full.
  Result<WriteTxn> nested();

  // After an error the outcome of the commit may be unknown; the transaction is gone in any case.
  struct CommitFailure {
    bool full;  // the map, the transaction or the disk
    std::string text;
  };
  std::optional<CommitFailure> commit();

 private:
  friend class Environment;
  WriteTxn(MDB_env* env, MDB_txn* txn) : Txn(txn), env_(env) {}
  MDB_env* env_;
};

}  // namespace herald::lmdb
