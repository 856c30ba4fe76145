#include "cli/help.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/exit_code.h"
#include "cli/terminal.h"
#include "cli/text.h"
#include "cli/tree.h"

namespace herald::cli {
namespace {

constexpr std::size_t kMaxNameWidth = 34;
constexpr std::size_t kLeastRoom = 20;  // for a description, in columns

constexpr std::string_view kEverywhere =
    "Every command also takes --url, --profile, --ca-file, --output, --min-sequence and --idempotency-key: "
    "herald --help";

class Help final : public CLI::Formatter {
 public:
  std::string make_help(const CLI::App* app, std::string, CLI::AppFormatMode) const override {
    std::string out = in_lines(app->get_description()) + "\n" + usage(*app) + "\n";
    out += commands(*app);
    for (const std::string& group : app->get_groups()) {
      if (!group.empty()) out += options(*app, group);
    }
    if (app->get_parent() != nullptr) out += "\n" + in_lines(std::string(kEverywhere));
    if (app->get_name() == "herald") out += of_the_program();
    if (!app->get_footer().empty()) out += "\n" + app->get_footer();
    while (out.ends_with('\n')) out.pop_back();
    return out + "\n";
  }

 private:
  struct Row {
    std::string name, what;
  };

  // Broken at the edge of the terminal, its own lines kept.
  static std::string in_lines(const std::string& text) {
    std::string out;
    for (std::size_t from = 0; from < text.size();) {
      const std::size_t end = std::min(text.find('\n', from), text.size());
      out += fmt::format("{}\n", fmt::join(wrap(text.substr(from, end - from), terminal_width()), "\n"));
      from = end + 1;
    }
    return out;
  }

  static std::string of_the_program() {
    std::vector<Row> codes;
    for (const auto& [code, what] : exit_code_texts())
      codes.push_back({fmt::format("{}", static_cast<int>(code)), what});
    return render("environment", {{"HERALD_TOKEN", "the token to send; it goes before that of the profile"},
                                  {"HERALD_PROFILES_FILE", "the file of the profiles (herald profile)"},
                                  {"NO_COLOR", "set and not empty: no colours, on a terminal either"}}) +
           render("exit codes", codes);
  }

  static std::string usage(const CLI::App& app) {
    std::string out = "usage: " + full_name(app);
    for (const CLI::Option* option : app.get_options()) {
      if (option->get_positional()) out += " " + positional_name(*option);
    }
    if (!app.get_subcommands(nullptr).empty()) out += " COMMAND";
    return out + " [options]";
  }

  static std::string positional_name(const CLI::Option& option) {
    std::string name = option.get_name(true);
    if (option.get_option_text() == "...") name += "...";
    return option.get_required() ? name : "[" + name + "]";
  }

  static std::string commands(const CLI::App& app) {
    std::string out;
    std::vector<std::string> sections;
    for (const CLI::App* sub : app.get_subcommands(nullptr)) {
      if (std::find(sections.begin(), sections.end(), sub->get_group()) == sections.end())
        sections.push_back(sub->get_group());
    }
    std::size_t width = 0;
    for (const CLI::App* sub : app.get_subcommands(nullptr)) width = std::max(width, sub->get_name().size());
    for (const std::string& section : sections) {
      std::vector<Row> rows;
      for (const CLI::App* sub : app.get_subcommands(nullptr)) {
        if (sub->get_group() == section)
          rows.push_back({pad_right(sub->get_name(), width), sub->get_description()});
      }
      out += render(section, rows);
    }
    return out;
  }

  static std::string options(const CLI::App& app, const std::string& group) {
    std::vector<Row> words, rows;
    for (const CLI::Option* option : app.get_options()) {
      if (option->get_group() != group) continue;
      if (option->get_positional()) {
        words.push_back({positional_name(*option), option->get_description()});
        continue;
      }
      std::string name = option->get_name(false, true);
      for (std::size_t at = name.find(','); at != std::string::npos; at = name.find(',', at + 2))
        name.insert(at + 1, " ");
      if (option->get_type_size() != 0 && !option->get_option_text().empty())
        name += " " + option->get_option_text();
      std::string what = option->get_description();
      if (!option->get_envname().empty()) what += " [" + option->get_envname() + "]";
      rows.push_back({name, what});
    }
    return render("arguments", words) + render(group == "Options" ? "options" : group, rows);
  }

  // For what stands behind names of a width, on a terminal; 0 where there is no edge, or too little room to break lines.
  static std::size_t room_beside(std::size_t width) {
    const std::size_t columns = terminal_width(), taken = width + 4;
    return columns >= taken + kLeastRoom ? columns - taken : 0;
  }

  static std::string render(const std::string& title, const std::vector<Row>& rows) {
    if (rows.empty()) return {};
    std::size_t width = 0;
    for (const Row& row : rows) {
      if (display_width(row.name) <= kMaxNameWidth) width = std::max(width, display_width(row.name));
    }
    std::string out = "\n" + title + "\n";
    for (const Row& row : rows) {
      const bool too_wide = display_width(row.name) > width;
      const std::string indent = "\n  " + std::string(width, ' ') + "  ";
      out += "  " + pad_right(row.name, width) + (too_wide ? indent : "  ") +
             fmt::format("{}", fmt::join(wrap(row.what, room_beside(width)), indent)) + "\n";
    }
    return out;
  }
};

}  // namespace

std::shared_ptr<CLI::Formatter> help_formatter() {
  return std::make_shared<Help>();
}

std::string examples_footer(const std::string& examples) {
  if (examples.empty()) return {};
  std::string out = "examples\n  ";
  for (const char c : examples) {
    out.push_back(c);
    if (c == '\n') out += "  ";
  }
  return out;
}

std::vector<std::string> examples_in(const std::string& footer) {
  std::vector<std::string> out;
  std::size_t from = footer.find('\n');
  while (from != std::string::npos) {
    const std::size_t end = footer.find('\n', from + 1);
    std::string line = footer.substr(from + 1, end == std::string::npos ? end : end - from - 1);
    out.push_back(line.starts_with("  ") ? line.substr(2) : std::move(line));
    from = end;
  }
  return out;
}

}  // namespace herald::cli
