#include "api/writing.h"

#include <algorithm>

#include "api/door.h"
#include "api/markdown.h"
#include "base/limits.h"
#include "work/texts.h"

namespace herald::api {

namespace {

// Unambiguous: neither a method nor a target holds a NUL.
Digest request_digest(const Call& call) {
  std::string text(to_string(call.request.method));
  text.push_back('\0');
  text.append(call.request.target);
  text.push_back('\0');
  text.append(call.request.body);
  return hmac_sha256(call.herald.parts.digest_key, text);
}

struct NumberedAnswer {
  VersionNumber version;
};
BOOST_DESCRIBE_STRUCT(NumberedAnswer, (), (version))

Result<VersionNumber> number_recorded(const recorder::Recorded& recorded) {
  HERALD_TRY(const NumberedAnswer answer,
             json::from_json<NumberedAnswer>(recorded.answer, json::Mode::stored));
  return answer.version;
}

}  // namespace

recorder::Submission submission_of(const Call& call, registry::Command command) {
  recorder::Submission submission{
      .actor = call.actor, .command = std::move(command), .causation = {}, .idempotency = {}, .position = {}};
  submission.causation.correlation = call.request_id;
  submission.causation.traceparent = valid_traceparent(call.request.traceparent);
  if (call.request.idempotency_key) {
    submission.idempotency =
        recorder::Idempotency{std::string(*call.request.idempotency_key), request_digest(call)};
  }
  return submission;
}

Result<void> check_idempotency_key(const Request& request) {
  if (!request.idempotency_key) return {};
  const std::string_view key = *request.idempotency_key;
  const bool visible = std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 0x7F; });
  if (visible && !key.empty() && key.size() <= limits::kMaxIdempotencyKeyBytes) return {};
  return error(Cause::invalid_value,
               "an Idempotency-Key has 1 to " + std::to_string(limits::kMaxIdempotencyKeyBytes) +
                   " visible ASCII characters, for example a UUID",
               "Idempotency-Key");
}

namespace {

Answer finished(Answer answer, const recorder::Recorded& recorded, Sequence sequence) {
  answer.status = recorded.created ? 201 : 200;
  answer.sequence = recorded.last.value() != 0 ? recorded.last : sequence;
  if (recorded.replayed) answer.headers.push_back({"Herald-Idempotent-Replay", "true"});
  return answer;
}

}  // namespace

Answer answer_to(const recorder::Recorded& recorded, const Write::Present& present,
                 const registry::Reader& state, Sequence sequence) {
  Result<Answer> answer = present(state, recorded);
  if (!answer) return plain_answer(recorded, sequence);
  return finished(std::move(*answer), recorded, sequence);
}

Answer plain_answer(const recorder::Recorded& recorded, Sequence sequence) {
  return finished(Answer{.body = recorded.answer, .sequence = {}, .headers = {}}, recorded, sequence);
}

Result<registry::TextRef> text_for(const Call& call, Write& write, const std::string& text,
                                   std::string_view field,
                                   const std::optional<registry::TextRef>& present_ref) {
  if (text.size() > limits::kMaxTextBytes) {
    return error(Cause::too_large,
                 "\"" + std::string(field) + "\" has " + std::to_string(text.size()) + " bytes: at most " +
                     std::to_string(limits::kMaxTextBytes) + " are allowed",
                 std::string(field));
  }
  if (present_ref && work::find_text(call.herald.parts.work, present_ref->digest) == text)
    return *present_ref;
  work::NewText fresh = work::new_text(text);
  write.before.push_back(std::move(fresh.store));
  return fresh.ref;
}

Result<registry::Card> card_for(const Call& call, Write& write, const std::string& markdown,
                                std::string_view field, const std::optional<registry::Card>& present_card) {
  registry::Card card;
  HERALD_TRY(card.text, text_for(call, write, markdown, field,
                                 present_card ? std::optional(present_card->text) : std::nullopt));
  card.sections = sections_of(markdown);
  if (auto empty = empty_sections_of(markdown); !empty.empty()) card.empty = std::move(empty);
  return card;
}

std::map<std::string, std::string> fields_of_tags(
    const std::map<std::string, std::optional<std::string>>& tags) {
  std::map<std::string, std::string> fields{{"tags", "body"}};
  for (const auto& [name, value] : tags) fields.emplace("tags." + name, name.empty() ? "body" : name);
  return fields;
}

Result<std::optional<registry::Reason>> reason_in_body(const Call& call) {
  if (call.request.body.empty()) return std::optional<registry::Reason>();
  HERALD_TRY(const auto request, body_of<ReasonRequest>(call));
  return request.reason;
}

Result<std::optional<registry::Reason>> reason_in_query(const Call& call) {
  const auto reason = call.query.get("reason");
  if (!reason) return std::optional<registry::Reason>();
  HERALD_TRY(const auto parsed, about("reason", registry::Reason::parse(*reason)));
  return std::optional(parsed);
}

registry::MovesProtected moves_protected(const Call& call, const registry::ModelAddress& address) {
  const Snapshot now = call.snapshot();
  const auto home = registry::find_registry(now.state(), address.registry);
  if (!home) return registry::MovesProtected::no;
  const auto model = registry::find_model(now.state(), home->id, address.model);
  const auto role = model ? call.access.on(*home, model->id) : call.access.in(*home);
  return role >= registry::Role::admin ? registry::MovesProtected::yes : registry::MovesProtected::no;
}

Write::Present present_model(const Call& call, const registry::ModelAddress& address) {
  return [&work = call.herald.parts.work, address](const registry::Reader& state,
                                                   const recorder::Recorded&) -> Result<Answer> {
    HERALD_TRY(const auto found, registry::require_model(state, address.registry, address.model));
    return answer_with(Presenter(state, work).model(found), std::nullopt);
  };
}

Write::Present present_version(const Call& call, const registry::ModelAddress& address,
                               std::optional<VersionNumber> number) {
  return [&work = call.herald.parts.work, address, number](
             const registry::Reader& state, const recorder::Recorded& recorded) -> Result<Answer> {
    VersionNumber wanted;
    if (number) {
      wanted = *number;
    } else {
      HERALD_TRY(wanted, number_recorded(recorded));
    }
    HERALD_TRY(const auto found, registry::require_model(state, address.registry, address.model));
    HERALD_TRY(const auto version, registry::require_version(state, found, wanted));
    return answer_with(Presenter(state, work).version(found, version), std::nullopt);
  };
}

Write::Present present_removed(std::string name) {
  return [name = std::move(name)](const registry::Reader&, const recorder::Recorded&) -> Result<Answer> {
    return answer_with(RemovedBody{name}, std::nullopt);
  };
}

}  // namespace herald::api
