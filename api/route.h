// A route: a method and a path, who may call it on what, who answers, and what the documentation says. There is no route
// without a permission and a scope: the constructor has no defaults (tests/compile_fail holds it to that), and one that
// asks for nothing must be listed in public_routes.h.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "api/outcome.h"
#include "api/request.h"
#include "base/limits.h"
#include "base/result.h"
#include "reflect/json_schema.h"

namespace herald::api {

struct Call;
using Handler = Result<Outcome> (*)(const Call& call);

// What the caller must be allowed. authorisation.h says which role has it.
enum class Permission {
  open,       // nobody is asked: only what public_routes.h lists
  own,        // whoever has come in: what is the caller's own, as its tokens, and what all may see, as names
  read,       // see names, facts, history, events
  download,   // the bytes of files and blobs
  write,      // register, describe, tag, comment, move aliases, record lineage, upload
  automate,   // automations and their deliveries
  administer  // registries, policies, roles and secrets
};
std::string_view to_string(Permission permission);

// On what: the whole server, the registry that the path names, or the model that it names.
// `visible`: on anything at all; the handler itself shows and takes no more than what Call::access allows.
enum class ObjectScope { server, registry, model, visible };
std::string_view to_string(ObjectScope scope);

// What a request that records answers when it succeeds: it changes what there is, makes something new, or either.
enum class Success { changes, creates, either };  // 200, 201, both

// A named JSON Schema, for the components of /openapi.json.
struct Schema {
  std::string name;  // empty: none
  std::string (*json)() = nullptr;
};
template <class T>
Schema schema(std::string name) {
  return {std::move(name), &json::schema_of<T>};
}

struct QueryParameter {
  std::string_view name;
  std::string_view schema;  // JSON; empty for `fields`, whose schema follows from the answer's
  std::string_view text;
  bool required = false;
};

enum class BodyKind { none, json, bytes };

// How a route is documented, and what follows from that: the query parameters it takes, the kind and size of its body.
// The setters return the object, so that a route table reads as one sentence for each route.
class Doc {
 public:
  Doc(std::string_view tag, std::string_view summary) : tag_(tag), summary_(summary) {}

  template <class T>
  Doc takes(std::string name) && {
    body_ = BodyKind::json;
    request_ = schema<T>(std::move(name));
    return std::move(*this);
  }
  // The body may be left out.
  template <class T>
  Doc may_take(std::string name) && {
    body_required_ = false;
    return std::move(*this).template takes<T>(std::move(name));
  }
  Doc takes_bytes() && {
    body_ = BodyKind::bytes;
    return std::move(*this);
  }
  Doc at_most(std::size_t body_bytes) && {
    max_body_ = body_bytes;
    return std::move(*this);
  }
  template <class T>
  Doc gives(std::string name) && {
    answer_ = schema<T>(std::move(name));
    return std::move(*this);
  }
  // {"items": [...], "next": "<cursor>"}, with `limit` and `cursor`.
  template <class T>
  Doc lists(std::string name) && {
    list_ = true;
    return std::move(*this).template gives<T>(std::move(name)).paged();
  }
  Doc gives_media(std::string_view media) && {
    media_ = media;
    return std::move(*this);
  }
  // Bytes that stay the same: with ranges, and a strong ETag.
  Doc ranged() && {
    ranged_ = true;
    return std::move(*this);
  }
  // Says nothing of the log: no Herald-Sequence.
  Doc timeless() && {
    timeless_ = true;
    return std::move(*this);
  }
  // Sends a header that other routes do not.
  Doc sends(std::string_view header) && {
    headers_.push_back(header);
    return std::move(*this);
  }
  // Records an event: takes Idempotency-Key.
  Doc records(Success success = Success::changes) && {
    records_ = true;
    success_ = success;
    return std::move(*this);
  }
  // Its retries do again what must be so before the caller hears of the write (Write::once_recorded): where the views are
  // behind, they are refused as busy instead of answered with what was decided.
  Doc completed_by_its_retries() && {
    completed_by_retries_ = true;
    return std::move(*this);
  }
  Doc creates() && { return std::move(*this).records(Success::creates); }
  Doc may_create() && { return std::move(*this).records(Success::either); }
  Doc with(QueryParameter parameter) && {
    query_.push_back(parameter);
    return std::move(*this);
  }
  Doc as_of() &&;      // takes `as_of` and `min_sequence`
  Doc fresh() &&;      // takes `min_sequence`
  Doc paged() &&;      // takes `limit` and `cursor`
  Doc by_fields() &&;  // takes `fields`: what reads objects does, without being told (Route)
  // The body may ask for the model that the path names to be made. Where it is not seen and its registry is, the body comes
  // first, and the handler refuses.
  Doc takes_a_new_model() && {
    new_model_ = true;
    return std::move(*this);
  }
  // For people: what the summary does not say.
  Doc says(std::string_view text) && {
    text_ = text;
    return std::move(*this);
  }

  std::string_view tag() const { return tag_; }
  std::string_view summary() const { return summary_; }
  std::string_view text() const { return text_; }
  BodyKind body() const { return body_; }
  bool body_required() const { return body_required_; }
  std::size_t max_body() const { return max_body_; }
  const Schema& request() const { return request_; }
  const Schema& answer() const { return answer_; }
  bool list() const { return list_; }
  bool recording() const { return records_; }
  bool completed_by_retries() const { return completed_by_retries_; }
  Success success() const { return success_; }
  bool has_ranges() const { return ranged_; }
  bool tells_sequence() const;
  const std::vector<std::string_view>& headers() const { return headers_; }
  bool selectable() const { return selectable_; }
  std::string_view media() const { return media_; }
  const std::vector<QueryParameter>& query() const { return query_; }
  bool new_model() const { return new_model_; }

 private:
  std::string_view tag_, summary_, text_, media_ = kJson;
  BodyKind body_ = BodyKind::none;
  std::size_t max_body_ = limits::kMaxRequestBodyBytes;
  Schema request_, answer_;
  bool list_ = false, records_ = false, selectable_ = false, body_required_ = true, ranged_ = false,
       timeless_ = false, completed_by_retries_ = false;
  Success success_ = Success::changes;
  std::vector<QueryParameter> query_;
  std::vector<std::string_view> headers_;
  bool new_model_ = false;
};

class Route {
 public:
  // `pattern`: "/v1/models/{model}/versions"; "{path...}" at the end takes all that follows.
  Route(Method method, std::string pattern, Permission permission, ObjectScope scope, Handler handler,
        Doc doc);

  Method method() const { return method_; }
  const std::string& pattern() const { return pattern_; }
  Permission permission() const { return permission_; }
  ObjectScope scope() const { return scope_; }
  Handler handler() const { return handler_; }
  const Doc& doc() const { return doc_; }
  // What its answer has, for `fields`: made of the schema when it is first asked for, and once. Any thread.
  const std::vector<std::string>& members() const;

 private:
  struct Members {
    std::once_flag made;
    std::vector<std::string> names;
  };
  Method method_;
  std::string pattern_;
  Permission permission_;
  ObjectScope scope_;
  Handler handler_;
  Doc doc_;
  std::shared_ptr<Members> members_ = std::make_shared<Members>();
};

}  // namespace herald::api
