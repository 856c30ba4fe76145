// One function for each noun of the command line.
#pragma once

#include "cli/program.h"

namespace herald::cli {

inline constexpr const char* kRegistrySection = "models";
inline constexpr const char* kFilesSection = "files and where they come from";
inline constexpr const char* kHappeningSection = "what happens, and what follows";
inline constexpr const char* kAccessSection = "who may do what";
inline constexpr const char* kServerSection = "the server";
inline constexpr const char* kShellSection = "the command line itself";

void add_registry_commands(Program& program);
void add_model_commands(Program& program);
void add_version_commands(Program& program);
void add_search_commands(Program& program);
void add_alias_commands(Program& program);
void add_stage_commands(Program& program);
void add_card_commands(Program& program);
void add_comment_commands(Program& program);
void add_lineage_commands(Program& program);
void add_run_commands(Program& program);
void add_usage_commands(Program& program);
void add_evaluation_commands(Program& program);
void add_compare_commands(Program& program, const Group& versions);
void add_artifact_commands(Program& program);
void add_event_commands(Program& program);
void add_automation_commands(Program& program);
void add_delivery_commands(Program& program);
void add_secret_commands(Program& program);
void add_kafka_commands(Program& program);
void add_log_commands(Program& program);
void add_sign_in_commands(Program& program);
void add_principal_commands(Program& program);
void add_role_commands(Program& program);
void add_token_commands(Program& program);
void add_profile_commands(Program& program);
void add_server_commands(Program& program);
void add_history_commands(Program& program);
void add_wait_commands(Program& program);
void add_apply_commands(Program& program);
void add_shell_commands(Program& program);

}  // namespace herald::cli
