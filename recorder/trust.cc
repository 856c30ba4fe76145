#include "recorder/trust.h"

#include <fmt/format.h>

#include <filesystem>

namespace herald::recorder {

projections::Mark mark_of(const std::string& path) {
  return projections::Mark(path + ".mark", path + "/data.mdb");
}

std::optional<std::string> why_not_open(const std::string& path) {
  std::error_code unreadable;
  if (!std::filesystem::exists(path + "/data.mdb", unreadable)) return "there is none";
  return mark_of(path).why_not_trusted(projections::boot_id());
}

std::optional<std::string> why_not_fit(const projections::Stand& stand, std::uint32_t version,
                                       const eventstore::Log& log) {
  if (stand == projections::Stand{}) return std::nullopt;  // new: it misses every event
  if (stand.version != version) {
    return fmt::format("it is of version {} and this program reads and writes version {}", stand.version,
                       version);
  }
  if (stand.origin != log.origin())
    return fmt::format("it was made from the log {}, not from this one", stand.origin);
  if (stand.sequence > log.last()) {
    return fmt::format("it stands at event {} and the log ends at {}", stand.sequence.value(),
                       log.last().value());
  }
  if (stand.sequence.value() > 0 && log.read().leaf_hash(stand.sequence) != stand.leaf) {
    return fmt::format("the event {} that it was made from is not the log's", stand.sequence.value());
  }
  return std::nullopt;
}

}  // namespace herald::recorder
