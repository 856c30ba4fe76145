// Secrets: encrypted with AES-256-GCM under a key that is not in the data folder; write-only. A value is stored under
// (name, number) before the event secret.set names that number, and is in force while the head shows it. Name and number
// are authenticated with the value, so that rows cannot be swapped.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "registry/names.h"
#include "work/keyring.h"
#include "work/store.h"

namespace herald::work {

// The key of a value's row.
std::string secret_row(const registry::SecretName& name, std::uint64_t number);

class Secrets {
 public:
  Secrets(Store& store, std::string key) : store_(store), key_(std::move(key)) {}

  // The job that makes the value durable. At most kMaxSecretBytes (checked by the caller).
  Store::Job put(const registry::SecretName& name, std::uint64_t number, std::string_view value) const;
  // Errors: not_found; unavailable (another key than it was written with, or damaged): the sentence never holds the value.
  Result<std::string> reveal(const registry::SecretName& name, std::uint64_t number) const;

 private:
  Store& store_;
  std::string key_;
};

}  // namespace herald::work
