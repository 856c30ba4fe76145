// One request on its way through a handler, and what most handlers ask of it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/caller.h"
#include "api/outcome.h"
#include "api/request.h"
#include "api/router.h"
#include "api/services.h"
#include "api/snapshot.h"
#include "api/target.h"
#include "projections/queries.h"
#include "reflect/json_read.h"
#include "registry/access.h"
#include "registry/commands.h"

namespace herald::api {

// By its caller. Views and references are valid until the answer has been written.
struct Call : Caller {
  Services& herald;
  const Request& request;
  const Route& route;
  const PathValues& path;
  const Query& query;
  std::string_view path_text;  // as it came, for the cursors of its list
  Uuid request_id;
  std::optional<Sequence> as_of;  // resolved; the views are that far
  bool is_retry = false;          // of what was recorded: as_of is the moment before that
  // Of a refusal that is on its way, for its count (authorisation.h); a copy of the call has the same.
  std::shared_ptr<std::optional<Denied>> denied = std::make_shared<std::optional<Denied>>();

  Snapshot snapshot() const { return Snapshot(herald.parts, as_of); }
  template <class Id>
  Id new_id() const {
    return Id(herald.parts.ids.next(herald.parts.clock.now()));
  }
};

// The same error, about `field`.
template <class T>
Result<T> about(std::string_view field, Result<T> result) {
  if (result) return result;
  Error wrong = std::move(result).error();
  wrong.field = field;
  return wrong;
}

template <class T>
Result<T> body_of(const Call& call) {
  return json::from_json<T>(call.request.body, json::Mode::request);
}

// ---- what the path names ----
Result<registry::RegistryName> registry_in(const Call& call);  // "models" where the path has none
Result<registry::ModelAddress> model_in(const Call& call);
Result<registry::AliasName> alias_in(const Call& call);
Result<registry::VersionSelector> selector_in(const Call& call);  // 3, v3, latest or an alias
Result<registry::VersionNumber> number_in(const Call& call);      // 3 or v3
Result<registry::VersionAddress> version_in(const Call& call);    // a model and a number
Result<registry::VersionSelector> parse_selector(std::string_view text);
// `[registry/]model:3` is taken for `:v3`.
Result<registry::VersionReference> parse_reference(std::string_view text);

// ---- what the caller may see (sight.h), where one thing alone is asked for ----
Result<registry::RegistryRecord> seen_registry(const Call& call, const registry::Reader& state,
                                               const registry::RegistryName& name);
Result<registry::FoundModel> seen_model(const Call& call, const registry::Reader& state,
                                        const registry::ModelAddress& address);

// ---- what the query says ----
Result<projections::PageRequest> page_in(const Call& call);
// `list`: what its cursors belong to, where that is more than the path.
Result<projections::PageRequest> page_in(const Call& call, std::string_view list);
std::string_view text_in(const Call& call, std::string_view name);  // empty when it is not there
// Of an event that is in the log, which ends at `last`: what lies beyond will never come for having been asked for.
Result<Sequence> place_in_the_log(std::string_view text, std::string_view name, Sequence last);
// That a parameter is no word of its enumeration, `choices` with commas between.
Error none_of_the_choices(std::string_view name, const std::string& choices, std::string_view text);
// A word out of an enumeration; nothing where it is not there. Errors: invalid_value, naming the parameter and the choices.
template <class Enum>
Result<std::optional<Enum>> choice_in(const Call& call, std::string_view name) {
  const auto text = call.query.get(name);
  if (!text) return std::optional<Enum>();
  if (const auto value = reflect::enum_value<Enum>(*text)) return value;
  return none_of_the_choices(name, reflect::enum_choices<Enum>(), *text);
}
template <class Enum>
Result<Enum> choice_in(const Call& call, std::string_view name, Enum otherwise) {
  HERALD_TRY(const auto value, choice_in<Enum>(call, name));
  return value.value_or(otherwise);
}
// "true" or "false"; false where it is not there. Errors: as of choice_in().
Result<bool> flag_in(const Call& call, std::string_view name);
inline constexpr std::string_view kFlagSchema = R"({"type":"boolean","default":false})";

// ---- what goes back ----
template <class Body>
Answer answer_with(const Body& body, std::optional<Sequence> sequence) {
  return Answer{.body = json::to_json(body), .sequence = sequence};
}

// Of what is in memory as a whole, sorted by `key_of`.
template <class Item, class KeyOf>
projections::Page<Item> page_of(std::vector<Item> all, const projections::PageRequest& request,
                                KeyOf key_of) {
  projections::Page<Item> page;
  for (Item& item : all) {
    std::string key(key_of(item));
    if (!request.after.empty() && key <= request.after) continue;
    if (page.items.size() == request.limit) {
      page.next = page.keys.back();
      break;
    }
    page.items.push_back(std::move(item));
    page.keys.push_back(std::move(key));
  }
  return page;
}

// {"items": [...], "next": ...}; `write_item(out, item)` writes one. Ends early, with a `next`, before an item that would
// make it larger than kMaxPageBytes.
template <class Item, class WriteItem>
Answer list_answer(const Call& call, std::string_view list, const projections::Page<Item>& page,
                   Sequence sequence, WriteItem write_item) {
  Answer answer{.body = R"({"items":[)", .sequence = sequence};
  std::optional<std::string> next = page.next;
  for (std::size_t i = 0; i < page.items.size(); ++i) {
    std::string item;
    write_item(item, page.items[i]);
    if (i > 0 && answer.body.size() + item.size() > limits::kMaxPageBytes) {
      next = page.keys[i - 1];
      break;
    }
    if (i > 0) answer.body.push_back(',');
    answer.body += item;
  }
  answer.body.push_back(']');
  if (next) answer.body += R"(,"next":")" + call.herald.cursors.seal(list, *next) + "\"";
  answer.body.push_back('}');
  return answer;
}
template <class Item, class WriteItem>
Answer list_answer(const Call& call, const projections::Page<Item>& page, Sequence sequence,
                   WriteItem write_item) {
  return list_answer(call, call.path_text, page, sequence, std::move(write_item));
}

}  // namespace herald::api
