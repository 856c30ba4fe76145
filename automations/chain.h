// How far one event from outside may lead. Deliveries end in events, and automations may wait for those by name, so that
// without a rule one event could be followed by others for ever:
//   - automation.triggered sets off nothing;
//   - delivery.skipped sets off nothing of the automation that it tells of, and no skip follows from a skip;
//   - a trigger leads to its deliveries' outcomes two steps further: where these would reach kMaxCausationDepth, a skip
//     is recorded in its place; from an event as deep as that follows nothing at all.
// So no event is deeper than kMaxCausationDepth, and each has a bounded number that follow from it directly.
#pragma once

#include "registry/event.h"

namespace herald::automations {

enum class NextLink { trigger, skip, nothing };

// What may follow from the event by an automation that it matches.
NextLink next_link(const registry::Event& event, registry::AutomationId automation);

// Whether a skip may follow from it.
bool may_be_skipped(const registry::Event& event);

}  // namespace herald::automations
