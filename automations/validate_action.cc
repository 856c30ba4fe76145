#include "automations/validate_action.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/predicate.hpp>
#include <locale>
#include <set>

#include "automations/event_values.h"
#include "automations/template.h"
#include "base/limits.h"

namespace herald::automations {
namespace {

using namespace registry;

class ActionCheck {
 public:
  ActionCheck(const Action& action, std::string field, std::span<const std::size_t> types,
              const Reader& state, const Sender& sender)
      : action_(action), field_(std::move(field)), types_(types), state_(state), sender_(sender) {}

  Result<void> run() const {
    HERALD_CHECK(no_foreign_fields());
    HERALD_CHECK(url());
    HERALD_CHECK(headers());
    HERALD_CHECK(secret_headers());
    if (action_.signing_secret) HERALD_CHECK(secret(*action_.signing_secret, at("signing_secret")));
    return templates();
  }

 private:
  std::string at(std::string_view member) const { return fmt::format("{}.{}", field_, member); }

  Result<void> refuse(bool given, std::string_view member, std::string_view instead) const {
    if (!given) return {};
    return error(
        Cause::invalid_value,
        fmt::format("an action of kind {} has no {}: {}", reflect::enum_name(action_.kind), member, instead),
        at(member));
  }

  Result<void> no_foreign_fields() const {
    if (action_.kind == ActionKind::webhook)
      return refuse(action_.text.has_value(), "text", "put it into the payload");
    HERALD_CHECK(refuse(action_.headers.has_value(), "headers", "only webhooks do"));
    HERALD_CHECK(refuse(action_.secret_headers.has_value(), "secret_headers", "only webhooks do"));
    HERALD_CHECK(refuse(action_.signing_secret.has_value(), "signing_secret", "only webhooks are signed"));
    return refuse(action_.payload.has_value(), "payload", "give the words of the message as \"text\"");
  }

  Result<void> url() const {
    if (action_.url && action_.url_secret) {
      return error(Cause::invalid_value, "give either url or url_secret, not both", at("url_secret"));
    }
    if (action_.url_secret) return secret(*action_.url_secret, at("url_secret"));
    if (!action_.url) {
      return error(Cause::missing_field,
                   "an action needs a url, or a url_secret: the name of the secret that holds it", at("url"));
    }
    const auto checked = sender_.check_url(action_.kind, *action_.url);
    return checked ? Result<void>() : error(checked.error().cause, checked.error().message, at("url"));
  }

  Result<void> secret(const SecretName& name, const std::string& field) const {
    const auto record = find<SecretRecord>(state_, Table::secrets, name.str());
    if (record && !record->removed) return {};
    return error(Cause::not_found, fmt::format("there is no secret \"{}\": set it first", name.str()), field);
  }

  Result<void> headers() const {
    if (!action_.headers) return {};
    if (action_.headers->size() > limits::kMaxActionHeaders) return too_many_headers("headers");
    for (const auto& [name, value] : *action_.headers) {
      const std::string field = at("headers." + name);
      HERALD_CHECK(header_name(name, field));
      if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
        return error(Cause::invalid_value, "a header's value has no line breaks", field);
      }
      if (value.size() > limits::kMaxHeaderValueBytes) {
        return error(Cause::too_large,
                     fmt::format("a header's value has at most {} bytes", limits::kMaxHeaderValueBytes),
                     field);
      }
    }
    return {};
  }

  Result<void> secret_headers() const {
    if (!action_.secret_headers) return {};
    if (action_.secret_headers->size() > limits::kMaxActionHeaders) return too_many_headers("secret_headers");
    for (const auto& [name, secret_name] : *action_.secret_headers) {
      const std::string field = at("secret_headers." + name);
      HERALD_CHECK(header_name(name, field));
      if (given_in_the_clear(name)) {
        return error(Cause::invalid_value, fmt::format("the header {} is in \"headers\" too", name), field);
      }
      const auto parsed = SecretName::parse(secret_name);
      if (!parsed) return error(parsed.error().cause, parsed.error().message, field);
      HERALD_CHECK(secret(*parsed, field));
    }
    return {};
  }

  Error too_many_headers(std::string_view member) const {
    return error(Cause::too_many, fmt::format("an action has at most {} headers", limits::kMaxActionHeaders),
                 at(member));
  }

  static std::string lower(std::string_view text) {
    return boost::algorithm::to_lower_copy(std::string(text), std::locale::classic());
  }

  bool given_in_the_clear(const std::string& name) const {
    return action_.headers &&
           std::any_of(action_.headers->begin(), action_.headers->end(), [&](const auto& header) {
             return boost::algorithm::iequals(header.first, name, std::locale::classic());
           });
  }

  // RFC 9110, 5.6.2: a token; and none that belong to the connection, the body or the signature.
  static Result<void> header_name(const std::string& name, const std::string& field) {
    constexpr std::string_view kToken =
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    if (name.empty() || name.size() > limits::kMaxNameBytes ||
        name.find_first_not_of(kToken) != std::string::npos) {
      return error(Cause::invalid_value,
                   fmt::format("\"{}\" is no header name: letters, digits and hyphens are allowed",
                               name.substr(0, 64)),
                   field);
    }
    static const std::set<std::string> kOurs = {"host",
                                                "content-length",
                                                "transfer-encoding",
                                                "connection",
                                                "upgrade",
                                                "te",
                                                "trailer",
                                                "expect",
                                                "keep-alive",
                                                "proxy-authorization",
                                                "proxy-connection",
                                                "accept-encoding",
                                                "user-agent"};
    const std::string lowered = lower(name);
    if (kOurs.contains(lowered) || lowered.starts_with("webhook-")) {
      return error(Cause::invalid_value, fmt::format("the header {} is set by Herald itself", name), field);
    }
    return {};
  }

  Result<void> templates() const {
    const auto check = [this](const Placeholder& placeholder) {
      return check_placeholder(placeholder, types_);
    };
    if (action_.payload) {
      if (action_.payload->text().size() > limits::kMaxTemplateBytes) return too_large_template("payload");
      return check_json(*action_.payload, at("payload"), check);
    }
    if (!action_.text) return {};
    if (action_.text->empty())
      return error(Cause::invalid_value, "the text is empty: leave it out for the default message",
                   at("text"));
    if (action_.text->size() > limits::kMaxTemplateBytes) return too_large_template("text");
    const auto parsed = Template::parse(*action_.text);
    const auto fine = parsed ? parsed->for_each(check) : Result<void>(parsed.error());
    return fine ? Result<void>() : error(fine.error().cause, fine.error().message, at("text"));
  }

  Error too_large_template(std::string_view member) const {
    return error(Cause::too_large, fmt::format("a template has at most {} bytes", limits::kMaxTemplateBytes),
                 at(member));
  }

  const Action& action_;
  std::string field_;
  std::span<const std::size_t> types_;
  const Reader& state_;
  const Sender& sender_;
};

}  // namespace

Result<void> validate_action(const Action& action, const std::string& field,
                             std::span<const std::size_t> types, const Reader& state, const Sender& sender) {
  return ActionCheck(action, field, types, state, sender).run();
}

}  // namespace herald::automations
