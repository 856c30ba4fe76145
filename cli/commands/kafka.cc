#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/commands/shared.h"
#include "cli/parsing.h"
#include "cli/progress.h"
#include "connectors/kafka/verify.h"

namespace herald::cli {
namespace {

std::string yes_or_no(const json::Value& report) {
  return text_at(report, "configured") == "true" ? "yes" : "no";
}

// Only Kafka says how far it has come: see KafkaReport.
Cell known(std::string path) {
  return [path = std::move(path)](const json::Value& report) {
    const std::string figure = text_at(report, path);
    const bool is_unknown = figure.empty() && text_at(report, "configured") == "true";
    return is_unknown ? "unknown until the brokers answer" : figure;
  };
}

const View& kafka_view() {
  static const View view{
      .id = text("state"),
      .table = {},
      .details = {{"configured", yes_or_no},
                  {"state", text("state")},
                  {"brokers", text("brokers")},
                  {"topic", text("topic")},
                  {"cluster", text("cluster")},
                  {"published", known("published")},
                  {"lag", known("lag")},
                  {"transactions", text("transactions")},
                  {"restarts", text("restarts")},
                  {"last error", text("last_error")},
                  {"decide", text("decide")}},
  };
  return view;
}

Result<void> status(Session& session) {
  HERALD_TRY(const Answer answer, session.client().get("/v1/kafka"));
  HERALD_CHECK(session.show_body(answer.body, kafka_view()));
  HERALD_TRY(const auto report, json::Document::parse(answer.body));
  if (string_at(report.root(), "state") != "stopped") return {};
  return error(Cause::unavailable, "publication has stopped");
}

const View& verification_view() {
  static const View view{
      .id = text("compared"),
      .table = {},
      .details = {{"in the log", text("in_log")},
                  {"in the topic", text("in_topic")},
                  {"compared", text("compared")},
                  {"progress", text("progress")}},
  };
  return view;
}

// The log's events over HTTP, a page at a time, in the order in which they are asked for.
class LogPages {
 public:
  explicit LogPages(Client& client) : client_(client) {}

  std::optional<std::string> event(std::uint64_t sequence) {
    if (sequence < first_ || sequence >= first_ + page_.size()) load(sequence);
    if (sequence < first_ || sequence >= first_ + page_.size()) return std::nullopt;
    return page_[sequence - first_];
  }
  // What kept it from reading, if anything did.
  const std::optional<Error>& failure() const { return failure_; }

 private:
  void load(std::uint64_t from) {
    page_.clear();
    first_ = from;
    const auto answer = client_.get(Query("/v1/events")
                                        .add("after", std::to_string(from - 1))
                                        .add("limit", "1000")
                                        .add("order", "asc")
                                        .str());
    if (!answer) {
      failure_ = answer.error();
      return;
    }
    for (const std::string_view event : raw_elements(answer->body, "items")) page_.emplace_back(event);
  }

  Client& client_;
  std::uint64_t first_ = 1;
  std::vector<std::string> page_;
  std::optional<Error> failure_;
};

Result<std::uint64_t> last_sequence(Client& client) {
  HERALD_TRY(const Answer server, client.get("/v1"));
  HERALD_TRY(const auto about, json::Document::parse(server.body));
  return number_at(about.root(), "sequence");
}

struct Verify {
  std::optional<std::string> brokers, prefix;
  std::vector<std::string> properties;
};
void declare(Options& options, Verify& args) {
  options
      .option("--kafka", "BROKERS", args.brokers,
              "HOST:PORT,... (default: those that the server publishes to)")
      .option("--kafka-prefix", "PREFIX", args.prefix, "of the topics (default: the server's)")
      .option("--kafka-property", "KEY=VALUE", args.properties,
              "a property of librdkafka, as security.protocol");
}

Result<connectors::kafka::Options> kafka_options(const Verify& args, const json::Value& report) {
  connectors::kafka::Options options;
  options.brokers = args.brokers.value_or(string_at(report, "brokers"));
  if (options.brokers.empty()) {
    return error(Cause::missing_field, "the server publishes to no Kafka: name brokers", "--kafka");
  }
  const std::string topic = string_at(report, "topic");  // "<prefix>.events"
  const auto dot = topic.rfind('.');
  options.prefix = args.prefix.value_or(dot == std::string::npos ? options.prefix : topic.substr(0, dot));
  HERALD_TRY(options.properties, parse_pairs(args.properties, "--kafka-property"));
  return options;
}

Result<void> run(Session& session, const Verify& args) {
  HERALD_TRY(const Answer kafka, session.client().get("/v1/kafka"));
  HERALD_TRY(const auto report, json::Document::parse(kafka.body));
  HERALD_TRY(const auto options, kafka_options(args, report.root()));

  LogPages log(session.client());
  std::optional<ProgressLine> line;
  std::uint64_t reached = 0;
  const auto log_end = [&]() -> Result<std::uint64_t> {
    HERALD_TRY(const std::uint64_t last, last_sequence(session.client()));
    line.emplace("comparing", last, standard_error_is_a_terminal(), ProgressLine::Counts::events);
    return last;
  };
  const auto verification = connectors::kafka::verify(
      options, log_end, [&](std::uint64_t sequence) { return log.event(sequence); },
      [&](std::uint64_t at) { line->moved(static_cast<std::int64_t>(at - std::exchange(reached, at))); });
  line.reset();
  if (log.failure()) return *log.failure();
  if (!verification) return verification.error();

  HERALD_CHECK(session.show_body(json::to_json(*verification), verification_view()));
  if (verification->differences.empty()) {
    session.note("the topic holds what the log holds up to event " + std::to_string(verification->progress) +
                 ", event for event, byte for byte");
    if (const std::uint64_t waiting = verification->in_log - verification->progress; waiting > 0)
      session.note(fmt::format("{} not published yet: herald kafka status says how that stands",
                               waiting == 1 ? "1 event is" : fmt::format("{} events are", waiting)));
    return {};
  }
  for (const std::string& difference : verification->differences) session.note("  " + difference);
  return error(
      Cause::unavailable,
      "the topic is not what it must be: docs/kafka.md, \"When it stops for good\", says what can be done");
}

}  // namespace

void add_kafka_commands(Program& program) {
  const Group group = program.group({"kafka", "How publication to Kafka stands.",
                                     "herald kafka status\nherald kafka verify", kServerSection});
  program.command(
      group,
      {"status", "State, lag, last error. Exit code 1 when publication has stopped.", "herald kafka status"},
      status);
  program.command<Verify>(
      group,
      {"verify", "Compare the topic with the log: each event once, in order, byte for byte.",
       "herald kafka verify\nherald kafka verify --kafka broker:9092 --kafka-prefix prod"},
      declare, run);
}

}  // namespace herald::cli
