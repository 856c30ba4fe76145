#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>
#include <vector>

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

}  // namespace

Result<void> write_anew(const Options& options) {
  const std::string folder = options.path + "/anew", file = options.path + "/data.mdb";
  std::error_code unknown;
  std::filesystem::remove_all(folder, unknown);
  const Result<void> copied = copy_into(options, folder);
  if (!copied) {
    std::filesystem::remove_all(folder, unknown);
    return copied.error();
  }
  HERALD_TRY(const auto old, disk::File::open(file, O_WRONLY));
  if (std::rename((folder + "/data.mdb").c_str(), file.c_str()) != 0)
    return disk::file_error(errno, "replacing " + file);
  HERALD_CHECK(disk::sync_folder(options.path));
  std::filesystem::remove_all(folder, unknown);
  return overwrite_with_zeros(old);
}

}  // namespace herald::lmdb
