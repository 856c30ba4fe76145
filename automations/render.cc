#include "automations/render.h"

#include <fmt/format.h>

#include "automations/event_values.h"
#include "automations/messages.h"
#include "base/limits.h"

namespace herald::automations {
namespace {

using namespace registry;

Result<std::string> reveal(const SecretName& name, std::string_view use, const RenderContext& context) {
  auto value = context.reveal(name);
  if (!value)
    return error(value.error().cause,
                 fmt::format("the {} is in secret \"{}\": {}", use, name.str(), value.error().message));
  return value;
}

Result<std::string> url_of(const Action& action, const RenderContext& context) {
  if (action.url) return *action.url;
  if (action.url_secret) return reveal(*action.url_secret, "URL", context);
  return error(Cause::invalid_value, "the action has neither a URL nor a secret that holds one");
}

Result<void> render_headers(Outgoing& out, const Action& action, const RenderContext& context) {
  out.headers = action.headers.value_or(std::map<std::string, std::string>());
  for (const auto& [header, secret] : action.secret_headers.value_or(std::map<std::string, std::string>())) {
    HERALD_TRY(std::string value, reveal(SecretName::trusted(secret), "header " + header, context));
    if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
      return error(Cause::invalid_value,
                   fmt::format("secret \"{}\" holds a line break: it cannot be the value of the header {}",
                               secret, header));
    }
    out.revealed.push_back(value);
    out.headers[header] = std::move(value);
  }
  return {};
}

Result<void> render_webhook(Outgoing& out, const Action& action, std::string_view bytes, const Values& values,
                            const RenderContext& context) {
  HERALD_CHECK(render_headers(out, action, context));
  if (action.signing_secret) {
    HERALD_TRY(out.signing_secret, reveal(*action.signing_secret, "signing key", context));
  }
  if (!action.payload) {
    out.body = std::string(bytes);
    return {};
  }
  HERALD_TRY(out.body, fill_json(*action.payload, "payload", values));
  if (out.body.size() > limits::kMaxPayloadBytes) {
    return error(Cause::too_large,
                 fmt::format("the payload is {} bytes with its placeholders filled in: at most {} are sent",
                             out.body.size(), limits::kMaxPayloadBytes),
                 "payload");
  }
  return {};
}

// With words of the automation's own, nothing is added but the link.
Result<void> render_message(Outgoing& out, const Action& action, const Event& event, const Values& values,
                            const RenderContext& context) {
  out.message = message_for(event, context.state_as_of, context.public_url, context.actor_name);
  if (!action.text) {
    if (context.actor_name) out.kept_message = message_for(event, context.state_as_of, context.public_url);
    return {};
  }
  HERALD_TRY(const Template text, Template::parse(*action.text));
  HERALD_TRY(std::string filled, text.text(values));
  out.message =
      Message{.title = {}, .text = std::move(filled), .facts = {}, .link = std::move(out.message.link)};
  return {};
}

}  // namespace

Result<Outgoing> render(const Action& action, const Event& event, std::string_view bytes,
                        const RenderContext& context) {
  Outgoing out;
  out.delivery_id = context.delivery;
  out.kind = action.kind;
  out.now = context.now;
  HERALD_TRY(out.url, url_of(action, context));
  out.url_is_secret = action.url_secret.has_value();
  const EventValues values(event, bytes, context);
  HERALD_CHECK(action.kind == ActionKind::webhook ? render_webhook(out, action, bytes, values, context)
                                                  : render_message(out, action, event, values, context));
  return out;
}

}  // namespace herald::automations
