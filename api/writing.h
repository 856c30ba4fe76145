// What handlers that record share: the submission of a command under its idempotency key, texts that events refer to, and
// the answers to what was recorded.
#pragma once

#include "api/call.h"
#include "api/representation.h"

namespace herald::api {

// The command as this caller asks for it.
recorder::Submission submission_of(const Call& call, registry::Command command);
// Errors: invalid_value (field "Idempotency-Key").
Result<void> check_idempotency_key(const Request& request);

// The answer to what was recorded: the body by `present`, status and headers by what happened. What can no longer be
// presented is recorded all the same, and answered with what the decision said of it.
Answer answer_to(const recorder::Recorded& recorded, const Write::Present& present,
                 const registry::Reader& state, Sequence sequence);

Answer plain_answer(const recorder::Recorded& recorded, Sequence sequence);

// Makes `text` durable before the command. `present_ref`: what stands there now; the same text keeps it, so that saying a
// thing twice records nothing. Errors: too_large.
Result<registry::TextRef> text_for(const Call& call, Write& write, const std::string& text,
                                   std::string_view field,
                                   const std::optional<registry::TextRef>& present_ref = std::nullopt);

// A card of that Markdown, with its headings. Errors: too_large.
Result<registry::Card> card_for(const Call& call, Write& write, const std::string& markdown,
                                std::string_view field,
                                const std::optional<registry::Card>& present_card = std::nullopt);

// {"reason": ...}, of a body that may be left out.
struct ReasonRequest {
  std::optional<registry::Reason> reason;
};
BOOST_DESCRIBE_STRUCT(ReasonRequest, (), (reason))
Result<std::optional<registry::Reason>> reason_in_body(const Call& call);
// For Write::fields, where the body as a whole is tags: what the rules call tags.NAME is NAME there.
std::map<std::string, std::string> fields_of_tags(
    const std::map<std::string, std::optional<std::string>>& tags);
// The query parameter of a DELETE.
Result<std::optional<registry::Reason>> reason_in_query(const Call& call);
inline constexpr QueryParameter kReasonParameter{"reason", R"({"type":"string","minLength":1})",
                                                 "Why; part of the record."};

// Whether the caller may move what the registry protects, in this model.
registry::MovesProtected moves_protected(const Call& call, const registry::ModelAddress& address);

Write::Present present_model(const Call& call, const registry::ModelAddress& address);
// `number`: absent for a version whose number the decision chose.
Write::Present present_version(const Call& call, const registry::ModelAddress& address,
                               std::optional<VersionNumber> number);
Write::Present present_removed(std::string name);

}  // namespace herald::api
