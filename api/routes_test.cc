// The route table as a whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "api/handlers.h"
#include "api/openapi.h"
#include "api/public_routes.h"
#include "reflect/json_value.h"

namespace herald::api {
namespace {

Result<Outcome> nothing(const Call&) {
  return Answer{};
}

Route route(Method method, std::string pattern, Permission permission = Permission::read) {
  return {method, std::move(pattern), permission, ObjectScope::server, nothing, Doc("test", "A test")};
}

class Routing : public ::testing::Test {
 protected:
  std::string found(Method method, std::string_view path) {
    const auto result = router.find(method, path, allowed);
    return result ? result->route->pattern() : std::string(to_string(result.error().cause));
  }
  Router router;
  std::string allowed;
};

TEST_F(Routing, TakesTheLiteralBeforeTheParameter) {
  router.add(route(Method::get, "/v1/events/{sequence}"));
  router.add(route(Method::get, "/v1/events/stream"));
  EXPECT_EQ(found(Method::get, "/v1/events/stream"), "/v1/events/stream");
  EXPECT_EQ(found(Method::get, "/v1/events/7"), "/v1/events/{sequence}");
  EXPECT_EQ(found(Method::get, "/v1/events"), "not-found");
  EXPECT_EQ(found(Method::get, "/v1/events/7/x"), "not-found");
}

TEST_F(Routing, ComesBackFromALiteralThatLeadsNowhere) {
  router.add(route(Method::get, "/a/{x}/end"));
  router.add(route(Method::get, "/a/b/other"));
  EXPECT_EQ(found(Method::get, "/a/b/end"), "/a/{x}/end");
}

TEST_F(Routing, GivesTheDecodedValues) {
  router.add(route(Method::get, "/v1/models/{model}/aliases/{alias}"));
  const auto result = router.find(Method::get, "/v1/models/a%20b/aliases/production", allowed).value();
  EXPECT_EQ(result.path.at("model"), "a b");
  EXPECT_EQ(result.path.at("alias"), "production");
  EXPECT_EQ(result.path.find("version"), std::nullopt);
}

TEST_F(Routing, TakesTheRestOfAPath) {
  router.add(route(Method::get, "/files/{path...}"));
  EXPECT_EQ(router.find(Method::get, "/files/a/b%20c/d", allowed)->path.at("path"), "a/b c/d");
  EXPECT_EQ(found(Method::get, "/files"), "not-found");
  EXPECT_EQ(found(Method::get, "/files/"), "not-found");
}

TEST_F(Routing, SaysWhichMethodsThereAre) {
  router.add(route(Method::get, "/v1/models"));
  router.add(route(Method::post, "/v1/models", Permission::write));
  EXPECT_EQ(found(Method::del, "/v1/models"), "method-not-allowed");
  EXPECT_EQ(allowed, "GET, HEAD, POST");
  EXPECT_EQ(found(Method::head, "/v1/models"), "/v1/models");
}

TEST_F(Routing, RefusesARouteThatComesTwice) {
  router.add(route(Method::get, "/v1/models"));
  EXPECT_THROW(router.add(route(Method::get, "/v1/models")), std::logic_error);
}

TEST_F(Routing, RefusesAnOpenRouteThatIsNotListed) {
  EXPECT_THROW(router.add(route(Method::get, "/v1/models", Permission::open)), std::logic_error);
}

TEST_F(Routing, RefusesAListedRouteThatIsNotOpen) {
  EXPECT_THROW(router.add(route(Method::get, "/healthz")), std::logic_error);
}

class AllRoutes : public ::testing::Test {
 protected:
  AllRoutes() { add_all_routes(router); }
  Router router;
};

TEST_F(AllRoutes, HaveAPermissionAndDocumentation) {
  std::set<std::string> open;
  for (const Route& route : router.routes()) {
    const std::string line = std::string(to_string(route.method())) + " " + route.pattern();
    if (route.permission() == Permission::open) open.insert(line);
    EXPECT_GT(route.doc().summary().size(), 10u) << line;
    EXPECT_FALSE(route.doc().tag().empty()) << line;
    EXPECT_TRUE(!route.doc().answer().name.empty() || route.doc().media() != kJson ||
                route.doc().body() == BodyKind::bytes)
        << line << " says nothing of its answer";
  }
  EXPECT_EQ(open, (std::set<std::string>(kPublicRoutes.begin(), kPublicRoutes.end())));
}

TEST_F(AllRoutes, ThatChangeSomethingAskForMoreThanReading) {
  for (const Route& route : router.routes()) {
    const bool changes = route.method() != Method::get;
    EXPECT_EQ(changes, route.doc().recording() || route.doc().body() == BodyKind::bytes) << route.pattern();
    const bool is_claim = route.pattern() == "/v1/claim";
    EXPECT_TRUE(!changes || route.permission() >= Permission::write ||
                route.permission() == Permission::own || is_claim)
        << route.pattern();
  }
}

std::string pages_of(std::size_t otherwise, std::size_t most) {
  return R"({"type":"integer","minimum":1,"maximum":)" + std::to_string(most) + R"(,"default":)" +
         std::to_string(otherwise) + "}";
}

TEST_F(AllRoutes, SayHowManyAPageHolds) {
  std::size_t paged = 0;
  for (const Route& route : router.routes()) {
    for (const QueryParameter& parameter : route.doc().query()) {
      if (parameter.name != "limit") continue;
      ++paged;
      if (route.pattern() == "/v1/lineage") {
        EXPECT_EQ(parameter.schema, pages_of(limits::kMaxLineageNodes, limits::kMaxLineageNodes));
      } else if (route.pattern().find("/compare") != std::string::npos) {
        EXPECT_EQ(parameter.schema, pages_of(limits::kMaxComparedRows, limits::kMaxComparedRows));
      } else {
        EXPECT_EQ(parameter.schema, pages_of(limits::kDefaultPageSize, limits::kMaxPageSize))
            << route.pattern();
      }
    }
  }
  EXPECT_GT(paged, 20u);
}

TEST_F(AllRoutes, OfModelsExistInEachRegistry) {
  std::set<std::string> lines;
  for (const Route& route : router.routes())
    lines.insert(std::string(to_string(route.method())) + " " + route.pattern());
  std::size_t of_models = 0;
  for (const Route& route : router.routes()) {
    // Many at once may be of several registries.
    if (!route.pattern().starts_with("/v1/models") || route.pattern().starts_with("/v1/models:")) continue;
    ++of_models;
    EXPECT_TRUE(lines.contains(std::string(to_string(route.method())) + " /v1/registries/{registry}" +
                               route.pattern().substr(3)))
        << route.pattern();
    EXPECT_NE(route.scope(), ObjectScope::server) << route.pattern();
  }
  EXPECT_GT(of_models, 20u);
}

TEST_F(AllRoutes, AreInTheDescription) {
  const auto document = json::Document::parse(describe_api(router)).value();
  const auto paths = document.root().find("paths");
  ASSERT_TRUE(paths);
  std::set<std::string> ids;
  std::size_t operations = 0;
  for (const auto& [path, methods] : paths->members()) {
    for (const auto& [method, operation] : methods.members()) {
      ++operations;
      ids.insert(std::string(*operation.find("operationId")->string()));
    }
  }
  EXPECT_EQ(operations, router.routes().size());
  EXPECT_EQ(ids.size(), operations) << "an operationId comes twice";
}

}  // namespace
}  // namespace herald::api
