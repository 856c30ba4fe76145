// Erasures: what is personal goes, and what the log says stays provable.
#include <set>

#include "api/handlers.h"
#include "api/principals.h"
#include "api/writing.h"
#include "registry/authored.h"
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

// The texts that the actor wrote and that are still there, oldest first; one more than can be erased at once.
std::vector<Digest> texts_written_by(const Parts& parts, const std::string& actor) {
  std::vector<Digest> texts;
  std::set<Digest> seen;
  const std::string mark = "\"actorid\":\"" + actor + "\"";
  const auto log = parts.log.read();
  log.scan(Sequence(1), [&](Sequence, std::string_view bytes) {
    if (bytes.find(mark) == std::string_view::npos) return true;
    const auto event = registry::decode(bytes);
    if (!event || event->actor.id != actor) return true;
    for (const Digest& digest : registry::texts_written_in(event->payload)) {
      if (work::find_text(parts.work, digest) && seen.insert(digest).second) texts.push_back(digest);
    }
    return texts.size() <= limits::kMaxTextsErasedAtOnce;
  });
  return texts;
}

Result<Outcome> erase(const Call& call, const ErasureRequest& request) {
  registry::Erase command{{}, request.texts.value_or(std::vector<Digest>()), request.reason};
  bool complete = true;
  if (request.principal) {
    const projections::HeadReader head(call.herald.parts.head);
    HERALD_TRY(const auto principal, principal_called(call, head, *request.principal, "principal"));
    std::vector<Digest> written = texts_written_by(call.herald.parts, principal.id.str());
    const std::size_t room =
        limits::kMaxTextsErasedAtOnce - std::min(command.texts.size(), limits::kMaxTextsErasedAtOnce);
    complete = written.size() <= room;
    if (!complete) written.resize(room);
    command.texts.insert(command.texts.end(), written.begin(), written.end());
    // The entry goes last: by its name the rest can be asked for.
    if (complete) command.principal_id = principal.id;
  }
  const ErasureBody body{command.principal_id, command.texts.size(), complete};
  const auto present = [body](const registry::Reader&, const recorder::Recorded&) -> Result<Answer> {
    return answer_with(body, std::nullopt);
  };
  return Write{std::move(command), {}, present};
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
           .says(
               "Comments, descriptions and cards that the person wrote read as erased from then on, and the "
               "person is an id without a name. The log is unchanged and verifies. Each request erases at "
               "most "
               "1,000 texts; ask again until it is complete.")});
}

}  // namespace herald::api
