// Every route x every role, on the server, on a registry and on a model, held by oneself, by a team or by what a token leaves of
// it: who gets through, who is refused, and to whom it looks as if nothing were there. And every parameter of a query that names
// something x the same callers.
#include <set>

#include "api/authorisation.h"
#include "api/handlers.h"
#include "api/testing/locked_server.h"
#include "api/testing/paths.h"

namespace herald::api {
namespace {

using registry::Role;
using testing::Reply;

enum class Place { server, registry, model };

// Who calls: with what role, held where. Without a role: a token that opens what all see. Without a token: nobody.
struct Walker {
  std::string name;
  std::optional<Role> role = {};
  Place place = Place::server;
  bool has_token = true;
  bool is_limited = false;  // by the token: nothing is added for being visible to all
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
  const bool is_visible = !is_in_the_vault(route) && !walker.is_limited;
  return is_visible ? std::max(own, std::optional(Role::viewer)) : own;
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
                 : through_if(walker.is_limited ? walker.role
                                                : std::max(walker.role, std::optional(Role::viewer)));
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
        given_user_of_a_team(name, word, roles);
        all.push_back({.name = name + "-by-team", .role = role, .place = place});
        given_user(name + "-by-token", "admin");
        given_token(name + "-by-token", name + "-by-token",
                    R"(,"at_most":")" + word + "\"" + scope_of_token(place));
        all.push_back({.name = name + "-by-token", .role = role, .place = place, .is_limited = true});
      }
    }
    return all;
  }

  void given_user_of_a_team(const std::string& name, const std::string& role, const std::string& roles) {
    const std::string team = name + "-team", member = name + "-by-team";
    ASSERT_EQ(as("root", "POST", "/v1/principals", R"({"kind":"team","name":")" + team + "\"}").status, 201u);
    grant(team, role, roles);
    given_user(member);
    ASSERT_LT(as("root", "PUT", "/v1/principals/" + team + "/members/" + member).status, 300u);
  }

  static std::string scope_of_token(Place place) {
    if (place == Place::server) return "";
    return std::string(R"(,"registry":"vault")") + (place == Place::model ? R"(,"model":"face")" : "");
  }

  // An administrator's tokens for other places.
  std::vector<Walker> walkers_elsewhere() {
    given_user("elsewhere", "admin");
    given_token("token-of-models", "elsewhere", R"(,"registry":"models")");
    given_token("token-of-churn", "elsewhere", R"(,"model":"churn")");
    return {{.name = "token-of-models", .is_limited = true}, {.name = "token-of-churn", .is_limited = true}};
  }

  // What the model in the vault is connected with.
  void given_a_life_in_the_vault() {
    const std::string face = "/v1/registries/vault/models/face";
    artifact_ = as("root", "POST", "/v1/artifacts",
                   R"({"name":"w","kind":"model","reference":"s3://w","digest":"sha256:)" +
                       std::string(64, 'a') + "\"}")
                    .at("id");
    ASSERT_EQ(as("root", "POST", face + "/versions",
                 R"({"run":{"id":"vault-run"},"artifacts":[")" + artifact_ + R"("]})")
                  .status,
              201u);
    subject_ = "registries/" + as("root", "GET", "/v1/registries/vault").at("id") + "/models/" +
               as("root", "GET", face).at("id");
    for (
        const char* edge :
        {R"({"upstream":{"dataset":"vault-rows"},"relation":"used","downstream":{"run":"vault-run"}})",
         R"({"upstream":{"version":"vault/face:v1"},"relation":"deployed_as","downstream":{"deployment":"vault-deploy"}})"})
      ASSERT_EQ(as("root", "POST", "/v1/lineage", edge).status, 201u);
  }

  std::string artifact_, subject_;

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
    bool is_missing = false;
    for (const char* thing :
         {"model \"face\"", "registry \"vault\"", "model \"churn\"", "registry \"models\""})
      is_missing = is_missing || detail.starts_with(std::string(thing) + " does not");
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
  std::vector<Walker> all = walkers();
  for (Walker& walker : walkers_elsewhere()) all.push_back(std::move(walker));
  ASSERT_EQ(as("root", "GET", "/v1/models/churn?min_sequence=" + std::to_string(last())).status, 200u)
      << "the views have all of it";
  for (const Walker& walker : all) {
    if (!is_a_stranger_to_the_vault(walker)) continue;
    for (const Route& route : router.routes()) {
      if (route.method() != Method::get || route.pattern() == "/v1/events/stream" ||
          route.permission() == Permission::open)
        continue;
      const std::string path = concrete(route.pattern());
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
  EXPECT_GT(met[Fate::through], 1'500);
  EXPECT_GT(met[Fate::unauthenticated], 50);
  EXPECT_GT(met[Fate::denied], 600);
  EXPECT_GT(met[Fate::hidden], 150);
}

// ---- what queries name ----

// A parameter that names something of the vault, and how it is asked for. `shows`: to who sees the model, what it stands for.
struct NamingParameter {
  std::string pattern, parameter, query;
  bool shows = true;
};

// They name people, words, numbers, times, or versions of what the path names.
bool names_nothing_hidden(const Route& route, std::string_view parameter) {
  static const std::set<std::string_view> kWords = {
      "actor",          "after",        "all",   "as_of",     "aspects",    "automation", "before",
      "correlation",    "cursor",       "depth", "direction", "expected",   "fields",     "kind",
      "limit",          "min_sequence", "name",  "order",     "permission", "principal",  "reason",
      "remove_aliases", "since",        "sort",  "stage",     "state",      "type",       "until"};
  const bool is_of_the_path = route.pattern().find("{model}") != std::string::npos;
  return kWords.contains(parameter) ||
         (is_of_the_path && (parameter == "versions" || parameter == "with" || parameter == "dataset"));
}

// `before`: where live streams end.
std::vector<NamingParameter> naming_parameters(const std::string& artifact, const std::string& subject,
                                               const std::string& before) {
  const std::string some = "&after=0&before=" + before;
  std::vector<NamingParameter> all = {
      {"/v1/resolve", "ref", "ref=vault/face:v1"},
      {"/v1/search", "q", "kind=versions&q=dataset_version:vault/face:v1"},
      {"/v1/access/explain", "registry", "registry=vault"},
      {"/v1/access/explain", "model", "registry=vault&model=face"},
      {"/v1/events/stream", "model", "model=vault/face" + some},
      {"/v1/events/stream", "subject", "subject=" + subject + some},
      {"/v1/lineage/impact", "deployment", "deployment=vault-deploy", false},
      {"/v1/lineage", "deployment", "deployment=vault-deploy"},
  };
  for (const char* pattern : {"/v1/events", "/v1/events/export"}) {
    all.push_back({pattern, "model", "model=vault/face"});
    all.push_back({pattern, "subject", "subject=" + subject});
  }
  for (const char* pattern : {"/v1/compare", "/v1/compare/evaluations"}) {
    all.push_back({pattern, "versions", "versions=vault/face:v1,vault/face:latest"});
    all.push_back({pattern, "with", "versions=vault/face:v1&with=vault/face:latest"});
  }
  for (const char* pattern : {"/v1/lineage", "/v1/lineage/impact"}) {
    all.push_back({pattern, "version", "version=vault/face:v1"});
    all.push_back({pattern, "artifact", "artifact=" + artifact});
    all.push_back({pattern, "run", "run=vault-run"});
    all.push_back({pattern, "dataset", "dataset=vault-rows"});
  }
  for (const char* pattern :
       {"/v1/models/{model}/evaluations", "/v1/models/{model}/versions/{version}/evaluations",
        "/v1/registries/{registry}/models/{model}/evaluations",
        "/v1/registries/{registry}/models/{model}/versions/{version}/evaluations"})
    all.push_back({pattern, "dataset_version", "dataset_version=vault/face:v1"});
  return all;
}

// Something stands in the answer, or the refusal is not that it does not exist.
bool is_shown(const Reply& reply) {
  if (reply.status != 200) return reply.status != 404;
  if (reply.header("content-type").starts_with("text/event-stream"))
    return reply.body.find("event: ") != std::string::npos;
  for (const char* nothing : {R"("items":[])", R"("nodes":[])"}) {
    if (reply.body.find(nothing) != std::string::npos) return false;
  }
  return !reply.body.empty();
}

TEST_F(Walking, EveryParameterThatNamesSomethingIsKnownHere) {
  Router router;
  add_all_routes(router);
  std::set<std::pair<std::string, std::string>> known;
  for (const NamingParameter& naming : naming_parameters("a", "s", "1"))
    known.emplace(naming.pattern, naming.parameter);
  for (const Route& route : router.routes()) {
    if (route.method() != Method::get) continue;
    for (const QueryParameter& parameter : route.doc().query()) {
      const bool is_known = known.contains({route.pattern(), std::string(parameter.name)});
      EXPECT_TRUE(is_known || names_nothing_hidden(route, parameter.name))
          << route.pattern() << "?" << parameter.name << ": may it name what is hidden? Then say so above";
    }
  }
}

TEST_F(Walking, WhatAQueryNamesIsShownToWhoSeesItAlone) {
  given_a_life_in_the_vault();
  ASSERT_EQ(as("root", "POST", "/v1/models/churn/versions", "{}").status, 201u);
  std::vector<Walker> all = walkers();
  for (Walker& walker : walkers_elsewhere()) all.push_back(std::move(walker));
  for (const NamingParameter& naming : naming_parameters(artifact_, subject_, std::to_string(last()))) {
    for (const Walker& walker : all) {
      if (!walker.has_token) continue;
      const bool is_in_the_vault_itself = naming.pattern.find("{registry}") != std::string::npos;
      const bool is_in_models =
          !is_in_the_vault_itself && naming.pattern.find("{model}") != std::string::npos;
      if (is_in_models && walker.is_limited && walker.role && walker.place != Place::server)
        continue;  // does not see the model that the path names
      const std::string target = concrete(naming.pattern) + "?" + naming.query;
      const Reply reply = read_as(walker.name, target);
      EXPECT_EQ(is_shown(reply), walker.role.has_value() && naming.shows)
          << walker.name << " at " << target << ": " << reply.status << " " << reply.body;
    }
  }
}

}  // namespace
}  // namespace herald::api
