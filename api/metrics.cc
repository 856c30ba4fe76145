#include "api/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <atomic>
#include <unordered_map>

#include "api/services.h"

namespace herald::api {

namespace {

const prometheus::Histogram::BucketBoundaries kSeconds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                          0.1,    0.25,  0.5,    1,     2.5,  5,     10};

// What a route is counted by is made when it is first used (most never are), and found without a lock from then on.
constexpr std::size_t kStatuses = 512;

struct OfRoute {
  std::string name, method;
  std::atomic<prometheus::Histogram*> seconds{nullptr};
  std::array<std::atomic<prometheus::Counter*>, kStatuses> by_status{};
};

// `make` gives the same for the same labels, so that two threads may both find nothing.
template <class Metric, class Make>
Metric& made_once(std::atomic<Metric*>& slot, Make make) {
  Metric* metric = slot.load(std::memory_order_acquire);
  if (metric == nullptr) {
    metric = make();
    slot.store(metric, std::memory_order_release);
  }
  return *metric;
}

}  // namespace

struct Metrics::State {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& requests;
  prometheus::Family<prometheus::Histogram>& seconds;
  std::unordered_map<const Route*, std::unique_ptr<OfRoute>> routes;

  State()
      : requests(prometheus::BuildCounter()
                     .Name("herald_http_requests_total")
                     .Help("Requests answered")
                     .Register(registry)),
        seconds(prometheus::BuildHistogram()
                    .Name("herald_http_request_seconds")
                    .Help("From the request's header to the end of its answer")
                    .Register(registry)) {}

  void add(const Route* route, std::string method, std::string name) {
    auto entry = std::make_unique<OfRoute>();
    entry->name = std::move(name);
    entry->method = std::move(method);
    routes.emplace(route, std::move(entry));
  }
};

Metrics::Metrics(const Router& router) : state_(std::make_unique<State>()) {
  for (const Route& route : router.routes())
    state_->add(&route, std::string(to_string(route.method())), route.pattern());
  state_->add(nullptr, "none", "none");
}

Metrics::~Metrics() = default;

void Metrics::answered(const Route* route, unsigned int status, std::chrono::steady_clock::duration took) {
  OfRoute& entry = *state_->routes.at(route);
  made_once(entry.by_status[status % kStatuses], [&] {
    return &state_->requests.Add(
        {{"method", entry.method}, {"route", entry.name}, {"status", std::to_string(status)}});
  }).Increment();
  made_once(entry.seconds, [&] {
    return &state_->seconds.Add({{"method", entry.method}, {"route", entry.name}}, kSeconds);
  }).Observe(std::chrono::duration<double>(took).count());
}

namespace {

// One figure after the other, in the text format.
class Figures {
 public:
  Figures& say(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text_ +=
        "# HELP " + name_ + " " + std::string(help) + "\n# TYPE " + name_ + " " + std::string(type) + "\n";
    return *this;
  }
  Figures& value(double figure, std::string_view label = {}, std::string_view label_value = {}) {
    const std::string labels =
        label.empty() ? "" : "{" + std::string(label) + "=\"" + std::string(label_value) + "\"}";
    text_ += name_ + labels + " " + json::to_json(figure) + "\n";
    return *this;
  }
  Figures& gauge(std::string_view name, std::string_view help, double figure) {
    return say(name, "gauge", help).value(figure);
  }
  Figures& counter(std::string_view name, std::string_view help, double figure) {
    return say(name, "counter", help).value(figure);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string name_, text_;
};

void say_recording(Figures& figures, const Services& herald) {
  const auto stats = herald.parts.recorder.stats();
  figures.counter("herald_recorder_batches_total", "Commits of the log", static_cast<double>(stats.batches))
      .counter("herald_recorder_commands_total", "Commands decided", static_cast<double>(stats.commands))
      .counter("herald_recorder_events_total", "Events recorded since the start",
               static_cast<double>(stats.events))
      .counter("herald_recorder_refused_total", "Commands refused", static_cast<double>(stats.refused))
      .gauge("herald_recorder_queued", "Commands that wait", static_cast<double>(stats.queued))
      .gauge("herald_recorder_writable", "1 while commands can be recorded", stats.writable ? 1 : 0);
  const auto usage = herald.parts.log.usage();
  figures
      .gauge("herald_log_last_sequence", "Sequence of the last event",
             static_cast<double>(herald.parts.tail.last().value()))
      .gauge("herald_log_used_bytes", "Bytes of the log in use", static_cast<double>(usage.used_bytes))
      .gauge("herald_log_map_bytes", "Bytes that the log may grow to", static_cast<double>(usage.map_bytes))
      .gauge("herald_views_last_sequence", "Sequence up to which the views are",
             static_cast<double>(herald.parts.projected.last().value()));
}

void say_followers(Figures& figures, const Services& herald) {
  figures.say("herald_follower_lag", "gauge", "Events recorded and not yet applied");
  for (const auto& [name, thread] : herald.parts.followers)
    figures.value(static_cast<double>(thread->lag()), "follower", name);
}

void say_deliveries(Figures& figures, const Services& herald) {
  const auto stats = herald.parts.deliveries();
  figures.gauge("herald_deliveries_open", "Deliveries without an outcome", static_cast<double>(stats.open))
      .gauge("herald_deliveries_in_flight", "Attempts under way", static_cast<double>(stats.in_flight))
      .counter("herald_delivery_attempts_total", "Attempts made", static_cast<double>(stats.attempts))
      .counter("herald_delivery_attempts_failed_total", "Attempts that failed",
               static_cast<double>(stats.failed_attempts))
      .counter("herald_deliveries_succeeded_total", "Deliveries that succeeded",
               static_cast<double>(stats.succeeded))
      .counter("herald_deliveries_exhausted_total", "Deliveries given up",
               static_cast<double>(stats.exhausted));
}

void say_kafka(Figures& figures, const Services& herald) {
  if (herald.parts.kafka == nullptr) return;
  const KafkaReport report = herald.parts.kafka->report();
  if (report.published)
    figures.gauge("herald_kafka_published_sequence", "Sequence up to which the topic has everything",
                  static_cast<double>(*report.published));
  if (report.lag)
    figures.gauge("herald_kafka_lag", "Events recorded and not yet published",
                  static_cast<double>(*report.lag));
  figures
      .counter("herald_kafka_transactions_total", "Transactions committed",
               static_cast<double>(report.transactions))
      .counter("herald_kafka_restarts_total", "Times the publisher began anew",
               static_cast<double>(report.restarts))
      .gauge("herald_kafka_publishing", "1 while it publishes", report.state == "publishing" ? 1 : 0);
}

}  // namespace

std::string Metrics::text(const Services& herald) const {
  Figures figures;
  say_recording(figures, herald);
  say_followers(figures, herald);
  say_deliveries(figures, herald);
  say_kafka(figures, herald);
  figures.gauge("herald_http_connections", "Connections open", static_cast<double>(herald.connections))
      .gauge("herald_held_bytes", "Bodies and answers in memory while their callers send or take them",
             static_cast<double>(herald.held_bytes.held()))
      .gauge("herald_live_streams", "Live streams open", static_cast<double>(herald.live_streams.held()));
  return figures.take() + prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

}  // namespace herald::api
