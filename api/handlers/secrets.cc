// Secrets: in, never out.
#include "api/handlers.h"
#include "api/writing.h"

namespace herald::api {

struct SecretRequest {
  std::string value;
};
BOOST_DESCRIBE_STRUCT(SecretRequest, (), (value))

namespace {

Result<registry::SecretName> name_in(const Call& call) {
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

// The value is stored under the next number before the event names it; two at a time would take the same number.
Result<Outcome> store_and_record(const Call& call, const registry::SecretName& name,
                                 const std::string& value) {
  const Parts& parts = call.herald.parts;
  const std::lock_guard one_at_a_time(call.herald.setting_secret);
  registry::SetSecret command{name, 1};
  {
    const projections::HeadReader head(parts.head);
    const auto present = registry::find<registry::SecretRecord>(head, registry::Table::secrets, name.str());
    if (present) command.number = present->number + 1;
  }
  HERALD_CHECK(parts.work.run(parts.secrets.put(name, command.number, value)));
  HERALD_TRY(const auto recorded, parts.recorder.record(submission_of(call, command)));
  const auto present = [&parts, name](const registry::Reader& state,
                                      const recorder::Recorded&) -> Result<Answer> {
    const auto secret = registry::find<registry::SecretRecord>(state, registry::Table::secrets, name.str());
    if (!secret) return error(Cause::not_found, "secret \"" + name.str() + "\" is no longer there");
    return answer_with(Presenter(state, parts.work).secret(*secret), std::nullopt);
  };
  const Snapshot now = call.snapshot();
  return answer_to(recorded, present, now.state(), now.sequence());
}

Result<Outcome> put_secret(const Call& call) {
  HERALD_TRY(const auto name, name_in(call));
  HERALD_TRY(auto request, body_of<SecretRequest>(call));
  HERALD_CHECK(check_value(request.value));
  return Blocking{
      [&call, name, value = std::move(request.value)] { return store_and_record(call, name, value); }};
}

Result<Outcome> delete_secret(const Call& call) {
  HERALD_TRY(const auto name, name_in(call));
  return Write{registry::RemoveSecret{name}, {}, present_removed(name.str())};
}

}  // namespace

void add_secret_routes(Router& router) {
  router.add({Method::get, "/v1/secrets", Permission::administer, ObjectScope::server, list_secrets,
              Doc("secrets", "List the names of the secrets").lists<SecretBody>("Secret").fresh()});
  router.add({Method::put, "/v1/secrets/{secret}", Permission::administer, ObjectScope::server, put_secret,
              Doc("secrets", "Set a secret: nobody can read it back")
                  .takes<SecretRequest>("SecretRequest")
                  .gives<SecretBody>("Secret")
                  .records()});
  router.add({Method::del, "/v1/secrets/{secret}", Permission::administer, ObjectScope::server, delete_secret,
              Doc("secrets", "Remove a secret").gives<RemovedBody>("Removed").records()});
}

}  // namespace herald::api
