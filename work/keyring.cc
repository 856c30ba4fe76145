#include "work/keyring.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>

#include "base/digest.h"
#include "base/hex.h"
#include "base/ids.h"
#include "disk/file.h"

namespace herald::work {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMasterBytes = 32;
constexpr std::size_t kFileBytes = 2 * kMasterBytes + 1;  // hex and a line's end

using disk::File;

Error refused(const std::string& sentence) {
  return error(Cause::invalid_value, sentence, "--key-file");
}

bool lies_inside(const std::string& path, const std::string& folder) {
  const fs::path inner = fs::weakly_canonical(fs::absolute(path));
  const fs::path relative = inner.lexically_relative(fs::weakly_canonical(fs::absolute(folder)));
  return !relative.empty() && *relative.begin() != "..";
}

// Written whole under another name first: a crash leaves no half key under the real one, and of two processes
// that begin at once both use the same.
Result<void> make(const std::string& path) {
  HERALD_CHECK(disk::make_folder(disk::folder_of(path)));
  const std::string draft = fmt::format("{}.{}.new", path, to_hex(random_bytes(8)));
  {
    HERALD_TRY(const File file, File::open(draft, O_WRONLY | O_CREAT | O_EXCL));
    HERALD_CHECK(file.write_all(to_hex(random_bytes(kMasterBytes)) + "\n"));
    HERALD_CHECK(file.sync());
  }
  const int why = ::link(draft.c_str(), path.c_str()) == 0 ? 0 : errno;
  ::unlink(draft.c_str());
  if (why != 0 && why != EEXIST) return disk::file_error(why, "making the key file " + path);
  return disk::sync_folder(disk::folder_of(path));
}

Result<void> refuse_other_modes(const struct stat& status, const std::string& path) {
  if (!S_ISREG(status.st_mode)) return refused(fmt::format("the key file {} is not a file: name one", path));
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) == 0) return {};
  return error(
      Cause::unavailable,
      fmt::format(
          "the key file {} may be read by others (mode {:04o}): run `chmod 600 {}`, and change the secrets "
          "if somebody might have read it",
          path, status.st_mode & 07777, path));
}

Result<std::string> read_master(const std::string& path) {
  HERALD_TRY(const File file, File::open(path, O_RDONLY));
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return disk::file_error(errno, "looking at the key file " + path);
  HERALD_CHECK(refuse_other_modes(status, path));
  std::string text(kFileBytes + 1, '\0');
  const ssize_t count = ::read(file.get(), text.data(), text.size());
  if (count < 0) return disk::file_error(errno, "reading the key file " + path);
  text.resize(static_cast<std::size_t>(count));
  if (text.ends_with('\n')) text.pop_back();
  auto master = from_hex(text);
  if (!master || master->size() != kMasterBytes) {
    return error(Cause::unavailable,
                 fmt::format("the key file {} is damaged: it should hold {} hex digits. Restore it from a "
                             "backup; without it the stored secrets cannot be read",
                             path, 2 * kMasterBytes));
  }
  return std::move(*master);
}

bool is_there(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

// A new key would make a server that looks whole and whose secrets cannot be read.
Result<void> refuse_without_its_key(const std::string& path, const std::string& data_folder) {
  if (!is_there(data_folder + "/work/data.mdb")) return {};
  return refused(
      fmt::format("the key file {} is not there, and the data folder {} was written with one: name it with "
                  "--key-file or restore it from a backup. If it is lost for good, make another one, `(umask "
                  "077; openssl rand -hex 32 > {})`, and set each secret again",
                  path, data_folder, path));
}

}  // namespace

Result<void> Keyring::check(const std::string& path, const std::string& data_folder) {
  if (lies_inside(path, data_folder)) {
    return refused(
        fmt::format("the key file {} lies inside the data folder {}: a copy of the folder would give the "
                    "secrets away. Keep it elsewhere",
                    path, data_folder));
  }
  if (!is_there(path)) return refuse_without_its_key(path, data_folder);
  HERALD_TRY([[maybe_unused]] const std::string master, read_master(path));
  return {};
}

Result<Keyring> Keyring::open(const std::string& path, const std::string& data_folder) {
  HERALD_CHECK(check(path, data_folder));
  if (!is_there(path)) HERALD_CHECK(make(path));
  HERALD_TRY(std::string master, read_master(path));
  return Keyring(std::move(master));
}

std::string Keyring::key(std::string_view use) const {
  return std::string(hmac_sha256(master_, use).bytes());
}

}  // namespace herald::work
