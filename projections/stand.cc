#include "projections/stand.h"

#include "reflect/record.h"

namespace herald::projections {
namespace {

constexpr std::string_view kStandKey = "stand";

}  // namespace

Stand read_stand(const lmdb::Txn& txn, lmdb::Table meta) {
  const auto bytes = txn.get(meta, kStandKey);
  return bytes ? record::decode<Stand>(*bytes) : Stand{};
}

Result<void> write_stand(lmdb::WriteTxn& txn, lmdb::Table meta, const Stand& stand) {
  return txn.put(meta, kStandKey, record::encode(stand));
}

}  // namespace herald::projections
