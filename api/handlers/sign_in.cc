// How a server gets its first administrator, and who it takes a caller for.
#include "api/authorisation.h"
#include "api/claim_page.h"
#include "api/handlers.h"
#include "api/principals.h"
#include "work/directory.h"
#include "work/tokens.h"

namespace herald::api {

struct ClaimRequest {
  std::string code;
  std::optional<std::string> name;
};
BOOST_DESCRIBE_STRUCT(ClaimRequest, (), (code, name))

struct ClaimBody {
  registry::PrincipalId principal_id;
  registry::TokenId token_id;
  std::optional<std::string> token;  // shown this once
};
BOOST_DESCRIBE_STRUCT(ClaimBody, (), (principal_id, token_id, token))

struct CallerBody {
  std::string actor;
  registry::ActorKind kind = registry::ActorKind::anonymous;
  std::optional<PrincipalBody> principal;
  std::optional<registry::TokenId> token_id;
  std::optional<registry::Role> role;      // on the server
  std::optional<registry::Role> anywhere;  // the highest, on anything
  bool open = false;                       // nobody needs a token here
};
BOOST_DESCRIBE_STRUCT(CallerBody, (), (actor, kind, principal, token_id, role, anywhere, open))

namespace {

constexpr const char* kFirstName = "admin";
constexpr const char* kFirstLabel = "claim";

struct ClaimMade {
  registry::TokenId id;
  registry::PrincipalId principal_id;
};
BOOST_DESCRIBE_STRUCT(ClaimMade, (), (id, principal_id))

Result<Outcome> show_claim_page(const Call&) {
  return claim_page();
}

Result<void> check_code(const Call& call, const std::string& code) {
  Services& herald = call.herald;
  const bool is_over =
      herald.was_claimed || (!herald.options.is_recovery && herald.authentication.is_locked());
  if (herald.options.claim_code.empty() || (is_over && !call.is_retry)) {
    return error(Cause::not_allowed_now,
                 "this server has its administrator: sign in with a token, or ask who has one. Whoever runs "
                 "the server "
                 "can make another one: herald serve --recover",
                 "code");
  }
  if (equal_in_constant_time(code, herald.options.claim_code)) return {};
  note_denied(call, "claim");
  return error(
      Cause::denied,
      "\"code\" is not the one of the link that the server printed when it last started: open that link",
      "code");
}

Result<Outcome> claim(const Call& call) {
  HERALD_TRY(const auto request, body_of<ClaimRequest>(call));
  HERALD_CHECK(check_code(call, request.code));
  const std::string name = request.name.value_or(kFirstName);
  HERALD_CHECK(work::check_principal_name(name, "name"));
  const auto turn = call.herald.claiming.take("claim");
  if (!turn) return Waits{&call.herald.claiming, "claim"};
  HERALD_CHECK(check_code(call, request.code));
  const auto naming = call.herald.naming.take(work::principal_name_key(name));
  if (!naming) return Waits{&call.herald.naming, work::principal_name_key(name)};
  HERALD_CHECK(check_name_is_free(call, name));
  const auto principal = call.new_id<registry::PrincipalId>();
  const auto token = call.new_id<registry::TokenId>();
  const work::NewToken fresh = work::new_token(token, kFirstLabel);
  const auto present = [text = fresh.text](const registry::Reader&,
                                           const recorder::Recorded& recorded) -> Result<Answer> {
    HERALD_TRY(const auto made, json::from_json<ClaimMade>(recorded.answer, json::Mode::stored));
    return answer_with(
        ClaimBody{made.principal_id, made.id, recorded.replayed ? std::nullopt : std::optional(text)},
        std::nullopt);
  };
  const auto close = [&herald = call.herald](const recorder::Recorded&) {
    herald.was_claimed = true;
    return std::optional<work::Store::Job>();
  };
  return Write{.command = registry::ClaimServer{principal, token, call.herald.options.is_recovery},
               .before = {work::put_entry({principal, name, {}, {}}), fresh.store},
               .present = present,
               .once_recorded = close,
               .held = std::make_shared<std::array<Turns::Turn, 2>>(std::array{*turn, *naming})};
}

Result<Outcome> show_caller(const Call& call) {
  const projections::HeadReader head(call.herald.parts.head);
  CallerBody body{.actor = call.actor.id,
                  .kind = call.actor.kind,
                  .principal = {},
                  .token_id = call.token,
                  .role = call.access.on_server(),
                  .anywhere = call.access.anywhere(head),
                  .open = !call.token};
  if (call.token) {
    HERALD_TRY(const auto principal, principal_called(call, head, "me", "principal"));
    body.principal = principal_body(call, principal);
  }
  return answer_with(body, call.herald.parts.tail.last());
}

}  // namespace

void add_sign_in_routes(Router& router) {
  router.add({Method::get, "/claim", Permission::open, ObjectScope::server, show_claim_page,
              Doc("access", "The page behind the link by which a server is claimed")
                  .gives_media("text/html")
                  .sends("Content-Security-Policy")
                  .sends("Referrer-Policy")
                  .sends("Cache-Control")});
  router.add({Method::post, "/v1/claim", Permission::open, ObjectScope::server, claim,
              Doc("access", "Become the first administrator, by the code of the link that the server printed")
                  .takes<ClaimRequest>("ClaimRequest")
                  .at_most(limits::kMaxClaimBytes)
                  .gives<ClaimBody>("Claim")
                  .creates()
                  .completed_by_its_retries()
                  .says("From then on nobody comes in without a token. The token is shown this once.")});
  router.add({Method::get, "/v1/me", Permission::own, ObjectScope::visible, show_caller,
              Doc("access", "Whom the server takes the caller for, and what it may do")
                  .gives<CallerBody>("Caller")});
}

}  // namespace herald::api
