#include "work/directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>
#include <locale>
#include <utility>
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

// The rows of one principal: as it was created, and its changes.
std::vector<std::pair<std::string, Entry>> rows_of(const lmdb::Txn& txn, const Tables& tables,
                                                   registry::PrincipalId id) {
  std::vector<std::pair<std::string, Entry>> rows;
  lmdb::Cursor cursor = txn.cursor(tables.directory);
  for (auto found = cursor.at_or_after(id.bytes()); found && found->key.starts_with(id.bytes());
       found = cursor.next())
    rows.emplace_back(found->key, record::decode<Entry>(found->value));
  return rows;
}

// Unless it is another's by now, or a row of its own still has it.
Result<void> let_go_of_name(lmdb::WriteTxn& txn, const Tables& tables, registry::PrincipalId id,
                            std::string_view name) {
  const std::string key = principal_name_key(name);
  const auto holder = txn.get(tables.principal_names, key);
  if (!holder || *holder != id.bytes()) return {};
  for (const auto& [row, entry] : rows_of(txn, tables, id)) {
    if (principal_name_key(entry.name) == key) return {};
  }
  HERALD_CHECK(txn.erase(tables.principal_names, key));
  return {};
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
    HERALD_CHECK(txn.put(tables.directory, entry.principal_id.bytes(), record::encode(entry)));
    HERALD_CHECK(txn.put(tables.principal_names, principal_name_key(entry.name), entry.principal_id.bytes()));
    return mark_loose(txn, tables, Loose::entry, entry.principal_id.bytes());
  };
}

// Loose from the first: what is in force before it stays readable until an event says otherwise.
Store::Job put_change(registry::EntryId change, const Entry& entry) {
  return [change, entry](lmdb::WriteTxn& txn, const Tables& tables) -> Result<void> {
    if (!txn.get(tables.directory, entry.principal_id.bytes())) {
      return error(Cause::not_allowed_now, "the principal was erased: nothing can be said of it any more",
                   "principal");
    }
    const std::string key = change_key(entry.principal_id, change);
    HERALD_CHECK(txn.put(tables.directory, key, record::encode(entry)));
    HERALD_CHECK(txn.put(tables.principal_names, principal_name_key(entry.name), entry.principal_id.bytes()));
    return mark_loose(txn, tables, Loose::change, key);
  };
}

Store::Job show_name_of(registry::PrincipalId id, registry::EntryId change) {
  return [id, change](lmdb::WriteTxn& txn, const Tables& tables) -> Result<void> {
    const auto shown = txn.get(tables.directory, id.bytes());
    const auto changed = txn.get(tables.directory, change_key(id, change));
    if (!shown || !changed) return {};
    Entry entry = record::decode<Entry>(*shown);
    std::string name = record::decode<Entry>(*changed).name;
    if (name == entry.name) return {};
    std::swap(name, entry.name);
    HERALD_CHECK(txn.put(tables.directory, id.bytes(), record::encode(entry)));
    return let_go_of_name(txn, tables, id, name);
  };
}

Result<void> drop_change(lmdb::WriteTxn& txn, const Tables& tables, std::string_view key) {
  const auto row = txn.get(tables.directory, key);
  if (!row) return {};
  const Entry entry = record::decode<Entry>(*row);
  HERALD_CHECK(txn.erase(tables.directory, key));
  return let_go_of_name(txn, tables, entry.principal_id, entry.name);
}

std::optional<Entry> find_entry(const Store& store, registry::PrincipalId id,
                                const std::optional<registry::EntryId>& change) {
  const lmdb::ReadTxn txn = store.read();
  const std::string key = change ? change_key(id, *change) : std::string(id.bytes());
  auto row = txn.get(store.tables().directory, key);
  if (!row && change)
    row = txn.get(store.tables().directory, id.bytes());  // it was overtaken: what it is called is there
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
  const std::string before = record::decode<Entry>(*row).name;
  const auto changed = txn.get(tables.directory, change_key(id, to));
  // A change that is read late takes nothing back of those after it: their ids ascend.
  const auto rows = rows_of(txn, tables, id);
  const std::string own = change_key(id, to);
  const bool shows_a_later = std::any_of(rows.begin(), rows.end(), [&](const auto& one) {
    return one.first > own && one.second.name == before;
  });
  const std::string name = changed && !shows_a_later ? record::decode<Entry>(*changed).name : before;
  if (from) HERALD_CHECK(mark_loose(txn, tables, Loose::change, change_key(id, *from)));
  HERALD_CHECK(txn.put(tables.directory, id.bytes(), record::encode(Entry{id, name, {}, {}})));
  return let_go_of_name(txn, tables, id, before);
}

Result<void> erase_entry(lmdb::WriteTxn& txn, const Tables& tables, registry::PrincipalId id) {
  const auto rows = rows_of(txn, tables, id);
  for (const auto& [key, entry] : rows) {
    HERALD_CHECK(txn.erase(tables.directory, key));
    if (key.size() > id.bytes().size()) HERALD_CHECK(settle(txn, tables, Loose::change, key));
  }
  for (const auto& [key, entry] : rows) HERALD_CHECK(let_go_of_name(txn, tables, id, entry.name));
  HERALD_CHECK(settle(txn, tables, Loose::entry, id.bytes()));
  return {};
}

}  // namespace herald::work
