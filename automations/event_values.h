// What the placeholders of a template stand for, for one event:
//
//   event       the event as recorded: event.type ("herald.alias.assigned.v1"), event.time, event.data.alias,
//   ... model       name, id, registry, registry_id, reference, tags, aliases (alias -> number), latest
//   version     number, reference ("churn:v3"), source, digest, run, metadata, metrics, status, tags,
//   artifacts:
//               the version that the event is about (of an alias: the one that it names now, or that lost it)
//   previous    the same of the version that a moved alias displaced
//   automation  name
//   delivery    id, the same at each attempt: for receivers that drop what they have had
//   links       model, version: pages of the server's public URL
//
// Model and versions are as of the event. Erasable texts are not among them.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "automations/event_types.h"
#include "automations/render.h"
#include "automations/template.h"

namespace herald::automations {

// One thread. Borrows all that it is made from.
class EventValues final : public Values {
 public:
  EventValues(const registry::Event& event, std::string_view bytes, const RenderContext& context);
  std::optional<json::Value> find(const FieldPath& path) const override;

 private:
  std::optional<std::string> read_root(std::string_view root) const;
  std::string read_model() const;
  std::optional<std::string> read_version(std::optional<registry::VersionNumber> number) const;

  std::string_view bytes_;
  const RenderContext& context_;
  std::optional<Subject> subject_;
  mutable std::map<std::string, std::optional<json::Document>, std::less<>>
      roots_;  // read when first asked for
};

// Whether a placeholder can have a value for some event of `types`; one with a default need not. Its error
// suggests what was meant. Errors: invalid_value (field is empty).
Result<void> check_placeholder(const Placeholder& placeholder, std::span<const std::size_t> types);
// Whether `data.NAME` stands in some event of `types`.
Result<void> check_event_path(const FieldPath& path, std::size_t skipped, std::span<const std::size_t> types);

}  // namespace herald::automations
