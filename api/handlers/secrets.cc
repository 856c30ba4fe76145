// Secrets: in, never out.
#include "api/handlers.h"
#include "api/writing.h"

namespace herald::api {

struct SecretRequest {
  std::string value;
  std::optional<registry::Reason> reason;
};
BOOST_DESCRIBE_STRUCT(SecretRequest, (), (value, reason))

namespace {

Result<registry::SecretName> secret_in(const Call& call) {
  return about("secret", registry::SecretName::parse(call.path.at("secret")));
}

Result<Outcome> list_secrets(const Call& call) {
  HERALD_TRY(const auto request, page_in(call));
  const Snapshot now = call.snapshot();
  const Presenter presenter(now.state(), call.herald.parts.work);
  const auto page = page_of(projections::list_secrets(now.state()), request,
                            [](const registry::SecretRecord& secret) { return secret.name.str(); });
  return list_answer(call, page, now.sequence(), [&](std::string& out, const auto& secret) {
    json::write(out, presenter.secret(secret));
  });
}

Result<void> check_value(const std::string& value) {
  if (value.empty())
    return error(Cause::invalid_value, "\"value\" is empty: DELETE takes a secret away", "value");
  if (value.size() <= limits::kMaxSecretBytes) return {};
  return error(Cause::too_large,
               "\"value\" has " + std::to_string(value.size()) + " bytes: at most " +
                   std::to_string(limits::kMaxSecretBytes) + " are allowed",
               "value");
}

std::uint64_t next_number(const Call& call, const registry::SecretName& name) {
  const projections::HeadReader head(call.herald.parts.head);
  const auto present = registry::find<registry::SecretRecord>(head, registry::Table::secrets, name.str());
  return present ? present->number + 1 : 1;
}

Write::Present present_secret(const Call& call, const registry::SecretName& name) {
  return [&work = call.herald.parts.work, name](const registry::Reader& state,
                                                const recorder::Recorded&) -> Result<Answer> {
    const auto secret = registry::find<registry::SecretRecord>(state, registry::Table::secrets, name.str());
    if (!secret) return error(Cause::not_found, "secret \"" + name.str() + "\" is no longer there", "secret");
    return answer_with(Presenter(state, work).secret(*secret), std::nullopt);
  };
}

// The value is stored under the next number before the event names it; two at a time would take the same number.
Result<Outcome> put_secret(const Call& call) {
  HERALD_TRY(const auto name, secret_in(call));
  HERALD_TRY(const auto request, body_of<SecretRequest>(call));
  HERALD_CHECK(check_value(request.value));
  const auto turn = call.herald.setting_secrets.take(name.str());
  if (!turn) return Waits{&call.herald.setting_secrets, name.str()};
  const std::uint64_t number = next_number(call, name);
  Write write{registry::SetSecret{name, number, request.reason}, {}, present_secret(call, name)};
  write.held = *turn;
  write.before.push_back(call.herald.parts.secrets.put(name, number, request.value));
  return write;
}

Result<Outcome> delete_secret(const Call& call) {
  HERALD_TRY(const auto name, secret_in(call));
  HERALD_TRY(auto reason, reason_in_query(call));
  return Write{registry::RemoveSecret{name, std::move(reason)}, {}, present_removed(name.str())};
}

}  // namespace

void add_secret_routes(Router& router) {
  router.add({Method::get, "/v1/secrets", Permission::administer, ObjectScope::server, list_secrets,
              Doc("secrets", "List the names of the secrets").lists<SecretBody>("Secret").fresh()});
  router.add({Method::put, "/v1/secrets/{secret}", Permission::administer, ObjectScope::server, put_secret,
              Doc("secrets", "Set a secret: nobody can read it back")
                  .takes<SecretRequest>("SecretRequest")
                  .gives<SecretBody>("Secret")
                  .may_create()});
  router.add(
      {Method::del, "/v1/secrets/{secret}", Permission::administer, ObjectScope::server, delete_secret,
       Doc("secrets", "Remove a secret").gives<RemovedBody>("Removed").records().with(kReasonParameter)});
}

}  // namespace herald::api
