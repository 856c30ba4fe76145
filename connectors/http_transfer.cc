#include "connectors/http_transfer.h"

#include <fmt/format.h>
#include <strings.h>
#include <sys/socket.h>

#include <cstring>
#include <stdexcept>

#include "base/limits.h"

namespace herald::connectors {
namespace {

template <class T>
void set(CURL* easy, CURLoption option, T value) {
  if (const CURLcode code = curl_easy_setopt(easy, option, value); code != CURLE_OK) {
    throw std::runtime_error(
        fmt::format("libcurl refuses option {}: {}", static_cast<int>(option), curl_easy_strerror(code)));
  }
}

long milliseconds(std::chrono::milliseconds duration) {
  return static_cast<long>(duration.count());
}

bool is_header(std::string_view line, std::string_view name) {
  return line.size() > name.size() && line[name.size()] == ':' &&
         strncasecmp(line.data(), name.data(), name.size()) == 0;
}

std::string trimmed_value(std::string_view line) {
  line.remove_prefix(line.find(':') + 1);
  const std::size_t first = line.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return std::string(line.substr(first, line.find_last_not_of(" \t\r\n") + 1 - first));
}

}  // namespace

Transfer::Transfer(const Egress& egress, const EgressOptions& options)
    : egress_(egress), options_(options), easy_(curl_easy_init()) {
  if (!easy_) throw std::runtime_error("libcurl gives no handle");
  set_fixed_options();
}

void Transfer::set_fixed_options() {
  CURL* easy = easy_.get();
  set(easy, CURLOPT_PRIVATE, this);
  set(easy, CURLOPT_ERRORBUFFER, curl_words_);
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy, CURLOPT_PROXY, "");  // else the environment's is taken, and it would do the connecting
  set(easy, CURLOPT_POST, 1L);
  set(easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(options_.connect_timeout));
  set(easy, CURLOPT_TIMEOUT_MS, milliseconds(options_.total_timeout));
  // A name that takes too long would else hold up the whole thread until the resolver gives up.
  set(easy, CURLOPT_QUICK_EXIT, 1L);
  set(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  set(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  // The system's roots stay: they are found by folder (CURLOPT_CAPATH's default).
  if (!options_.ca_file.empty()) set(easy, CURLOPT_CAINFO, options_.ca_file.c_str());
  curl_slist* resolve = nullptr;
  for (const std::string& entry : options_.resolve) resolve = curl_slist_append(resolve, entry.c_str());
  resolve_.reset(resolve);
  set(easy, CURLOPT_RESOLVE, resolve);
  set(easy, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  set(easy, CURLOPT_HEADERDATA, this);
  set(easy, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  set(easy, CURLOPT_WRITEDATA, this);
  set(easy, CURLOPT_OPENSOCKETFUNCTION, &Transfer::on_open_socket);
  set(easy, CURLOPT_OPENSOCKETDATA, this);
}

void Transfer::prepare(HttpRequest request, const TargetUrl& target, HttpClient::Done done) {
  request_ = std::move(request);
  target_ = target;
  done_ = std::move(done);
  curl_words_[0] = '\0';
  body_.clear();
  header_bytes_ = 0;
  retry_after_.reset();
  refused_.clear();
  too_large_.clear();

  curl_slist* list = nullptr;
  // Announced by libcurl for large bodies, and waited for by few targets.
  list = curl_slist_append(list, "Expect:");
  for (const auto& [name, value] : request_.headers) {
    // A semicolon is libcurl's way to write a header without value.
    list = curl_slist_append(list, (value.empty() ? name + ";" : name + ": " + value).c_str());
  }
  CURL* easy = easy_.get();
  set(easy, CURLOPT_HTTPHEADER, list);
  headers_.reset(list);
  set(easy, CURLOPT_URL, request_.url.c_str());
  set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
  set(easy, CURLOPT_POSTFIELDS, request_.body.c_str());
}

void Transfer::release() {
  set(easy_.get(), CURLOPT_HTTPHEADER, static_cast<curl_slist*>(nullptr));
  set(easy_.get(), CURLOPT_POSTFIELDS, static_cast<const char*>(nullptr));
  headers_.reset();
  request_ = {};
}

std::size_t Transfer::on_header(char* data, std::size_t, std::size_t size, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::string_view line(data, size);
  transfer.header_bytes_ += size;
  if (transfer.header_bytes_ > limits::kMaxAnswerHeaderBytes) {
    transfer.too_large_ =
        fmt::format("the headers of the answer are larger than {} bytes", limits::kMaxAnswerHeaderBytes);
    return 0;
  }
  if (line.starts_with("HTTP/")) transfer.retry_after_.reset();  // an interim answer came before
  if (is_header(line, "retry-after")) transfer.retry_after_ = trimmed_value(line);
  return size;
}

std::size_t Transfer::on_body(char* data, std::size_t, std::size_t size, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (transfer.body_.size() + size > limits::kMaxAnswerBytes) {
    transfer.too_large_ = fmt::format("the answer is larger than {} bytes", limits::kMaxAnswerBytes);
    return 0;
  }
  transfer.body_.append(data, size);
  return size;
}

curl_socket_t Transfer::on_open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(self);
  const auto ip = IpAddress::from(&address->addr);
  const auto refusal =
      ip ? transfer.egress_.refusal(*ip, transfer.target_.host) : "the address is of an unknown kind";
  if (refusal) {
    transfer.refused_ = *refusal;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

HttpAnswer Transfer::answer(CURLcode code) {
  HttpAnswer answer;
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  curl_off_t microseconds = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_TOTAL_TIME_T, &microseconds);
  answer.status = static_cast<std::uint32_t>(status);
  answer.duration =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::microseconds(microseconds));
  answer.target = target_.origin();
  answer.body = std::move(body_);
  answer.retry_after = std::move(retry_after_);
  if (code != CURLE_OK) describe_failure(answer, code);
  return answer;
}

void Transfer::describe_failure(HttpAnswer& answer, CURLcode code) const {
  const auto fail = [&](std::string_view error_class, std::string sentence) {
    answer.error_class = error_class;
    answer.error = std::move(sentence);
  };
  if (!too_large_.empty()) return fail("too-large", too_large_);
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return fail("dns", fmt::format("the name {} has no address", target_.host));
    case CURLE_COULDNT_CONNECT:
      return refused_.empty() ? fail("connect", connect_failure()) : fail("refused-address", refused_);
    case CURLE_OPERATION_TIMEDOUT:
      return fail("timeout", timeout_words());
    case CURLE_ABORTED_BY_CALLBACK:
      return fail(kCancelled, "the server was stopped before an answer came");
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CLIENTCERT:
      // libcurl's words for TLS speak of certificates and host names only.
      return fail("tls", fmt::format("no TLS with {}: {}", target_.origin(),
                                     curl_words_[0] ? curl_words_ : curl_easy_strerror(code)));
    case CURLE_GOT_NOTHING:
      return fail("protocol", "the connection was closed without an answer");
    case CURLE_PARTIAL_FILE:
      return fail("protocol", "the answer ended before its announced length");
    case CURLE_SEND_ERROR:
      return fail("protocol", "the connection broke while the request was sent");
    case CURLE_RECV_ERROR:
      return fail("protocol", "the connection broke while the answer was read");
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return fail("protocol", "the answer is not HTTP/1");
    // So libcurl says that one line of headers is beyond its own limit.
    case CURLE_OUT_OF_MEMORY:
      return fail("too-large", "a header of the answer is too large to be read");
    default:
      return fail("protocol", curl_easy_strerror(code));
  }
}

std::string Transfer::connect_failure() const {
  long number = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &number);
  return fmt::format("no connection to {}{}", target_.origin(),
                     number == 0 ? "" : fmt::format(": {}", std::strerror(static_cast<int>(number))));
}

std::string Transfer::timeout_words() const {
  curl_off_t connected = 0, answered = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_PRETRANSFER_TIME_T, &connected);
  curl_easy_getinfo(easy_.get(), CURLINFO_STARTTRANSFER_TIME_T, &answered);
  if (connected == 0)
    return fmt::format("no connection to {} within {} ms", target_.origin(),
                       options_.connect_timeout.count());
  return answered == 0 ? fmt::format("no answer within {} ms", options_.total_timeout.count())
                       : fmt::format("the answer was not whole within {} ms", options_.total_timeout.count());
}

}  // namespace herald::connectors
