// Slack incoming webhooks: a message in Block Kit, with a plain fallback. What comes from events cannot
// mention, link or ping: & < > are escaped, which is all that Slack asks
// (https://docs.slack.dev/messaging/formatting-message-text).
//
// Kept below Slack's limits: header 150 characters, section text 3,000, ten fields of 2,000, 12,000 in all
// (the last is not documented: more is refused as msg_blocks_too_long).
//
// Delivered means 200 and the body "ok". Slack's error words decide before the status does: a wrong message,
// channel, token or hook is final; rate limits and 5xx are not.
#pragma once

#include "automations/ports.h"
#include "connectors/http_client.h"
#include "connectors/judgement.h"

namespace herald::connectors::slack {

HttpRequest request(const automations::Outgoing& outgoing);
Judgement judge(const HttpAnswer& answer);

// `most`: characters of the result, in which no escape is cut.
std::string escaped(std::string_view text, std::size_t most);

}  // namespace herald::connectors::slack
