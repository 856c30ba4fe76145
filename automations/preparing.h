// What stands behind a delivery: its record, where it goes, and the message itself, made anew for each attempt (so that a
// secret that was changed is used, and a signature's time is the attempt's).
//
// The action is the automation's as of the event that planned the delivery (automation.triggered, or delivery.replayed:
// so a replay takes the action as it has been mended); the facts are those as of the event that set it off. The views
// must hold DeliveryRecord::triggered_sequence already. Of a deleted automation nothing is sent any more. One thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "automations/ports.h"
#include "eventstore/log.h"
#include "projections/head.h"
#include "projections/views.h"
#include "registry/event.h"
#include "registry/state.h"
#include "work/secrets.h"
#include "work/store.h"

namespace herald::automations {

bool is_open(const registry::DeliveryRecord& delivery);

class Preparing {
 public:
  Preparing(const eventstore::Log& log, const projections::Head& head, const projections::Views& views,
            const work::Store& work, const work::Secrets& secrets, std::string public_url)
      : log_(log),
        head_(head),
        views_(views),
        work_(work),
        secrets_(secrets),
        public_url_(std::move(public_url)) {}

  std::optional<registry::DeliveryRecord> find(registry::DeliveryId id) const;
  // What an outcome follows from: the event that planned the delivery.
  registry::Causation causation_of(const registry::DeliveryRecord& delivery) const;
  struct Route {
    std::string url;     // may be secret
    std::string target;  // scheme://host:port; without the host if it is secret
    std::optional<std::vector<std::uint32_t>> retry_seconds;  // the automation's own gaps
  };
  // Errors: those of outgoing().
  Result<Route> route_of(const registry::DeliveryRecord& delivery) const;
  // Errors: those of render(), and not_found when the automation has no such action (any more); internal for a defect
  // of ours, after which trying again may help.
  Result<Outgoing> outgoing(const registry::DeliveryRecord& delivery, Timestamp now) const;

 private:
  std::optional<std::string> name_in_directory(const registry::Actor& actor) const;
  Result<std::string> reveal(const registry::SecretName& name) const;
  Result<registry::AutomationDefinition> definition_of(const projections::ViewsReader& views,
                                                       const registry::DeliveryRecord& delivery) const;
  Result<std::string> url_of(const registry::Action& action) const;
  Result<void> check_not_deleted(const registry::DeliveryRecord& delivery) const;
  Result<Outgoing> render_now(const registry::DeliveryRecord& delivery, Timestamp now) const;

  const eventstore::Log& log_;
  const projections::Head& head_;
  const projections::Views& views_;
  const work::Store& work_;
  const work::Secrets& secrets_;
  const std::string public_url_;
};

}  // namespace herald::automations
