// Everything in an environment, table by table.
#pragma once

#include <string>
#include <vector>

#include "lmdb/lmdb.h"

namespace herald::projections::testing {

inline std::string dump(lmdb::Environment& environment) {
  std::vector<std::string> names;
  const lmdb::Table unnamed = environment.table(nullptr).value();
  {
    const lmdb::ReadTxn txn = environment.read();
    lmdb::Cursor cursor = txn.cursor(unnamed);
    for (auto entry = cursor.first(); entry; entry = cursor.next()) names.emplace_back(entry->key);
  }
  std::string out;
  for (const std::string& name : names) {
    const lmdb::Table table = environment.table(name.c_str()).value();
    const lmdb::ReadTxn txn = environment.read();
    lmdb::Cursor cursor = txn.cursor(table);
    out += name + "\n";
    for (auto entry = cursor.first(); entry; entry = cursor.next())
      out.append(entry->key).append(" -> ").append(entry->value).append("\n");
  }
  return out;
}

}  // namespace herald::projections::testing
