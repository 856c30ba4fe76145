#include "work/uploads.h"

#include "base/bytes.h"

namespace herald::work {
namespace {

std::string upload_key(std::string_view actor, const Digest& content) {
  return std::string(content.bytes()).append(actor);
}

}  // namespace

Store::Job note_upload(std::string_view actor, const Digest& content, Timestamp when) {
  return [key = upload_key(actor, content), when](lmdb::WriteTxn& txn, const Tables& tables) {
    return txn.put(tables.uploads, key, be64(static_cast<std::uint64_t>(when.unix_ms())));
  };
}

bool has_uploaded(const Store& store, std::string_view actor, const Digest& content) {
  const lmdb::ReadTxn txn = store.read();
  return txn.get(store.tables().uploads, upload_key(actor, content)).has_value();
}

}  // namespace herald::work
