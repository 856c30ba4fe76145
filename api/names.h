// Who did something, as answers show it: by its id, which is what was recorded, and by the name that the directory has for it
// when it is asked. Who was erased has none, nor have automations and the server itself.
#pragma once

#include <boost/describe.hpp>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "registry/records.h"
#include "work/store.h"

namespace herald::api {

struct Stamp : registry::Mark {
  Stamp(registry::Mark mark = {}, std::optional<std::string> called = std::nullopt)
      : Mark(std::move(mark)), name(std::move(called)) {}
  std::optional<std::string> name;  // of the actor
};
BOOST_DESCRIBE_STRUCT(Stamp, (registry::Mark), (name))

// The names that one answer takes. Each is looked up once, so it lives no longer than the answer; one thread.
class Names {
 public:
  // Borrows it.
  explicit Names(const work::Store& work) : work_(work) {}
  std::optional<std::string> of(registry::PrincipalId id) const;
  std::optional<std::string> of(const std::optional<registry::PrincipalId>& id) const;
  // An actor as the log has it.
  std::optional<std::string> of_actor(const std::string& actor) const;
  Stamp stamp(const registry::Mark& mark) const { return {mark, of_actor(mark.actor)}; }
  std::optional<Stamp> stamp(const std::optional<registry::Mark>& mark) const {
    return mark ? std::optional(stamp(*mark)) : std::nullopt;
  }

 private:
  const work::Store& work_;
  mutable std::map<registry::PrincipalId, std::optional<std::string>> known_;
};

}  // namespace herald::api
