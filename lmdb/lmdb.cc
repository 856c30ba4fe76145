#include "lmdb/lmdb.h"

#include <fmt/format.h>
#include <lmdb.h>

#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "disk/file.h"

namespace herald::lmdb {
namespace {

MDB_val to_val(std::string_view bytes) {
  return MDB_val{bytes.size(), const_cast<char*>(bytes.data())};
}
std::string_view to_view(const MDB_val& val) {
  return {static_cast<const char*>(val.mv_data), val.mv_size};
}

// EFBIG: the file system's or the process's limit on the size of a file.
bool is_full(int code) {
  return code == MDB_MAP_FULL || code == MDB_TXN_FULL || code == ENOSPC || code == EDQUOT || code == EFBIG;
}

// LMDB calls it EIO when the disk takes only the first part of a write, as a disk does that is getting full.
bool has_no_room(const std::string& path) {
  constexpr std::uintmax_t kRoomForOneWrite = 4 << 20;
  std::error_code unknown;
  return std::filesystem::space(path, unknown).available < kRoomForOneWrite && !unknown;
}

const char* reason(int code) {
  return code == MDB_MAP_FULL ? "the store's map is full (a larger map size makes room)" : mdb_strerror(code);
}

Error to_error(int code, std::string_view doing) {
  return error(is_full(code) ? Cause::storage_full : Cause::unavailable,
               fmt::format("{}: {}", doing, reason(code)));
}

[[noreturn]] void broken(int code, std::string_view doing) {
  throw std::runtime_error(fmt::format("{}: {}", doing, mdb_strerror(code)));
}

Result<void> check_write(int code, std::string_view doing) {
  if (code == MDB_SUCCESS) return {};
  if (is_full(code)) return to_error(code, doing);
  broken(code, doing);
}

}  // namespace

Result<std::unique_ptr<Environment>> Environment::open(const Options& options) {
  HERALD_CHECK(disk::make_folder(options.path));
  std::error_code unknown;
  const bool is_new = !std::filesystem::exists(options.path + "/data.mdb", unknown);
  MDB_env* raw = nullptr;
  if (const int code = mdb_env_create(&raw); code != MDB_SUCCESS)
    return to_error(code, "making an LMDB environment");
  std::unique_ptr<Environment> env(new Environment(raw, options.path));
  mdb_env_set_mapsize(raw, options.map_size);
  mdb_env_set_maxdbs(raw, options.max_tables);
  mdb_env_set_maxreaders(raw, options.max_readers);
  unsigned int flags = MDB_NOTLS;
  // What needs no sync is derived, and is read here and there: read-ahead (up to megabytes around each page, as the disk is
  // set up) would make the first look at a page take a hundred times as long. A log is read in order and keeps it.
  if (options.sync == Sync::none) flags |= MDB_NOSYNC | MDB_NORDAHEAD;
  if (const int code = mdb_env_open(raw, options.path.c_str(), flags, 0600); code != MDB_SUCCESS) {
    return to_error(code, fmt::format("opening {}", options.path));
  }
  if (is_new) HERALD_CHECK(disk::sync_folder(options.path));
  env->clear_stale_readers();
  return env;
}

Environment::~Environment() {
  mdb_env_close(env_);
}

Result<Table> Environment::table(const char* name) {
  MDB_txn* txn = nullptr;
  if (const int code = mdb_txn_begin(env_, nullptr, 0, &txn); code != MDB_SUCCESS)
    return to_error(code, path_);
  Table table;
  if (const int code = mdb_dbi_open(txn, name, MDB_CREATE, &table.dbi); code != MDB_SUCCESS) {
    mdb_txn_abort(txn);
    return to_error(code, fmt::format("opening table {} in {}", name, path_));
  }
  if (const int code = mdb_txn_commit(txn); code != MDB_SUCCESS) return to_error(code, path_);
  return table;
}

// LMDB keeps them as the keys of its unnamed table.
Result<std::vector<std::string>> Environment::table_names() const {
  MDB_txn* txn = nullptr;
  if (const int code = mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn); code != MDB_SUCCESS)
    return to_error(code, path_);
  const std::unique_ptr<MDB_txn, decltype(&mdb_txn_abort)> ended(txn, mdb_txn_abort);
  Table unnamed;
  if (const int code = mdb_dbi_open(txn, nullptr, 0, &unnamed.dbi); code != MDB_SUCCESS)
    return to_error(code, path_);
  std::vector<std::string> names;
  Cursor cursor(txn, unnamed);
  for (auto row = cursor.first(); row; row = cursor.next()) names.emplace_back(row->key);
  return names;
}

ReadTxn Environment::read() const {
  MDB_txn* txn = nullptr;
  if (const int code = mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn); code != MDB_SUCCESS)
    broken(code, "beginning to read");
  return ReadTxn(txn);
}

Result<WriteTxn> Environment::write() {
  MDB_txn* txn = nullptr;
  HERALD_CHECK(check_write(mdb_txn_begin(env_, nullptr, 0, &txn), "beginning to write"));
  return WriteTxn(env_, txn);
}

Result<void> Environment::sync() {
  if (const int code = mdb_env_sync(env_, 1); code != MDB_SUCCESS)
    return to_error(code, fmt::format("syncing {}", path_));
  return {};
}

int Environment::clear_stale_readers() {
  int dead = 0;
  mdb_reader_check(env_, &dead);
  return dead;
}

Environment::Usage Environment::usage() const {
  MDB_envinfo info{};
  MDB_stat stat{};
  mdb_env_info(env_, &info);
  mdb_env_stat(env_, &stat);
  return {info.me_mapsize, (static_cast<std::uint64_t>(info.me_last_pgno) + 1) * stat.ms_psize};
}

Txn::~Txn() {
  if (txn_ != nullptr) mdb_txn_abort(txn_);
}

std::optional<std::string_view> Txn::get(Table table, std::string_view key) const {
  MDB_val k = to_val(key);
  MDB_val v{};
  const int code = mdb_get(txn_, table.dbi, &k, &v);
  if (code == MDB_NOTFOUND || code == MDB_BAD_VALSIZE)
    return std::nullopt;  // an empty or overlong key names nothing
  if (code != MDB_SUCCESS) broken(code, "reading");
  return to_view(v);
}

std::uint64_t Txn::entries(Table table) const {
  MDB_stat stat{};
  if (const int code = mdb_stat(txn_, table.dbi, &stat); code != MDB_SUCCESS) broken(code, "counting");
  return stat.ms_entries;
}

std::uint64_t Txn::id() const {
  return mdb_txn_id(txn_);
}

void ReadTxn::reset() {
  mdb_txn_reset(txn_);
}

void ReadTxn::renew() {
  if (const int code = mdb_txn_renew(txn_); code != MDB_SUCCESS) broken(code, "renewing a read transaction");
}

Result<void> WriteTxn::put(Table table, std::string_view key, std::string_view value) {
  MDB_val k = to_val(key);
  MDB_val v = to_val(value);
  return check_write(mdb_put(txn_, table.dbi, &k, &v, 0), "writing");
}

Result<void> WriteTxn::append(Table table, std::string_view key, std::string_view value) {
  MDB_val k = to_val(key);
  MDB_val v = to_val(value);
  const int code = mdb_put(txn_, table.dbi, &k, &v, MDB_APPEND);
  if (code == MDB_KEYEXIST) throw std::logic_error("appending a key that is not the greatest");
  return check_write(code, "appending");
}

Result<bool> WriteTxn::erase(Table table, std::string_view key) {
  MDB_val k = to_val(key);
  const int code = mdb_del(txn_, table.dbi, &k, nullptr);
  if (code == MDB_NOTFOUND) return false;
  HERALD_CHECK(check_write(code, "erasing"));
  return true;
}

Result<WriteTxn> WriteTxn::nested() {
  MDB_txn* inner = nullptr;
  HERALD_CHECK(check_write(mdb_txn_begin(env_, txn_, 0, &inner), "beginning to write within a transaction"));
  return WriteTxn(env_, inner);
}

std::optional<WriteTxn::CommitFailure> WriteTxn::commit() {
  const char* path = nullptr;
  mdb_env_get_path(mdb_txn_env(txn_), &path);
  const int code = mdb_txn_commit(std::exchange(txn_, nullptr));
  if (code == MDB_SUCCESS) return std::nullopt;
  if (code == EIO && has_no_room(path)) return CommitFailure{true, mdb_strerror(ENOSPC)};
  return CommitFailure{is_full(code), reason(code)};
}

Cursor::Cursor(MDB_txn* txn, Table table) : cursor_(nullptr) {
  if (const int code = mdb_cursor_open(txn, table.dbi, &cursor_); code != MDB_SUCCESS)
    broken(code, "opening a cursor");
}
Cursor::Cursor(Cursor&& other) noexcept : cursor_(std::exchange(other.cursor_, nullptr)) {}
Cursor::~Cursor() {
  if (cursor_ != nullptr) mdb_cursor_close(cursor_);
}

std::optional<Entry> Cursor::get(int operation, std::string_view key) {
  MDB_val k = to_val(key);
  MDB_val v{};
  const int code = mdb_cursor_get(cursor_, &k, &v, static_cast<MDB_cursor_op>(operation));
  if (code == MDB_NOTFOUND) return std::nullopt;
  if (code != MDB_SUCCESS) broken(code, "moving a cursor");
  return Entry{to_view(k), to_view(v)};
}

std::optional<Entry> Cursor::first() {
  return get(MDB_FIRST, {});
}
std::optional<Entry> Cursor::last() {
  return get(MDB_LAST, {});
}
std::optional<Entry> Cursor::at_or_after(std::string_view key) {
  return key.empty() ? first() : get(MDB_SET_RANGE, key);
}
std::optional<Entry> Cursor::before(std::string_view key) {
  return at_or_after(key) ? previous() : last();
}
std::optional<Entry> Cursor::next() {
  return get(MDB_NEXT, {});
}
std::optional<Entry> Cursor::previous() {
  return get(MDB_PREV, {});
}

}  // namespace herald::lmdb
