#include "work/loose.h"

#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "work/directory.h"
#include "work/secrets.h"
#include "work/tokens.h"

namespace herald::work {
namespace {

constexpr std::string_view kPeriod = "period";

std::uint64_t period(const lmdb::Txn& txn, const Tables& tables) {
  const auto stored = txn.get(tables.meta, kPeriod);
  return stored ? read_be64(*stored) : 0;
}

std::string loose_key(Loose kind, std::string_view key) {
  std::string out(1, static_cast<char>(kind));
  out.append(key);
  return out;
}

Result<void> erase_row(lmdb::WriteTxn& txn, const Tables& tables, Loose kind, std::string_view key) {
  switch (kind) {
    case Loose::text:
      HERALD_CHECK(txn.erase(tables.texts, key));
      break;
    case Loose::secret:
      HERALD_CHECK(txn.erase(tables.secrets, key));
      break;
    case Loose::token:
      return forget_token(txn, tables, registry::TokenId(Uuid::from_bytes(key)));
    case Loose::entry:
      return erase_entry(txn, tables, registry::PrincipalId(Uuid::from_bytes(key)));
    case Loose::change:
      return drop_change(txn, tables, key);
  }
  return {};
}

// The values of a secret whose number is below `end` and which are not loose already.
Result<void> overtake(lmdb::WriteTxn& txn, const Tables& tables, const registry::SecretName& name,
                      std::uint64_t end) {
  const std::string first = secret_row(name, 0), beyond = secret_row(name, end);
  std::vector<std::string> overtaken;
  {
    lmdb::Cursor cursor = txn.cursor(tables.secrets);
    for (auto row = cursor.at_or_after(first); row && row->key < beyond; row = cursor.next())
      overtaken.emplace_back(row->key);
  }
  for (const std::string& key : overtaken) {
    if (!txn.get(tables.loose, loose_key(Loose::secret, key)))
      HERALD_CHECK(mark_loose(txn, tables, Loose::secret, key));
  }
  return {};
}

}  // namespace

Result<void> mark_loose(lmdb::WriteTxn& txn, const Tables& tables, Loose kind, std::string_view key) {
  return txn.put(tables.loose, loose_key(kind, key), be64(period(txn, tables)));
}

Result<void> settle(lmdb::WriteTxn& txn, const Tables& tables, Loose kind, std::string_view key) {
  HERALD_CHECK(txn.erase(tables.loose, loose_key(kind, key)));
  return {};
}

bool is_loose(const Store& store, Loose kind, std::string_view key) {
  return store.read().get(store.tables().loose, loose_key(kind, key)).has_value();
}

Result<void> text_is_named(lmdb::WriteTxn& txn, const Tables& tables, const Digest& digest) {
  return settle(txn, tables, Loose::text, digest.bytes());
}

Result<void> secret_is_named(lmdb::WriteTxn& txn, const Tables& tables, const registry::SecretName& name,
                             std::uint64_t number) {
  HERALD_CHECK(settle(txn, tables, Loose::secret, secret_row(name, number)));
  return overtake(txn, tables, name, number);
}

Result<void> secret_is_removed(lmdb::WriteTxn& txn, const Tables& tables, const registry::SecretName& name) {
  return overtake(txn, tables, name, ~0ull);
}

Result<void> pass_periods(lmdb::WriteTxn& txn, const Tables& tables, std::uint64_t count) {
  return txn.put(tables.meta, kPeriod, be64(period(txn, tables) + count));
}

Result<std::size_t> sweep(lmdb::WriteTxn& txn, const Tables& tables) {
  const std::uint64_t now = period(txn, tables);
  std::vector<std::string> swept;
  {
    lmdb::Cursor cursor = txn.cursor(tables.loose);
    for (auto row = cursor.first(); row && swept.size() < limits::kMaxRowsSweptAtOnce; row = cursor.next()) {
      if (read_be64(row->value) + 2 <= now) swept.emplace_back(row->key);
    }
  }
  for (const std::string& key : swept) {
    HERALD_CHECK(erase_row(txn, tables, static_cast<Loose>(key.front()), std::string_view(key).substr(1)));
    HERALD_CHECK(txn.erase(tables.loose, key));
  }
  return swept.size();
}

}  // namespace herald::work
