// What an erasure takes away from the work store, now and out of its files. A deleted row is no longer read, but LMDB leaves
// its bytes in pages that are free or partly used; so after an erasure the next start writes the rows that are left into a
// new file and overwrites the old one with zeros. What file systems, disks and backups keep of it is beyond this.
#pragma once

#include "registry/events.h"
#include "work/store.h"

namespace herald::work {

// For jobs: the texts and the person's entry are nobody's to read any more, and the file is to be written anew. Twice is
// as once.
Result<void> carry_out(lmdb::WriteTxn& txn, const Tables& tables, const registry::ErasurePerformed& erasure);

// For jobs: what the store loses by that event, for ever: what an erasure takes away, and the rows of a token that is revoked.
// Of others nothing. Twice is as once.
Result<void> take_away(lmdb::WriteTxn& txn, const Tables& tables, const registry::Payload& event);

// Writes the store's file anew if anything was erased since it was last written so. Before the store is opened, by who has
// the folder to itself. True: it was. Errors: storage_full (as much again is needed), unavailable; then the store is as it
// was, and the next start tries again.
Result<bool> forget_what_was_erased(const StoreOptions& options);

}  // namespace herald::work
