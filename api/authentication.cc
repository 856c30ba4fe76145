#include "api/authentication.h"

#include "api/door.h"
#include "api/header_fields.h"
#include "projections/head.h"

namespace herald::api {

namespace {

Error not_signed_in(std::string sentence) {
  return error(Cause::unauthenticated, std::move(sentence), "Authorization");
}

registry::ActorKind kind_of(registry::PrincipalKind kind) {
  return kind == registry::PrincipalKind::service ? registry::ActorKind::service : registry::ActorKind::user;
}

std::string via_of(const Request& request) {
  return request.client == "cli" ? "cli" : "http";
}

// RFC 9110, 11.4: the scheme in any case, then one space or more.
std::string_view bearer_token(std::string_view header) {
  constexpr std::string_view kScheme = "bearer ";
  if (header.size() < kScheme.size() || !equals_ignoring_case(header.substr(0, kScheme.size()), kScheme))
    return {};
  header.remove_prefix(kScheme.size());
  header.remove_prefix(std::min(header.find_first_not_of(' '), header.size()));
  return header;
}

}  // namespace

Authentication::Authentication(const Parts& parts, bool stands_open, std::size_t most_kept)
    : parts_(parts), stands_open_(stands_open), most_kept_(most_kept) {}

bool Authentication::is_locked() {
  if (locked_) return true;
  const std::uint64_t last = parts_.tail.last().value();
  if (last != 0 && open_at_ == last) return false;
  if (registry::is_locked(projections::HeadReader(parts_.head))) {
    locked_ = true;
    return true;
  }
  open_at_ = last;
  return false;
}

Result<Caller> Authentication::anybody(const Request& request) {
  HERALD_CHECK(admit(request, !is_locked() && stands_open_));
  return Caller{registry::Actor::anonymous(via_of(request)), registry::Access::nothing()};
}

Result<Caller> Authentication::caller_of(const Request& request) {
  const bool locked = is_locked();
  HERALD_CHECK(admit(request, !locked && stands_open_));
  if (locked || request.authorization) return bearer(request);
  if (stands_open_) return Caller{registry::Actor::anonymous(via_of(request)), registry::Access::unlimited()};
  return not_signed_in(
      "this server has no administrator yet, and answers to nobody else: claim it by the link that it "
      "printed when it "
      "started");
}

Result<Caller> Authentication::bearer(const Request& request) {
  if (!request.authorization) {
    return not_signed_in(
        "a token is needed: send it as \"Authorization: Bearer herald_...\" (on the command line: herald "
        "profile add)");
  }
  const std::string_view text = bearer_token(*request.authorization);
  if (text.empty()) return not_signed_in("the Authorization header is not \"Bearer\" and a token");
  const auto shown = work::parse_token(text);
  if (!shown) {
    return not_signed_in(
        "what follows \"Bearer\" has not the form of a token: herald_ and 96 hex digits are expected");
  }
  const std::uint64_t changes = parts_.head.changes_of_access();
  if (auto caller = known(*shown, changes)) {
    caller->actor.via = via_of(request);
    return std::move(*caller);
  }
  if (!work::fits(parts_.work.read(), parts_.work.tables(), *shown))
    return not_signed_in("the token opens nothing: it was revoked, or is one of another server");
  HERALD_TRY(const Found found, look_up(shown->id, via_of(request)));
  keep(*shown, changes, found);
  return found.caller;
}

// What was found before, if it holds. The use of a token is noted once in a while.
std::optional<Caller> Authentication::known(const work::ShownToken& token, std::uint64_t changes) {
  const Timestamp now = parts_.clock.now();
  std::optional<Caller> caller;
  bool is_due = false;
  {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(token.id);
    if (found == known_.end() || found->second.changes != changes) return std::nullopt;
    Known& one = found->second;
    if (!equal_in_constant_time(one.secret.bytes(), token.secret.bytes())) return std::nullopt;
    if (one.expires && *one.expires <= now) return std::nullopt;
    caller = one.caller;
    is_due = now.unix_ms() - one.noted.unix_ms() >= limits::kTokenUseNoted.count();
    if (is_due) one.noted = now;
  }
  if (is_due) note_use(token.id, now);
  return caller;
}

Result<Authentication::Found> Authentication::look_up(registry::TokenId id, const std::string& via) const {
  const projections::HeadReader head(parts_.head);
  const auto token = registry::find_token(head, id);
  if (!token || token->revoked) return not_signed_in("the token opens nothing: it was revoked");
  if (token->expires && *token->expires <= parts_.clock.now())
    return not_signed_in("the token has expired at " + token->expires->str() + ": issue another one");
  const auto principal = registry::find_principal(head, token->principal_id);
  if (!principal || !principal->enabled)
    return not_signed_in("the principal that the token was issued to is disabled: ask an administrator");
  return Found{Caller{{principal->id.str(), kind_of(principal->kind), via},
                      registry::Access::of(head, *principal, *token),
                      id},
               token->expires};
}

void Authentication::keep(const work::ShownToken& token, std::uint64_t changes, const Found& found) {
  const Timestamp now = parts_.clock.now();
  bool is_due = true;
  {
    const std::lock_guard lock(mutex_);
    if (known_.size() >= most_kept_) known_.clear();
    Known& one = known_[token.id];
    is_due = now.unix_ms() - one.noted.unix_ms() >= limits::kTokenUseNoted.count();
    one = {token.secret, changes, found.caller, found.expires, is_due ? now : one.noted};
  }
  if (is_due) note_use(token.id, now);
}

// For people; a store that is busy or full loses it.
void Authentication::note_use(registry::TokenId id, Timestamp now) {
  parts_.work.submit(work::note_use(id, now), [](const Result<void>&) {});
}

std::optional<Caller> Authentication::renewed(const Caller& caller) {
  if (!caller.token) {
    if (is_locked() || !stands_open_) return std::nullopt;
    return caller;
  }
  auto found = look_up(*caller.token, caller.actor.via);
  if (!found) return std::nullopt;
  return std::move(found->caller);
}

}  // namespace herald::api
