// One action of an automation made into something that can leave: the URL and headers with their secrets, the
// webhook's body (the payload template filled in, or the event's own bytes), the message for Slack and Teams
// (the text template filled in, or a default of messages.h).
//
// Pure but for `reveal` and what `state_as_of` reads; any thread, as those allow. The same input gives the
// same output, so an attempt that is repeated sends the same body.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "automations/ports.h"
#include "base/clock.h"
#include "registry/event.h"
#include "registry/state.h"

namespace herald::automations {

struct RenderContext {
  const registry::Reader& state_as_of;  // the registry as of the event
  std::string public_url;               // for links; empty: none
  std::function<Result<std::string>(const registry::SecretName&)> reveal;
  Timestamp now;  // of this attempt
  registry::DeliveryId delivery;
  const registry::AutomationDefinition& automation;
  std::optional<std::string> actor_name =
      {};  // what the directory calls who did it; absent: nothing (any more)
};

// `bytes`: the event as recorded. The result holds secrets: send it, never store or log it.
// Errors mean that this delivery cannot work until somebody changes the automation, a secret or the
// configuration; their sentence names the placeholder or secret and holds no secret:
//   not_found      a placeholder without default has no value, or a secret was removed
//   invalid_value  a secret that cannot stand where it is used (a header's with a line break), or a template
//   that this
//                  version refuses
//   too_large      the body is beyond kMaxPayloadBytes
// Errors of `reveal` are passed on with their cause.
Result<Outgoing> render(const registry::Action& action, const registry::Event& event, std::string_view bytes,
                        const RenderContext& context);

}  // namespace herald::automations
