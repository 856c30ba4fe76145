// Cards of models and versions: Markdown, kept outside of the events, and its headings, kept in them.
#include "api/handlers.h"
#include "api/writing.h"

namespace herald::api {

struct CardRequest {
  std::string text;
  std::optional<registry::Reason> reason;
};
BOOST_DESCRIBE_STRUCT(CardRequest, (), (text, reason))

namespace {

// The version's own, else the model's.
struct FoundCard {
  registry::Card card;
  bool of_model = false;
};

Result<FoundCard> require_card(const registry::FoundModel& found, const registry::VersionRecord* version) {
  if (version != nullptr && version->card) return FoundCard{*version->card, false};
  if (found.model.card) return FoundCard{*found.model.card, true};
  const std::string name = shown(found.model.name.str());
  return error(Cause::not_found,
               version == nullptr ? "model " + name + " has no card"
                                  : "neither version v" + std::to_string(version->number.value()) +
                                        " of model " + name + " nor the model itself has a card",
               "card");
}

Result<Answer> card_answer(const Call& call, const Snapshot& now, const registry::FoundModel& found,
                           const registry::VersionRecord* version) {
  HERALD_TRY(const auto card, require_card(found, version));
  CardBody body = Presenter(now.state(), call.herald.parts.work).card(found.registry, card.card);
  if (version != nullptr && card.of_model) body.of_model = true;
  return answer_with(body, now.sequence());
}

Result<Outcome> get_model_card(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto found, registry::require_model(now.state(), address.registry, address.model));
  HERALD_TRY(auto answer, card_answer(call, now, found, nullptr));
  return answer;
}

Result<Outcome> get_version_card(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  HERALD_TRY(const auto selector, selector_in(call));
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto found, registry::require_model(now.state(), address.registry, address.model));
  HERALD_TRY(const auto version, registry::resolve(now.state(), found, selector));
  HERALD_TRY(auto answer, card_answer(call, now, found, &version));
  return answer;
}

// The card that is there now, for the command to be about: of a version, its own.
Result<std::optional<registry::Card>> present_card(const Call& call, const registry::ModelAddress& address,
                                                   std::optional<VersionNumber> number) {
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto found, registry::require_model(now.state(), address.registry, address.model));
  if (!number) return found.model.card;
  HERALD_TRY(const auto version, registry::require_version(now.state(), found, *number));
  return version.card;
}

Write::Present present_written(const Call& call, const registry::ModelAddress& address,
                               std::optional<VersionNumber> number) {
  return [&work = call.herald.parts.work, address, number](const registry::Reader& state,
                                                           const recorder::Recorded&) -> Result<Answer> {
    HERALD_TRY(const auto found, registry::require_model(state, address.registry, address.model));
    auto card = found.model.card;
    if (number) {
      HERALD_TRY(const auto version, registry::require_version(state, found, *number));
      card = version.card;
    }
    if (!card) return error(Cause::not_found, "the card is no longer there", "card");
    return answer_with(Presenter(state, work).card(found.registry, *card), std::nullopt);
  };
}

Result<Outcome> set_card(const Call& call, const registry::ModelAddress& address,
                         std::optional<VersionNumber> number) {
  HERALD_TRY(const auto request, body_of<CardRequest>(call));
  if (request.text.empty())
    return error(Cause::invalid_value, "\"text\" is empty: DELETE takes a card away", "text");
  HERALD_TRY(const auto present, present_card(call, address, number));
  Write write{{}, {}, present_written(call, address, number), {{"card", "text"}}};
  HERALD_TRY(auto card, card_for(call, write, request.text, "text", present));
  write.command = registry::SetCard{address, number, std::move(card), request.reason};
  return write;
}

Result<Outcome> remove_card(const Call& call, const registry::ModelAddress& address,
                            std::optional<VersionNumber> number) {
  HERALD_TRY(auto reason, reason_in_query(call));
  HERALD_TRY(const auto present, present_card(call, address, number));
  const std::string of =
      address.model.str() + (number ? ":v" + std::to_string(number->value()) : std::string());
  if (!present) return error(Cause::not_found, shown(of) + " has no card of its own", "card");
  return Write{registry::SetCard{address, number, std::nullopt, std::move(reason)},
               {},
               present_removed("card of " + of)};
}

Result<Outcome> put_model_card(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  return set_card(call, address, std::nullopt);
}
Result<Outcome> put_version_card(const Call& call) {
  HERALD_TRY(const auto address, version_in(call));
  return set_card(call, address, address.version);
}
Result<Outcome> delete_model_card(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  return remove_card(call, address, std::nullopt);
}
Result<Outcome> delete_version_card(const Call& call) {
  HERALD_TRY(const auto address, version_in(call));
  return remove_card(call, address, address.version);
}

}  // namespace

void add_card_routes(Router& router) {
  const std::string_view of_model = "/{model}/card", of_version = "/{model}/versions/{version}/card";
  router.add_in_registry(Method::get, of_model, Permission::read, ObjectScope::model, get_model_card,
                         Doc("cards", "Show the card of a model").gives<CardBody>("Card").as_of());
  router.add_in_registry(Method::put, of_model, Permission::write, ObjectScope::model, put_model_card,
                         Doc("cards", "Write the card of a model, as Markdown")
                             .takes<CardRequest>("CardRequest")
                             .gives<CardBody>("Card")
                             .records());
  router.add_in_registry(Method::del, of_model, Permission::write, ObjectScope::model, delete_model_card,
                         Doc("cards", "Take the card of a model away")
                             .gives<RemovedBody>("Removed")
                             .records()
                             .with(kReasonParameter));
  router.add_in_registry(Method::get, of_version, Permission::read, ObjectScope::model, get_version_card,
                         Doc("cards", "Show the card of a version, or the model's where it has none")
                             .gives<CardBody>("Card")
                             .as_of());
  router.add_in_registry(Method::put, of_version, Permission::write, ObjectScope::model, put_version_card,
                         Doc("cards", "Write the card of a version, as Markdown")
                             .takes<CardRequest>("CardRequest")
                             .gives<CardBody>("Card")
                             .records());
  router.add_in_registry(Method::del, of_version, Permission::write, ObjectScope::model, delete_version_card,
                         Doc("cards", "Take the card of a version away; the model's stands for it")
                             .gives<RemovedBody>("Removed")
                             .records()
                             .with(kReasonParameter));
}

}  // namespace herald::api
