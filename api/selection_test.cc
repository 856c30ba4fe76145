// The members of an answer that a caller may ask for.
#include "api/selection.h"

#include <gmock/gmock.h>

namespace herald::api {
namespace {

int schemas_made = 0;

// Counts how often its schema is made.
struct CountedBody {
  static void json_schema(std::string& out) {
    ++schemas_made;
    out += R"({"type":"object","properties":{"name":{"type":"string"},"size":{"type":"integer"}}})";
  }
};

Result<Outcome> answer_nothing(const Call&) {
  return Answer{};
}

Route route_of_counted() {
  return Route(Method::get, "/v1/counted", Permission::read, ObjectScope::server, answer_nothing,
               Doc("counted", "What counts").gives<CountedBody>("Counted"));
}

TEST(Selection, MakesTheSchemaOfARouteOnceForAllRequests) {
  const Route route = route_of_counted();
  schemas_made = 0;
  const Query some = Query::parse("fields=name,size").value();
  const Query none = Query::parse("fields=colour").value();
  EXPECT_THAT(fields_in(route, some).value(), ::testing::ElementsAre("name", "size"));
  EXPECT_THAT(fields_in(route, some).value(), ::testing::ElementsAre("name", "size"));
  const auto refused = fields_in(route, none);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, ::testing::HasSubstr("there are name, size"));
  EXPECT_EQ(schemas_made, 1);
}

TEST(Selection, MakesNoSchemaWhereNobodyAsks) {
  const Route route = route_of_counted();
  schemas_made = 0;
  EXPECT_THAT(fields_in(route, Query::parse("").value()).value(), ::testing::IsEmpty());
  EXPECT_EQ(schemas_made, 0);
}

}  // namespace
}  // namespace herald::api
