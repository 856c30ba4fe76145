// What one caller sees. Everything that shows something asks here: lists, lineage, runs, artifacts, search, events, exports,
// live streams and the words of refusals. The rules, and there are no others:
//
//   a role on the server    sees everything.
//   registry                by who holds a role in it, or on a model of it; one that is visible to the organization, by all.
//   model, version          by who holds a role on the model, in its registry, or as above. Deleted ones too.
//   artifact                by who sees a model that it is linked in, and by its maker.
//   run                     by who sees a version or an artifact next to it, or a model that it evaluated; and by who recorded
//                           an edge of it.
//   data set, deployment    by who sees a version or an artifact next to it, or a run (as above); and by who recorded an edge
//                           of it.
//   event                   of a registry, a model, an artifact: by who sees that. Of lineage: by who sees both ends. An
//                           evaluation on an artifact or a version of a data set: by who sees both. Of roles in a registry or on a
//                           model, and of what was refused there: by its admins. All others (of principals, roles on the server,
//                           automations, deliveries, secrets, erasures): with a role on the server.
//
// A token of one registry or model sees nothing by what its principal made or recorded, but for artifacts that are linked
// nowhere: it may link them.
//
// What is not seen is as if it were not there: in no list, in no count, and asked for by its name it is answered as a name
// that nobody took. Who may see what is asked of now, whatever moment is asked about.
//
// Of a call, it notes what it hides, so that the refusal that follows is counted (authorisation.h).
//
// Made once for a call, or a slice of a stream: it remembers what it found. It holds a snapshot of the head: short-lived, one
// thread. Looks at kMaxSightRows rows of lineage at most, and is worn out then: what it would take more to see is not seen,
// and the answer says that there is more, or goes on with a fresh one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "api/caller.h"
#include "base/limits.h"
#include "projections/head.h"
#include "registry/commands/addresses.h"
#include "registry/event.h"

namespace herald::api {

struct Call;

class Sight {
 public:
  // Borrow what they are given.
  Sight(const Caller& caller, const projections::Head& head, std::size_t most_rows = limits::kMaxSightRows);
  explicit Sight(const Call& call);
  bool sees_all() const { return all_; }
  bool is_worn_out() const { return rows_ >= most_rows_; }

  // The highest role that the caller holds there. Nothing: it is not seen. On an artifact its maker is a member; on a run, a
  // data set or a deployment it is the highest of what it is seen by, and who recorded an edge of it is a member.
  std::optional<registry::Role> on(registry::ModelId model) const;
  std::optional<registry::Role> on(const registry::ArtifactRecord& artifact) const;
  std::optional<registry::Role> on(const registry::Node& node) const;

  bool sees(const registry::RegistryRecord& registry) const;
  bool sees(registry::ModelId model) const { return all_ || on(model).has_value(); }
  bool sees(const registry::ArtifactRecord& artifact) const { return all_ || on(artifact).has_value(); }
  bool sees(const registry::Node& node) const { return all_ || on(node).has_value(); }
  // `bytes`: as recorded.
  bool sees(const registry::Envelope& event, std::string_view bytes) const;

  // ---- by name, of a state that may be of the past ----
  // Errors: not_found, in the same words for what is hidden and what is not there.
  Result<registry::RegistryRecord> registry(const registry::Reader& state,
                                            const registry::RegistryName& name) const;
  Result<registry::FoundModel> model(const registry::Reader& state,
                                     const registry::ModelAddress& address) const;
  Result<registry::ArtifactRecord> artifact(const registry::Reader& state, registry::ArtifactId id,
                                            const std::string& field) const;

  // ---- what may be said of it ----
  // Runs and deployments have names that callers give them, and all share them: a new name is free, and one that something
  // has already is for who sees it, or (`as`) who may do that much there. Data sets are what they are, whoever names them.
  // Errors: denied.
  Result<void> check_naming(const registry::Node& node, registry::Role as, const std::string& field) const;

  // ---- what is hidden ----
  // The caller is about to be told that nothing is known of it.
  void note_if_hidden(const registry::Node& node) const;

 private:
  using Found = std::optional<registry::Role>;
  const std::optional<registry::RegistryRecord>& home(registry::RegistryId id) const;
  Found on_artifact(registry::ArtifactId id) const;
  Found by_neighbours(const registry::Node& node) const;
  bool is_known(const registry::Node& node) const;
  bool sees_ends_of(std::string_view event) const;
  bool sees_subject(std::string_view subject) const;
  bool administers_place_of(std::string_view event) const;
  bool may_look() const { return !is_worn_out() && ++rows_ != 0; }
  void note(registry::RoleScope on = {}) const;

  const registry::Access& access_;
  const std::string_view actor_;
  const bool all_;
  const std::size_t most_rows_;
  const Call* call_ = nullptr;
  const projections::HeadReader head_;
  mutable std::map<registry::RegistryId, std::optional<registry::RegistryRecord>> homes_;
  mutable std::map<registry::ModelId, Found> models_;
  mutable std::map<registry::ArtifactId, Found> artifacts_;
  mutable std::map<std::string, Found, std::less<>> nodes_;  // by keys::node()
  mutable std::size_t rows_ = 0;
};

}  // namespace herald::api
