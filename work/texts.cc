#include "work/texts.h"

#include "base/digest.h"
#include "base/ids.h"
#include "work/loose.h"

namespace herald::work {
namespace {

constexpr std::size_t kSaltBytes = 16;

}  // namespace

NewText new_text(std::string_view text) {
  std::string salted = random_bytes(kSaltBytes);
  salted.append(text);
  const Digest digest = sha256(salted);
  return {{digest, static_cast<std::uint32_t>(text.size())},
          [digest, salted = std::move(salted)](lmdb::WriteTxn& txn, const Tables& tables) -> Result<void> {
            HERALD_CHECK(txn.put(tables.texts, digest.bytes(), salted));
            return mark_loose(txn, tables, Loose::text, digest.bytes());
          }};
}

Result<void> erase_text(lmdb::WriteTxn& txn, const Tables& tables, const Digest& digest) {
  HERALD_CHECK(txn.erase(tables.texts, digest.bytes()));
  return settle(txn, tables, Loose::text, digest.bytes());
}

std::optional<std::string> find_text(const Store& store, const Digest& digest) {
  const lmdb::ReadTxn txn = store.read();
  const auto salted = txn.get(store.tables().texts, digest.bytes());
  if (!salted) return std::nullopt;
  return std::string(salted->substr(kSaltBytes));
}

bool has_text(const Store& store, const Digest& digest) {
  return store.read().get(store.tables().texts, digest.bytes()).has_value();
}

}  // namespace herald::work
