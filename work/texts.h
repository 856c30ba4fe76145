// Erasable texts (comments, descriptions): text and salt under SHA-256(salt || text). Events hold the digest alone.
// A text whose command was refused is named by no event, so nobody is shown it; it is swept (work/loose.h).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "registry/facts.h"
#include "work/store.h"

namespace herald::work {

// Makes the reference and the job that stores the text under it (valid UTF-8, at most kMaxTextBytes; checked by the
// caller). Submit the job, and the command only when it is done.
struct NewText {
  registry::TextRef ref;
  Store::Job store;
};
NewText new_text(std::string_view text);

// For jobs: nobody is shown it any more.
Result<void> erase_text(lmdb::WriteTxn& txn, const Tables& tables, const Digest& digest);

// Nothing when it was erased.
std::optional<std::string> find_text(const Store& store, const Digest& digest);
// Without reading it.
bool has_text(const Store& store, const Digest& digest);

}  // namespace herald::work
