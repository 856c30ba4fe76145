// One request of the HTTP client on a libcurl handle that is used again and again. Used by the client's
// thread alone.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

#include "connectors/http_client.h"
#include "connectors/http_url.h"

namespace herald::connectors {

class Transfer {
 public:
  Transfer(const Egress& egress, const EgressOptions& options);
  Transfer(const Transfer&) = delete;  // libcurl keeps its address

  // Makes the handle ready to be added to the multi handle.
  void prepare(HttpRequest request, const TargetUrl& target, HttpClient::Done done);
  CURL* handle() const { return easy_.get(); }
  // What came of it, when libcurl says that it is over.
  HttpAnswer answer(CURLcode code);
  HttpClient::Done take_done() { return std::move(done_); }
  // Forgets the request, which may hold secrets and be large.
  void release();

 private:
  static std::size_t on_header(char* data, std::size_t, std::size_t size, void* self);
  static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self);
  static curl_socket_t on_open_socket(void* self, curlsocktype, curl_sockaddr* address);

  void set_fixed_options();
  void describe_failure(HttpAnswer& answer, CURLcode code) const;
  std::string connect_failure() const;
  std::string timeout_words() const;

  struct FreeEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };
  struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };

  const Egress& egress_;
  const EgressOptions& options_;
  std::unique_ptr<CURL, FreeEasy> easy_;
  std::unique_ptr<curl_slist, FreeList> headers_;
  std::unique_ptr<curl_slist, FreeList> resolve_;

  HttpRequest request_;
  TargetUrl target_;
  HttpClient::Done done_;
  char curl_words_[CURL_ERROR_SIZE] = {};
  std::string body_;
  std::size_t header_bytes_ = 0;
  std::optional<std::string> retry_after_;
  std::string refused_;    // why the last address was not connected to
  std::string too_large_;  // which limit was passed
};

}  // namespace herald::connectors
