#include "work/directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>
#include <locale>

#include "base/ids.h"
#include "base/limits.h"
#include "reflect/record.h"
#include "work/loose.h"

namespace herald::work {
namespace {

bool letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string name_key(std::string_view name) {
  return boost::algorithm::to_lower_copy(std::string(name), std::locale::classic());
}

}  // namespace

Result<void> check_principal_name(std::string_view name, const std::string& field) {
  const auto wrong = [&](std::string_view why) {
    return error(Cause::invalid_value,
                 fmt::format("the name {}: letters, digits and . _ - @ + are allowed, up to {} of them, and "
                             "the first is a letter or digit",
                             why, limits::kMaxAliasBytes),
                 field);
  };
  const bool good = std::all_of(name.begin(), name.end(), [](char c) {
    return letter_or_digit(c) || std::string_view("._-@+").find(c) != std::string_view::npos;
  });
  if (!good || name.empty() || name.size() > limits::kMaxAliasBytes || !letter_or_digit(name.front()))
    return wrong("is no name of a principal");
  if (name == "me") return wrong("stands for whoever asks");
  if (Uuid::parse(name)) return wrong("looks like an id");
  return {};
}

Store::Job put_entry(const Entry& entry) {
  return [entry](lmdb::WriteTxn& txn, const Tables& tables) -> Result<void> {
    const std::string key = name_key(entry.name);
    if (const auto holder = txn.get(tables.principal_names, key))
      HERALD_CHECK(erase_entry(txn, tables, registry::PrincipalId(Uuid::from_bytes(*holder))));
    HERALD_CHECK(txn.put(tables.directory, entry.principal_id.bytes(), record::encode(entry)));
    HERALD_CHECK(txn.put(tables.principal_names, key, entry.principal_id.bytes()));
    return mark_loose(txn, tables, Loose::entry, entry.principal_id.bytes());
  };
}

std::optional<Entry> find_entry(const Store& store, registry::PrincipalId id) {
  const lmdb::ReadTxn txn = store.read();
  const auto row = txn.get(store.tables().directory, id.bytes());
  if (!row) return std::nullopt;
  return record::decode<Entry>(*row);
}

std::optional<registry::PrincipalId> find_principal_named(const Store& store, std::string_view name) {
  const lmdb::ReadTxn txn = store.read();
  const std::string key = name_key(name);
  if (key.empty() || key.size() > limits::kMaxAliasBytes) return std::nullopt;
  const auto id = txn.get(store.tables().principal_names, key);
  if (!id) return std::nullopt;
  return registry::PrincipalId(Uuid::from_bytes(*id));
}

Result<void> erase_entry(lmdb::WriteTxn& txn, const Tables& tables, registry::PrincipalId id) {
  if (const auto row = txn.get(tables.directory, id.bytes())) {
    HERALD_CHECK(txn.erase(tables.principal_names, name_key(record::decode<Entry>(*row).name)));
    HERALD_CHECK(txn.erase(tables.directory, id.bytes()));
  }
  HERALD_CHECK(settle(txn, tables, Loose::entry, id.bytes()));
  return {};
}

}  // namespace herald::work
