#include "cli/event_line.h"

#include <fmt/format.h>

#include <functional>
#include <map>

#include "cli/text.h"
#include "cli/view.h"
#include "registry/names.h"

namespace herald::cli {
namespace {

using json::Value;

std::string model_of(const Value& data) {
  const std::string registry = text_at(data, "registry");
  const std::string model = text_at(data, "model");
  return registry == registry::kDefaultRegistry ? model : registry + "/" + model;
}

// "churn:v3", or "churn" where no version is named.
std::string subject_of(const Value& data) {
  const std::string version = text_at(data, "version");
  return version.empty() ? model_of(data) : model_of(data) + ":v" + version;
}

std::string in_brackets(const std::string& text) {
  return text.empty() ? "" : " (" + text + ")";
}

std::string assigned(const Value& data) {
  const std::string from = text_at(data, "from");
  const std::string how = from.empty() ? "-> v" : "v" + from + " -> v";
  return fmt::format("{} of {}: {}{}{}", text_at(data, "alias"), model_of(data), how, text_at(data, "to"),
                     member_at(data, "rollback") ? ", taken back" : "");
}

std::string changed_members(const Value& data) {
  std::string out;
  const auto to = member_at(data, "to");
  if (!to) return out;
  for (const auto& [name, value] : to->members()) out += (out.empty() ? "" : ", ") + std::string(name);
  return out;
}

std::string from_to(const Value& data) {
  const std::string from = text_at(data, "from"), to = text_at(data, "to");
  return (from.empty() ? "none" : from) + " -> " + (to.empty() ? "none" : to);
}

std::string carded(const Value& data) {
  const auto to = member_at(data, "to");
  return subject_of(data) + (to && !to->is_null() ? "" : ": taken away");
}

std::string node(const Value& data, const std::string& member) {
  const std::string name = text_at(data, member + ".name");
  return text_at(data, member + ".kind") + " " + (name.empty() ? text_at(data, member + ".id") : name);
}

std::string attempts(const Value& data) {
  const std::string count = text_at(data, "attempts");
  return count + (count == "1" ? " attempt" : " attempts");
}

std::string delivery(const Value& data, const std::string& how) {
  return fmt::format("{} by {}, for event {}: {}", text_at(data, "automation"), text_at(data, "kind"),
                     text_at(data, "event_sequence"), how);
}

std::string evaluated(const Value& data) {
  const std::string dataset = text_at(data, "dataset.name"), metrics = pairs("metrics")(data);
  return subject_of(data) + (dataset.empty() ? "" : " on " + dataset) + in_brackets(metrics);
}

// Where a role holds: " on models/churn", " on the server".
std::string place(const Value& data) {
  const std::string registry = text_at(data, "scope.registry"), model = text_at(data, "scope.model");
  if (registry.empty()) return " on the server";
  return " on " + registry + (model.empty() ? "" : "/" + model);
}

std::string erased(const Value& data) {
  std::size_t texts = 0;
  if (const auto list = member_at(data, "texts"))
    for ([[maybe_unused]] const Value text : list->elements()) ++texts;
  const std::string who = text_at(data, "principal_id");
  return fmt::format("{}{} texts", who.empty() ? "" : who + ": entry and ", texts);
}

// What happened; the reason, where there is one, is added to each.
using Line = std::function<std::string(const Value& data)>;

const std::map<std::string, Line>& lines() {
  static const std::map<std::string, Line> lines{
      {"registry.created",
       [](const Value& d) { return text_at(d, "registry") + in_brackets(text_at(d, "kind")); }},
      {"registry.updated", [](const Value& d) { return text_at(d, "registry") + ": " + changed_members(d); }},
      {"registry.archived", text("registry")},
      {"registry.restored", text("registry")},
      {"alias.protected",
       [](const Value& d) { return text_at(d, "alias") + " in " + text_at(d, "registry"); }},
      {"alias.unprotected",
       [](const Value& d) { return text_at(d, "alias") + " in " + text_at(d, "registry"); }},
      {"model.renamed", [](const Value& d) { return model_of(d) + " -> " + text_at(d, "to"); }},
      {"model.owned", [](const Value& d) { return model_of(d) + ": " + from_to(d); }},
      {"model.carded", carded},
      {"model.archived", subject_of},
      {"model.restored", subject_of},
      {"model.deleted", subject_of},
      {"version.carded", carded},
      {"version.deleted", subject_of},
      {"version.restored", subject_of},
      {"stage.transitioned", [](const Value& d) { return subject_of(d) + ": " + from_to(d); }},
      {"model.registered", subject_of},
      {"model.described", subject_of},
      {"tag.set",
       [](const Value& d) {
         return fmt::format("{}: {}={}", subject_of(d), text_at(d, "key"), text_at(d, "to"));
       }},
      {"tag.removed", [](const Value& d) { return subject_of(d) + ": " + text_at(d, "key"); }},
      {"version.registered",
       [](const Value& d) { return subject_of(d) + in_brackets(text_at(d, "source")); }},
      {"version.updated", [](const Value& d) { return subject_of(d) + ": " + changed_members(d); }},
      {"version.status-changed",
       [](const Value& d) {
         return fmt::format("{}: {} -> {}", subject_of(d), text_at(d, "from"), text_at(d, "to"));
       }},
      {"version.linked", [](const Value& d) { return subject_of(d) + " + " + text_at(d, "artifact"); }},
      {"version.unlinked", [](const Value& d) { return subject_of(d) + " - " + text_at(d, "artifact"); }},
      {"artifact.committed",
       [](const Value& d) {
         return fmt::format("{}: {} files, {}", text_at(d, "artifact"), text_at(d, "files"),
                            bytes("bytes")(d));
       }},
      {"alias.assigned", assigned},
      {"alias.removed",
       [](const Value& d) {
         return fmt::format("{} of {}: v{} -> none", text_at(d, "alias"), model_of(d), text_at(d, "from"));
       }},
      {"comment.added", subject_of},
      {"lineage.recorded",
       [](const Value& d) {
         return fmt::format("{} {} {}", node(d, "upstream"), text_at(d, "relation"), node(d, "downstream"));
       }},
      {"automation.created", text("definition.name")},
      {"automation.updated", text("to.name")},
      {"automation.enabled", text("automation")},
      {"automation.disabled", text("automation")},
      {"automation.deleted", text("automation")},
      {"automation.triggered",
       [](const Value& d) {
         return fmt::format("{} by event {} ({})", text_at(d, "automation"), text_at(d, "event_sequence"),
                            text_at(d, "event_type"));
       }},
      {"delivery.succeeded",
       [](const Value& d) { return delivery(d, "status " + text_at(d, "status") + ", " + attempts(d)); }},
      {"delivery.failing", [](const Value& d) { return delivery(d, text_at(d, "error")); }},
      {"delivery.exhausted",
       [](const Value& d) { return delivery(d, text_at(d, "error") + ", " + attempts(d)); }},
      {"delivery.replayed", [](const Value& d) { return delivery(d, "once more"); }},
      {"delivery.skipped",
       [](const Value& d) {
         return fmt::format("{}, for event {}: {}", text_at(d, "automation"), text_at(d, "event_sequence"),
                            text_at(d, "cause"));
       }},
      {"comment.edited", subject_of},
      {"comment.removed", subject_of},
      {"artifact.deleted", text("artifact")},
      {"usage.recorded",
       [](const Value& d) {
         return fmt::format("{} by {}, {} times", subject_of(d), text_at(d, "consumer"), text_at(d, "count"));
       }},
      {"evaluation.recorded", evaluated},
      {"principal.created",
       [](const Value& d) { return text_at(d, "kind") + " " + text_at(d, "principal_id"); }},
      {"principal.described", text("principal_id")},
      {"principal.disabled", text("principal_id")},
      {"principal.enabled", text("principal_id")},
      {"team.joined",
       [](const Value& d) { return text_at(d, "principal_id") + " into " + text_at(d, "team_id"); }},
      {"team.left",
       [](const Value& d) { return text_at(d, "principal_id") + " out of " + text_at(d, "team_id"); }},
      {"role.granted",
       [](const Value& d) { return text_at(d, "principal_id") + ": " + from_to(d) + place(d); }},
      {"role.revoked",
       [](const Value& d) { return text_at(d, "principal_id") + ": " + from_to(d) + place(d); }},
      {"token.issued",
       [](const Value& d) {
         return fmt::format("{} of {}", text_at(d, "token_id"), text_at(d, "principal_id"));
       }},
      {"token.revoked",
       [](const Value& d) {
         return fmt::format("{} of {}", text_at(d, "token_id"), text_at(d, "principal_id"));
       }},
      {"access.denied",
       [](const Value& d) {
         return fmt::format("{} to {}, {} times{}", text_at(d, "permission"), text_at(d, "actor"),
                            text_at(d, "count"), place(d));
       }},
      {"erasure.performed", erased},
      {"secret.set", text("secret")},
      {"secret.removed", text("secret")},
  };
  return lines;
}

}  // namespace

std::string event_type(const Value& event) {
  std::string type = text_at(event, "type");
  if (type.starts_with("herald.")) type.erase(0, 7);
  if (const auto version = type.rfind(".v"); version != std::string::npos) type.erase(version);
  return type;
}

std::string event_number(const Value& event) {
  const std::string sequence = text_at(event, "sequence");
  const auto first = sequence.find_first_not_of('0');
  return first == std::string::npos ? sequence : sequence.substr(first);
}

bool has_event_line(std::string_view type) {
  return lines().contains(std::string(type));
}

std::string event_line(const Value& event) {
  const auto data = member_at(event, "data");
  if (!data) return {};
  const auto line = lines().find(event_type(event));
  if (line == lines().end()) return text_at(event, "data");
  return line->second(*data) + in_brackets(text_at(*data, "reason"));
}

}  // namespace herald::cli
