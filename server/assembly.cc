#include "server/assembly.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "api/server.h"
#include "api/usage_keeper.h"
#include "automations/dispatcher.h"
#include "automations/engine.h"
#include "automations/sweeper.h"
#include "base/hex.h"
#include "base/ids.h"
#include "connectors/blobs.h"
#include "connectors/kafka/publisher.h"
#include "connectors/senders.h"
#include "recorder/data_folder.h"
#include "recorder/projector.h"
#include "recorder/recovery.h"
#include "server/descriptors.h"
#include "server/origin.h"
#include "server/preflight.h"
#include "work/erasure.h"
#include "work/keyring.h"

namespace herald::server {
namespace {

constexpr std::chrono::seconds kBetweenProgressLines{2};

recorder::Progress log_progress(std::string what) {
  return [what = std::move(what), next = system_clock().steady() + kBetweenProgressLines](
             Sequence applied, Sequence of) mutable {
    if (system_clock().steady() < next) return;
    next = system_clock().steady() + kBetweenProgressLines;
    spdlog::info("{}: event {} of {}", what, applied.value(), of.value());
  };
}

template <class Store>
void log_how(const char* what, const recorder::Opened<Store>& opened) {
  if (opened.how == recorder::Brought::rebuilt) {
    spdlog::warn("{} was built anew from the log: {}", what, opened.why);
  } else if (opened.how == recorder::Brought::caught_up) {
    spdlog::info("{} has caught up with the log", what);
  }
}

void log_follower_error(const std::string& follower, const Error& error) {
  spdlog::warn("{} will try again: {}", follower, error.message);
}

recorder::FollowerThread::Options follower_options() {
  recorder::FollowerThread::Options options;
  options.on_error = log_follower_error;
  return options;
}

}  // namespace

// In the order of their start; destroyed in the reverse one.
struct Assembly::Parts {
  std::unique_ptr<recorder::DataFolder> folder;
  std::optional<work::Keyring> keys;
  std::unique_ptr<eventstore::Log> log;
  std::unique_ptr<projections::Head> head;
  std::unique_ptr<projections::Views> views;
  std::unique_ptr<work::Store> work;
  std::optional<work::Secrets> secrets;
  std::unique_ptr<api::BlobStore> blobs;
  std::unique_ptr<automations::Sender> sender;
  std::unique_ptr<eventstore::Tail> recorded, projected;
  std::unique_ptr<recorder::Recorder> recorder;
  std::unique_ptr<recorder::Projector> projector;
  std::unique_ptr<recorder::FollowerThread> projector_thread;
  std::unique_ptr<automations::Engine> engine;
  std::unique_ptr<automations::Dispatcher> dispatcher;
  std::unique_ptr<automations::Sweeper> sweeper;
  std::unique_ptr<recorder::FollowerThread> engine_thread, dispatcher_thread, sweeper_thread;
  std::unique_ptr<connectors::kafka::Publisher> publisher;
  std::unique_ptr<api::UsageKeeper> usage;
  std::unique_ptr<api::Tls> tls;
  std::string claim_code;
  bool stands_open = false;
  std::size_t descriptors = 0;
  std::unique_ptr<api::HttpServer> http;

  Result<void> open_folder(const Config& config);
  Result<void> open_log(const Config& config);
  Result<void> open_derived(const Config& config);
  Result<void> open_work(const Config& config);
  Result<void> open_edges(const Config& config);
  Result<void> start_recorder(const Config& config);
  void start_projector();
  Result<void> start_automations(const Config& config);
  Result<void> start_publisher(const Config& config);
  void make_claim_code(const Config& config);
  Result<void> start_http(const Config& config);
};

Result<void> Assembly::Parts::open_folder(const Config& config) {
  HERALD_TRY(folder, recorder::DataFolder::open(config.data));
  HERALD_TRY(keys, work::Keyring::open(config.key_file, config.data));
  return {};
}

Result<void> Assembly::Parts::open_log(const Config& config) {
  HERALD_CHECK(folder->refuse_without_its_log());
  eventstore::LogOptions options{
      .path = folder->log(),
      .origin = config.origin.empty() ? make_up_origin(this_hostname()) : config.origin};
  options.map_size = config.map_size.value_or(options.map_size);
  HERALD_TRY(log, eventstore::Log::open(options, system_clock()));
  if (!config.origin.empty() && log->origin() != config.origin) {
    return error(Cause::not_allowed_now,
                 fmt::format("the log in {} is named {} for ever: leave --origin out, or name a new folder",
                             config.data, log->origin()),
                 "--origin");
  }
  spdlog::info("log {}: {} events", log->origin(), log->last().value());
  return {};
}

Result<void> Assembly::Parts::open_derived(const Config& config) {
  const auto options = [&](const std::string& path) {
    projections::StoreOptions store{.path = path};
    store.map_size = config.map_size.value_or(store.map_size);
    return store;
  };
  HERALD_TRY(auto opened_head, recorder::open_head(options(folder->head()), *log, {}, log_progress("head")));
  if (log->last().value() > 0) log_how("head", opened_head);
  head = std::move(opened_head.store);
  HERALD_TRY(auto opened_views,
             recorder::open_views(options(folder->views()), *log, {}, log_progress("views")));
  if (log->last().value() > 0) log_how("views", opened_views);
  views = std::move(opened_views.store);
  return {};
}

Result<void> Assembly::Parts::open_work(const Config& config) {
  work::StoreOptions options{.path = folder->work()};
  options.map_size = config.map_size.value_or(options.map_size);
  const auto carried_out = automations::carry_out_unread_erasures(options, *log);
  if (!carried_out) {
    spdlog::warn("what was erased when the server last ended is taken away later: {}",
                 carried_out.error().message);
  }
  const auto written_anew = work::forget_what_was_erased(options);
  if (!written_anew) {
    spdlog::warn("what was erased is still in free pages of {} until a start that can write it anew: {}",
                 options.path, written_anew.error().message);
  } else if (*written_anew) {
    spdlog::info("{} was written anew: nothing of what was erased is left in it", options.path);
  }
  HERALD_TRY(work, work::Store::open(options));
  secrets.emplace(*work, keys->key("secrets"));
  return {};
}

Result<void> Assembly::Parts::open_edges(const Config& config) {
  HERALD_TRY(blobs, connectors::open_folder_blobs(folder->blobs(), config.disk_reserve));
  HERALD_TRY(sender, connectors::make_sender(egress_options(config)));
  return {};
}

Result<void> Assembly::Parts::start_recorder(const Config& config) {
  recorded = std::make_unique<eventstore::Tail>(log->last());
  projected = std::make_unique<eventstore::Tail>(views->stand().sequence);
  recorder = std::make_unique<recorder::Recorder>(
      recorder::Options{.disk_reserve_bytes = config.disk_reserve,
                        .data_folder = folder->path(),
                        .report_defect = [](const std::string& what) { spdlog::error("{}", what); }},
      *log, *head, *recorded, system_clock(), random_ids());
  if (log->last().value() > 0) return {};
  const Timestamp now = system_clock().now();
  const registry::CreateRegistry create{.new_id = registry::RegistryId(random_ids().next(now)),
                                        .name = registry::RegistryName::trusted(registry::kDefaultRegistry),
                                        .kind = registry::RegistryKind::model};
  recorder::Submission submission;
  submission.actor = registry::Actor::system();
  submission.command = create;
  submission.causation.correlation = random_ids().next(now);
  HERALD_CHECK(recorder->record(std::move(submission)));
  return {};
}

void Assembly::Parts::start_projector() {
  projector = std::make_unique<recorder::Projector>(*views, *log, *projected);
  projector_thread =
      std::make_unique<recorder::FollowerThread>(*projector, *log, *recorded, follower_options());
}

Result<void> Assembly::Parts::start_automations(const Config& config) {
  engine = std::make_unique<automations::Engine>(*recorder, *log, *views, *projected, system_clock(),
                                                 random_ids());
  engine_thread = std::make_unique<recorder::FollowerThread>(*engine, *log, *recorded, follower_options());
  dispatcher = std::make_unique<automations::Dispatcher>(
      automations::Dispatcher::Parts{.recorder = *recorder,
                                     .log = *log,
                                     .head = *head,
                                     .views = *views,
                                     .projected = *projected,
                                     .work = *work,
                                     .secrets = *secrets,
                                     .sender = *sender,
                                     .clock = system_clock()},
      automations::Dispatcher::Options{.public_url = config.public_url});
  HERALD_CHECK(dispatcher->start());
  dispatcher_thread =
      std::make_unique<recorder::FollowerThread>(*dispatcher, *log, *recorded, follower_options());
  sweeper = std::make_unique<automations::Sweeper>(*work, *log, system_clock());
  HERALD_CHECK(sweeper->start());
  sweeper_thread = std::make_unique<recorder::FollowerThread>(*sweeper, *log, *recorded, follower_options());
  return {};
}

Result<void> Assembly::Parts::start_publisher(const Config& config) {
  if (!config.kafka) return {};
  HERALD_TRY(publisher, connectors::kafka::Publisher::start(kafka_options(config), *log, *recorded));
  return {};
}

// 128 random bits, in memory alone: another one for each start, none once there is an administrator.
void Assembly::Parts::make_claim_code(const Config& config) {
  const bool is_locked = registry::is_locked(projections::HeadReader(*head));
  if (!is_locked || config.recover) claim_code = to_hex(random_bytes(16));
  stands_open = !is_locked && api::HttpServer::is_loopback(config.host);
}

Result<void> Assembly::Parts::start_http(const Config& config) {
  usage = std::make_unique<api::UsageKeeper>(api::UsageKeeper::Parts{.recorder = *recorder,
                                                                     .head = *head,
                                                                     .log = *log,
                                                                     .work = *work,
                                                                     .clock = system_clock(),
                                                                     .ids = random_ids()});
  if (!config.tls_cert.empty()) {
    HERALD_TRY(tls, api::Tls::load(config.tls_cert, config.tls_key));
  }
  make_claim_code(config);
  api::Options options;
  options.rate_limit = config.rate_limit;
  options.stands_open = stands_open;
  options.claim_code = claim_code;
  options.is_recovery = config.recover;
  options.host = config.host;
  options.port = config.port;
  options.threads = config.threads;
  options.max_connections = connections_within(descriptors);
  spdlog::info("at most {} connections at once, of {} files that the process may have open",
               options.max_connections, descriptors);
  HERALD_TRY(http, api::HttpServer::start(
                       api::Parts{.recorder = *recorder,
                                  .log = *log,
                                  .tail = *recorded,
                                  .head = *head,
                                  .views = *views,
                                  .projected = *projected,
                                  .work = *work,
                                  .secrets = *secrets,
                                  .blobs = *blobs,
                                  .kafka = publisher.get(),
                                  .sender = *sender,
                                  .deliveries = [this] { return dispatcher->stats(); },
                                  .followers = {{"views", projector_thread.get()},
                                                {automations::kEngineFollower, engine_thread.get()},
                                                {automations::kDispatcherFollower, dispatcher_thread.get()},
                                                {automations::kSweeperFollower, sweeper_thread.get()}},
                                  .clock = system_clock(),
                                  .ids = random_ids(),
                                  .digest_key = keys->key("idempotency"),
                                  .tls = tls.get()},
                       options));
  return {};
}

Assembly::Assembly(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Assembly::~Assembly() {
  stop();
}

Result<std::unique_ptr<Assembly>> Assembly::start(const Config& config) {
  HERALD_CHECK(check_options(config));
  auto parts = std::make_unique<Parts>();
  parts->descriptors = raise_descriptor_limit();
  HERALD_CHECK(parts->open_folder(config));
  HERALD_CHECK(parts->open_log(config));
  HERALD_CHECK(parts->open_derived(config));
  HERALD_CHECK(parts->open_work(config));
  HERALD_CHECK(parts->open_edges(config));
  HERALD_CHECK(parts->start_recorder(config));
  parts->start_projector();
  HERALD_CHECK(parts->start_automations(config));
  HERALD_CHECK(parts->start_publisher(config));
  HERALD_CHECK(parts->start_http(config));
  return std::unique_ptr<Assembly>(new Assembly(std::move(parts)));
}

std::uint16_t Assembly::port() const {
  return parts_->http->port();
}

const std::string& Assembly::claim_code() const {
  return parts_->claim_code;
}

bool Assembly::stands_open() const {
  return parts_->stands_open;
}

Result<void> Assembly::reload_certificate() {
  if (!parts_->tls) return {};
  return parts_->tls->reload();
}

void Assembly::stop() {
  if (!parts_) return;
  parts_->http->stop();
  parts_->usage->stop();
  if (parts_->publisher) parts_->publisher->stop();
  parts_->sweeper_thread->stop();
  parts_->dispatcher_thread->stop();
  parts_->dispatcher->stop();
  parts_->engine_thread->stop();
  parts_->engine->stop();
  parts_->projector_thread->stop();
  parts_->recorder->stop();
  parts_->work->stop();
  for (const Result<void>& closed :
       {recorder::close_clean(*parts_->views), recorder::close_clean(*parts_->head)}) {
    if (!closed)
      spdlog::warn("not closed clean, and so built anew at the next start: {}", closed.error().message);
  }
  parts_.reset();
}

}  // namespace herald::server
