#include "api/session.h"

#include <fmt/format.h>
#include <linux/sockios.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/ioctl.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/status.hpp>

#include "api/exchange.h"
#include "api/metrics.h"
#include "api/problem.h"
#include "api/target.h"
#include "base/limits.h"

namespace herald::api {

namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::size_t kReadBytes = 8 << 10;
constexpr std::size_t kReadBodyBytes = 64 << 10;

Method method_of(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return Method::get;
    case http::verb::head:
      return Method::head;
    case http::verb::post:
      return Method::post;
    case http::verb::put:
      return Method::put;
    case http::verb::patch:
      return Method::patch;
    case http::verb::delete_:
      return Method::del;
    default:
      return Method::other;
  }
}

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

// Puts the fields of a header where a Request keeps them; those that nobody looks at are passed over.
class Headers {
 public:
  explicit Headers(Request& request) : request_(request) {}

  // Errors: malformed (one that comes twice; a part of a body, or a body in a coding that is not read);
  // unsupported_media (a compressed body).
  Result<void> take(http::field name, std::string_view name_text, std::string_view value) {
    switch (name) {
      case http::field::host:
        return once(host_, name_text, [&] { request_.authority = value; });
      case http::field::origin:
        return once(origin_, name_text, [&] { request_.origin = value; });
      case http::field::authorization:
        return once(authorization_, name_text, [&] { request_.authorization = value; });
      case http::field::content_type:
        return once(type_, name_text, [&] { request_.content_type = value; });
      case http::field::accept_encoding:
        request_.accept_encoding = value;
        return {};
      case http::field::range:
        return once(range_, name_text, [&] { request_.range = value; });
      case http::field::if_range:
        return once(if_range_, name_text, [&] { request_.if_range = value; });
      case http::field::if_none_match:
        request_.if_none_match = value;
        return {};
      case http::field::if_match:
        request_.condition = name_text;
        return once(if_match_, name_text, [&] { request_.if_match = value; });
      case http::field::if_unmodified_since:
        request_.condition = name_text;
        return {};
      case http::field::transfer_encoding:
        if (is(value, "chunked")) return {};
        return error(Cause::malformed,
                     "the only Transfer-Encoding that is read is chunked, not " + shown(value),
                     "Transfer-Encoding");
      case http::field::content_encoding:
        if (is(value, "identity")) return {};
        return error(Cause::unsupported_media,
                     "the body is read as it comes: send it without Content-Encoding, not " + shown(value),
                     "Content-Encoding");
      case http::field::content_range:
        return error(Cause::malformed, "a body must come whole: send it without Content-Range",
                     "Content-Range");
      case http::field::unknown:
        return take_ours(name_text, value);
      default:
        return {};
    }
  }

 private:
  static bool is(std::string_view text, std::string_view wanted) {
    return boost::beast::iequals({text.data(), text.size()}, {wanted.data(), wanted.size()});
  }
  Result<void> take_ours(std::string_view name, std::string_view value) {
    if (is(name, "Idempotency-Key")) return once(key_, name, [&] { request_.idempotency_key = value; });
    if (is(name, "Herald-Client")) return once(client_, name, [&] { request_.client = value; });
    if (is(name, "Last-Event-ID")) return once(last_event_, name, [&] { request_.last_event_id = value; });
    // Two are none: a trace is not worth a refusal (W3C Trace Context, 3.2).
    if (is(name, "traceparent")) request_.traceparent = std::exchange(traced_, true) ? "" : value;
    return {};
  }
  template <class Take>
  Result<void> once(bool& seen, std::string_view name, Take take) {
    if (seen)
      return error(Cause::malformed, "the header " + std::string(name) + " comes twice, and is allowed once",
                   std::string(name));
    seen = true;
    take();
    return {};
  }

  Request& request_;
  bool host_ = false, origin_ = false, authorization_ = false, type_ = false, range_ = false,
       if_match_ = false, if_range_ = false, key_ = false, client_ = false, last_event_ = false,
       traced_ = false;
};

class Session final : public Connection, public Wire, public std::enable_shared_from_this<Session> {
 public:
  Session(Services& herald, Loop& loop, Workers& workers, Socket socket)
      : herald_(herald), loop_(loop), workers_(workers), socket_(std::move(socket)), member_(loop, *this) {}

  static Task<> run(std::shared_ptr<Session> self) {
    const bool is_ready = co_await self->shake_hands();
    while (is_ready && self->keep_alive_) {
      const Arrival arrival = co_await self->next_request();
      if (arrival == Arrival::gone) break;
      co_await self->answer_request(arrival);
    }
    co_await self->end();
  }

  // ---- Connection ----
  void check_deadline(std::chrono::steady_clock::time_point now) override {
    if (writing_ && caller_took_something()) set_deadline(herald_.options.stall_timeout);
    if (now < deadline_) return;
    timed_out_ = true;
    error_code ignored;
    socket_.cancel(ignored);
  }
  void stop_soon() override {
    keep_alive_ = false;
    if (idle_) close_now();
  }
  void close_now() override {
    error_code ignored;
    socket_.close(ignored);
  }

  // ---- Wire ----
  Task<Result<std::string>> read_body(std::size_t count) override {
    if (wants_continue_) {
      wants_continue_ = false;
      co_await write("HTTP/1.1 100 Continue\r\n\r\n");
      set_deadline(herald_.options.request_timeout);
    }
    std::string slice(slice_size(count), '\0');
    while (!parser_->is_done()) {
      if (slow_body_) set_deadline(herald_.options.stall_timeout);
      if (buffer_.size() == 0) {
        const bool more = co_await read_some(body_room());
        if (!more) co_return cut_off();
      }
      auto& body = parser_->get().body();
      body.data = slice.data();
      body.size = slice.size();
      error_code failed;
      const std::size_t consumed = parser_->put(buffer_.data(), failed);
      buffer_.consume(consumed);
      if (failed == http::error::need_buffer) failed = {};
      if (failed && failed != http::error::need_more)
        co_return error(Cause::malformed, "the body is not HTTP: " + failed.message());
      const std::size_t taken = slice.size() - body.size;
      if (taken > 0) {
        slice.resize(taken);
        co_return slice;
      }
      const std::size_t framing = failed == http::error::need_more ? buffer_.size() : consumed;
      if (framing > limits::kMaxRequestHeaderBytes) {
        co_return error(Cause::too_large,
                        "the trailers have more than " + std::to_string(limits::kMaxRequestHeaderBytes) +
                            " bytes, which is the most that is allowed",
                        "trailers");
      }
      if (failed == http::error::need_more) {
        const bool more = co_await read_some(body_room());
        if (!more) co_return cut_off();
      }
    }
    co_return std::string();
  }
  void allow_slow_body() override { slow_body_ = true; }
  void add_header_lines(std::string lines) override { more_lines_ += lines; }

  Task<> send(const Answer& answer) override {
    compose_header(answer, answer.body.size(), !answer.media.empty());
    const bool bodyless = request_.method == Method::head || answer.status == 304;
    const std::array<asio::const_buffer, 2> buffers{
        asio::buffer(header_), asio::buffer(answer.body.data(), bodyless ? 0 : answer.body.size())};
    co_await write_all(buffers);
  }
  Task<bool> begin(const Answer& answer, std::optional<std::uint64_t> length) override {
    if (!length) keep_alive_ = false;
    compose_header(answer, length.value_or(0), length.has_value());
    const std::array<asio::const_buffer, 2> buffers{asio::buffer(header_), asio::const_buffer()};
    const bool written = co_await write_all(buffers);
    co_return written;
  }
  Task<bool> write(std::string_view bytes) override {
    const std::array<asio::const_buffer, 2> buffers{asio::buffer(bytes), asio::const_buffer()};
    const bool written = co_await write_all(buffers);
    co_return written;
  }
  Task<bool> begin_chunks(const Answer& answer) override {
    if (request_.old_http) keep_alive_ = false;
    compose_header(answer, 0, false, !request_.old_http);
    const std::array<asio::const_buffer, 2> buffers{asio::buffer(header_), asio::const_buffer()};
    const bool written = co_await write_all(buffers);
    co_return written;
  }
  Task<bool> write_chunk(std::string_view bytes) override {
    std::string framed(bytes);
    if (!request_.old_http) framed = fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
    const bool written = co_await write(framed);
    co_return written;
  }
  bool is_gone() override {
    if (broken_ || !socket_.is_open()) return true;
    pollfd end{socket_.native_handle(), POLLRDHUP, 0};
    return ::poll(&end, 1, 0) > 0;
  }
  void break_off() override {
    broken_ = true;
    keep_alive_ = false;
  }

 private:
  enum class Arrival { request, unreadable, gone };

  // False: the caller does not speak TLS where it must, or not ours.
  Task<bool> shake_hands() {
    if (!herald_.parts.tls) co_return true;
    context_ = herald_.parts.tls->current();
    tls_.emplace(socket_, *context_);
    set_deadline(herald_.options.request_timeout);
    error_code failed;
    co_await tls_->async_handshake(asio::ssl::stream_base::server, asio::redirect_error(as_task, failed));
    if (!failed) co_return true;
    spdlog::debug("a connection was not made: {}", failed.message());
    tls_.reset();
    break_off();
    co_return false;
  }

  // Reads up to the end of a header. `unreadable`: refusal_ says why.
  Task<Arrival> next_request() {
    request_ = Request{};
    refusal_.reset();
    more_lines_.clear();
    slow_body_ = wants_continue_ = timed_out_ = false;
    if (buffer_.size() == 0) {
      if (buffer_.capacity() > kReadBytes) buffer_.shrink_to_fit();  // of a body: thousands may be idle
      idle_ = true;
      set_deadline(herald_.options.idle_timeout);
      const bool arrived = co_await read_some(kReadBytes);
      idle_ = false;
      if (!arrived) co_return Arrival::gone;
    }
    begun_ = herald_.parts.clock.steady();
    set_deadline(herald_.options.request_timeout);
    parser_.emplace();
    parser_->header_limit(limits::kMaxRequestHeaderBytes);
    parser_->body_limit(boost::none);
    for (;;) {
      if (!parser_->got_some()) skip_empty_lines();
      error_code failed;
      buffer_.consume(parser_->put(buffer_.data(), failed));
      if (parser_->is_header_done()) break;
      if (failed && failed != http::error::need_more) co_return unreadable(failed);
      const bool more = co_await read_some(kReadBytes);
      if (more) continue;
      if (!timed_out_) co_return Arrival::gone;
      refusal_ =
          error(Cause::timed_out,
                "the header did not come within " + std::to_string(herald_.options.request_timeout.count()) +
                    " s, which is the most that is allowed",
                "header");
      co_return Arrival::unreadable;
    }
    co_return take_header();
  }

  // Some callers end a body with one (RFC 9112, 2.2).
  void skip_empty_lines() {
    const auto arrived = [&] {
      return std::string_view(static_cast<const char*>(buffer_.data().data()), buffer_.size());
    };
    while (arrived().starts_with("\r\n")) buffer_.consume(2);
  }

  Arrival unreadable(error_code failed) {
    if (failed == http::error::header_limit) {
      refusal_ = error(Cause::too_large,
                       "the header has more than " + std::to_string(limits::kMaxRequestHeaderBytes) +
                           " bytes, which is the most that is allowed",
                       "header");
      refusal_status_ = 431;
    } else {
      refusal_ = error(Cause::malformed, "this is not HTTP/1.1: " + failed.message(), "request");
    }
    return Arrival::unreadable;
  }

  Arrival take_header() {
    const auto& header = parser_->get();
    request_.method = method_of(header.method());
    request_.old_http = header.version() < 11;
    request_.chunked = parser_->chunked();
    if (const auto length = parser_->content_length()) request_.content_length = *length;
    keep_alive_ = keep_alive_ && parser_->keep_alive() && !request_.old_http;
    Headers headers(request_);
    for (const auto& field : header) {
      const Result<void> taken = headers.take(field.name(), view(field.name_string()), view(field.value()));
      if (!taken) {
        refusal_ = taken.error();
        return Arrival::unreadable;
      }
    }
    take_target(view(header.target()));
    wants_continue_ =
        !request_.old_http && boost::beast::iequals(header[http::field::expect], "100-continue");
    return Arrival::request;
  }

  // An absolute target names the host itself (RFC 9112, 3.2.2).
  void take_target(std::string_view target) {
    const std::string_view scheme = herald_.parts.tls ? "https://" : "http://";
    if (target.starts_with(scheme)) {
      target.remove_prefix(scheme.size());
      const std::size_t end = std::min(target.find_first_of("/?"), target.size());
      request_.authority = target.substr(0, end);
      target.remove_prefix(end);
      if (target.empty()) target = "/";
    }
    request_.target = target;
  }

  Task<> answer_request(Arrival arrival) {
    const Uuid id = herald_.parts.ids.next(herald_.parts.clock.now());
    request_id_ = id.str();
    Exchanged done;
    if (arrival == Arrival::unreadable) {
      keep_alive_ = false;
      const Answer answer = problem(*refusal_, id, std::exchange(refusal_status_, std::nullopt));
      done.status = answer.status;
      co_await send(answer);
    } else {
      done = co_await exchange(herald_, loop_, workers_, *this, request_, id);
    }
    // Not kept while the connection waits for its next request; assigned to, a string would keep its room.
    std::string().swap(request_.body);
    const auto took = herald_.parts.clock.steady() - begun_;
    herald_.metrics->answered(done.route, done.status, took);
    if (spdlog::should_log(spdlog::level::debug)) {
      spdlog::debug("request {}: {} {} {} in {} us", request_id_, to_string(request_.method), request_.target,
                    done.status, std::chrono::duration_cast<std::chrono::microseconds>(took).count());
    }
    if (!body_taken()) keep_alive_ = false;
  }

  bool body_taken() const { return parser_ && parser_->is_done(); }

  // Content comes in large pieces. What is no content is kept as a whole beside the buffer, which need not be large.
  std::size_t body_room() const { return slow_body_ ? kReadBodyBytes : kReadBytes; }

  // No larger than what can come: most bodies are small.
  std::size_t slice_size(std::size_t count) {
    const auto left = parser_->content_length_remaining();
    const std::size_t most = std::min(count, kReadBodyBytes);
    return left ? static_cast<std::size_t>(std::min<std::uint64_t>(*left, most)) : most;
  }

  Error cut_off() const {
    if (timed_out_)
      return error(Cause::timed_out, "the body came too slowly: within " +
                                         std::to_string(herald_.options.request_timeout.count()) +
                                         " s it must be here, and a file must go on");
    return error(Cause::malformed, "the connection ended before the body did");
  }

  void compose_header(const Answer& answer, std::uint64_t length, bool with_length, bool chunked = false) {
    if (loop_.stopping() || !body_taken()) keep_alive_ = false;
    header_.clear();
    auto out = std::back_inserter(header_);
    fmt::format_to(out, "HTTP/1.1 {} {}\r\n{}Herald-Request-Id: {}\r\nX-Content-Type-Options: nosniff\r\n",
                   answer.status, http::obsolete_reason(static_cast<http::status>(answer.status)),
                   loop_.date_line(), request_id_);
    if (!answer.media.empty()) fmt::format_to(out, "Content-Type: {}\r\n", answer.media);
    if (with_length) fmt::format_to(out, "Content-Length: {}\r\n", length);
    if (chunked) header_ += "Transfer-Encoding: chunked\r\n";
    if (answer.sequence) fmt::format_to(out, "Herald-Sequence: {}\r\n", answer.sequence->value());
    header_ += more_lines_;
    for (const Header& header : answer.headers) fmt::format_to(out, "{}: {}\r\n", header.name, header.value);
    header_ += keep_alive_ ? "\r\n" : "Connection: close\r\n\r\n";
  }

  // ---- the socket ----
  void set_deadline(std::chrono::steady_clock::duration time) {
    deadline_ = herald_.parts.clock.steady() + time;
    timed_out_ = false;
  }
  // Whether fewer bytes wait in the kernel than at the last look: a write is done only when much of its buffer is free again,
  // which a caller that takes little at a time may not reach in time.
  bool caller_took_something() {
    int waiting = 0;
    if (::ioctl(socket_.native_handle(), SIOCOUTQ, &waiting) != 0) return false;
    const int before = std::exchange(waiting_, waiting);
    return waiting < before;
  }
  void no_deadline() { deadline_ = std::chrono::steady_clock::time_point::max(); }

  Task<bool> read_some(std::size_t count) {
    error_code failed;
    std::size_t taken = 0;
    if (tls_) {
      taken = co_await tls_->async_read_some(buffer_.prepare(count), asio::redirect_error(as_task, failed));
    } else {
      taken = co_await socket_.async_read_some(buffer_.prepare(count), asio::redirect_error(as_task, failed));
    }
    if (failed) co_return false;
    buffer_.commit(taken);
    co_return !timed_out_;  // what had arrived when the time was up is not cancelled
  }

  Task<bool> write_all(std::array<asio::const_buffer, 2> buffers) {
    while (!broken_ && asio::buffer_size(buffers) > 0) {
      set_deadline(herald_.options.stall_timeout);
      writing_ = true;
      waiting_ = 0;
      error_code failed;
      std::size_t written = 0;
      if (tls_) {
        written = co_await tls_->async_write_some(buffers, asio::redirect_error(as_task, failed));
      } else {
        written = co_await socket_.async_write_some(buffers, asio::redirect_error(as_task, failed));
      }
      if (failed) break_off();
      for (auto& buffer : buffers) {
        const std::size_t from_this = std::min(written, buffer.size());
        buffer += from_this;
        written -= from_this;
      }
    }
    writing_ = false;
    no_deadline();
    co_return !broken_;
  }

  // Closes so that the caller sees the last answer: what it still sends is taken for a while (a socket that is closed with
  // bytes unread resets the connection, and the answer with it).
  Task<> end() {
    error_code failed;
    if (!broken_ && socket_.is_open() && tls_) {
      set_deadline(limits::kLinger);
      // An end that nobody on the way can forge. It fails at what a caller still sends.
      co_await tls_->async_shutdown(asio::redirect_error(as_task, failed));
    }
    if (!broken_ && socket_.is_open()) {
      socket_.shutdown(asio::ip::tcp::socket::shutdown_send, failed);
      set_deadline(limits::kLinger);
      std::size_t taken = 0;
      while (!failed && !timed_out_ && taken < limits::kMaxLingerBytes && !body_taken_or_none()) {
        buffer_.clear();
        taken += co_await socket_.async_read_some(buffer_.prepare(kReadBodyBytes),
                                                  asio::redirect_error(as_task, failed));
      }
    }
    socket_.close(failed);
  }

  // Nothing more can be on its way that belongs to a request that was begun.
  bool body_taken_or_none() const { return !parser_ || parser_->is_done(); }

  Services& herald_;
  Loop& loop_;
  Workers& workers_;
  Socket socket_;
  std::shared_ptr<asio::ssl::context> context_;
  std::optional<asio::ssl::stream<Socket&>> tls_;
  Loop::Membership member_;
  boost::beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::buffer_body>> parser_;
  Request request_;
  std::optional<Error> refusal_;
  std::optional<unsigned int> refusal_status_;
  std::string request_id_, header_, more_lines_;
  std::chrono::steady_clock::time_point begun_, deadline_ = std::chrono::steady_clock::time_point::max();
  bool keep_alive_ = true, idle_ = false, broken_ = false, timed_out_ = false, slow_body_ = false,
       wants_continue_ = false, writing_ = false;
  int waiting_ = 0;  // bytes that the caller has not taken, at the last look during this write
};

}  // namespace

void start_session(Services& herald, Loop& loop, Workers& workers, Socket socket,
                   std::function<void()> on_end) {
  error_code ignored;
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  auto session = std::make_shared<Session>(herald, loop, workers, std::move(socket));
  if (loop.stopping()) session->stop_soon();
  asio::co_spawn(loop.executor(), Session::run(session),
                 [session, on_end = std::move(on_end)](std::exception_ptr failure) {
                   try {
                     if (failure) std::rethrow_exception(failure);
                   } catch (const std::exception& defect) {
                     spdlog::error("a session ended by a defect: {}", defect.what());
                   }
                   on_end();
                 });
}

}  // namespace herald::api
