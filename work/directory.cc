#include "work/directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>
#include <locale>
#include <vector>

#include "base/ids.h"
#include "base/limits.h"
#include "reflect/record.h"
#include "work/loose.h"

namespace herald::work {
namespace {

bool letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string change_key(registry::PrincipalId id, registry::EntryId change) {
  return std::string(id.bytes()) + std::string(change.bytes());
}

}  // namespace

Result<void> check_principal_name(std::string_view name, const std::string& field) {
  const auto wrong = [&](std::string_view why) {
    return error(Cause::invalid_value,
                 fmt::format("the name {}: letters, digits and . _ - @ + are allowed, up to {} of them, and "
                             "the first is a letter or digit",
                             why, limits::kMaxPrincipalNameBytes),
                 field);
  };
  const bool good = std::all_of(name.begin(), name.end(), [](char c) {
    return letter_or_digit(c) || std::string_view("._-@+").find(c) != std::string_view::npos;
  });
  if (!good || name.empty() || name.size() > limits::kMaxPrincipalNameBytes || !letter_or_digit(name.front()))
    return wrong("is no name of a principal");
  if (name == "me") return wrong("stands for whoever asks");
  if (Uuid::parse(name)) return wrong("looks like an id");
  return {};
}

std::string principal_name_key(std::string_view name) {
  return boost::algorithm::to_lower_copy(std::string(name), std::locale::classic());
}

Store::Job put_entry(const Entry& entry) {
  return [entry](lmdb::WriteTxn& txn, const Tables& tables) -> Result<void> {
    const std::string key = principal_name_key(entry.name);
    if (const auto holder = txn.get(tables.principal_names, key))
      HERALD_CHECK(erase_entry(txn, tables, registry::PrincipalId(Uuid::from_bytes(*holder))));
    HERALD_CHECK(txn.put(tables.directory, entry.principal_id.bytes(), record::encode(entry)));
    HERALD_CHECK(txn.put(tables.principal_names, key, entry.principal_id.bytes()));
    return mark_loose(txn, tables, Loose::entry, entry.principal_id.bytes());
  };
}

// Loose from the first: what is in force before it stays readable until an event says otherwise.
Store::Job put_change(registry::EntryId change, const Entry& entry) {
  return [change, entry](lmdb::WriteTxn& txn, const Tables& tables) -> Result<void> {
    const std::string key = change_key(entry.principal_id, change);
    HERALD_CHECK(txn.put(tables.directory, key, record::encode(entry)));
    return mark_loose(txn, tables, Loose::change, key);
  };
}

std::optional<Entry> find_entry(const Store& store, registry::PrincipalId id,
                                const std::optional<registry::EntryId>& change) {
  const lmdb::ReadTxn txn = store.read();
  const std::string key = change ? change_key(id, *change) : std::string(id.bytes());
  auto row = txn.get(store.tables().directory, key);
  if (!row && change)
    row = txn.get(store.tables().directory, id.bytes());  // it was overtaken: the name is there
  if (!row) return std::nullopt;
  return record::decode<Entry>(*row);
}

std::optional<registry::PrincipalId> find_principal_named(const Store& store, std::string_view name) {
  const lmdb::ReadTxn txn = store.read();
  const std::string key = principal_name_key(name);
  if (key.empty() || key.size() > limits::kMaxPrincipalNameBytes) return std::nullopt;
  const auto id = txn.get(store.tables().principal_names, key);
  if (!id) return std::nullopt;
  return registry::PrincipalId(Uuid::from_bytes(*id));
}

Result<void> entry_is_changed(lmdb::WriteTxn& txn, const Tables& tables, registry::PrincipalId id,
                              const std::optional<registry::EntryId>& from, registry::EntryId to) {
  HERALD_CHECK(settle(txn, tables, Loose::change, change_key(id, to)));
  const auto row = txn.get(tables.directory, id.bytes());
  if (!row) return erase_entry(txn, tables, id);  // it was erased while the change was on its way
  if (from) return mark_loose(txn, tables, Loose::change, change_key(id, *from));
  return txn.put(tables.directory, id.bytes(),
                 record::encode(Entry{id, record::decode<Entry>(*row).name, {}, {}}));
}

Result<void> erase_entry(lmdb::WriteTxn& txn, const Tables& tables, registry::PrincipalId id) {
  if (const auto row = txn.get(tables.directory, id.bytes())) {
    HERALD_CHECK(txn.erase(tables.principal_names, principal_name_key(record::decode<Entry>(*row).name)));
    HERALD_CHECK(txn.erase(tables.directory, id.bytes()));
  }
  std::vector<std::string> changes;
  {
    lmdb::Cursor cursor = txn.cursor(tables.directory);
    for (auto found = cursor.at_or_after(id.bytes()); found && found->key.starts_with(id.bytes());
         found = cursor.next())
      changes.emplace_back(found->key);
  }
  for (const std::string& key : changes) {
    HERALD_CHECK(txn.erase(tables.directory, key));
    HERALD_CHECK(settle(txn, tables, Loose::change, key));
  }
  HERALD_CHECK(settle(txn, tables, Loose::entry, id.bytes()));
  return {};
}

}  // namespace herald::work
