// What the automations need from outside, as they need it. connectors/ implements it; nothing here opens a socket.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "registry/facts.h"

namespace herald::automations {

// A message for people, the same whatever shows it. Plain text: whoever sends it escapes for its medium.
struct Message {
  std::string title;                                       // "production of churn moved from v3 to v4"
  std::string text;                                        // a sentence or two; may be empty
  std::vector<std::pair<std::string, std::string>> facts;  // "Actor" -> "anonymous"
  std::optional<std::string> link;  // to the version or model, when a public URL is configured
};

// One attempt, ready to leave. Everything secret in it has been revealed; it is never stored or logged.
struct Outgoing {
  registry::DeliveryId delivery_id;  // webhook-id: the same at each attempt
  registry::ActionKind kind = registry::ActionKind::webhook;
  std::string url;
  bool url_is_secret = false;                  // all of it, its host too
  std::map<std::string, std::string> headers;  // webhook
  std::vector<std::string> revealed;           // of the headers' values, those that are secrets
  std::string body;                            // webhook: compact JSON
  std::optional<std::string> signing_secret;   // webhook: "whsec_..."
  Message message;                             // slack, teams
  // The same without names of the directory, for the record; absent: `message`.
  std::optional<Message> kept_message;
  Timestamp now;  // of this attempt: the signature's time
};

enum class Verdict {
  delivered,  // the target said yes, in its own way
  retry,      // may work later
  permanent   // will not work again until somebody changes something: no more attempts
};

struct Outcome {
  Verdict verdict = Verdict::retry;
  std::uint32_t status = 0;
  std::string error_class;                          // see work/deliveries.h
  std::string error;                                // a sentence without anything secret
  std::optional<std::chrono::seconds> retry_after;  // as the target asked
  std::string request_body;   // as sent (people by their ids), for the record (holds no secret)
  std::string response_body;  // cut
  std::string target;         // scheme://host:port; without the host if it is secret
  std::chrono::milliseconds duration{0};
  bool cancelled = false;  // by cancel(): it may have been sent or not, and is no attempt
};

class Sender {
 public:
  virtual ~Sender() = default;
  // Returns at once; `done` is called exactly once, within the total deadline, on a thread of the sender's or, for what
  // cannot be sent at all, before send() returns. It must not block. Any number may be under way.
  virtual void send(Outgoing outgoing, std::function<void(Outcome)> done) = 0;
  // Ends what is under way, as soon as may be: it is done with `cancelled`, unless it was answered in this moment. Any thread.
  virtual void cancel() = 0;
  // Whether a URL could be sent to at all (scheme, host, a literal address that is refused, ...), for when it is saved.
  virtual Result<void> check_url(registry::ActionKind kind, const std::string& url) const = 0;
};

}  // namespace herald::automations
