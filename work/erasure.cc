#include "work/erasure.h"

#include "base/fail_point.h"
#include "work/directory.h"
#include "work/texts.h"
#include "work/tokens.h"

namespace herald::work {
namespace {

constexpr std::string_view kErasedMark = "erased";  // in `meta`: since the file was last written anew

lmdb::Options file_of(const StoreOptions& options) {
  lmdb::Options file;
  file.path = options.path;
  file.map_size = options.map_size;
  return file;
}

// Whether the mark is there. `take_away`: it is not there afterwards.
Result<bool> has_mark(const StoreOptions& options, bool take_away) {
  HERALD_TRY(const auto environment, lmdb::Environment::open(file_of(options)));
  HERALD_TRY(const lmdb::Table meta, environment->table("meta"));
  if (!take_away) return environment->read().get(meta, kErasedMark).has_value();
  HERALD_TRY(lmdb::WriteTxn txn, environment->write());
  HERALD_TRY(const bool was_there, txn.erase(meta, kErasedMark));
  if (const auto failure = txn.commit())
    return error(failure->full ? Cause::storage_full : Cause::unavailable, failure->text);
  return was_there;
}

class TakenAway {
 public:
  TakenAway(lmdb::WriteTxn& txn, const Tables& tables) : txn_(txn), tables_(tables) {}
  Result<void> operator()(const registry::ErasurePerformed& fact) const {
    return carry_out(txn_, tables_, fact);
  }
  Result<void> operator()(const registry::TokenRevoked& fact) const {
    return forget_token(txn_, tables_, fact.token_id);
  }
  Result<void> operator()(const auto&) const { return {}; }

 private:
  lmdb::WriteTxn& txn_;
  const Tables& tables_;
};

}  // namespace

Result<void> carry_out(lmdb::WriteTxn& txn, const Tables& tables, const registry::ErasurePerformed& erasure) {
  if (fail_point("work.before_carry_out"))
    return error(Cause::unavailable, "fail point work.before_carry_out");
  for (const Digest& digest : erasure.texts) HERALD_CHECK(erase_text(txn, tables, digest));
  if (erasure.principal_id) HERALD_CHECK(erase_entry(txn, tables, *erasure.principal_id));
  return txn.put(tables.meta, kErasedMark, {});
}

Result<void> take_away(lmdb::WriteTxn& txn, const Tables& tables, const registry::Payload& event) {
  return std::visit(TakenAway(txn, tables), event);
}

Result<bool> forget_what_was_erased(const StoreOptions& options) {
  HERALD_TRY(const bool erased, has_mark(options, false));
  if (!erased) return false;
  HERALD_CHECK(lmdb::write_anew(file_of(options)));
  return has_mark(options, true);
}

}  // namespace herald::work
