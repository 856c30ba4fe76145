#include "cli/tree.h"

namespace herald::cli {

const CLI::App& Tree::declared(const CLI::App& app) const {
  const auto found = apart.find(&app);
  return found == apart.end() ? app : *found->second;
}

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

std::string full_name(const CLI::App& app) {
  return app.get_parent() == nullptr ? app.get_name() : full_name(*app.get_parent()) + " " + app.get_name();
}

std::vector<const CLI::Option*> words_of(const CLI::App& app) {
  std::vector<const CLI::Option*> out;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) out.push_back(option);
  }
  return out;
}

bool takes_value(const CLI::Option& option) {
  return !value_name(option).empty();  // CLI11 gives flags a size, too
}

std::string value_name(const CLI::Option& option) {
  if (option.get_positional()) return option.get_name(true);
  const std::string text = option.get_option_text();
  return text.ends_with(" ...") ? text.substr(0, text.size() - 4) : text;
}

bool may_repeat(const CLI::Option& option) {
  return option.get_option_text().ends_with("...");
}

std::string dashed_name(const CLI::Option& option) {
  if (!option.get_lnames().empty()) return "--" + option.get_lnames().front();
  return option.get_snames().empty() ? "" : "-" + option.get_snames().front();
}

}  // namespace herald::cli
