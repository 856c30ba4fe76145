#include "cli/client.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <poll.h>

#include <boost/algorithm/string/case_conv.hpp>
#include <cstdio>
#include <cstring>
#include <locale>

#include "base/bytes.h"
#include "base/ids.h"
#include "cli/problem.h"

namespace herald::cli {
namespace {

constexpr const char* kUserAgent = "herald-cli/" HERALD_VERSION;

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

struct Headers {
  curl_slist* list = nullptr;
  ~Headers() { curl_slist_free_all(list); }
  void add(const std::string& line) { list = curl_slist_append(list, line.c_str()); }
};

// What one exchange sends and receives; libcurl's callbacks work on it.
struct Exchange {
  CURL* curl;
  Answer answer{};
  const Client::Sink* sink = nullptr;
  bool sink_ended = false;
  bool sink_used = false;
  std::FILE* upload = nullptr;
  const std::function<void(std::int64_t)>* moved = nullptr;
};

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  const std::string_view line(data, size * count);
  if (line.starts_with("HTTP/")) exchange.answer.headers.clear();
  if (const auto colon = line.find(':'); colon != std::string_view::npos) {
    std::string name(line.substr(0, colon));
    boost::algorithm::to_lower(name, std::locale::classic());
    const auto from = line.find_first_not_of(" \t", colon + 1);
    const auto to = line.find_last_not_of(" \t\r\n");
    exchange.answer.headers[name] =
        from == std::string_view::npos || to < from ? "" : line.substr(from, to - from + 1);
  }
  return size * count;
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  const std::size_t bytes = size * count;
  curl_easy_getinfo(exchange.curl, CURLINFO_RESPONSE_CODE, &exchange.answer.status);
  if (exchange.sink == nullptr || exchange.answer.status >= 300) {
    exchange.answer.body.append(data, bytes);
    return bytes;
  }
  exchange.sink_used = true;
  if ((*exchange.sink)(std::string_view(data, bytes))) return bytes;
  exchange.sink_ended = true;
  return 0;
}

std::size_t on_upload(char* data, std::size_t size, std::size_t count, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  const std::size_t bytes = std::fread(data, 1, size * count, exchange.upload);
  if (bytes == 0 && std::ferror(exchange.upload) != 0) return CURL_READFUNC_ABORT;
  if (exchange.moved != nullptr && *exchange.moved) (*exchange.moved)(static_cast<std::int64_t>(bytes));
  return bytes;
}

int on_rewind(void* context, curl_off_t offset, int origin) {
  auto& exchange = *static_cast<Exchange*>(context);
  return std::fseek(exchange.upload, static_cast<long>(offset), origin) == 0 ? CURL_SEEKFUNC_OK
                                                                             : CURL_SEEKFUNC_FAIL;
}

bool worth_another_try(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_CONNECT:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
      return true;
    default:
      return false;
  }
}

bool loopback(const std::string& url) {
  for (const char* host : {"://127.", "://localhost", "://[::1]"}) {
    if (url.find(host) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

std::chrono::milliseconds pause_before(int attempt, std::uint32_t random) {
  const std::int64_t full = 100ll << std::min(attempt - 1, 6);
  return std::chrono::milliseconds(full / 2 + random % (full / 2 + 1));
}

void pause_before_attempt(int attempt) {
  const auto time = pause_before(attempt, static_cast<std::uint32_t>(read_be64(random_bytes(8))));
  ::poll(nullptr, 0, static_cast<int>(time.count()));
}

class Client::Impl {
 public:
  explicit Impl(ClientOptions options) : options_(std::move(options)), curl_(curl_easy_init()) {
    if (curl_ == nullptr) throw std::runtime_error("libcurl gives no handle");
    while (options_.url.ends_with('/')) options_.url.pop_back();
  }
  ~Impl() { curl_easy_cleanup(curl_); }

  // `prepare` sets what is special about the exchange, anew for each attempt.
  Result<Answer> perform(const Request& request, const std::function<void(Exchange&)>& prepare) {
    if (options_.token && !options_.url.starts_with("https://") && !loopback(options_.url)) {
      return error(Cause::denied,
                   fmt::format("the token would go to {} in the clear: ask it by https://", options_.url),
                   "--url");
    }
    const std::string key = idempotency_key(request);
    for (int attempt = 1;; ++attempt) {
      Exchange exchange{.curl = curl_};
      curl_easy_reset(curl_);
      set_common(request, exchange);
      Headers headers;
      set_headers(request, key, headers);
      prepare(exchange);
      const CURLcode code = curl_easy_perform(curl_);
      curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &exchange.answer.status);
      const bool again = attempt < options_.attempts && !exchange.sink_used &&
                         (worth_another_try(code) || (code == CURLE_OK && exchange.answer.status == 503));
      if (!again) return finish(code, std::move(exchange), request);
      pause_before_attempt(attempt);
    }
  }

  // Large files take as long as they take.
  void set_transfer_timeouts() {
    curl_easy_setopt(curl_, CURLOPT_TIMEOUT_MS, 0L);
    curl_easy_setopt(curl_, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl_, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options_.stall_timeout.count()));
  }

  const ClientOptions& options() const { return options_; }
  const std::string& refusal() const { return refusal_; }

 private:
  std::string idempotency_key(const Request& request) const {
    if (request.method == "GET" || request.method == "HEAD") return {};
    if (options_.idempotency_key) return *options_.idempotency_key;
    return random_ids().next(system_clock().now()).str();
  }

  void set_common(const Request& request, Exchange& exchange) {
    curl_easy_setopt(curl_, CURLOPT_URL, (options_.url + request.target).c_str());
    curl_easy_setopt(curl_, CURLOPT_PATH_AS_IS, 1L);  // "." and ".." are names here, not ways up
    curl_easy_setopt(curl_, CURLOPT_PROTOCOLS_STR, "http,https");
    if (options_.ca_file) curl_easy_setopt(curl_, CURLOPT_CAINFO, options_.ca_file->c_str());
    curl_easy_setopt(curl_, CURLOPT_USERAGENT, kUserAgent);
    curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
    curl_easy_setopt(curl_, CURLOPT_TIMEOUT_MS, static_cast<long>(options_.total_timeout.count()));
    if (loopback(options_.url)) curl_easy_setopt(curl_, CURLOPT_PROXY, "");
    curl_easy_setopt(curl_, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(curl_, CURLOPT_HEADERDATA, &exchange);
    curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &exchange);
    if (request.body) {
      curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body->size()));
      curl_easy_setopt(curl_, CURLOPT_POSTFIELDS, request.body->data());
    } else if (request.method == "POST") {
      curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE, 0L);
      curl_easy_setopt(curl_, CURLOPT_POSTFIELDS, "");
    }
    if (request.method == "HEAD") {
      curl_easy_setopt(curl_, CURLOPT_NOBODY, 1L);
    } else {
      curl_easy_setopt(curl_, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
  }

  void set_headers(const Request& request, const std::string& key, Headers& headers) {
    for (const auto& [name, value] : request.headers) headers.add(name + ": " + value);
    headers.add("Herald-Client: cli");
    if (options_.token) headers.add("Authorization: Bearer " + *options_.token);
    headers.add(request.body ? "Content-Type: application/json" : "Content-Type:");
    if (!key.empty()) headers.add("Idempotency-Key: " + key);
    headers.add("Expect:");
    curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, headers.list);
  }

  Result<Answer> finish(CURLcode code, Exchange exchange, const Request& request) {
    if (code != CURLE_OK && !exchange.sink_ended) return unreachable(code);
    // A HEAD's answer has no body to say more; its caller looks at the status.
    if (exchange.answer.status >= 400 && request.method != "HEAD") {
      refusal_ = std::move(exchange.answer.body);
      return read_problem(exchange.answer.status, refusal_);
    }
    return std::move(exchange.answer);
  }

  Error unreachable(CURLcode code) const {
    switch (code) {
      case CURLE_COULDNT_CONNECT:
      case CURLE_COULDNT_RESOLVE_HOST:
        return error(
            Cause::unavailable,
            fmt::format("no server answers at {} ({}): start one with \"herald serve --data DIR\", or name "
                        "another with --url or HERALD_URL",
                        options_.url, curl_easy_strerror(code)));
      case CURLE_URL_MALFORMAT:
      case CURLE_UNSUPPORTED_PROTOCOL:
        return error(Cause::invalid_value,
                     fmt::format("\"{}\" is no URL of a server: http://HOST:PORT is expected", options_.url),
                     "--url");
      case CURLE_OPERATION_TIMEDOUT:
        return error(Cause::timed_out,
                     fmt::format("{} does not answer in time: what was asked may have happened; "
                                 "the same --idempotency-key makes it safe to ask again",
                                 options_.url));
      default:
        return error(Cause::unavailable,
                     fmt::format("the connection to {} broke: {}", options_.url, curl_easy_strerror(code)));
    }
  }

  ClientOptions options_;
  CURL* curl_;
  std::string refusal_;
};

Client::Client(ClientOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Client::~Client() = default;

const std::string& Client::url() const {
  return impl_->options().url;
}
const std::string& Client::refusal() const {
  return impl_->refusal();
}

Result<Answer> Client::send(const Request& request) {
  return impl_->perform(request, [](Exchange&) {});
}

Result<bool> Client::exists(const std::string& target) {
  HERALD_TRY(const Answer answer, send({.method = "HEAD", .target = target}));
  if (answer.status == 200) return true;
  if (answer.status == 404) return false;
  return read_problem(answer.status, "");
}

Result<Answer> Client::put_file(const std::string& target, const std::string& file, std::uint64_t size,
                                const std::function<void(std::int64_t)>& moved) {
  const File opened(std::fopen(file.c_str(), "rb"));
  if (opened == nullptr)
    return error(Cause::not_found, fmt::format("{} cannot be read: {}", file, std::strerror(errno)));
  std::int64_t so_far = 0;
  const std::function<void(std::int64_t)> counted = [&](std::int64_t bytes) {
    so_far += bytes;
    if (moved) moved(bytes);
  };
  return impl_->perform({.method = "PUT", .target = target}, [&](Exchange& exchange) {
    if (so_far != 0) counted(-so_far);
    std::rewind(opened.get());
    exchange.upload = opened.get();
    exchange.moved = &counted;
    curl_easy_setopt(exchange.curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(exchange.curl, CURLOPT_READFUNCTION, on_upload);
    curl_easy_setopt(exchange.curl, CURLOPT_READDATA, &exchange);
    curl_easy_setopt(exchange.curl, CURLOPT_SEEKFUNCTION, on_rewind);
    curl_easy_setopt(exchange.curl, CURLOPT_SEEKDATA, &exchange);
    curl_easy_setopt(exchange.curl, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(size));
    impl_->set_transfer_timeouts();
  });
}

Result<Answer> Client::stream(const Request& request, const Sink& sink,
                              std::optional<std::chrono::milliseconds> limit) {
  return impl_->perform(request, [&](Exchange& exchange) {
    exchange.sink = &sink;
    impl_->set_transfer_timeouts();
    if (limit) curl_easy_setopt(exchange.curl, CURLOPT_TIMEOUT_MS, static_cast<long>(limit->count()));
  });
}

}  // namespace herald::cli
