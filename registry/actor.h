// Who did it. An id is opaque; names and addresses of people are kept elsewhere, so that the log holds none.
#pragma once

#include <boost/describe.hpp>
#include <string>

namespace herald::registry {

BOOST_DEFINE_ENUM_CLASS(ActorKind, user, service, automation, system, anonymous)

struct Actor {
  std::string id;  // "anonymous", "system", an automation's id, later a principal's id
  ActorKind kind = ActorKind::anonymous;
  std::string via;  // "http", "cli", "system", "automation": by which door

  static Actor anonymous(std::string via) { return {"anonymous", ActorKind::anonymous, std::move(via)}; }
  static Actor system() { return {"system", ActorKind::system, "system"}; }
  static Actor automation(std::string id) { return {std::move(id), ActorKind::automation, "automation"}; }
  friend bool operator==(const Actor&, const Actor&) = default;
};
BOOST_DESCRIBE_STRUCT(Actor, (), (id, kind, via))

}  // namespace herald::registry
