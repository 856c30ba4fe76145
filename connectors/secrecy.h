// What may not be told of one attempt, and text without it. A target may repeat what it was sent: whole or in part ("invalid
// token abc" for "Bearer abc"), and in the spelling of its own medium (JSON, URL, HTML, base64). What a target says becomes
// part of the record of a delivery, which is read by more people than secrets are.
//
// Secret are: the values that were revealed, the values of all headers, the path and query of the URL, and its host if the
// whole URL came out of a secret. Immutable; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "automations/ports.h"

namespace herald::connectors {

class Secrecy {
 public:
  explicit Secrecy(const automations::Outgoing& outgoing);

  // Each secret that stands there as it was sent, in whatever case, becomes "[redacted]". If it also stands there in another
  // spelling, the whole text is withheld: which of its bytes tell of the secret cannot be known for every medium. So it is
  // beyond kMaxSecrecyWork. `text`: UTF-8.
  std::string without_secrets(std::string_view text) const;

 private:
  void keep(std::string_view secret, std::size_t shortest);
  void keep_with_parts(std::string_view secret, std::string_view separators, std::size_t shortest,
                       std::size_t shortest_part);

  std::vector<std::string> spellings_;  // lower case
  std::vector<std::string> plain_;      // the same without any medium's escapes
};

}  // namespace herald::connectors
