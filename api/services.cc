#include "api/services.h"

#include "api/compression.h"
#include "api/handlers.h"
#include "api/metrics.h"
#include "api/openapi.h"
#include "api/range.h"

namespace herald::api {

Services::Services(Parts given, Options chosen)
    : parts(std::move(given)),
      options(std::move(chosen)),
      cursors(parts.digest_key),
      authentication(parts, options.stands_open, options.callers_kept),
      denials(parts, options.denials_counted),
      rate_limits(parts.clock, options.rate_limit, limits::kRateWindow),
      held_bytes(options.held_bytes, options.held_bytes_of_one),
      log_at_start(parts.log.last()) {
  add_all_routes(router);
  openapi.body = describe_api(router);
  openapi.gzipped = gzipped(openapi.body);
  openapi.etag = weak_etag_of(openapi.body);
  metrics = std::make_unique<Metrics>(router);
}

Services::~Services() = default;

}  // namespace herald::api
