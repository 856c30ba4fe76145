#include "automations/chain.h"

#include "base/limits.h"

namespace herald::automations {

using namespace registry;

constexpr std::uint32_t kStepsToOutcome = 2;

NextLink next_link(const Event& event, AutomationId automation) {
  if (std::holds_alternative<AutomationTriggered>(event.payload)) return NextLink::nothing;
  const auto* skipped = std::get_if<DeliverySkipped>(&event.payload);
  if (skipped != nullptr && skipped->automation_id == automation) return NextLink::nothing;
  if (event.causation.depth < limits::kMaxCausationDepth - kStepsToOutcome) return NextLink::trigger;
  return may_be_skipped(event) ? NextLink::skip : NextLink::nothing;
}

bool may_be_skipped(const Event& event) {
  return !std::holds_alternative<DeliverySkipped>(event.payload) &&
         event.causation.depth < limits::kMaxCausationDepth;
}

}  // namespace herald::automations
