#include "api/problem.h"

#include <gtest/gtest.h>

#include "reflect/json_value.h"

namespace herald::api {
namespace {

const Uuid kRequest = *Uuid::parse("0199a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b");

struct Row {
  Cause cause;
  std::string_view code;
  unsigned int status;
};

// The whole table, written down a second time on purpose: clients rely on each row.
constexpr Row kRows[] = {
    {Cause::malformed, "malformed", 400},
    {Cause::invalid_value, "invalid-value", 422},
    {Cause::missing_field, "missing-field", 422},
    {Cause::unknown_field, "unknown-field", 422},
    {Cause::duplicate_field, "duplicate-field", 422},
    {Cause::too_large, "too-large", 413},
    {Cause::too_many, "too-many", 422},
    {Cause::not_found, "not-found", 404},
    {Cause::already_exists, "already-exists", 409},
    {Cause::expected_mismatch, "expected-mismatch", 409},
    {Cause::not_allowed_now, "not-allowed-now", 409},
    {Cause::idempotency_mismatch, "idempotency-mismatch", 422},
    {Cause::unauthenticated, "unauthenticated", 401},
    {Cause::denied, "denied", 403},
    {Cause::foreign_origin, "foreign-origin", 403},
    {Cause::method_not_allowed, "method-not-allowed", 405},
    {Cause::unsupported_media, "unsupported-media", 415},
    {Cause::range_not_satisfiable, "range-not-satisfiable", 416},
    {Cause::digest_mismatch, "digest-mismatch", 422},
    {Cause::length_required, "length-required", 411},
    {Cause::timed_out, "timed-out", 408},
    {Cause::rate_limited, "rate-limited", 429},
    {Cause::busy, "busy", 503},
    {Cause::storage_full, "storage-full", 507},
    {Cause::stopping, "stopping", 503},
    {Cause::unavailable, "unavailable", 503},
    {Cause::internal, "internal", 500},
};

TEST(Problems, HaveARowForEachCause) {
  EXPECT_EQ(std::size(kRows), static_cast<std::size_t>(Cause::internal) + 1);
  for (std::size_t i = 0; i < std::size(kRows); ++i) EXPECT_EQ(static_cast<std::size_t>(kRows[i].cause), i);
}

TEST(Problems, SayCauseFieldSentenceAndRequest) {
  for (const Row& row : kRows) {
    const Answer answer = problem(error(row.cause, "what is wrong", "moves[1].alias"), kRequest);
    EXPECT_EQ(answer.status, row.status) << row.code;
    EXPECT_EQ(answer.media, "application/problem+json");
    const auto document = json::Document::parse(answer.body).value();
    const auto text = [&](std::string_view name) {
      return std::string(*document.root().find(name)->string());
    };
    EXPECT_EQ(text("type"), "urn:herald:problem:" + std::string(row.code));
    EXPECT_EQ(text("code"), row.code);
    EXPECT_EQ(text("detail"), "what is wrong");
    EXPECT_EQ(text("field"), "moves[1].alias");
    EXPECT_EQ(text("instance"), "urn:herald:request:" + kRequest.str());
    EXPECT_FALSE(text("title").empty());
    EXPECT_EQ(document.root().find("status")->unsigned_integer(), row.status);
  }
}

TEST(Problems, NameWhereWhenNoFieldIsNamedButOfWhatNoCallerCanMend) {
  for (const Row& row : kRows) {
    const auto document = json::Document::parse(problem(error(row.cause, "x"), kRequest).body).value();
    EXPECT_EQ(document.root().find("field").has_value(), row.status < 500) << row.code;
  }
  EXPECT_EQ(where_of(error(Cause::method_not_allowed, "x")), "method");
  EXPECT_EQ(where_of(error(Cause::not_found, "x", "alias")), "alias");
}

TEST(Problems, SayOfEachCauseWhatToDo) {
  for (const Row& row : kRows) {
    const std::string fix = fix_of(error(row.cause, "x", "moves[1].alias"));
    EXPECT_GT(fix.size(), 9u) << row.code;
    EXPECT_EQ(fix.back(), '.') << row.code;
    EXPECT_EQ(fix.find("{}"), std::string::npos) << row.code;
  }
  EXPECT_EQ(fix_of(error(Cause::missing_field, "x", "name")), "Add \"name\".");
}

TEST(Problems, SayOfSomeFieldsMoreThanOfTheirCause) {
  EXPECT_NE(fix_of(error(Cause::not_found, "x", "model")).find("herald model list"), std::string::npos);
  EXPECT_NE(fix_of(error(Cause::not_found, "x")).find("/openapi.json"), std::string::npos);
}

TEST(Problems, SayWhenToComeBack) {
  for (const Row& row : kRows) {
    const Answer answer = problem(error(row.cause, "x"), kRequest);
    const bool retry = row.cause == Cause::busy || row.cause == Cause::stopping;
    EXPECT_EQ(answer.headers.size(), retry ? 1u : 0u) << row.code;
  }
}

TEST(Problems, TakeAFinerStatus) {
  const Answer answer = problem(error(Cause::too_large, "x"), kRequest, 431);
  EXPECT_EQ(answer.status, 431u);
  EXPECT_NE(answer.body.find("\"status\":431"), std::string::npos);
}

}  // namespace
}  // namespace herald::api
