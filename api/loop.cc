#include "api/loop.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

namespace herald::api {

namespace {

// How late a deadline may be noticed.
constexpr std::chrono::milliseconds kTick{200};

// RFC 9110, 5.6.7.
std::string http_date(std::int64_t unix_seconds) {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::sys_seconds time{std::chrono::seconds(unix_seconds)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                     kDays[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                     kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace

Loop::Membership::Membership(Loop& loop, Connection& connection)
    : loop_(loop), at_(loop.connections_.insert(loop.connections_.end(), &connection)) {}

Loop::Membership::~Membership() {
  loop_.connections_.erase(at_);
  if (loop_.stopping_ && loop_.connections_.empty()) loop_.grace_.cancel();
}

Loop::Loop(Services& herald)
    : herald_(herald),
      io_(1),
      work_(io_.get_executor()),
      recorded_(io_, herald.parts.tail),
      projected_(io_, herald.parts.projected),
      tick_(io_.get_executor()),
      grace_(io_.get_executor()) {}

void Loop::run() {
  asio::co_spawn(io_.get_executor(), watch_deadlines(), asio::detached);
  io_.run();
}

Task<> Loop::watch_deadlines() {
  while (!stopping_ || !connections_.empty()) {
    tick_.expires_after(kTick);
    boost::system::error_code ignored;
    co_await tick_.async_wait(asio::redirect_error(as_task, ignored));
    const auto now = herald_.parts.clock.steady();
    for (Connection* connection : connections_) connection->check_deadline(now);
    herald_.denials.record_when_due();
  }
}

void Loop::begin_stop() {
  asio::post(io_, [this] {
    stopping_ = true;
    for (Connection* connection : connections_) connection->stop_soon();
    recorded_.wake_all();
    asio::co_spawn(io_.get_executor(), wait_for_the_last(), asio::detached);
    work_.reset();
  });
}

Task<> Loop::wait_for_the_last() {
  if (!connections_.empty()) {
    grace_.expires_after(herald_.options.grace);
    boost::system::error_code ignored;
    co_await grace_.async_wait(asio::redirect_error(as_task, ignored));
  }
  for (Connection* connection : connections_) connection->close_now();
  tick_.cancel();
}

const std::string& Loop::date_line() {
  const std::int64_t second = herald_.parts.clock.now().unix_ms() / 1000;
  if (second != date_second_) {
    date_line_ = "Date: " + http_date(second) + "\r\n";
    date_second_ = second;
  }
  return date_line_;
}

}  // namespace herald::api
