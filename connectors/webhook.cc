#include "connectors/webhook.h"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>

#include "connectors/standard_webhooks.h"

namespace herald::connectors::webhook {
namespace {

using automations::Outgoing;
using automations::Verdict;

bool brings(const Outgoing& outgoing, const char* header) {
  return std::any_of(outgoing.headers.begin(), outgoing.headers.end(),
                     [&](const auto& given) { return strcasecmp(given.first.c_str(), header) == 0; });
}

}  // namespace

Result<HttpRequest> request(const Outgoing& outgoing) {
  HttpRequest request;
  request.url = outgoing.url;
  request.body = outgoing.body;
  if (!brings(outgoing, "content-type")) request.headers.emplace_back("content-type", "application/json");
  request.headers.insert(request.headers.end(), outgoing.headers.begin(), outgoing.headers.end());
  const std::string id = outgoing.delivery_id.str();
  request.headers.emplace_back("webhook-id", id);
  request.headers.emplace_back("webhook-timestamp", webhook_timestamp(outgoing.now));
  if (outgoing.signing_secret) {
    HERALD_TRY(std::string signature,
               sign_webhook(*outgoing.signing_secret, id, outgoing.now, outgoing.body));
    request.headers.emplace_back("webhook-signature", std::move(signature));
  }
  return request;
}

Judgement judge(const HttpAnswer& answer) {
  if (!answer.error_class.empty()) return judge_failure(answer);
  if (answer.status >= 200 && answer.status < 300) return {};
  if (answer.status == 410) {
    return {Verdict::permanent, "status", "the target answered 410 Gone: it wants no more"};
  }
  if (answer.status >= 300 && answer.status < 400) {
    return {
        Verdict::retry, "status",
        fmt::format(
            "the target answered {}: redirects are not followed, so put the final URL into the automation",
            status_words(answer.status))};
  }
  return {Verdict::retry, "status", fmt::format("the target answered {}", status_words(answer.status))};
}

}  // namespace herald::connectors::webhook
