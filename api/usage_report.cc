#include "api/usage_report.h"

#include <algorithm>

#include "reflect/json_read.h"

namespace herald::api {

namespace {

// What the decision's answer says of a report.
struct ReportMade {
  registry::ModelId model_id;
  registry::VersionNumber version;
  registry::Label consumer;
};
BOOST_DESCRIBE_STRUCT(ReportMade, (), (model_id, version, consumer))

registry::RecordUsage command_of_report(const std::optional<work::UsageRow>& counted,
                                        const registry::ModelAddress& address,
                                        const work::UsageReport& report) {
  registry::RecordUsage command;
  static_cast<registry::ModelAddress&>(command) = address;
  command.version = report.of.version;
  command.consumer = report.of.consumer;
  command.alias = report.alias;
  command.count = report.count;
  command.total = std::max<std::uint64_t>(counted ? counted->total : 0, report.recorded) + report.count;
  command.at = report.at;
  command.model_id = report.of.model_id;
  return command;
}

}  // namespace

std::optional<work::UsageCounter> counter_in(std::string_view answer) {
  const auto made = json::from_json<ReportMade>(answer, json::Mode::stored);
  if (!made) return std::nullopt;
  return work::UsageCounter{made->model_id, made->version, made->consumer};
}

work::RememberedFor remembered_by(const eventstore::Log& log) {
  return [&log](const work::ReportKey& asked) -> std::optional<work::UsageCounter> {
    const auto record = log.read().idempotency(asked.actor, asked.key);
    if (!record || record->request != asked.request) return std::nullopt;
    return counter_in(record->answer);
  };
}

work::UsageCounter counted_for(const recorder::Recorded& recorded, const work::UsageCounter& asked) {
  return counter_in(recorded.answer).value_or(asked);
}

Write write_of_report(const eventstore::Log& log, work::Store& work, const registry::ModelAddress& address,
                      const work::UsageReport& report) {
  const auto counted = work::find_usage(work, report.of);
  const work::RememberedFor remembered_for = remembered_by(log);
  Write write;
  write.command = command_of_report(counted, address, report);
  if (report.key || !counted) write.before.push_back(work::begin_report(report, remembered_for));
  write.once_recorded = [report, remembered_for](const recorder::Recorded& recorded) {
    return std::optional(work::count_report(report, counted_for(recorded, report.of), remembered_for));
  };
  if (report.key) write.if_refused = work::forget_report(report, remembered_for);
  return write;
}

}  // namespace herald::api
