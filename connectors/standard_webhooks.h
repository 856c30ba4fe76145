// Signatures of the Standard Webhooks specification 1.0.0 (https://www.standardwebhooks.com), over
// `<id>.<unix seconds>.<body>`:
//   whsec_<base64 of 24 to 64 bytes>            HMAC-SHA-256, "v1,<base64>"
//   whsk_<base64 of 32 or 64 bytes: seed, public> Ed25519,    "v1a,<base64>"
// A secret may hold several keys, separated by spaces: all sign, so that receivers can change from one to the
// other.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace herald::connectors {

// The value of `webhook-signature`. `id` holds no full stop.
// Errors: invalid_value; the sentence holds nothing of the secret.
Result<std::string> sign_webhook(std::string_view secret, std::string_view id, Timestamp attempt,
                                 std::string_view body);
// The value of `webhook-timestamp`.
std::string webhook_timestamp(Timestamp attempt);

}  // namespace herald::connectors
