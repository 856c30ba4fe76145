// A caller over a real socket that can also misbehave: it sends any bytes, and reads answers as HTTP.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>
#include <locale>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "reflect/json_value.h"

namespace herald::api::testing {

struct Reply {
  unsigned int status = 0;                     // 0: the connection ended without an answer
  std::map<std::string, std::string> headers;  // by lower-case name
  std::string body;
  bool complete = true;  // false: chunks that were not ended

  std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
  // The member at a path such as "items.0.name" as text; empty when there is none.
  std::string at(std::string_view path) const {
    const auto document = json::Document::parse(body);
    if (!document) return "";
    std::optional<json::Value> value = document->root();
    while (value && !path.empty()) {
      const std::size_t dot = std::min(path.find('.'), path.size());
      value = step(*value, path.substr(0, dot));
      path.remove_prefix(std::min(dot + 1, path.size()));
    }
    if (!value) return "";
    if (const auto text = value->string()) return std::string(*text);
    return value->dump();
  }
  std::size_t items() const {
    const auto document = json::Document::parse(body);
    const auto list = document ? document->root().find("items") : std::nullopt;
    std::size_t count = 0;
    if (list) {
      for (const json::Value item : list->elements()) count += item.is_null() ? 0 : 1;
    }
    return count;
  }

 private:
  static std::optional<json::Value> step(const json::Value& value, std::string_view name) {
    if (value.kind() != json::Kind::array) return value.find(name);
    std::size_t left = std::stoul(std::string(name));
    for (const json::Value element : value.elements()) {
      if (left-- == 0) return element;
    }
    return std::nullopt;
  }
};

class Client {
 public:
  // `receive_bytes`: the size of its buffer in the kernel; 0: the usual one.
  explicit Client(std::uint16_t port, int receive_bytes = 0) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{20, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (receive_bytes > 0) ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;

  bool connected() const { return connected_; }
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void finish_sending() { ::shutdown(socket_, SHUT_WR); }

  // A well-formed request. `headers`: lines that end in CRLF.
  Reply request(std::string_view method, std::string_view target, std::string_view body = {},
                std::string_view headers = {}) {
    std::string text = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" +
                       std::string(headers);
    if (!body.empty() && headers.find("Content-Type:") == std::string_view::npos)
      text += "Content-Type: application/json\r\n";
    if (!body.empty() || method == "POST" || method == "PUT")
      text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    send(text + "\r\n" + std::string(body));
    return read_reply(method == "HEAD");
  }

  Reply read_reply(bool without_body = false) {
    Reply reply;
    while (buffer_.find("\r\n\r\n") == std::string::npos) {
      if (!receive()) return reply;
    }
    take_header(reply);
    if (without_body || reply.status == 304 || reply.status == 100) return reply;
    if (reply.header("transfer-encoding") == "chunked") {
      take_chunks(reply);
      return reply;
    }
    const auto length = reply.headers.find("content-length");
    if (length == reply.headers.end()) return reply;
    const std::size_t wanted = std::stoul(length->second);
    while (buffer_.size() < wanted && receive()) {
    }
    reply.body = buffer_.substr(0, wanted);
    buffer_.erase(0, wanted);
    return reply;
  }

  // Up to and with `end`; what came when the connection ended before.
  std::string read_until(std::string_view end) {
    while (buffer_.find(end) == std::string::npos && receive()) {
    }
    const std::size_t found = buffer_.find(end);
    const std::size_t size = found == std::string::npos ? buffer_.size() : found + end.size();
    std::string text = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return text;
  }
  // What comes until the server ends the connection.
  std::string read_to_the_end() {
    while (receive()) {
    }
    return std::exchange(buffer_, std::string());
  }
  // Takes what comes, `count` bytes at most, and throws it away. 0: the connection has ended.
  std::size_t discard(std::size_t count) {
    std::string bytes(count, '\0');
    const ssize_t got = ::recv(socket_, bytes.data(), bytes.size(), 0);
    return got <= 0 ? 0 : static_cast<std::size_t>(got);
  }
  // Whether anything has come by now that was not read.
  bool has_something() const {
    char byte;
    return !buffer_.empty() || ::recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
  }
  // True when the server has ended the connection.
  bool ended() { return buffer_.empty() && !receive(); }

 private:
  bool receive() {
    char bytes[65'536];
    const ssize_t got = ::recv(socket_, bytes, sizeof bytes, 0);
    if (got <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }
  // Up to the last chunk; without it `complete` stays false.
  void take_chunks(Reply& reply) {
    reply.complete = false;
    for (;;) {
      const std::string line = read_until("\r\n");
      if (!line.ends_with("\r\n")) return;
      const std::size_t size = std::stoul(line, nullptr, 16);
      while (buffer_.size() < size + 2) {
        if (!receive()) return;
      }
      reply.body += buffer_.substr(0, size);
      buffer_.erase(0, size + 2);
      reply.complete = size == 0;
      if (reply.complete) return;
    }
  }
  void take_header(Reply& reply) {
    const std::size_t end = buffer_.find("\r\n\r\n");
    const std::string head = buffer_.substr(0, end + 2);
    buffer_.erase(0, end + 4);
    reply.status = static_cast<unsigned int>(std::stoul(head.substr(9, 3)));
    for (std::size_t at = head.find("\r\n") + 2; at < head.size();) {
      const std::size_t line_end = head.find("\r\n", at);
      const std::size_t colon = head.find(':', at);
      const std::string name = head.substr(at, colon - at);
      reply.headers[boost::algorithm::to_lower_copy(name, std::locale::classic())] =
          head.substr(colon + 2, line_end - colon - 2);
      at = line_end + 2;
    }
  }

  int socket_;
  bool connected_ = false;
  std::string buffer_;
};

}  // namespace herald::api::testing
