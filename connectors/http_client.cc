#include "connectors/http_client.h"

#include <curl/curl.h>

#include <mutex>
#include <stdexcept>
#include <thread>
#include <unordered_map>
#include <utility>

#include "base/limits.h"
#include "connectors/http_transfer.h"
#include "connectors/http_url.h"

namespace herald::connectors {
namespace {

// How long the thread sleeps when nothing is due; posts wake it.
constexpr int kIdleMilliseconds = 10'000;

void start_libcurl() {
  static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (once != CURLE_OK) throw std::runtime_error("libcurl does not start");
}

HttpAnswer refused(std::string target, std::string error_class, std::string sentence) {
  HttpAnswer answer;
  answer.target = std::move(target);
  answer.error_class = std::move(error_class);
  answer.error = std::move(sentence);
  return answer;
}

}  // namespace

class HttpClient::Impl {
 public:
  Impl(Egress egress, EgressOptions options) : egress_(std::move(egress)), options_(std::move(options)) {
    start_libcurl();
    multi_ = curl_multi_init();
    if (multi_ == nullptr) throw std::runtime_error("libcurl gives no handle");
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(limits::kMaxInFlight));
    thread_ = std::thread([this] { run(); });
  }

  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    curl_multi_wakeup(multi_);
    thread_.join();
    idle_.clear();
    curl_multi_cleanup(multi_);
  }

  void post(HttpRequest request, Done done) {
    bool first = false;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) throw std::logic_error("a request for an HTTP client that is being destroyed");
      first = inbox_.empty();
      inbox_.push_back({std::move(request), std::move(done)});
    }
    if (first) curl_multi_wakeup(multi_);
  }

  void cancel() {
    {
      const std::lock_guard lock(mutex_);
      cancelling_ = true;
    }
    curl_multi_wakeup(multi_);
  }

 private:
  struct Posted {
    HttpRequest request;
    Done done;
  };

  void run() {
    while (start_posted()) {
      int running = 0;
      curl_multi_perform(multi_, &running);
      if (!finish_done()) curl_multi_poll(multi_, nullptr, 0, kIdleMilliseconds, nullptr);
    }
  }

  // False when there is nothing left to do for ever.
  bool start_posted() {
    std::vector<Posted> posted;
    bool stopping = false, cancelling = false;
    {
      const std::lock_guard lock(mutex_);
      posted.swap(inbox_);
      stopping = stopping_;
      cancelling = std::exchange(cancelling_, false);
    }
    for (Posted& one : posted) start(std::move(one));
    if (cancelling) cancel_active();
    return !stopping || !active_.empty();
  }

  void start(Posted posted) {
    const auto target = TargetUrl::parse(posted.request.url);
    if (!target) return posted.done(refused("", "configuration", target.error().message));
    if (const auto refusal = egress_.refusal(*target)) {
      return posted.done(refused(target->origin(), "refused-address", *refusal));
    }
    std::unique_ptr<Transfer> transfer = idle_transfer();
    transfer->prepare(std::move(posted.request), *target, std::move(posted.done));
    CURL* handle = transfer->handle();
    active_.emplace(handle, std::move(transfer));
    curl_multi_add_handle(multi_, handle);
  }

  std::unique_ptr<Transfer> idle_transfer() {
    if (idle_.empty()) return std::make_unique<Transfer>(egress_, options_);
    auto transfer = std::move(idle_.back());
    idle_.pop_back();
    return transfer;
  }

  void cancel_active() {
    finish_done();  // what is answered is no more to be cancelled
    std::vector<CURL*> handles;
    for (const auto& [handle, transfer] : active_) handles.push_back(handle);
    for (CURL* handle : handles) finish(handle, CURLE_ABORTED_BY_CALLBACK);
  }

  // True when something was finished, and so something new may have been posted.
  bool finish_done() {
    bool any = false;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      any = true;
      finish(message->easy_handle, message->data.result);
    }
    return any;
  }

  void finish(CURL* handle, CURLcode code) {
    curl_multi_remove_handle(multi_, handle);
    auto transfer = std::move(active_.extract(handle).mapped());
    HttpAnswer answer = transfer->answer(code);
    const Done done = transfer->take_done();
    transfer->release();
    if (idle_.size() < limits::kMaxInFlight) idle_.push_back(std::move(transfer));
    done(std::move(answer));
  }

  const Egress egress_;
  const EgressOptions options_;
  CURLM* multi_ = nullptr;

  // Guarded by the mutex.
  std::mutex mutex_;
  std::vector<Posted> inbox_;
  bool stopping_ = false, cancelling_ = false;

  // The thread's own.
  std::unordered_map<CURL*, std::unique_ptr<Transfer>> active_;
  std::vector<std::unique_ptr<Transfer>> idle_;

  std::thread thread_;
};

HttpClient::HttpClient(Egress egress, const EgressOptions& options)
    : impl_(std::make_unique<Impl>(std::move(egress), options)) {}
HttpClient::~HttpClient() = default;

void HttpClient::cancel() {
  impl_->cancel();
}

void HttpClient::post(HttpRequest request, Done done) {
  impl_->post(std::move(request), std::move(done));
}

}  // namespace herald::connectors
