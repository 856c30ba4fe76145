#include "automations/event_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "automations/links.h"
#include "automations/suggest.h"

namespace herald::automations {
namespace {

using namespace registry;

struct Root {
  std::string_view name;
  std::vector<std::string_view> members;  // empty: any
};

const std::vector<Root>& roots() {
  static const std::vector<std::string_view> kVersion = {
      "number", "reference", "source", "digest", "run", "metadata", "metrics", "status", "tags", "artifacts"};
  static const std::vector<Root> all = {
      {"event", {}},
      {"model", {"name", "id", "registry", "registry_id", "reference", "tags", "aliases", "latest"}},
      {"version", kVersion},
      {"previous", kVersion},
      {"automation", {"name"}},
      {"delivery", {"id"}},
      {"links", {"model", "version"}},
  };
  return all;
}

std::vector<std::string_view> root_names() {
  std::vector<std::string_view> names;
  for (const Root& root : roots()) names.push_back(root.name);
  return names;
}

bool any_type(std::span<const std::size_t> types, bool EventType::*property) {
  return std::any_of(types.begin(), types.end(),
                     [&](std::size_t number) { return event_types()[number].*property; });
}

std::vector<std::string_view> fields_of(std::span<const std::size_t> types) {
  std::set<std::string_view> fields;
  for (const std::size_t number : types)
    fields.insert(event_types()[number].fields.begin(), event_types()[number].fields.end());
  return {fields.begin(), fields.end()};
}

bool contains(std::span<const std::string_view> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

Error unknown_name(std::string_view what, std::string_view wrong, std::span<const std::string_view> known) {
  return error(Cause::invalid_value,
               fmt::format("{} \"{}\" is not known{}: there are {}", what, wrong.substr(0, 64),
                           did_you_mean(wrong, known), listed(known)));
}

std::map<std::string, std::uint64_t> aliases_of(const Reader& reader, ModelId model) {
  std::map<std::string, std::uint64_t> aliases;
  reader.scan(Table::aliases, keys::model(model), "", [&](std::string_view, std::string_view value) {
    const auto alias = record::decode<AliasRecord>(value);
    aliases.emplace(alias.alias.str(), alias.version.value());
    return true;
  });
  return aliases;
}

}  // namespace

EventValues::EventValues(const Event& event, std::string_view bytes, const RenderContext& context)
    : bytes_(bytes), context_(context) {
  if (auto subjects = subjects_of(event.payload); !subjects.empty()) subject_ = std::move(subjects.front());
}

std::optional<json::Value> EventValues::find(const FieldPath& path) const {
  const std::string_view root = path.name(0);
  auto found = roots_.find(root);
  if (found == roots_.end()) {
    std::optional<json::Document> document;
    if (const auto text = read_root(root)) document.emplace(json::Document::parse(*text).value());
    found = roots_.emplace(std::string(root), std::move(document)).first;
  }
  if (!found->second) return std::nullopt;
  return path.find(found->second->root(), 1);
}

std::optional<std::string> EventValues::read_root(std::string_view root) const {
  std::string out;
  if (root == "event") return std::string(bytes_);
  if (root == "automation") {
    json::ObjectWriter(out).member("name", context_.automation.name).close();
    return out;
  }
  if (root == "delivery") {
    json::ObjectWriter(out).member("id", context_.delivery).close();
    return out;
  }
  if (!subject_ || !subject_->model_id) return std::nullopt;
  if (root == "model") return read_model();
  if (root == "version") return read_version(subject_->version);
  if (root == "previous") return read_version(subject_->previous);
  if (root != "links") return std::nullopt;
  const auto& [registry_id, model_id, registry, model, version, previous] = *subject_;
  json::ObjectWriter links(out);
  links.member("model", model_link(context_.public_url, registry, model));
  if (version) links.member("version", version_link(context_.public_url, registry, model, *version));
  links.close();
  return out;
}

std::string EventValues::read_model() const {
  const ModelId id = *subject_->model_id;
  const auto record = find_model(context_.state_as_of, id);
  std::string out;
  json::ObjectWriter model(out);
  model.member("name", subject_->model).member("id", id).member("registry", subject_->registry);
  model.member("registry_id", record ? std::optional(record->registry_id) : subject_->registry_id);
  model.member("reference", model_reference(subject_->registry, subject_->model));
  if (record) {
    model.member("tags", record->tags).member("aliases", aliases_of(context_.state_as_of, id));
    model.member("latest", latest_version(context_.state_as_of, id));
  }
  model.close();
  return out;
}

std::optional<std::string> EventValues::read_version(std::optional<VersionNumber> number) const {
  if (!number) return std::nullopt;
  std::string out;
  json::ObjectWriter version(out);
  version.member("number", *number);
  version.member("reference", version_reference(subject_->registry, subject_->model, *number));
  if (const auto record = find_version(context_.state_as_of, *subject_->model_id, *number)) {
    version.member("source", record->source).member("digest", record->digest).member("run", record->run);
    version.member("metadata", record->metadata)
        .member("metrics", record->metrics)
        .member("status", record->status);
    version.member("tags", record->tags).member("artifacts", record->artifacts);
  }
  version.close();
  return out;
}

Result<void> check_event_path(const FieldPath& path, std::size_t skipped,
                              std::span<const std::size_t> types) {
  if (path.steps().size() <= skipped) return {};
  const std::string_view attribute = path.name(skipped);
  if (!contains(event_attributes(), attribute))
    return unknown_name("the event's attribute", attribute, event_attributes());
  if (attribute != "data" || path.steps().size() == skipped + 1) return {};
  const std::string_view field = path.name(skipped + 1);
  const auto fields = fields_of(types);
  if (!contains(fields, field)) return unknown_name("the field of the event's data", field, fields);
  return {};
}

Result<void> check_placeholder(const Placeholder& placeholder, std::span<const std::size_t> types) {
  const std::string_view name = placeholder.path.name(0);
  const auto located = [&](const Error& wrong) {
    return error(wrong.cause, fmt::format("line {}, column {}: in ${{{}}}, {}", placeholder.line,
                                          placeholder.column, placeholder.written, wrong.message));
  };
  const auto root =
      std::find_if(roots().begin(), roots().end(), [&](const Root& r) { return r.name == name; });
  if (root == roots().end()) return located(unknown_name("the root", name, root_names()));
  if (name == "event") {
    const auto fine = check_event_path(placeholder.path, 1, types);
    return fine ? Result<void>() : located(fine.error());
  }
  if (const auto member = placeholder.path.name(1);
      placeholder.path.steps().size() > 1 && !contains(root->members, member)) {
    return located(unknown_name(fmt::format("the member of {}", name), member, root->members));
  }
  if (placeholder.otherwise || name == "automation" || name == "delivery") return {};
  const bool needs_version = name == "version" || name == "previous" || placeholder.path.name(1) == "version";
  if (!any_type(types, needs_version ? &EventType::of_version : &EventType::of_model)) {
    return located(
        error(Cause::invalid_value,
              fmt::format("none of the event types in \"on\" is about a {}: give it a default, as in |null",
                          needs_version ? "version" : "model")));
  }
  return {};
}

}  // namespace herald::automations
