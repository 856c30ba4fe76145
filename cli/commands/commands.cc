#include "cli/commands/commands.h"

namespace herald::cli {

void add_commands(Program& program) {
  add_registry_commands(program);
  add_model_commands(program);
  add_version_commands(program);
  add_search_commands(program);
  add_alias_commands(program);
  add_stage_commands(program);
  add_card_commands(program);
  add_comment_commands(program);
  add_artifact_commands(program);
  add_lineage_commands(program);
  add_run_commands(program);
  add_evaluation_commands(program);
  add_usage_commands(program);
  add_event_commands(program);
  add_history_commands(program);
  add_wait_commands(program);
  add_automation_commands(program);
  add_delivery_commands(program);
  add_secret_commands(program);
  add_apply_commands(program);
  add_kafka_commands(program);
  add_log_commands(program);
  add_sign_in_commands(program);
  add_principal_commands(program);
  add_role_commands(program);
  add_token_commands(program);
  add_profile_commands(program);
  add_server_commands(program);
  add_shell_commands(program);
}

}  // namespace herald::cli
