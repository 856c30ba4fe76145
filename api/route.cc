#include "api/route.h"

#include "api/selection.h"

namespace herald::api {

std::string_view to_string(Permission permission) {
  switch (permission) {
    case Permission::open:
      return "open";
    case Permission::own:
      return "own";
    case Permission::read:
      return "read";
    case Permission::download:
      return "download";
    case Permission::write:
      return "write";
    case Permission::automate:
      return "automate";
    case Permission::administer:
      return "administer";
  }
  return "administer";
}

std::string_view to_string(ObjectScope scope) {
  switch (scope) {
    case ObjectScope::server:
      return "server";
    case ObjectScope::registry:
      return "registry";
    case ObjectScope::model:
      return "model";
    case ObjectScope::visible:
      return "visible";
  }
  return "server";
}

Doc Doc::as_of() && {
  return std::move(*this)
      .with({"as_of", R"({"type":"string"})",
             "As things stood at this recorded sequence, or at this RFC 3339 time."})
      .fresh();
}

Doc Doc::fresh() && {
  return std::move(*this).with({"min_sequence", R"({"type":"integer","minimum":0})",
                                "Answer only when the views hold this sequence; at most 5 s, then 503."});
}

Doc Doc::by_fields() && {
  selectable_ = true;
  return std::move(*this).with(
      {"fields", {}, "Only these members of the object, or of each item; separated by commas."});
}

bool Doc::tells_sequence() const {
  const bool of_the_log = media_ == kJson || media_ == kEventJson || media_ == kJsonLines;
  return of_the_log && !timeless_ && !ranged_ && body_ != BodyKind::bytes;
}

Doc Doc::paged() && {
  return std::move(*this)
      .with({"limit", R"({"type":"integer","minimum":1,"maximum":1000,"default":100})", "Items on a page."})
      .with({"cursor", R"({"type":"string"})", "The \"next\" of the page before."});
}

namespace {

bool reads_objects(Method method, Permission permission, const Doc& doc) {
  return method == Method::get && permission != Permission::open && doc.media() == kJson && !doc.has_ranges();
}

}  // namespace

Route::Route(Method method, std::string pattern, Permission permission, ObjectScope scope, Handler handler,
             Doc doc)
    : method_(method),
      pattern_(std::move(pattern)),
      permission_(permission),
      scope_(scope),
      handler_(handler),
      doc_(reads_objects(method, permission, doc) ? std::move(doc).by_fields() : std::move(doc)) {}

const std::vector<std::string>& Route::members() const {
  std::call_once(members_->made, [this] { members_->names = members_of(doc_.answer()); });
  return members_->names;
}

}  // namespace herald::api
