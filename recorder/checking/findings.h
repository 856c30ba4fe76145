// What a check of a data folder has found, and the places it has in common use for.
#pragma once

#include <fmt/format.h>

#include <map>
#include <string>
#include <string_view>

#include "base/hex.h"
#include "base/limits.h"
#include "base/sequence.h"
#include "lmdb/lmdb.h"
#include "recorder/fsck.h"

namespace herald::recorder::checking {

// LMDB raises it to what the file needs; so nothing can grow.
inline constexpr std::uint64_t kReadingMapSize = 1 << 20;

class Findings {
 public:
  explicit Findings(FsckReport& report) : report_(report) {}
  void add(std::string_view where, std::string_view what) {
    ++report_.findings_in_all;
    if (report_.findings.size() == limits::kMaxFindings ||
        ++kept_[std::string(where)] > limits::kMaxFindingsOfAPlace)
      return;
    report_.findings.push_back({printable(where), printable(what)});
  }

 private:
  // What damaged bytes say may be no text at all.
  static std::string printable(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
      if (c < 0x20 || c > 0x7e) c = '?';
    }
    return out;
  }

  FsckReport& report_;
  std::map<std::string, std::size_t, std::less<>> kept_;
};

inline std::string event_place(Sequence sequence) {
  return fmt::format("event {}", sequence.value());
}

// Visits every entry of a table. Keys that do not ascend are a finding and end it: a damaged tree of pages could
// lead around in a circle.
template <class Visit>
void walk(const lmdb::Txn& txn, lmdb::Table table, const std::string& where, Findings& findings,
          Visit&& visit) {
  lmdb::Cursor cursor = txn.cursor(table);
  std::string previous;
  for (auto entry = cursor.first(); entry; entry = cursor.next()) {
    if (!previous.empty() && entry->key <= previous) {
      findings.add(where, fmt::format("the key {} does not come after the one before it: the file is damaged",
                                      to_hex(entry->key)));
      return;
    }
    previous.assign(entry->key);
    visit(*entry);
  }
}

}  // namespace herald::recorder::checking
