#include "work/tokens.h"

#include "base/bytes.h"
#include "base/hex.h"
#include "base/ids.h"
#include "reflect/record.h"
#include "work/loose.h"

namespace herald::work {

struct TokenRow {
  Digest secret;
  std::string label;
};
BOOST_DESCRIBE_STRUCT(TokenRow, (), (secret, label))

namespace {

constexpr std::string_view kPrefix = "herald_";
constexpr std::size_t kIdBytes = 16, kSecretBytes = 32;

}  // namespace

NewToken new_token(registry::TokenId id, std::string_view label) {
  const std::string secret = random_bytes(kSecretBytes);
  std::string row = record::encode(TokenRow{sha256(secret), std::string(label)});
  return {std::string(kPrefix) + to_hex(id.bytes()) + to_hex(secret),
          [id, row = std::move(row)](lmdb::WriteTxn& txn, const Tables& tables) -> Result<void> {
            HERALD_CHECK(txn.put(tables.tokens, id.bytes(), row));
            return mark_loose(txn, tables, Loose::token, id.bytes());
          }};
}

std::optional<ShownToken> parse_token(std::string_view text) {
  if (!text.starts_with(kPrefix)) return std::nullopt;
  const auto bytes = from_hex(text.substr(kPrefix.size()));
  if (!bytes || bytes->size() != kIdBytes + kSecretBytes) return std::nullopt;
  const std::string_view all = *bytes;
  return ShownToken{registry::TokenId(Uuid::from_bytes(all.substr(0, kIdBytes))),
                    sha256(all.substr(kIdBytes))};
}

bool fits(const lmdb::ReadTxn& txn, const Tables& tables, const ShownToken& token) {
  const auto row = txn.get(tables.tokens, token.id.bytes());
  return row && equal_in_constant_time(record::decode<TokenRow>(*row).secret.bytes(), token.secret.bytes());
}

std::optional<std::string> label_of(const Store& store, registry::TokenId id) {
  const lmdb::ReadTxn txn = store.read();
  const auto row = txn.get(store.tables().tokens, id.bytes());
  if (!row) return std::nullopt;
  return record::decode<TokenRow>(*row).label;
}

std::optional<Timestamp> last_use_of(const Store& store, registry::TokenId id) {
  const lmdb::ReadTxn txn = store.read();
  const auto row = txn.get(store.tables().token_uses, id.bytes());
  if (!row) return std::nullopt;
  return Timestamp(static_cast<std::int64_t>(read_be64(*row)));
}

Store::Job note_use(registry::TokenId id, Timestamp when) {
  return [id, when](lmdb::WriteTxn& txn, const Tables& tables) {
    return txn.put(tables.token_uses, id.bytes(), be64(static_cast<std::uint64_t>(when.unix_ms())));
  };
}

Result<void> forget_token(lmdb::WriteTxn& txn, const Tables& tables, registry::TokenId id) {
  HERALD_CHECK(txn.erase(tables.tokens, id.bytes()));
  HERALD_CHECK(txn.erase(tables.token_uses, id.bytes()));
  return {};
}

}  // namespace herald::work
