// Automations: when X happens, do Y.
#include <algorithm>
#include <set>

#include "api/handlers.h"
#include "api/writing.h"
#include "automations/event_types.h"
#include "automations/matcher.h"
#include "automations/validate.h"

namespace herald::api {

// An AutomationDefinition whose harmless parts may be left out.
struct AutomationRequest {
  registry::Label name;
  std::optional<bool> enabled;
  std::optional<registry::Scope> scope;
  std::vector<std::string> on;
  std::optional<std::vector<registry::Condition>> conditions;
  std::vector<registry::Action> actions;
  std::optional<std::vector<std::uint32_t>> retry_seconds;
  std::optional<std::uint32_t> max_per_minute;
};
BOOST_DESCRIBE_STRUCT(AutomationRequest, (),
                      (name, enabled, scope, on, conditions, actions, retry_seconds, max_per_minute))

// In place of the one that is there.
struct AutomationReplacement : AutomationRequest {
  std::optional<registry::Reason> reason;
};
BOOST_DESCRIBE_STRUCT(AutomationReplacement, (AutomationRequest), (reason))

struct TestRequest {
  std::optional<std::uint64_t> event;
};
BOOST_DESCRIBE_STRUCT(TestRequest, (), (event))

struct TestBody {
  registry::Label automation;
  registry::AutomationId id;
  std::uint64_t event_sequence = 0;
  std::string event_type;
  std::vector<registry::DeliveryId> deliveries;
};
BOOST_DESCRIBE_STRUCT(TestBody, (), (automation, id, event_sequence, event_type, deliveries))

// What a decision says of the deliveries it planned.
struct TestMade {
  registry::Label automation;
  registry::AutomationId id;
  std::vector<registry::DeliveryId> deliveries;
};
BOOST_DESCRIBE_STRUCT(TestMade, (), (automation, id, deliveries))

namespace {

Result<registry::Label> name_in(const Call& call) {
  return about("automation", registry::Label::parse(call.path.at("automation")));
}

Result<registry::AutomationRecord> automation_named(const registry::Reader& state,
                                                    const registry::Label& name) {
  auto found = registry::find_automation(state, name);
  if (!found)
    return error(Cause::not_found, "automation \"" + name.str() + "\" does not exist", "automation");
  return std::move(*found);
}

struct Asked {
  registry::AutomationDefinition definition;
  bool says_enabled = false;
};

// Who says where a secret is sent to can read it there.
Result<void> check_may_send_secrets(const Call& call, const registry::AutomationDefinition& definition) {
  const bool sends =
      std::any_of(definition.actions.begin(), definition.actions.end(), [](const registry::Action& action) {
        return action.url_secret || action.signing_secret ||
               (action.secret_headers && !action.secret_headers->empty());
      });
  if (!sends || call.access.on_server() == registry::Role::admin) return {};
  return error(Cause::denied,
               "to make or change an automation that sends secrets takes the role admin on the server",
               "actions");
}

// Enabled, where it does not say.
Result<Asked> definition_in(const Call& call, AutomationRequest request) {
  registry::AutomationDefinition definition{
      .name = request.name,
      .enabled = request.enabled.value_or(true),
      .scope = request.scope.value_or(registry::Scope{}),
      .on = std::move(request.on),
      .conditions = request.conditions.value_or(std::vector<registry::Condition>()),
      .actions = std::move(request.actions),
      .retry_seconds = std::move(request.retry_seconds),
      .max_per_minute = request.max_per_minute};
  const projections::HeadReader head(call.herald.parts.head);
  HERALD_TRY(definition, automations::validate(std::move(definition), head, call.herald.parts.sender));
  HERALD_CHECK(check_may_send_secrets(call, definition));
  return Asked{std::move(definition), request.enabled.has_value()};
}

Write::Present present_automation(const Call& call, const registry::Label& name) {
  return [&work = call.herald.parts.work, name](const registry::Reader& state,
                                                const recorder::Recorded&) -> Result<Answer> {
    HERALD_TRY(const auto automation, automation_named(state, name));
    return answer_with(Presenter(state, work).automation(automation), std::nullopt);
  };
}

Result<Outcome> list_automations(const Call& call) {
  HERALD_TRY(const auto request, page_in(call));
  const Snapshot now = call.snapshot();
  const Presenter presenter(now.state(), call.herald.parts.work);
  return list_answer(call, projections::list_automations(now.state(), request), now.sequence(),
                     [&](std::string& out, const registry::AutomationRecord& automation) {
                       json::write(out, presenter.automation(automation));
                     });
}

Result<Outcome> get_automation(const Call& call) {
  HERALD_TRY(const auto name, name_in(call));
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto automation, automation_named(now.state(), name));
  return answer_with(Presenter(now.state(), call.herald.parts.work).automation(automation), now.sequence());
}

Result<Outcome> create_automation(const Call& call) {
  HERALD_TRY(auto request, body_of<AutomationRequest>(call));
  HERALD_TRY(const Asked asked, definition_in(call, std::move(request)));
  return Write{registry::CreateAutomation{call.new_id<registry::AutomationId>(), asked.definition},
               {},
               present_automation(call, asked.definition.name)};
}

Result<Outcome> update_automation(const Call& call) {
  HERALD_TRY(const auto name, name_in(call));
  HERALD_CHECK(automation_named(call.snapshot().state(), name));
  HERALD_TRY(const auto request, body_of<AutomationReplacement>(call));
  HERALD_TRY(const Asked asked, definition_in(call, request));
  return Write{registry::UpdateAutomation{name, asked.definition, !asked.says_enabled, request.reason},
               {},
               present_automation(call, asked.definition.name)};
}

Result<Outcome> delete_automation(const Call& call) {
  HERALD_TRY(const auto name, name_in(call));
  HERALD_TRY(auto reason, reason_in_query(call));
  return Write{registry::DeleteAutomation{name, std::move(reason)}, {}, present_removed(name.str())};
}

template <bool enabled>
Result<Outcome> set_enabled(const Call& call) {
  HERALD_TRY(const auto name, name_in(call));
  HERALD_TRY(auto reason, reason_in_body(call));
  return Write{
      registry::SetAutomationEnabled{name, enabled, std::move(reason)}, {}, present_automation(call, name)};
}

// ---- test ----

struct Sample {
  std::uint64_t sequence = 0;
  std::string type;
};

// As an event, so that a matcher learns this one automation, switched on.
registry::Event creation_of(const registry::AutomationRecord& automation) {
  registry::Event created;
  registry::AutomationDefinition definition = automation.definition;
  definition.enabled = true;
  created.payload = registry::AutomationCreated{automation.id, std::move(definition)};
  return created;
}

// As the matcher reads `on`: wildcards stand for no type of automations themselves.
std::set<std::string_view> types_waited_for(const registry::AutomationRecord& automation) {
  std::set<std::string_view> types;
  for (const std::string& pattern : automation.definition.on) {
    for (const std::size_t number : automations::types_of_pattern(pattern))
      types.insert(automations::event_types()[number].name);
  }
  return types;
}

// The newest event that the automation would match, else the newest of a type that it waits for.
std::optional<Sample> newest_sample(const Call& call, const registry::AutomationRecord& automation) {
  automations::Matcher matcher;
  matcher.fold(creation_of(automation));
  const auto types = types_waited_for(automation);
  std::optional<Sample> matched, of_type;
  std::size_t looked_at = 0;
  const Sequence last = call.herald.parts.tail.last();
  const auto log = call.herald.parts.log.read();
  log.scan_back(last, [&](Sequence sequence, std::string_view bytes) {
    const auto envelope = registry::decode_envelope(bytes);
    if (envelope && types.contains(envelope->type)) {
      const Sample sample{sequence.value(), envelope->type};
      if (!of_type) of_type = sample;
      const auto event = registry::decode(bytes);
      if (event && !matcher.match(*event, bytes).empty()) matched = sample;
    }
    return !matched && ++looked_at < call.herald.options.events_scanned;
  });
  return matched ? matched : of_type;
}

Result<Sample> chosen_sample(const Call& call, std::uint64_t number) {
  const Sequence last = call.herald.parts.tail.last();
  const auto log = call.herald.parts.log.read();
  const auto bytes = Sequence(number) <= last ? log.event(Sequence(number)) : std::nullopt;
  if (!bytes) return error(Cause::not_found, "there is no event " + std::to_string(number), "event");
  HERALD_TRY(const auto envelope, registry::decode_envelope(*bytes));
  return Sample{number, envelope.type};
}

Result<Sample> sample_for(const Call& call, const registry::AutomationRecord& automation,
                          std::optional<std::uint64_t> number) {
  if (number) return chosen_sample(call, *number);
  auto sample = newest_sample(call, automation);
  if (!sample) {
    return error(
        Cause::not_found,
        "no event of a type that automation \"" + automation.definition.name.str() +
            "\" waits for has been recorded lately: let one happen, or name any event, as in {\"event\": 1}",
        "event");
  }
  return std::move(*sample);
}

Result<Outcome> prepare_test(const Call& call) {
  HERALD_TRY(const auto name, name_in(call));
  TestRequest request;
  if (!call.request.body.empty()) {
    HERALD_TRY(request, body_of<TestRequest>(call));
  }
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto automation, automation_named(now.state(), name));
  HERALD_TRY(const Sample sample, sample_for(call, automation, request.event));
  registry::TestAutomation command{name, sample.sequence, sample.type, {}};
  for (std::size_t i = 0; i < automation.definition.actions.size(); ++i)
    command.new_ids.push_back(call.new_id<registry::DeliveryId>());
  const auto present = [sample](const registry::Reader&,
                                const recorder::Recorded& recorded) -> Result<Answer> {
    HERALD_TRY(const auto made, json::from_json<TestMade>(recorded.answer, json::Mode::stored));
    return answer_with(TestBody{made.automation, made.id, sample.sequence, sample.type, made.deliveries},
                       std::nullopt);
  };
  return Write{std::move(command), {}, present};
}

Result<Outcome> test_automation(const Call& call) {
  return Blocking{[&call] { return prepare_test(call); }};
}

}  // namespace

void add_automation_routes(Router& router) {
  router.add({Method::get, "/v1/automations", Permission::automate, ObjectScope::server, list_automations,
              Doc("automations", "List the automations").lists<AutomationBody>("Automation").fresh()});
  router.add({Method::post, "/v1/automations", Permission::automate, ObjectScope::server, create_automation,
              Doc("automations", "Create an automation")
                  .takes<AutomationRequest>("AutomationRequest")
                  .gives<AutomationBody>("Automation")
                  .creates()});
  router.add({Method::get, "/v1/automations/{automation}", Permission::automate, ObjectScope::server,
              get_automation,
              Doc("automations", "Show an automation").gives<AutomationBody>("Automation").fresh()});
  router.add({Method::put, "/v1/automations/{automation}", Permission::automate, ObjectScope::server,
              update_automation,
              Doc("automations", "Replace an automation's definition")
                  .takes<AutomationReplacement>("AutomationReplacement")
                  .gives<AutomationBody>("Automation")
                  .records()});
  router.add({Method::del, "/v1/automations/{automation}", Permission::automate, ObjectScope::server,
              delete_automation,
              Doc("automations", "Delete an automation")
                  .gives<RemovedBody>("Removed")
                  .records()
                  .with(kReasonParameter)});
  router.add({Method::post, "/v1/automations/{automation}/enable", Permission::automate, ObjectScope::server,
              set_enabled<true>,
              Doc("automations", "Switch an automation on")
                  .may_take<ReasonRequest>("ReasonRequest")
                  .gives<AutomationBody>("Automation")
                  .records()});
  router.add({Method::post, "/v1/automations/{automation}/disable", Permission::automate, ObjectScope::server,
              set_enabled<false>,
              Doc("automations", "Switch an automation off")
                  .may_take<ReasonRequest>("ReasonRequest")
                  .gives<AutomationBody>("Automation")
                  .records()});
  router.add({Method::post, "/v1/automations/{automation}/test", Permission::automate, ObjectScope::server,
              test_automation,
              Doc("automations", "Send for one event by hand, on the same road as any other")
                  .may_take<TestRequest>("TestRequest")
                  .gives<TestBody>("TestDeliveries")
                  .creates()
                  .says("\"event\": its sequence; without it, the newest event that the automation would "
                        "match, else the newest of a type it waits for.")});
}

}  // namespace herald::api
