// Usage: who uses which version. Each report is counted durably; the log gets the first of an hour for a version and a
// consumer, and what came after it when the hour is over (usage_keeper.h).
#include "work/usage.h"

#include "api/handlers.h"
#include "api/usage_report.h"
#include "api/writing.h"

namespace herald::api {

struct UsageRequest {
  registry::Label consumer;
  std::optional<registry::AliasName> alias;  // by which it was asked for
  std::optional<std::uint64_t> count;
};
BOOST_DESCRIBE_STRUCT(UsageRequest, (), (consumer, alias, count))

// `count` and `last`: with what is not in the log yet; `recorded`: the event that was last.
struct UsageBody {
  registry::RegistryName registry;
  registry::ModelName model;
  VersionNumber version;
  std::string reference;
  registry::Label consumer;
  std::optional<registry::AliasName> alias;
  std::uint64_t count = 0;
  Timestamp first, last;
  Stamp recorded;
};
BOOST_DESCRIBE_STRUCT(UsageBody, (),
                      (registry, model, version, reference, consumer, alias, count, first, last, recorded))

namespace {

UsageBody usage_body(const registry::FoundModel& found, const registry::UsageRecord& usage,
                     const Names& names) {
  return {.registry = found.registry.name,
          .model = found.model.name,
          .version = usage.version,
          .reference = reference_of(found.registry.name, found.model.name, usage.version),
          .consumer = usage.consumer,
          .alias = usage.alias,
          .count = usage.count,
          .first = usage.first,
          .last = usage.last,
          .recorded = names.stamp(usage.recorded)};
}

// Adds what was reported since the event that was last.
void bring_up_to_date(const work::Store& work, registry::UsageRecord& usage) {
  const auto row = work::find_usage(work, {usage.model_id, usage.version, usage.consumer});
  if (!row || row->total <= usage.count) return;
  usage.count = row->total;
  usage.last = std::max(usage.last, row->last);
  usage.alias = row->alias;
}

std::optional<registry::UsageRecord> usage_in(const registry::Reader& state, const work::UsageCounter& of) {
  return registry::find_usage(state, of.model_id, of.version, of.consumer);
}

std::optional<work::ReportKey> report_key_of(const Call& call) {
  if (!call.request.idempotency_key) return std::nullopt;
  const auto submission = submission_of(call, {});
  return work::ReportKey{call.actor.id, submission.idempotency->key, submission.idempotency->request};
}

// Where the caller names an alias, in the path or in the body.
Result<std::optional<registry::AliasName>> alias_asked_for(const registry::Reader& state,
                                                           const registry::FoundModel& found,
                                                           const registry::VersionSelector& selector,
                                                           const UsageRequest& request) {
  if (selector.kind == registry::VersionSelector::Kind::alias && !request.alias)
    return std::optional(selector.alias);
  if (request.alias && !registry::find_alias(state, found.model.id, *request.alias)) {
    return error(Cause::not_found,
                 "model " + shown(found.model.name.str()) + " has no alias " + shown(request.alias->str()),
                 "alias");
  }
  return request.alias;
}

// Of a retry this is not asked: it is of what its first was recorded for, wherever names lead by now.
Result<void> look_up_what_is_used(const Call& call, const registry::ModelAddress& address,
                                  const registry::VersionSelector& selector, const UsageRequest& request,
                                  work::UsageReport& report) {
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto found, registry::require_model(now.state(), address.registry, address.model));
  HERALD_TRY(const auto version, about("version", registry::resolve(now.state(), found, selector)));
  HERALD_TRY(report.alias, alias_asked_for(now.state(), found, selector, request));
  report.of.model_id = found.model.id;
  report.of.version = version.number;
  if (const auto known = usage_in(now.state(), report.of)) report.recorded = known->count;
  return {};
}

Write::Present present_usage(const Call& call, const registry::ModelAddress& address,
                             const work::UsageCounter& asked) {
  return [&work = call.herald.parts.work, address, asked](
             const registry::Reader& state, const recorder::Recorded& recorded) -> Result<Answer> {
    HERALD_TRY(const auto found, registry::require_model(state, address.registry, address.model));
    const work::UsageCounter of = counted_for(recorded, asked);
    auto usage = usage_in(state, of);
    if (!usage || found.model.id != of.model_id)
      return error(Cause::not_found, "the usage is no longer there", "version");
    bring_up_to_date(work, *usage);
    return answer_with(usage_body(found, *usage, Names(work)), std::nullopt);
  };
}

Result<Outcome> record_usage(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  HERALD_TRY(const auto selector, selector_in(call));
  HERALD_TRY(const auto request, body_of<UsageRequest>(call));
  const std::uint64_t count = request.count.value_or(1);
  if (count == 0 || count > limits::kMaxUsesReported) {
    return error(Cause::invalid_value,
                 "\"count\" must be between 1 and " + std::to_string(limits::kMaxUsesReported) + ", not " +
                     std::to_string(count),
                 "count");
  }
  work::UsageReport report{{{}, {}, request.consumer}, count, call.herald.parts.clock.now(), {}, 0};
  report.key = report_key_of(call);
  const auto first = report.key ? remembered_by(call.herald.parts.log)(*report.key) : std::nullopt;
  if (first) {
    report.of = *first;
  } else {
    HERALD_CHECK(look_up_what_is_used(call, address, selector, request, report));
  }
  Write write = write_of_report(call.herald.parts.log, call.herald.parts.work, address, report);
  write.present = present_usage(call, address, report.of);
  return write;
}

Result<Outcome> page_of_usage(const Call& call, const Snapshot& now, const registry::FoundModel& found,
                              std::optional<VersionNumber> version) {
  HERALD_TRY(const auto request, page_in(call));
  Timestamp since;
  if (const auto text = call.query.get("since")) {
    const auto time = Timestamp::parse(*text);
    if (!time) {
      return error(Cause::invalid_value,
                   "\"since\" must be an RFC 3339 time, as 2026-11-24T05:02:00Z, not " + shown(*text),
                   "since");
    }
    since = *time;
  }
  const work::Store& work = call.herald.parts.work;
  const auto page = projections::list_usage(
      now.state(), found.model.id, version,
      [&](registry::UsageRecord& usage) {
        if (!call.as_of) bring_up_to_date(work, usage);
        return usage.last >= since;
      },
      request);
  const Names names(work);
  return list_answer(call, page, now.sequence(), [&](std::string& out, const registry::UsageRecord& usage) {
    json::write(out, usage_body(found, usage, names));
  });
}

Result<Outcome> list_model_usage(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto found, registry::require_model(now.state(), address.registry, address.model));
  return page_of_usage(call, now, found, std::nullopt);
}

Result<Outcome> list_version_usage(const Call& call) {
  HERALD_TRY(const auto address, model_in(call));
  HERALD_TRY(const auto selector, selector_in(call));
  const Snapshot now = call.snapshot();
  HERALD_TRY(const auto found, registry::require_model(now.state(), address.registry, address.model));
  HERALD_TRY(const auto version, registry::resolve(now.state(), found, selector));
  return page_of_usage(call, now, found, version.number);
}

Doc who_uses(std::string_view summary) {
  return Doc("usage", summary)
      .lists<UsageBody>("Usage")
      .with({"since", R"({"type":"string","format":"date-time"})", "Only who has used it since then."})
      .as_of();
}

}  // namespace

void add_usage_routes(Router& router) {
  router.add_in_registry(
      Method::post, "/{model}/versions/{version}/usage", Permission::write, ObjectScope::model, record_usage,
      Doc("usage", "Report that a consumer uses a version: 3, v3, latest or an alias")
          .takes<UsageRequest>("UsageRequest")
          .gives<UsageBody>("Usage")
          .may_create()
          .completed_by_its_retries()
          .says(
              "\"count\": how often since the last report (1). The first report of an hour is recorded as an "
              "event (201); the others are counted (200), and recorded as one event when the hour is over, "
              "or "
              "the server stops. To resolve a reference records nothing."));
  router.add_in_registry(Method::get, "/{model}/versions/{version}/usage", Permission::read,
                         ObjectScope::model, list_version_usage, who_uses("Who uses a version"));
  router.add_in_registry(Method::get, "/{model}/usage", Permission::read, ObjectScope::model,
                         list_model_usage, who_uses("Who uses which version of a model"));
}

}  // namespace herald::api
