// Every route x every role, on the server, on a registry and on a model: who gets through, who is refused, and to whom it
// looks as if nothing were there.
#include "api/authorisation.h"
#include "api/handlers.h"
#include "api/testing/locked_server.h"
#include "api/testing/paths.h"

namespace herald::api {
namespace {

using registry::Role;
using testing::Reply;

enum class Place { server, registry, model };

// Who calls: with what role, held where. Without a place: a token and no role. Without a token: nobody.
struct Walker {
  std::string name;
  std::optional<Role> role = {};
  Place place = Place::server;
  bool has_token = true;
};

enum class Fate { through, unauthenticated, denied, hidden };

std::string_view words(Fate fate) {
  switch (fate) {
    case Fate::through:
      return "goes through";
    case Fate::unauthenticated:
      return "is asked for a token";
    case Fate::denied:
      return "is denied";
    case Fate::hidden:
      return "sees nothing there";
  }
  return "";
}

// In "vault", which is restricted; in "models", which everybody sees, the walkers hold roles on the server alone.
bool is_in_the_vault(const Route& route) {
  return route.pattern().find("{registry}") != std::string::npos;
}

std::optional<Role> held_there(const Walker& walker, const Route& route) {
  const bool counts =
      walker.place == Place::server ||
      (is_in_the_vault(route) && (walker.place == Place::registry || route.scope() == ObjectScope::model));
  const std::optional<Role> own = counts ? walker.role : std::nullopt;
  return is_in_the_vault(route) ? own : std::max(own, std::optional(Role::viewer));
}

Fate expected(const Walker& walker, const Route& route) {
  if (route.permission() == Permission::open) return Fate::through;
  if (!walker.has_token) return Fate::unauthenticated;
  if (route.permission() == Permission::own) return Fate::through;
  const Role needed = role_for(route.permission());
  const auto through_if = [&](std::optional<Role> held) {
    return held && *held >= needed ? Fate::through : Fate::denied;
  };
  // Content by its digest belongs to no model: it is for roles on the server, though uploaders may ask whether it is there.
  const bool is_by_digest = route.pattern() == "/v1/blobs/{sha256}" && route.method() == Method::get;
  switch (is_by_digest ? ObjectScope::server : route.scope()) {
    case ObjectScope::server:
      return through_if(walker.place == Place::server ? walker.role : std::nullopt);
    case ObjectScope::visible:
      return route.permission() == Permission::read
                 ? Fate::through
                 : through_if(std::max(walker.role, std::optional(Role::viewer)));
    case ObjectScope::registry: {
      const bool sees_a_model_in_it = is_in_the_vault(route) && walker.place == Place::model && walker.role;
      if (!held_there(walker, route) && !sees_a_model_in_it) return Fate::hidden;
      return route.permission() == Permission::read ? Fate::through : through_if(held_there(walker, route));
    }
    case ObjectScope::model:
      if (!held_there(walker, route)) return Fate::hidden;
      return through_if(held_there(walker, route));
  }
  return Fate::denied;
}

std::string concrete(const std::string& pattern) {
  static const std::map<std::string, std::string, std::less<>> kValues = {{"registry", "vault"},
                                                                          {"model", "face"},
                                                                          {"version", "1"},
                                                                          {"alias", "production"},
                                                                          {"sha256", std::string(64, 'a')},
                                                                          {"sequence", "1"},
                                                                          {"type", "alias.assigned"},
                                                                          {"principal", "root"},
                                                                          {"member", "root"}};
  return testing::path_with(pattern, [&](std::string_view name) -> std::string {
    if (name == "model" && pattern.starts_with("/v1/models")) return "churn";
    const auto value = kValues.find(name);
    return value == kValues.end() ? testing::kNoId : value->second;
  });
}

// What stands in an answer and is of the vault; not what the request itself named.
bool tells_of_the_vault(const Reply& reply) {
  return reply.status < 300 &&
         (reply.body.find("vault") != std::string::npos || reply.body.find("\"face\"") != std::string::npos);
}

class Walking : public testing::LockedServerTest {
 protected:
  void prepare() override {
    ASSERT_EQ(ask("POST", "/v1/models", R"({"name":"churn"})").status, 201u);
    ASSERT_EQ(ask("POST", "/v1/registries", R"({"name":"vault","visibility":"restricted"})").status, 201u);
    ASSERT_EQ(ask("POST", "/v1/registries/vault/models", R"({"name":"face"})").status, 201u);
  }

  std::vector<Walker> walkers() {
    std::vector<Walker> all = {{.name = "", .has_token = false}, {.name = "stranger"}};
    given_user("stranger");
    const std::pair<Place, std::string> places[] = {{Place::server, "/v1"},
                                                    {Place::registry, "/v1/registries/vault"},
                                                    {Place::model, "/v1/registries/vault/models/face"}};
    for (const auto& [place, roles] : places) {
      for (const Role role : {Role::restricted_viewer, Role::viewer, Role::member, Role::admin}) {
        const std::string word(reflect::enum_name(role));
        const std::string name = word + std::to_string(static_cast<int>(place));
        given_user(name, word, roles);
        all.push_back({.name = name, .role = role, .place = place});
      }
    }
    return all;
  }

  // Who has a role neither on the server nor in the vault. Who has one on the model in it sees that.
  static bool is_a_stranger_to_the_vault(const Walker& walker) { return !walker.has_token || !walker.role; }

  // What the door made of it; what the handler says then is another matter. A body that no route takes keeps those that get
  // through from changing anything.
  Fate fate_of(const Walker& walker, const Route& route) {
    const bool reads = route.method() == Method::get;
    const Reply reply = as(walker.name, to_string(route.method()), concrete(route.pattern()),
                           reads ? "" : "x", reads ? "" : "Content-Type: text/plain\r\n");
    EXPECT_NE(reply.status, 0u);
    EXPECT_LT(reply.status, 500u) << reply.body;
    if (reply.status == 401) return Fate::unauthenticated;
    const std::string detail = reply.at("detail");
    const bool is_missing =
        detail.starts_with("model \"face\" does not") || detail.starts_with("registry \"vault\" does not");
    if (reply.status == 404 && is_missing) return Fate::hidden;
    if (reply.status == 403 && reply.body.find("takes the role") != std::string::npos) return Fate::denied;
    return Fate::through;
  }
};

// Where a route goes through for everybody, what it shows is what counts (more of it: hidden_registry_test.cc).
TEST_F(Walking, AStrangerSeesNothingOfTheVaultAtAnyRoute) {
  ASSERT_EQ(as("root", "POST", "/v1/registries/vault/models/face/versions", R"({"run":{"id":"r"}})").status,
            201u);
  ASSERT_EQ(as("root", "POST", "/v1/lineage",
               R"({"upstream":{"run":"r"},"relation":"produced","downstream":{"version":"vault/face:v1"}})")
                .status,
            201u);
  Router router;
  add_all_routes(router);
  int asked = 0, shown_to_root = 0;
  for (const Walker& walker : walkers()) {
    if (!is_a_stranger_to_the_vault(walker)) continue;
    for (const Route& route : router.routes()) {
      if (route.method() != Method::get || route.pattern() == "/v1/events/stream" ||
          route.permission() == Permission::open)
        continue;
      const std::string path = concrete(route.pattern()) + "?min_sequence=" + std::to_string(last());
      EXPECT_FALSE(tells_of_the_vault(as(walker.name, "GET", path))) << walker.name << " at " << path;
      shown_to_root += tells_of_the_vault(as("root", "GET", path));
      ++asked;
    }
  }
  EXPECT_GT(asked, 100);
  EXPECT_GT(shown_to_root, 10) << "or the words that are looked for stand nowhere";
}

TEST_F(Walking, EveryRouteInEveryRoleMeetsWhatTheRoleMakesOfIt) {
  Router router;
  add_all_routes(router);
  std::map<Fate, int> met;
  for (const Walker& walker : walkers()) {
    for (const Route& route : router.routes()) {
      const Fate wanted = expected(walker, route), found = fate_of(walker, route);
      EXPECT_EQ(words(found), words(wanted)) << (walker.name.empty() ? "nobody" : walker.name) << " at "
                                             << to_string(route.method()) << " " << route.pattern();
      ++met[found];
    }
  }
  EXPECT_GT(met[Fate::through], 500);
  EXPECT_GT(met[Fate::unauthenticated], 50);
  EXPECT_GT(met[Fate::denied], 200);
  EXPECT_GT(met[Fate::hidden], 50);
}

}  // namespace
}  // namespace herald::api
