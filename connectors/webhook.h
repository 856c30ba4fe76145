// Webhooks: the body as it was rendered, by POST, with the headers of the automation and of Standard Webhooks
// (webhook-id and webhook-timestamp always; webhook-signature when there is a signing secret).
//
// Only 2xx is delivered. 410 Gone is final, as the specification says. Everything else is tried again by the
// schedule, 3xx and the other 4xx too: what answers 401 or 404 today is often a receiver that is being
// repaired, and the schedule is long enough for people. Redirects are never followed.
#pragma once

#include "automations/ports.h"
#include "connectors/http_client.h"
#include "connectors/judgement.h"

namespace herald::connectors::webhook {

// Errors: invalid_value (a signing secret that cannot be used).
Result<HttpRequest> request(const automations::Outgoing& outgoing);
Judgement judge(const HttpAnswer& answer);

}  // namespace herald::connectors::webhook
