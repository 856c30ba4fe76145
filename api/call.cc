#include "api/call.h"

#include <algorithm>
#include <limits>

#include "api/sight.h"

namespace herald::api {

namespace {

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Result<registry::RegistryName> registry_in(const Call& call) {
  return about("registry", registry::RegistryName::parse(
                               call.path.find("registry").value_or(registry::kDefaultRegistry)));
}

Result<registry::ModelAddress> model_in(const Call& call) {
  HERALD_TRY(const registry::RegistryName registry, registry_in(call));
  HERALD_TRY(const registry::ModelName model,
             about("model", registry::ModelName::parse(call.path.at("model"))));
  return registry::ModelAddress{registry, model};
}

Result<registry::AliasName> alias_in(const Call& call) {
  return about("alias", registry::AliasName::parse(call.path.at("alias")));
}

Result<registry::VersionSelector> parse_selector(std::string_view text) {
  return about("version", registry::VersionSelector::parse(all_digits(text) ? "v" + std::string(text)
                                                                            : std::string(text)));
}

Result<registry::VersionSelector> selector_in(const Call& call) {
  return parse_selector(call.path.at("version"));
}

Result<registry::VersionNumber> number_in(const Call& call) {
  HERALD_TRY(const registry::VersionSelector selector, selector_in(call));
  if (selector.kind != registry::VersionSelector::Kind::number) {
    return error(Cause::invalid_value,
                 shown(call.path.at("version")) +
                     " may point elsewhere tomorrow: to change a version, name it by its number, as \"v3\"",
                 "version");
  }
  return selector.number;
}

Result<registry::VersionAddress> version_in(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  HERALD_TRY(const auto number, number_in(call));
  return registry::VersionAddress{address, number};
}

Result<registry::VersionReference> parse_reference(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const bool bare_number = colon != std::string_view::npos && all_digits(text.substr(colon + 1));
  if (!bare_number) return registry::VersionReference::parse(text);
  return registry::VersionReference::parse(std::string(text.substr(0, colon + 1)) + "v" +
                                           std::string(text.substr(colon + 1)));
}

Result<registry::RegistryRecord> seen_registry(const Call& call, const registry::Reader& state,
                                               const registry::RegistryName& name) {
  return Sight(call).registry(state, name);
}

Result<registry::FoundModel> seen_model(const Call& call, const registry::Reader& state,
                                        const registry::ModelAddress& address) {
  return Sight(call).model(state, address);
}

Error none_of_the_choices(std::string_view name, const std::string& choices, std::string_view text) {
  return error(Cause::invalid_value,
               "\"" + std::string(name) + "\" must be one of " + choices + ", not " + shown(text),
               std::string(name));
}

Result<bool> flag_in(const Call& call, std::string_view name) {
  const auto text = call.query.get(name);
  if (!text || *text == "false") return false;
  if (*text == "true") return true;
  return none_of_the_choices(name, "true, false", *text);
}

std::string_view text_in(const Call& call, std::string_view name) {
  return call.query.get(name).value_or(std::string_view{});
}

Result<Sequence> place_in_the_log(std::string_view text, std::string_view name, Sequence last) {
  HERALD_TRY(const auto number, whole_number(text, name, 0, std::numeric_limits<std::int64_t>::max()));
  if (Sequence(number) <= last) return Sequence(number);
  return error(Cause::invalid_value,
               "\"" + std::string(name) + "\" is " + std::to_string(number) + ", and the log ends at " +
                   std::to_string(last.value()) + ": was this number taken from another server?",
               std::string(name));
}

Result<projections::PageRequest> page_in(const Call& call) {
  return page_in(call, call.path_text);
}

Result<projections::PageRequest> page_in(const Call& call, std::string_view list) {
  projections::PageRequest page;
  if (const auto limit = call.query.get("limit")) {
    HERALD_TRY(page.limit, whole_number(*limit, "limit", 1, limits::kMaxPageSize));
  }
  if (const auto cursor = call.query.get("cursor")) {
    HERALD_TRY(page.after, call.herald.cursors.open(list, *cursor));
  }
  return page;
}

}  // namespace herald::api
