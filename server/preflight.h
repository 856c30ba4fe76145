// What can be seen to be wrong with the options before anything of the data folder is touched, so that a mistake leaves
// no folder, no key and no event behind.
#pragma once

#include "base/result.h"
#include "connectors/kafka/publisher.h"
#include "connectors/senders.h"
#include "server/config.h"

namespace herald::server {

connectors::EgressOptions egress_options(const Config& config);
connectors::kafka::Options kafka_options(const Config& config);

// Errors: invalid_value (a mistake in an option, which the field names); denied, unavailable (an address that cannot be
// listened at, a key file that cannot be used).
Result<void> check_options(const Config& config);

}  // namespace herald::server
