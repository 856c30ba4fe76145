#include "api/openapi_answers.h"

#include <array>

#include "api/header_fields.h"
#include "api/openapi_schemas.h"
#include "api/router.h"

namespace herald::api {

namespace {

using json::ObjectWriter;

struct HeaderText {
  std::string_view name, schema, text;
  bool always = true;  // on each answer that is described to have it
};
constexpr std::string_view kAnyText = R"({"type":"string","minLength":1})";
constexpr std::string_view kAnyNumber = R"({"type":"integer","minimum":0})";

constexpr std::array<HeaderText, 17> kHeaders{{
    {"Herald-Request-Id", R"({"type":"string","format":"uuid"})",
     "Of this request; what it recorded has it as correlationid."},
    {"X-Content-Type-Options", R"({"type":"string","enum":["nosniff"]})",
     "What Content-Type says is what it is."},
    {"RateLimit-Policy", kAnyText, "How often a principal may ask: \"default\";q=20000;w=10.", false},
    {"RateLimit", kAnyText, "What is left of it, and for how long: \"default\";r=19999;t=10.", false},
    {"Herald-Sequence", kAnyNumber,
     "Of what was read: the event up to which it is answered. Of what was recorded: its last event."},
    {"Herald-Idempotent-Replay", R"({"type":"string","enum":["true"]})",
     "It was done before, under the same Idempotency-Key.", false},
    {"ETag", R"({"type":"string","pattern":"^(W/)?\"[^\"]+\"$"})",
     "For If-None-Match; of content, also for If-Range."},
    {"Cache-Control", kAnyText, "Who may keep it, and whether to ask before it is used again."},
    {"Vary", kAnyText, "Accept-Encoding, of what is large enough to be compressed.", false},
    {"Content-Encoding", R"({"type":"string","enum":["gzip"]})", "To who takes it.", false},
    {"Accept-Ranges", R"({"type":"string","enum":["bytes"]})", "Parts of it may be asked for."},
    {"Content-Range", R"({"type":"string","pattern":"^bytes (\\d+-\\d+|\\*)/\\d+$"})",
     "Which part this is, of how much."},
    {"Content-Security-Policy", kAnyText, "What a browser lets the page do."},
    {"Referrer-Policy", kAnyText, "What a browser tells of the page."},
    {"WWW-Authenticate", kAnyText, "Bearer; with an error where a token came that opens nothing."},
    {"Retry-After", kAnyNumber, "In how many seconds to try again.", false},
    {"Allow", kAnyText, "With 405: the methods that the path has.", false},
}};

using HeaderNames = std::vector<std::string_view>;

void write_header_references(ObjectWriter& answer, const HeaderNames& names) {
  ObjectWriter all(answer.key("headers"));
  for (const std::string_view name : names) {
    ObjectWriter header(all.key(name));
    header.member("$ref", "#/components/headers/" + std::string(name));
    header.close();
  }
  all.close();
}

HeaderNames headers_of_all(bool asks_who) {
  HeaderNames names{"Herald-Request-Id", "X-Content-Type-Options"};
  if (asks_who) names.insert(names.end(), {"RateLimit-Policy", "RateLimit"});
  return names;
}

bool is_json(std::string_view media) {
  return media == kJson || media == kEventJson || media == kSchemaJson;
}

// What is read at once, and not sent in pieces.
bool may_be_compressed(const Route& route) {
  const std::string_view media = route.doc().media();
  return route.method() == Method::get && !route.doc().has_ranges() && media != kJsonLines &&
         media != "text/event-stream";
}

HeaderNames headers_of_success(const Route& route, std::string_view status) {
  const Doc& doc = route.doc();
  HeaderNames names = headers_of_all(route.permission() != Permission::open);
  if (doc.tells_sequence()) names.push_back("Herald-Sequence");
  if (doc.recording()) names.push_back("Herald-Idempotent-Replay");
  if (may_be_unchanged(route)) names.push_back("ETag");
  if (doc.has_ranges()) names.push_back("Accept-Ranges");
  if (status == "206") names.push_back("Content-Range");
  if (may_be_unchanged(route) && !doc.has_ranges()) names.push_back("Cache-Control");
  if (may_be_compressed(route)) names.push_back("Vary");
  if (may_be_compressed(route) && status != "304") names.push_back("Content-Encoding");
  names.insert(names.end(), doc.headers().begin(), doc.headers().end());
  return names;
}

void write_success(ObjectWriter& answers, std::string_view status, std::string_view text, const Route& route,
                   const Examples& examples) {
  ObjectWriter answer(answers.key(status));
  answer.member("description", text);
  write_header_references(answer, headers_of_success(route, status));
  if (status != "304") {
    const bool is_part = status == "206";  // of a document is none
    write_content(answer.key("content"), media_type(route.doc().media()),
                  is_part ? "{}" : answer_schema(route.doc()), examples.answer(route, status));
  }
  answer.close();
}

struct RefusalText {
  std::string_view status, text;
  std::string_view header = {};  // that it has besides those of all
};
// What every client may meet; docs/errors.md has all. Further ones are described by `default`.
constexpr std::array<RefusalText, 16> kRefusals{{
    {"400", "The request cannot be read"},
    {"401", "A token is needed", "WWW-Authenticate"},
    {"403", "Not permitted"},
    {"404", "It does not exist, or the caller does not see it"},
    {"408", "The body came too slowly"},
    {"409", "The state is another than the one that is needed"},
    {"411", "The length of the body must be announced"},
    {"412", "The content is another than If-Match says"},
    {"413", "Larger than allowed"},
    {"415", "The content type is not understood"},
    {"416", "The range lies outside the content", "Content-Range"},
    {"422", "A field, parameter or header breaks a rule"},
    {"429", "Asked too often: Retry-After says how long to wait", "Retry-After"},
    {"500", "A defect of Herald's: report it with instance"},
    {"503", "Busy, or stopping: try again", "Retry-After"},
    {"507", "No room left to write"},
}};

bool asks_for_a_token(const Route& route) {
  return route.permission() != Permission::open || !answers_before_the_claim(route);
}

bool may_be_refused_with(const Route& route, std::string_view status) {
  const bool takes_body = route.doc().body() != BodyKind::none;
  if (status == "401") return asks_for_a_token(route);
  if (status == "404") return route.permission() != Permission::open;
  if (status == "409") return route.doc().recording();
  if (status == "408" || status == "411" || status == "413" || status == "415") return takes_body;
  if (status == "412" || status == "416") return route.doc().has_ranges();
  if (status == "507") return route.doc().recording() || takes_body;
  return true;
}

void write_refusal(std::string& out, const RefusalText& refused, HeaderNames headers,
                   const std::string& example) {
  ObjectWriter answer(out);
  answer.member("description", refused.text);
  if (!refused.header.empty()) headers.push_back(refused.header);
  write_header_references(answer, headers);
  write_content(answer.key("content"), kProblemJson, schema_reference("Problem"), example);
  answer.close();
}

}  // namespace

bool may_be_unchanged(const Route& route) {
  return route.method() == Method::get && (is_json(route.doc().media()) || route.doc().has_ranges());
}

void write_content(std::string& out, std::string_view media, std::string_view schema,
                   const std::string& example) {
  ObjectWriter content(out);
  ObjectWriter type(content.key(media));
  type.key("schema") += schema;
  if (!example.empty())
    type.key("examples") += R"({"example":{"$ref":"#/components/examples/)" + example + "\"}}";
  type.close();
  content.close();
}

void write_answers(std::string& out, const Route& route, const Examples& examples) {
  const Doc& doc = route.doc();
  ObjectWriter answers(out);
  const bool takes_bytes = doc.body() == BodyKind::bytes;
  if (takes_bytes || doc.success() != Success::creates) {
    write_success(answers, "200",
                  doc.recording() || takes_bytes ? "Changed, or nothing to change" : "The answer", route,
                  examples);
  }
  if (takes_bytes || doc.success() != Success::changes)
    write_success(answers, "201", "Something new exists", route, examples);
  if (doc.has_ranges()) write_success(answers, "206", "The part that Range names", route, examples);
  if (may_be_unchanged(route)) write_success(answers, "304", "The caller has it already", route, examples);
  for (const RefusalText& refused : kRefusals) {
    if (!may_be_refused_with(route, refused.status)) continue;
    ObjectWriter answer(answers.key(refused.status));
    answer.member("$ref", "#/components/responses/" + std::string(refused.status));
    answer.close();
  }
  HeaderNames headers = headers_of_all(route.permission() != Permission::open);
  headers.push_back("Retry-After");
  write_refusal(answers.key("default"), {"default", "A refusal, or a failure", "Allow"}, headers,
                examples.refusal("405"));
  answers.close();
}

void write_refusals(std::string& out, const Examples& examples) {
  ObjectWriter all(out);
  for (const RefusalText& refused : kRefusals) {
    write_refusal(all.key(refused.status), refused, headers_of_all(refused.status != "401"),
                  examples.refusal(refused.status));
  }
  all.close();
}

void write_headers(std::string& out) {
  ObjectWriter all(out);
  for (const HeaderText& text : kHeaders) {
    ObjectWriter header(all.key(text.name));
    header.member("description", text.text).member("required", text.always);
    header.key("schema") += text.schema;
    header.close();
  }
  all.close();
}

}  // namespace herald::api
