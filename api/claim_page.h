// The page behind the link by which a server is claimed. The code stands behind the "#" of the link, which browsers send to
// nobody; the page sends it when its button is pressed, so that a mere look at the link claims nothing.
#pragma once

#include "api/answer.h"

namespace herald::api {

Answer claim_page();

}  // namespace herald::api
