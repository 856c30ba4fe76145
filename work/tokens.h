// Tokens: what opens the door. A token is shown once, when it is made; what stays is the digest of its secret half.
//
//   herald_<32 hex digits: the token's id><64 hex digits: the secret, 32 random bytes>
//
// The prefix lets scanners of source code find one that was published. A digest without salt or stretching is enough: the
// secret is drawn by the generator of the operating system, not chosen by a person.
//
// A digest is stored before the event token.issued names the id, and counts only while the head shows that event.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/digest.h"
#include "registry/facts.h"
#include "work/store.h"

namespace herald::work {

struct NewToken {
  std::string text;  // to be shown, never stored or logged
  Store::Job store;
};
// `label`: what its owner calls it, for people; at most kMaxNameBytes (checked by the caller).
NewToken new_token(registry::TokenId id, std::string_view label);

// What a caller showed; nothing when it has not the form of a token.
struct ShownToken {
  registry::TokenId id;
  Digest secret;  // its digest
};
std::optional<ShownToken> parse_token(std::string_view text);

// Whether the digest that is stored under the id is this one. Compares in constant time.
bool fits(const lmdb::ReadTxn& txn, const Tables& tables, const ShownToken& token);

// ---- for people ----
std::optional<std::string> label_of(const Store& store, registry::TokenId id);
// To within limits::kTokenUseNoted; absent: never, or not since its use was last noted.
std::optional<Timestamp> last_use_of(const Store& store, registry::TokenId id);
Store::Job note_use(registry::TokenId id, Timestamp when);

// For jobs: a token that is revoked opens nothing whatever is stored; so nothing is.
Result<void> forget_token(lmdb::WriteTxn& txn, const Tables& tables, registry::TokenId id);

}  // namespace herald::work
