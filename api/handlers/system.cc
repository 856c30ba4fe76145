// The server about itself: is it well, how far is it, what can be asked of it.
#include "api/handlers.h"
#include "api/metrics.h"
#include "api/problem.h"
#include "api/writing.h"

namespace herald::api {

struct HealthBody {
  std::string status;
};
BOOST_DESCRIBE_STRUCT(HealthBody, (), (status))

struct ReadyBody {
  std::string status;                // "ready" or "not ready"
  std::vector<std::string> reasons;  // why not
};
BOOST_DESCRIBE_STRUCT(ReadyBody, (), (status, reasons))

struct NotReadyBody : ProblemBody {
  std::vector<std::string> reasons;
};
BOOST_DESCRIBE_STRUCT(NotReadyBody, (ProblemBody), (reasons))

struct LinksBody {
  std::string api, events, stream, openapi, health, ready, metrics;
};
BOOST_DESCRIBE_STRUCT(LinksBody, (), (api, events, stream, openapi, health, ready, metrics))

struct WelcomeBody {
  std::string name, version;
  LinksBody links;
};
BOOST_DESCRIBE_STRUCT(WelcomeBody, (), (name, version, links))

struct ServerBody {
  std::string version;
  std::string origin;
  std::uint64_t sequence = 0;  // of the last event
  Timestamp time;              // now
  bool writable = true;
};
BOOST_DESCRIBE_STRUCT(ServerBody, (), (version, origin, sequence, time, writable))

struct LogBody {
  std::string origin;
  std::uint64_t size = 0;
  std::string root;  // hex: RFC 6962 tree hash of the first `size` events
  Timestamp created;
};
BOOST_DESCRIBE_STRUCT(LogBody, (), (origin, size, root, created))

struct ProofBody {
  std::uint64_t sequence = 0;
  std::uint64_t size = 0;
  std::string leaf, root;         // hex
  std::vector<std::string> path;  // hex, from the leaf up (RFC 6962, 2.1.1)
};
BOOST_DESCRIBE_STRUCT(ProofBody, (), (sequence, size, leaf, root, path))

namespace {

Result<Outcome> welcome(const Call&) {
  const LinksBody links{"/v1",      "/v1/events", "/v1/events/stream", "/openapi.json",
                        "/healthz", "/readyz",    "/metrics"};
  return answer_with(WelcomeBody{"herald", HERALD_VERSION, links}, std::nullopt);
}

Result<Outcome> health(const Call&) {
  return answer_with(HealthBody{"ok"}, std::nullopt);
}

std::vector<std::string> reasons_not_ready(const Services& herald) {
  std::vector<std::string> reasons;
  if (herald.stopping) reasons.emplace_back("the server is stopping");
  if (const auto why = herald.parts.recorder.why_not_writable()) reasons.push_back(why->message);
  const Sequence projected = herald.parts.projected.last();
  if (projected < herald.log_at_start) {
    reasons.push_back("the views are at event " + std::to_string(projected.value()) + " of " +
                      std::to_string(herald.log_at_start.value()));
  }
  return reasons;
}

Result<Outcome> readiness(const Call& call) {
  const auto reasons = reasons_not_ready(call.herald);
  if (reasons.empty()) return answer_with(ReadyBody{"ready", {}}, std::nullopt);
  std::string sentence;
  for (const std::string& reason : reasons) sentence += (sentence.empty() ? "" : "; ") + reason;
  NotReadyBody body;
  static_cast<ProblemBody&>(body) = problem_body(error(Cause::unavailable, sentence), call.request_id);
  body.reasons = reasons;
  return Answer{.status = body.status, .media = kProblemJson, .body = json::to_json(body)};
}

Result<Outcome> metrics(const Call& call) {
  return Answer{.media = kPlainText, .body = call.herald.metrics->text(call.herald)};
}

Result<Outcome> openapi(const Call& call) {
  return Answer{.prepared = &call.herald.openapi};
}

Result<Outcome> server(const Call& call) {
  const Parts& parts = call.herald.parts;
  const Sequence last = parts.tail.last();
  return answer_with(ServerBody{HERALD_VERSION, parts.log.origin(), last.value(), parts.clock.now(),
                                parts.recorder.stats().writable},
                     last);
}

Result<Outcome> log(const Call& call) {
  return Blocking{[&call]() -> Result<Outcome> {
    const Sequence size = call.herald.parts.tail.last();
    const auto log = call.herald.parts.log.read();
    const LogBody body{call.herald.parts.log.origin(), size.value(), log.root(size.value()).hex(),
                       call.herald.parts.log.created()};
    return answer_with(body, size);
  }};
}

Result<Outcome> proof(const Call& call) {
  HERALD_TRY(const auto number,
             whole_number(call.path.at("sequence"), "sequence", 1, std::numeric_limits<std::int64_t>::max()));
  return Blocking{[&call, sequence = Sequence(number)]() -> Result<Outcome> {
    const Sequence size = call.herald.parts.tail.last();
    const auto log = call.herald.parts.log.read();
    const auto leaf = sequence <= size ? log.leaf_hash(sequence) : std::nullopt;
    if (!leaf)
      return error(Cause::not_found,
                   "there is no event " + std::to_string(sequence.value()) + ": the last is " +
                       std::to_string(size.value()),
                   "sequence");
    ProofBody body{sequence.value(), size.value(), leaf->hex(), log.root(size.value()).hex(), {}};
    for (const Digest& hash : log.inclusion_proof(sequence, size.value())) body.path.push_back(hash.hex());
    return answer_with(body, size);
  }};
}

Result<Outcome> kafka(const Call& call) {
  KafkaReport report;
  report.state = "disabled";
  if (call.herald.parts.kafka != nullptr) report = call.herald.parts.kafka->report();
  return answer_with(report, std::nullopt);
}

}  // namespace

void add_system_routes(Router& router) {
  router.add({Method::get, "/", Permission::open, ObjectScope::server, welcome,
              Doc("server", "What this is").gives<WelcomeBody>("Welcome").timeless()});
  router.add({Method::get, "/healthz", Permission::open, ObjectScope::server, health,
              Doc("server", "The process lives").gives<HealthBody>("Health").timeless()});
  router.add({Method::get, "/readyz", Permission::open, ObjectScope::server, readiness,
              Doc("server", "It can do its work: 200, or 503 with the reasons")
                  .gives<ReadyBody>("Ready")
                  .timeless()});
  router.add({Method::get, "/metrics", Permission::read, ObjectScope::server, metrics,
              Doc("server", "Metrics for Prometheus").gives_media("text/plain")});
  router.add({Method::get, "/openapi.json", Permission::open, ObjectScope::server, openapi,
              Doc("server", "This description").gives<json::Raw>("OpenApi").timeless()});
  router.add({Method::get, "/v1", Permission::read, ObjectScope::visible, server,
              Doc("server", "Version, origin and how far the log is").gives<ServerBody>("Server")});
  router.add({Method::get, "/v1/log", Permission::read, ObjectScope::visible, log,
              Doc("log", "The log's size and Merkle tree root").gives<LogBody>("Log")});
  router.add({Method::get, "/v1/log/proof/{sequence}", Permission::read, ObjectScope::visible, proof,
              Doc("log", "Proof that an event is in the log").gives<ProofBody>("Proof")});
  router.add({Method::get, "/v1/kafka", Permission::read, ObjectScope::server, kafka,
              Doc("server", "How publication to Kafka stands").gives<KafkaReport>("Kafka").timeless()});
}

}  // namespace herald::api
