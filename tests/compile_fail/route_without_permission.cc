#include "api/route.h"

using namespace herald::api;

herald::Result<Outcome> nothing(const Call&) {
  return Answer{};
}

const Route route(Method::get, "/v1/models", ObjectScope::registry, nothing,
                  Doc("models", "List the models"));
