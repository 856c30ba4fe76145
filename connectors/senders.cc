#include "connectors/senders.h"

#include <fmt/format.h>
#include <openssl/x509_vfy.h>

#include <memory>

#include "base/limits.h"
#include "connectors/egress.h"
#include "connectors/http_client.h"
#include "connectors/http_url.h"
#include "connectors/judgement.h"
#include "connectors/secrecy.h"
#include "connectors/slack.h"
#include "connectors/teams.h"
#include "connectors/text.h"
#include "connectors/webhook.h"

namespace herald::connectors {
namespace {

using automations::Outcome;
using automations::Outgoing;
using automations::Verdict;
using registry::ActionKind;

Result<HttpRequest> request_for(const Outgoing& outgoing) {
  switch (outgoing.kind) {
    case ActionKind::webhook:
      return webhook::request(outgoing);
    case ActionKind::slack:
      return slack::request(outgoing);
    case ActionKind::teams:
      return teams::request(outgoing);
  }
  return error(Cause::invalid_value, "this version sends no such action");
}

Judgement judge(ActionKind kind, const HttpAnswer& answer) {
  switch (kind) {
    case ActionKind::slack:
      return slack::judge(answer);
    case ActionKind::teams:
      return teams::judge(answer);
    default:
      return webhook::judge(answer);
  }
}

std::string kept(std::string_view bytes) {
  return std::string(cut_bytes(bytes, limits::kMaxKeptBodyBytes));
}

// With people by their ids; nothing rather than their names.
std::string body_to_keep(const Outgoing& outgoing, const HttpRequest& request) {
  if (!outgoing.kept_message) return kept(request.body);
  Outgoing by_ids = outgoing;
  by_ids.message = *outgoing.kept_message;
  const auto rendered = request_for(by_ids);
  return rendered ? kept(rendered->body) : std::string();
}

Outcome never_sent(std::string sentence) {
  Outcome outcome;
  outcome.verdict = Verdict::permanent;
  outcome.error_class = "configuration";
  outcome.error = std::move(sentence);
  return outcome;
}

class HttpSender final : public automations::Sender {
 public:
  HttpSender(Egress egress, const EgressOptions& options)
      : egress_(egress), client_(std::move(egress), options) {}

  void send(Outgoing outgoing, std::function<void(Outcome)> done) override {
    auto request = request_for(outgoing);
    if (!request) return done(never_sent(request.error().message));
    request->headers.emplace_back("user-agent", "Herald/" HERALD_VERSION);
    std::string body = body_to_keep(outgoing, *request);
    client_.post(std::move(*request),
                 [done = std::move(done), kind = outgoing.kind, now = outgoing.now, body = std::move(body),
                  secrecy = Secrecy(outgoing)](HttpAnswer answer) {
                   done(outcome_of(kind, now, body, secrecy, std::move(answer)));
                 });
  }

  void cancel() override { client_.cancel(); }

  Result<void> check_url(ActionKind kind, const std::string& url) const override {
    HERALD_TRY(const TargetUrl target, TargetUrl::parse(url));
    if (kind == ActionKind::teams) HERALD_CHECK(teams::check_host(target.host));
    if (const auto refusal = egress_.refusal(target))
      return error(Cause::invalid_value, "the URL cannot be sent to: " + *refusal);
    return {};
  }

 private:
  static Outcome outcome_of(ActionKind kind, Timestamp now, const std::string& body, const Secrecy& secrecy,
                            HttpAnswer answer) {
    Judgement judgement = judge(kind, answer);
    Outcome outcome;
    outcome.verdict = judgement.verdict;
    outcome.status = answer.status;
    outcome.error_class = std::move(judgement.error_class);
    outcome.error = secrecy.without_secrets(judgement.error);
    if (answer.retry_after) outcome.retry_after = parse_retry_after(*answer.retry_after, now);
    outcome.request_body = body;
    outcome.response_body = kept(secrecy.without_secrets(valid_utf8(answer.body)));
    outcome.target = secrecy.without_secrets(answer.target);
    outcome.duration = answer.duration;
    outcome.cancelled = answer.error_class == kCancelled;
    return outcome;
  }

  const Egress egress_;
  HttpClient client_;
};

}  // namespace

Result<void> check(const EgressOptions& options) {
  HERALD_CHECK(Egress::make(options.allow));
  if (options.ca_file.empty()) return {};
  const std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> roots(X509_STORE_new(), X509_STORE_free);
  if (X509_STORE_load_file(roots.get(), options.ca_file.c_str()) == 1) return {};
  return error(Cause::invalid_value,
               options.ca_file + " cannot be read as certificates: a file in PEM form is expected",
               "--ca-file");
}

Result<std::unique_ptr<automations::Sender>> make_sender(const EgressOptions& options) {
  HERALD_CHECK(check(options));
  HERALD_TRY(Egress egress, Egress::make(options.allow));
  return std::unique_ptr<automations::Sender>(std::make_unique<HttpSender>(std::move(egress), options));
}

}  // namespace herald::connectors
