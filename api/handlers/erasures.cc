// Erasures: what is personal goes, and what the log says stays provable.
#include <algorithm>
#include <iterator>
#include <set>

#include "api/event_walk.h"
#include "api/handlers.h"
#include "api/principals.h"
#include "api/writing.h"
#include "registry/authored.h"
#include "work/erasure.h"
#include "work/texts.h"

namespace herald::api {

struct ErasureRequest {
  std::optional<std::string> principal;
  std::optional<std::vector<Digest>> texts;
  std::optional<registry::Reason> reason;
};
BOOST_DESCRIBE_STRUCT(ErasureRequest, (), (principal, texts, reason))

struct ErasureBody {
  std::optional<registry::PrincipalId> principal_id;
  std::uint64_t texts = 0;  // erased by this request
  bool complete = true;     // false: there is more; ask again
};
BOOST_DESCRIBE_STRUCT(ErasureBody, (), (principal_id, texts, complete))

namespace {

// The texts that the principal wrote and that are still there, oldest first: `most`, and one more where there are more. Of the
// log, what the index has of the principal is looked at, from its creation on: in slices, so that no snapshot is held for
// long, and the server's stop is not kept waiting. Errors: stopping, internal.
Result<std::vector<Digest>> texts_written_by(const Services& herald,
                                             const registry::PrincipalRecord& principal, std::size_t most) {
  std::vector<Digest> texts;
  std::set<Digest> seen;
  const auto add_texts_of = [&](std::string_view bytes) {
    const auto event = registry::decode(bytes);
    if (!event) return;
    for (const Digest& digest : registry::texts_written_in(event->payload)) {
      if (work::has_text(herald.parts.work, digest) && seen.insert(digest).second) texts.push_back(digest);
    }
  };
  EventFilter own;
  own.actor = principal.id.str();
  Sequence after(principal.created.sequence - 1);
  for (bool is_over = false; !is_over && texts.size() <= most;) {
    if (herald.stopping)
      return error(Cause::stopping, "the server is stopping, and this erasure is not begun: ask again");
    const Timelines from(herald.parts);
    std::size_t looked_at = 0;
    const auto collect = [&](Sequence sequence, std::string_view bytes) {
      after = sequence;
      if (own.pass(bytes)) add_texts_of(bytes);
      return ++looked_at < herald.options.events_scanned && texts.size() <= most;
    };
    HERALD_TRY(is_over, walk_events(from, lists_for(own, from), {after, from.log.last().next()},
                                    Towards::later, collect));
  }
  return texts;
}

Result<void> check_texts(const Parts& parts, const std::vector<Digest>& texts) {
  if (texts.size() > limits::kMaxTextsErasedAtOnce) {
    return error(Cause::too_many,
                 std::to_string(texts.size()) + " texts are too many for one request: at most " +
                     std::to_string(limits::kMaxTextsErasedAtOnce) + " are allowed",
                 "texts");
  }
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (work::has_text(parts.work, texts[i])) continue;
    return error(
        Cause::not_found,
        "there is no text " + texts[i].str() + ": it was never written, or is erased already; leave it out",
        "texts[" + std::to_string(i) + "]");
  }
  return {};
}

// Those of both, each once.
void add_texts(std::vector<Digest>& texts, const std::vector<Digest>& more) {
  std::set<Digest> named(texts.begin(), texts.end());
  std::copy_if(more.begin(), more.end(), std::back_inserter(texts),
               [&](const Digest& digest) { return named.insert(digest).second; });
}

// What the sweeper does when it comes to the events is done before the answer: whoever reads after it sees it. The events are
// read in the store's thread.
std::optional<work::Store::Job> taking_away(const eventstore::Log& log, const recorder::Recorded& recorded) {
  if (recorded.last.value() == 0) return std::nullopt;
  return [&log, first = recorded.first, last = recorded.last](lmdb::WriteTxn& txn,
                                                              const work::Tables& tables) -> Result<void> {
    Result<void> taken;
    const auto events = log.read();
    events.scan(first, [&](Sequence sequence, std::string_view bytes) {
      if (sequence > last) return false;
      if (const auto event = registry::decode(bytes)) taken = work::take_away(txn, tables, event->payload);
      return taken.has_value();
    });
    return taken;
  };
}

Write writing(const Call& call, registry::Erase command) {
  const auto present = [](const registry::Reader&, const recorder::Recorded& recorded) -> Result<Answer> {
    HERALD_TRY(const auto body, json::from_json<ErasureBody>(recorded.answer, json::Mode::stored));
    return answer_with(body, std::nullopt);
  };
  return Write{.command = std::move(command),
               .before = {},
               .present = present,
               .once_recorded = [&log = call.herald.parts.log](const recorder::Recorded& recorded) {
                 return taking_away(log, recorded);
               }};
}

Result<Outcome> erase(const Call& call, const ErasureRequest& request) {
  // What it named is gone: the log has the answer.
  if (call.is_retry) return writing(call, {});
  const Parts& parts = call.herald.parts;
  registry::Erase command{{}, {}, request.reason};
  if (request.texts) {
    HERALD_CHECK(check_texts(parts, *request.texts));
    add_texts(command.texts, *request.texts);
  }
  if (request.principal) {
    const projections::HeadReader head(parts.head);
    HERALD_TRY(const auto principal, principal_called(call, head, *request.principal, "principal"));
    const std::size_t room =
        limits::kMaxTextsErasedAtOnce - std::min(command.texts.size(), limits::kMaxTextsErasedAtOnce);
    HERALD_TRY(std::vector<Digest> written,
               texts_written_by(call.herald, principal, limits::kMaxTextsErasedAtOnce));
    command.is_all = written.size() <= room;
    if (!command.is_all) written.resize(room);
    add_texts(command.texts, written);
    command.principal_id = principal.id;
  }
  return writing(call, std::move(command));
}

Result<Outcome> perform_erasure(const Call& call) {
  HERALD_TRY(auto request, body_of<ErasureRequest>(call));
  return Blocking{[&call, request = std::move(request)] { return erase(call, request); }};
}

}  // namespace

void add_erasure_routes(Router& router) {
  router.add(
      {Method::post, "/v1/erasures", Permission::administer, ObjectScope::server, perform_erasure,
       Doc("access", "Erase a person's texts and entry in the directory, or texts by their digests")
           .takes<ErasureRequest>("ErasureRequest")
           .gives<ErasureBody>("Erasure")
           .creates()
           .completed_by_its_retries()
           .says(
               "The person is disabled and the person's tokens are revoked; comments, descriptions and cards "
               "that the person wrote read as erased, and the person is an id without a name. When the "
               "answer "
               "comes, this is so. The log is unchanged and verifies. Each request erases at most 800 texts: "
               "ask again until it is complete.")});
}

}  // namespace herald::api
