// Deliveries: what automations sent, with every attempt.
#include "api/handlers.h"
#include "api/writing.h"

namespace herald::api {

namespace {

Result<registry::DeliveryId> id_in(const Call& call) {
  return about("delivery", registry::DeliveryId::parse(call.path.at("delivery")));
}

Result<registry::DeliveryRecord> delivery_with(const registry::Reader& state, registry::DeliveryId id) {
  auto found = registry::find<registry::DeliveryRecord>(state, registry::Table::deliveries, id.bytes());
  if (!found) return error(Cause::not_found, "delivery " + id.str() + " does not exist", "delivery");
  return std::move(*found);
}

Result<Outcome> list_deliveries(const Call& call) {
  HERALD_TRY(const auto request, page_in(call));
  HERALD_TRY(const auto wanted, choice_in<registry::DeliveryState>(call, "state"));
  const Snapshot now = call.snapshot();
  std::optional<registry::AutomationId> automation;
  if (const auto name = call.query.get("automation")) {
    HERALD_TRY(const auto label, about("automation", registry::Label::parse(*name)));
    const auto found = registry::find_automation(now.state(), label);
    if (!found)
      return error(Cause::not_found, "automation \"" + label.str() + "\" does not exist", "automation");
    automation = found->id;
  }
  const Presenter presenter(now.state(), call.herald.parts.work);
  return list_answer(call, projections::list_deliveries(now.state(), automation, wanted, request),
                     now.sequence(), [&](std::string& out, const registry::DeliveryRecord& delivery) {
                       json::write(out, presenter.delivery(delivery));
                     });
}

Result<Outcome> get_delivery(const Call& call) {
  HERALD_TRY(const auto id, id_in(call));
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto delivery, delivery_with(now.state(), id));
  return answer_with(Presenter(now.state(), call.herald.parts.work).delivery_detail(delivery),
                     now.sequence());
}

Result<Outcome> replay_delivery(const Call& call) {
  HERALD_TRY(const auto id, id_in(call));
  const auto present = [&work = call.herald.parts.work, id](const registry::Reader& state,
                                                            const recorder::Recorded&) -> Result<Answer> {
    HERALD_TRY(const auto delivery, delivery_with(state, id));
    return answer_with(Presenter(state, work).delivery_detail(delivery), std::nullopt);
  };
  HERALD_TRY(auto reason, reason_in_body(call));
  return Write{registry::ReplayDelivery{id, std::move(reason)}, {}, present};
}

}  // namespace

void add_delivery_routes(Router& router) {
  router.add(
      {Method::get, "/v1/deliveries", Permission::automate, ObjectScope::server, list_deliveries,
       Doc("deliveries", "List deliveries, newest first")
           .lists<DeliveryBody>("Delivery")
           .with({"automation", R"({"type":"string"})", "Of this automation."})
           .with({"state", R"({"enum":["pending","failing","succeeded","exhausted"]})", "As they stand now."})
           .fresh()});
  router.add({Method::get, "/v1/deliveries/{delivery}", Permission::automate, ObjectScope::server,
              get_delivery,
              Doc("deliveries", "Show a delivery with its attempts")
                  .gives<DeliveryDetailBody>("DeliveryDetail")
                  .fresh()});
  router.add({Method::post, "/v1/deliveries/{delivery}/replay", Permission::automate, ObjectScope::server,
              replay_delivery,
              Doc("deliveries", "Send it once more")
                  .may_take<ReasonRequest>("ReasonRequest")
                  .gives<DeliveryDetailBody>("DeliveryDetail")
                  .records()});
}

}  // namespace herald::api
