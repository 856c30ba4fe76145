#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>
#include <vector>

#include "base/fail_point.h"
#include "disk/file.h"
#include "lmdb/lmdb.h"

namespace herald::lmdb {
namespace {

constexpr std::size_t kRowsPerCommit = 10'000;

Result<void> copy_table(const ReadTxn& rows, Table from, Environment& to, Table fresh) {
  Cursor cursor = rows.cursor(from);
  auto row = cursor.first();
  while (row) {
    HERALD_TRY(WriteTxn txn, to.write());
    for (std::size_t n = 0; row && n < kRowsPerCommit; ++n, row = cursor.next())
      HERALD_CHECK(txn.append(fresh, row->key, row->value));
    if (const auto failure = txn.commit())
      return error(failure->full ? Cause::storage_full : Cause::unavailable, failure->text);
  }
  return {};
}

Result<void> copy_all(Environment& from, Environment& to) {
  HERALD_TRY(const auto names, from.table_names());
  std::vector<std::pair<Table, Table>> tables;
  for (const std::string& name : names) {
    HERALD_TRY(const Table old, from.table(name.c_str()));
    HERALD_TRY(const Table fresh, to.table(name.c_str()));
    tables.emplace_back(old, fresh);
  }
  const ReadTxn rows = from.read();
  for (const auto& [old, fresh] : tables) HERALD_CHECK(copy_table(rows, old, to, fresh));
  return to.sync();
}

Result<void> copy_into(const Options& options, const std::string& folder) {
  HERALD_TRY(const auto from, Environment::open(options));
  Options anew = options;
  anew.path = folder;
  anew.sync = Sync::none;  // once, at the end
  HERALD_TRY(const auto to, Environment::open(anew));
  return copy_all(*from, *to);
}

Result<void> overwrite_with_zeros(const disk::File& file) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return disk::file_error(errno, "measuring the old file");
  const std::string zeros(1 << 20, '\0');
  for (auto left = static_cast<std::size_t>(status.st_size); left > 0;) {
    const std::size_t some = std::min(left, zeros.size());
    HERALD_CHECK(file.write_all(std::string_view(zeros).substr(0, some)));
    left -= some;
  }
  return file.sync();
}

// Takes the old file away, and its bytes first. Where a process died before it replaced the file, the old one is the file in
// use by another name: then only the name goes.
Result<void> take_the_old_away(const std::string& folder, const std::string& file, const std::string& old) {
  std::error_code failed;
  const bool is_there = std::filesystem::exists(old, failed);
  const bool is_in_use = is_there && std::filesystem::equivalent(old, file, failed);
  if (failed) return disk::file_error(failed.value(), "comparing " + old + " with " + file);
  if (!is_there) return {};
  if (!is_in_use) {
    HERALD_TRY(const auto zeroed, disk::File::open(old, O_WRONLY));
    HERALD_CHECK(overwrite_with_zeros(zeroed));
  }
  if (::unlink(old.c_str()) != 0) return disk::file_error(errno, "deleting " + old);
  return disk::sync_folder(folder);
}

// The old file keeps a name until its bytes are gone: a process that dies in between leaves it to the next one.
Result<void> take_its_place(const std::string& folder, const std::string& file, const std::string& old,
                            const std::string& fresh) {
  if (::link(file.c_str(), old.c_str()) != 0)
    return disk::file_error(errno, "naming " + file + " " + old + ", too");
  HERALD_CHECK(disk::sync_folder(folder));
  if (fail_point("lmdb.before_replace")) return disk::file_error(EIO, "replacing " + file);
  if (std::rename(fresh.c_str(), file.c_str()) != 0) return disk::file_error(errno, "replacing " + file);
  HERALD_CHECK(disk::sync_folder(folder));
  if (fail_point("lmdb.after_replace")) return disk::file_error(EIO, "overwriting " + old);
  return {};
}

}  // namespace

Result<void> write_anew(const Options& options) {
  const std::string folder = options.path + "/anew", file = options.path + "/data.mdb", old = file + ".old";
  HERALD_CHECK(take_the_old_away(options.path, file, old));
  std::error_code unknown;
  std::filesystem::remove_all(folder, unknown);
  const Result<void> copied = copy_into(options, folder);
  if (!copied) {
    std::filesystem::remove_all(folder, unknown);
    return copied.error();
  }
  HERALD_CHECK(take_its_place(options.path, file, old, folder + "/data.mdb"));
  std::filesystem::remove_all(folder, unknown);
  return take_the_old_away(options.path, file, old);
}

}  // namespace herald::lmdb
