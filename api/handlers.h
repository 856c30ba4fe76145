// The handlers by noun: each file adds its routes.
#pragma once

#include "api/router.h"

namespace herald::api {

void add_system_routes(Router& router);
void add_registry_routes(Router& router);
void add_model_routes(Router& router);
void add_registering_routes(Router& router);
void add_version_routes(Router& router);
void add_alias_routes(Router& router);
void add_stage_routes(Router& router);
void add_card_routes(Router& router);
void add_together_routes(Router& router);
void add_comment_routes(Router& router);
void add_lineage_routes(Router& router);
void add_run_routes(Router& router);
void add_usage_routes(Router& router);
void add_evaluation_routes(Router& router);
void add_compare_routes(Router& router);
void add_blob_routes(Router& router);
void add_artifact_routes(Router& router);
void add_event_routes(Router& router);
void add_automation_routes(Router& router);
void add_delivery_routes(Router& router);
void add_secret_routes(Router& router);
void add_search_routes(Router& router);
void add_sign_in_routes(Router& router);
void add_principal_routes(Router& router);
void add_role_routes(Router& router);
void add_token_routes(Router& router);
void add_erasure_routes(Router& router);

inline void add_all_routes(Router& router) {
  add_system_routes(router);
  add_registry_routes(router);
  add_model_routes(router);
  add_registering_routes(router);
  add_version_routes(router);
  add_alias_routes(router);
  add_stage_routes(router);
  add_card_routes(router);
  add_together_routes(router);
  add_comment_routes(router);
  add_lineage_routes(router);
  add_run_routes(router);
  add_usage_routes(router);
  add_evaluation_routes(router);
  add_compare_routes(router);
  add_artifact_routes(router);
  add_blob_routes(router);
  add_event_routes(router);
  add_automation_routes(router);
  add_delivery_routes(router);
  add_secret_routes(router);
  add_search_routes(router);
  add_sign_in_routes(router);
  add_principal_routes(router);
  add_role_routes(router);
  add_token_routes(router);
  add_erasure_routes(router);
}

}  // namespace herald::api
