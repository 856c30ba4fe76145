#include "cli/advice.h"

namespace herald::cli {
namespace {

// "{}" is the option, the word or the field.
std::string_view general_advice(Cause cause) {
  switch (cause) {
    case Cause::malformed:
      return "the same with {} mended where the sentence says";
    case Cause::invalid_value:
      return "the same with a value of {} that keeps the rule";
    case Cause::missing_field:
      return "the same with {}";
    case Cause::unknown_field:
      return "the same without {}, or with one that is known";
    case Cause::duplicate_field:
      return "the same with {} once";
    case Cause::too_large:
      return "the same with less in {}; files go up by herald artifact upload";
    case Cause::too_many:
      return "fewer of {} at once, or remove what is no longer needed";
    case Cause::not_found:
      return "another spelling of {}; herald access explain says what you may see";
    case Cause::already_exists:
      return "another {}, or change what is there";
    case Cause::expected_mismatch:
      return "look at what is there now, and expect that";
    case Cause::not_allowed_now:
      return "what the sentence asks for first, then the same again";
    case Cause::idempotency_mismatch:
      return "another --idempotency-key, or none";
    case Cause::unauthenticated:
      return "herald profile add NAME URL, which keeps a token; administrators issue them (herald token "
             "issue)";
    case Cause::denied:
      return "herald access explain, which says what you may; administrators grant roles (herald role grant)";
    case Cause::foreign_origin:
      return "--url with the server's own name; before it is claimed, http://127.0.0.1:8420";
    case Cause::method_not_allowed:
    case Cause::unsupported_media:
    case Cause::length_required:
      return "a herald of the server's version (herald --version)";
    case Cause::range_not_satisfiable:
      return "a range within the file";
    case Cause::digest_mismatch:
      return "the same again; if it stays so, bring it back from a backup";
    case Cause::rate_limited:
      return "the same in some seconds";
    case Cause::timed_out:
    case Cause::busy:
    case Cause::storage_full:
    case Cause::stopping:
    case Cause::unavailable:
    case Cause::internal:
      break;
  }
  return {};
}

struct WhereToLook {
  std::string_view field;
  std::string_view command;
};
// For what was not found.
constexpr WhereToLook kWhereToLook[] = {
    {"model", "herald model list"},           {"registry", "herald registry list"},
    {"version", "herald version list MODEL"}, {"alias", "herald alias list MODEL"},
    {"stage", "herald registry show"},        {"artifact", "herald artifact list"},
    {"comment", "herald comment list MODEL"}, {"automation", "herald automation list"},
    {"delivery", "herald delivery list"},     {"secret", "herald secret list"},
    {"principal", "herald user list"},        {"token", "herald token list"},
    {"--profile", "herald profile list"},
};

}  // namespace

std::string advice_on(const Error& error) {
  if (error.cause == Cause::not_found) {
    for (const WhereToLook& place : kWhereToLook)
      if (place.field == error.field) return std::string(place.command);
  }
  if (error.cause == Cause::invalid_value && error.field == "type") return "herald schema list";
  std::string advice(general_advice(error.cause));
  const std::size_t gap = advice.find("{}");
  if (gap == std::string::npos) return advice;
  if (error.field.empty()) return "the same command with --help, which has examples";
  return advice.replace(gap, 2, error.field);
}

}  // namespace herald::cli
