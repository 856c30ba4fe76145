#include "automations/targets.h"

#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>
#include <locale>

#include "base/limits.h"

namespace herald::automations {
namespace {

// A colon within [...] belongs to an IPv6 address.
bool has_port(std::string_view host) {
  const auto colon = host.rfind(':');
  return colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos;
}

}  // namespace

std::string target_of(std::string_view url) {
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return std::string();
  std::string_view host = url.substr(scheme_end + 3);
  host = host.substr(0, host.find_first_of("/?#\\"));
  if (const auto at = host.rfind('@'); at != std::string_view::npos) host.remove_prefix(at + 1);
  std::string target(url.substr(0, scheme_end));
  target.append("://").append(host);
  boost::algorithm::to_lower(target, std::locale::classic());
  if (!has_port(host)) target += target.starts_with("https:") ? ":443" : ":80";
  return target;
}

std::string target_without_host(std::string_view url) {
  const std::string target = target_of(url);
  const std::size_t host = target.find("://");
  if (host == std::string::npos) return "[redacted]";
  return target.substr(0, host + 3) + "[redacted]" + target.substr(target.rfind(':'));
}

void Targets::enqueue(const std::string& url, registry::DeliveryId id) {
  const auto [entry, is_new] = queues_.try_emplace(url);
  if (is_new) entry->second.host = target_of(url);
  entry->second.waiting.push_back(id);
  arrange(entry);
}

std::optional<Targets::Turn> Targets::take() {
  const std::size_t to_silent_hosts = under_way_to_silent_hosts();
  const auto turn_of_its_host = std::find_if(turns_.begin(), turns_.end(), [&](const std::string& url) {
    return may_be_sent_to(queues_.find(url)->second.host, to_silent_hosts);
  });
  if (turn_of_its_host == turns_.end()) return std::nullopt;
  const Entry entry = queues_.find(*turn_of_its_host);
  turns_.erase(turn_of_its_host);
  Queue& queue = entry->second;
  ++hosts_[queue.host];
  queue.has_turn = false;
  Turn turn{entry->first, queue.waiting.front()};
  queue.waiting.pop_front();
  ++queue.in_flight;
  arrange(entry);
  return turn;
}

bool Targets::may_be_sent_to(const std::string& host, std::size_t to_silent_hosts) const {
  const auto found = hosts_.find(host);
  const std::size_t under_way = found == hosts_.end() ? 0 : found->second;
  if (answering_.contains(host)) return under_way < limits::kMaxInFlightPerHost;
  return under_way < limits::kMaxInFlightPerSilentHost && to_silent_hosts < limits::kMaxInFlightToSilentHosts;
}

std::size_t Targets::under_way_to_silent_hosts() const {
  std::size_t sum = 0;
  for (const auto& [host, under_way] : hosts_) sum += answering_.contains(host) ? 0 : under_way;
  return sum;
}

void Targets::remember(const std::string& host, Heard heard) {
  if (heard == Heard::silence) answering_.erase(host);
  if (heard != Heard::answer) return;
  if (answering_.size() >= limits::kMaxHostsKept && !answering_.contains(host)) answering_.clear();
  answering_.insert(host);
}

void Targets::finished(const std::string& url, Heard heard) {
  const Entry entry = queues_.find(url);
  remember(entry->second.host, heard);
  const auto host = hosts_.find(entry->second.host);
  if (--host->second == 0) hosts_.erase(host);
  --entry->second.in_flight;
  arrange(entry);
}

// Gives it a turn, takes its turn away, or forgets it, as it stands now.
void Targets::arrange(Entry entry) {
  Queue& queue = entry->second;
  const bool ready = !queue.waiting.empty() && queue.in_flight < limits::kMaxInFlightPerUrl;
  if (ready && !queue.has_turn) turns_.push_back(entry->first);
  if (!ready && queue.has_turn) turns_.erase(std::find(turns_.begin(), turns_.end(), entry->first));
  queue.has_turn = ready;
  if (queue.waiting.empty() && queue.in_flight == 0) queues_.erase(entry);
}

void Pauses::pause(const std::string& url, Time until, Time now) {
  std::erase_if(pauses_, [&](const auto& entry) { return entry.second <= now; });
  Time& paused = pauses_.try_emplace(url, until).first->second;
  paused = std::max(paused, until);
}

std::optional<Pauses::Time> Pauses::until(const std::string& url, Time now) const {
  const auto found = pauses_.find(url);
  return found != pauses_.end() && found->second > now ? std::optional(found->second) : std::nullopt;
}

}  // namespace herald::automations
