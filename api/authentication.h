// Who calls. While a server has no administrator it stands open on loopback addresses, to everybody as `anonymous`; on a
// public one it answers to nobody but who has the link by which it is claimed. From the first administrator on a caller
// shows a token (RFC 6750: Authorization: Bearer ...), of which work/tokens.h says the form.
//
// A caller is what the head says now: a token that is revoked, a principal that is disabled, a role that is taken away
// counts from the next request on. What was found for a token is kept until a principal, a team, a role or a token changes.
//
// Threads: any.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <unordered_map>

#include "api/caller.h"
#include "api/request.h"
#include "api/server.h"
#include "work/tokens.h"

namespace herald::api {

class Authentication {
 public:
  // `stands_open`: where there is no administrator yet, whoever comes may do everything. `most_kept`: callers; when one more
  // comes all are forgotten, and looked up anew.
  Authentication(const Parts& parts, bool stands_open, std::size_t most_kept = limits::kMaxCallersKept);

  // Errors: malformed (no Host), foreign_origin, unauthenticated.
  Result<Caller> caller_of(const Request& request);
  // Nobody, by the same door: for what answers without asking who calls.
  Result<Caller> anybody(const Request& request);
  // The same caller as things are now; nothing where it would no longer come in.
  std::optional<Caller> renewed(const Caller& caller);
  // Whether it has its first administrator.
  bool is_locked();
  // Whether it is reached from elsewhere and has none: until then it opens nothing but the link by which it is claimed.
  bool awaits_its_claim() { return !stands_open_ && !is_locked(); }

 private:
  struct Known {
    Digest secret;
    std::uint64_t changes = 0;  // Head::changes_of_access() before it was looked up
    Caller caller;
    std::optional<Timestamp> expires;
    Timestamp noted;  // when its use was
  };
  struct Found {
    Caller caller;
    std::optional<Timestamp> expires;
  };
  Result<Caller> bearer(const Request& request);
  std::optional<Caller> known(const work::ShownToken& token, std::uint64_t changes);
  Result<Found> look_up(registry::TokenId id, const std::string& via) const;
  void keep(const work::ShownToken& token, std::uint64_t changes, const Found& found);
  void note_use(registry::TokenId id, Timestamp now);

  const Parts& parts_;
  const bool stands_open_;
  const std::size_t most_kept_;
  std::atomic<bool> locked_{false};
  std::atomic<std::uint64_t> open_at_{0};  // the log's end when there was no administrator
  std::mutex mutex_;
  std::unordered_map<registry::TokenId, Known> known_;  // at most most_kept_
};

}  // namespace herald::api
