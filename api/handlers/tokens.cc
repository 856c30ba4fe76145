// Tokens: issued, listed, revoked. Their secret halves are shown once.
#include "work/tokens.h"
#include "api/authorisation.h"
#include "api/handlers.h"
#include "api/principals.h"
#include "api/writing.h"

namespace herald::api {

struct TokenRequest {
  std::optional<std::string> principal;  // absent: the caller
  std::optional<std::string> label;
  std::optional<Timestamp> expires;
  std::optional<registry::Role> at_most;
  std::optional<registry::RegistryName> registry;
  std::optional<registry::ModelName> model;
};
BOOST_DESCRIBE_STRUCT(TokenRequest, (), (principal, label, expires, at_most, registry, model))

struct TokenBody {
  registry::TokenId id;
  registry::PrincipalId principal_id;
  std::optional<std::string> principal;  // its name
  std::optional<std::string> label;
  std::optional<Timestamp> expires;
  std::optional<registry::Role> at_most;
  std::optional<PlaceBody> on;  // absent: wherever its principal may go
  Stamp issued;
  std::optional<Stamp> revoked;
  std::optional<Timestamp> last_used;
  std::optional<std::string> token;  // shown once, in the answer that issued it
};
BOOST_DESCRIBE_STRUCT(TokenBody, (),
                      (id, principal_id, principal, label, expires, at_most, on, issued, revoked, last_used,
                       token))

namespace {

using registry::TokenRecord;

TokenBody token_body(const Call& call, const registry::Reader& state, const TokenRecord& token) {
  const auto& work = call.herald.parts.work;
  const Names names(work);
  TokenBody body{.id = token.id,
                 .principal_id = token.principal_id,
                 .principal = names.of(token.principal_id),
                 .label = work::label_of(work, token.id),
                 .expires = token.expires,
                 .at_most = token.at_most,
                 .on = {},
                 .issued = names.stamp(token.issued),
                 .revoked = names.stamp(token.revoked),
                 .last_used = work::last_use_of(work, token.id),
                 .token = {}};
  if (token.scope) body.on = place_body(state, *token.scope);
  if (body.label && body.label->empty()) body.label.reset();
  return body;
}

// Its own, or, for who administers the server, anybody's.
Result<void> check_is_theirs(const Call& call, registry::PrincipalId owner, std::string_view what) {
  if ((is_the_caller(call, owner) && !call.access.is_narrowed()) || administers(call)) return {};
  if (is_the_caller(call, owner)) {
    return error(Cause::denied,
                 "the token that was shown is itself limited to a role or a place: tokens are " +
                     std::string(what) + " with one that is not");
  }
  return error(Cause::denied,
               "tokens of another are " + std::string(what) + " by administrators of the server alone",
               "principal");
}

Result<registry::PrincipalRecord> owner_in(const Call& call, const registry::Reader& state,
                                           const std::optional<std::string>& name) {
  if (!name && !call.token)
    return error(Cause::missing_field, "\"principal\" is missing: whose token is it?", "principal");
  return principal_called(call, state, name.value_or("me"), "principal");
}

Result<Outcome> list_tokens(const Call& call) {
  HERALD_TRY(const auto request, page_in(call));
  const projections::HeadReader head(call.herald.parts.head);
  const auto named = call.query.get("principal");
  HERALD_TRY(const auto owner,
             owner_in(call, head, named ? std::optional(std::string(*named)) : std::nullopt));
  HERALD_CHECK(check_is_theirs(call, owner.id, "listed"));
  std::vector<TokenRecord> all;
  head.scan(registry::Table::tokens_of, owner.id.bytes(), {}, [&](std::string_view key, std::string_view) {
    const registry::TokenId id(Uuid::from_bytes(key.substr(owner.id.bytes().size())));
    if (auto token = registry::find_token(head, id)) all.push_back(std::move(*token));
    return true;
  });
  const auto page = page_of(std::move(all), request, [](const TokenRecord& token) { return token.id.str(); });
  return list_answer(
      call, page, call.herald.parts.tail.last(),
      [&](std::string& out, const TokenRecord& token) { json::write(out, token_body(call, head, token)); });
}

// A token that opens less than its principal may must not make one that opens more, nor one that outlives it.
Result<void> check_makes_no_more(const Call& call, const registry::Reader& state,
                                 const TokenRequest& request) {
  if (!call.token) return {};
  if (call.access.is_narrowed()) {
    return error(
        Cause::denied,
        "the token that was shown is itself limited to a role or a place: issue tokens with one that is not");
  }
  const auto own = registry::find_token(state, *call.token);
  if (!own || !own->expires || (request.expires && *request.expires <= *own->expires)) return {};
  return error(
      Cause::denied,
      "the token that was shown expires at " + own->expires->str() + ": none that it issues may last longer",
      "expires");
}

Result<void> check_token_request(const Call& call, const TokenRequest& request) {
  if (request.label && (request.label->empty() || request.label->size() > limits::kMaxNameBytes)) {
    return error(Cause::invalid_value,
                 "\"label\" has 1 to " + std::to_string(limits::kMaxNameBytes) + " bytes, or is left out",
                 "label");
  }
  if (request.expires && *request.expires <= call.herald.parts.clock.now()) {
    return error(
        Cause::invalid_value,
        "\"expires\" is " + request.expires->str() + ", which is past: such a token would open nothing",
        "expires");
  }
  return {};
}

struct IssuedToken {
  registry::TokenId id;
  registry::PrincipalId principal_id;
};
BOOST_DESCRIBE_STRUCT(IssuedToken, (), (id, principal_id))

Result<Outcome> issue_token(const Call& call) {
  const projections::HeadReader head(call.herald.parts.head);
  HERALD_TRY(const auto request, body_of<TokenRequest>(call));
  HERALD_CHECK(check_token_request(call, request));
  HERALD_TRY(const auto owner, owner_in(call, head, request.principal));
  HERALD_CHECK(check_is_theirs(call, owner.id, "issued"));
  HERALD_CHECK(check_makes_no_more(call, head, request));

  const auto id = call.new_id<registry::TokenId>();
  const work::NewToken fresh = work::new_token(id, request.label.value_or(""));
  registry::IssueToken command{id, owner.id, request.expires, request.at_most, {}};
  if (request.registry || request.model) {
    command.scope = registry::ScopeAddress{
        request.registry.value_or(registry::RegistryName::trusted(registry::kDefaultRegistry)),
        request.model};
    if (request.model) {
      HERALD_CHECK(seen_model(call, head, {*command.scope->registry, *request.model}));
    } else {
      HERALD_CHECK(seen_registry(call, head, *command.scope->registry));
    }
  }
  const auto present = [&call, text = fresh.text](const registry::Reader& state,
                                                  const recorder::Recorded& recorded) -> Result<Answer> {
    HERALD_TRY(const auto issued, json::from_json<IssuedToken>(recorded.answer, json::Mode::stored));
    const auto token = registry::find_token(state, issued.id);
    if (!token) return error(Cause::not_found, "the token is no longer there", "token");
    TokenBody body = token_body(call, state, *token);
    if (!recorded.replayed) body.token = text;
    return answer_with(body, std::nullopt);
  };
  return Write{std::move(command), {fresh.store}, present};
}

Result<Outcome> revoke_token(const Call& call) {
  const projections::HeadReader head(call.herald.parts.head);
  HERALD_TRY(const auto id, about("token", registry::TokenId::parse(call.path.at("token"))));
  HERALD_TRY(auto reason, reason_in_query(call));
  const auto token = registry::find_token(head, id);
  const bool is_own =
      token && is_the_caller(call, token->principal_id) && (!call.access.is_narrowed() || id == call.token);
  if (!token || (!is_own && !administers(call))) {
    if (token) note_denied(call, to_string(Permission::administer));
    return error(Cause::not_found, "you have no token " + id.str() + ": herald token list", "token");
  }
  return Write{registry::RevokeToken{id, std::move(reason)}, {}, present_removed(id.str())};
}

}  // namespace

void add_token_routes(Router& router) {
  router.add({Method::get, "/v1/tokens", Permission::own, ObjectScope::visible, list_tokens,
              Doc("access", "List tokens, those that were revoked too")
                  .lists<TokenBody>("Token")
                  .with({"principal", R"({"type":"string","default":"me"})",
                         "Whose; of others, for administrators of the server alone."})});
  router.add(
      {Method::post, "/v1/tokens", Permission::own, ObjectScope::visible, issue_token,
       Doc("access", "Issue a token")
           .takes<TokenRequest>("TokenRequest")
           .gives<TokenBody>("Token")
           .creates()
           .says("It opens what its principal may, no more than the role \"at_most\", and only in the "
                 "registry or "
                 "model that is named. It is shown in this answer and never again: a retry under the same "
                 "Idempotency-Key says that it was issued, without showing it.")});
  router.add({Method::del, "/v1/tokens/{token}", Permission::own, ObjectScope::visible, revoke_token,
              Doc("access", "Revoke a token: it opens nothing from now on")
                  .gives<RemovedBody>("Removed")
                  .records()
                  .with(kReasonParameter)});
}

}  // namespace herald::api
