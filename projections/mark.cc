#include "projections/mark.h"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "disk/file.h"

namespace herald::projections {
namespace {

// The whole file is one line of these; anything else is not a mark. `size`: of the environment's file then.
std::string open_text(const std::string& boot, std::uintmax_t size) {
  return fmt::format("herald mark 2 open {} {}\n", boot, size);
}
std::string clean_text(std::uintmax_t size) {
  return fmt::format("herald mark 2 clean {}\n", size);
}

std::uintmax_t size_of(const std::string& file) {
  std::error_code absent;
  const std::uintmax_t size = std::filesystem::file_size(file, absent);
  return absent ? 0 : size;
}

// The number that a mark ends with; zero where there is none.
std::uintmax_t size_in(const std::string& mark) {
  std::uintmax_t size = 0;
  const std::size_t number = mark.rfind(' ') + 1;
  std::from_chars(mark.data() + number, mark.data() + mark.size(), size);
  return size;
}

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string line;
  std::getline(file, line);
  return line;
}

// A system that does not say which boot this is could have been cut off since: only a clean mark counts then.
std::optional<std::string> Mark::why_not_trusted(const std::string& this_boot) const {
  const std::string text = contents(path_);
  const std::uintmax_t size = size_in(text);
  const bool is_whole =
      text == clean_text(size) || (!this_boot.empty() && text == open_text(this_boot, size));
  if (!is_whole)
    return "the machine was stopped while it was open, so a part of it may never have reached the disk";
  if (const std::uintmax_t now = size_of(data_); now < size)
    return fmt::format("its file was cut off: it has {} bytes and had {}", now, size);
  return std::nullopt;
}

Result<void> Mark::set_open(const std::string& this_boot) {
  return disk::replace_file(path_, open_text(this_boot, size_of(data_)));
}
Result<void> Mark::set_clean() {
  return disk::replace_file(path_, clean_text(size_of(data_)));
}

}  // namespace herald::projections
