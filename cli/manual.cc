#include "cli/manual.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>
#include <locale>

#include "cli/exit_code.h"
#include "cli/help.h"

namespace herald::cli {
namespace {

std::string page_name(const CLI::App& app) {
  std::string name = full_name(app);
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

// What a name line takes: no full stop, and no capital at its beginning but in names.
std::string in_the_name_line(const CLI::App& app) {
  std::string what = first_line(app.get_description());
  while (what.ends_with('.')) what.pop_back();
  return what;
}

class Page {
 public:
  Page(const Tree& tree, const CLI::App& app, std::string_view date) : tree_(tree), app_(app) {
    const std::string title = boost::algorithm::to_upper_copy(page_name(app), std::locale::classic());
    out_ = fmt::format(".TH {} 1 {} \"Herald {}\" \"Herald\"\n", roff_text(title), date, HERALD_VERSION);
    section("NAME");
    line(page_name(app) + R"( \- )", in_the_name_line(app));
  }

  ManualPage finish() && { return {page_name(app_), std::move(out_)}; }

  void section(const std::string& title) { out_ += ".SH " + title + "\n"; }

  void program() {
    section("SYNOPSIS");
    out_ += ".B herald\n.I COMMAND\n.RI [ options ]\n";
    section("DESCRIPTION");
    paragraph(app_.get_description());
    std::vector<std::string> headings;
    const auto commands = commands_of(app_);
    for (const CLI::App* sub : commands) {
      if (std::find(headings.begin(), headings.end(), sub->get_group()) == headings.end())
        headings.push_back(sub->get_group());
    }
    section("COMMANDS");
    for (const std::string& heading : headings) {
      out_ += ".SS " + roff_text(heading) + "\n";
      for (const CLI::App* sub : commands) {
        if (sub->get_group() != heading) continue;
        out_ += ".TP\n.BR " + roff_text(page_name(*sub)) + " (1)\n";
        line("", sub->get_description());
      }
    }
    section("OPTIONS");
    options(app_);
    environment();
    files();
    exit_status();
    examples(app_);
  }

  void noun() {
    const auto commands = commands_of(app_);
    section("SYNOPSIS");
    bool first = true;
    for (const CLI::App* sub : commands) {
      if (!std::exchange(first, false)) out_ += ".br\n";
      usage(*sub);
    }
    section("DESCRIPTION");
    paragraph(app_.get_description());
    section("COMMANDS");
    for (const CLI::App* sub : commands) {
      out_ += ".SS " + roff_text(full_name(*sub)) + "\n";
      paragraph(sub->get_description());
      options(*sub);
      examples_of(*sub);
    }
    examples(app_);
    see_also();
  }

  void command() {
    const CLI::App& declared = tree_.declared(app_);
    section("SYNOPSIS");
    usage(app_);
    section("DESCRIPTION");
    paragraph(declared.get_description());
    section("OPTIONS");
    options(declared);
    examples(declared);
    see_also();
  }

 private:
  // A line of text, behind `before`, which is roff already.
  void line(const std::string& before, const std::string& text) { out_ += before + roff_text(text) + "\n"; }

  void paragraph(const std::string& text) {
    bool first = true;
    for (std::size_t from = 0; from < text.size();) {
      const std::size_t end = std::min(text.find('\n', from), text.size());
      if (!std::exchange(first, false)) out_ += ".br\n";
      line("", text.substr(from, end - from));
      from = end + 1;
    }
  }

  void usage(const CLI::App& app) {
    out_ += ".B " + roff_text(full_name(app)) + "\n";
    for (const CLI::Option* word : words_of(tree_.declared(app))) {
      const std::string name = roff_text(word->get_name(true) + (may_repeat(*word) ? "..." : ""));
      out_ += word->get_required() ? ".I " + name + "\n" : ".RI [ " + name + " ]\n";
    }
    out_ += ".RI [ options ]\n";
  }

  void options(const CLI::App& app) {
    for (const CLI::Option* word : words_of(app)) {
      out_ += ".TP\n.I " + roff_text(word->get_name(true)) + "\n";
      line("", word->get_description());
    }
    for (const CLI::Option* option : app.get_options()) {
      if (option->get_positional()) continue;
      std::string names;
      for (const std::string& name : option->get_snames()) names += (names.empty() ? "-" : ", -") + name;
      for (const std::string& name : option->get_lnames()) names += (names.empty() ? "--" : ", --") + name;
      out_ += ".TP\n.B " + roff_text(names) + "\n";
      if (takes_value(*option) && !value_name(*option).empty())
        out_.insert(out_.size() - 1, R"( \fI)" + roff_text(option->get_option_text()) + R"(\fR)");
      const std::string variable = option->get_envname();
      line("", option->get_description() + (variable.empty() ? "" : " [" + variable + "]"));
    }
  }

  void environment() {
    section("ENVIRONMENT");
    for (const CLI::Option* option : app_.get_options()) {
      if (option->get_envname().empty()) continue;
      out_ += ".TP\n.B " + option->get_envname() + "\n";
      line("", "The same as " + dashed_name(*option) + ".");
    }
    out_ += ".TP\n.B HERALD_TOKEN\n";
    line("", "The token to send; it goes before that of the profile.");
    out_ += ".TP\n.B HERALD_PROFILES_FILE\n";
    line("", "The file of the profiles.");
    out_ += ".TP\n.B NO_COLOR\n";
    line("", "Set and not empty: no colours, on a terminal either.");
    out_ += ".TP\n.B COLUMNS\n";
    line("", "How wide the terminal is, in place of what it says of itself.");
  }

  void files() {
    section("FILES");
    out_ += ".TP\n.I " + roff_text("~/.config/herald/config.toml") + "\n";
    line("", "Profiles: servers by name, with their tokens. For its owner alone (mode 600).");
  }

  void exit_status() {
    section("EXIT STATUS");
    for (const auto& [code, what] : exit_code_texts()) {
      out_ += fmt::format(".TP\n.B {}\n", static_cast<int>(code));
      line("", what);
    }
  }

  void code_lines(const CLI::App& app) {
    out_ += ".nf\n";
    for (const std::string& example : examples_in(app.get_footer())) line("", example);
    out_ += ".fi\n";
  }

  void examples(const CLI::App& app) {
    if (app.get_footer().empty()) return;
    section("EXAMPLES");
    code_lines(app);
  }

  void examples_of(const CLI::App& app) {
    if (app.get_footer().empty()) return;
    out_ += ".PP\nExamples:\n.PP\n.RS 4\n";
    code_lines(app);
    out_ += ".RE\n";
  }

  void see_also() {
    section("SEE ALSO");
    out_ += ".BR herald (1)\n.PP\n";
    line("", "Every command also takes the options of herald(1), and ends with one of its exit codes.");
  }

  const Tree& tree_;
  const CLI::App& app_;
  std::string out_;
};

}  // namespace

std::string roff_text(std::string_view text) {
  std::string out;
  if (text.starts_with('.') || text.starts_with('\'')) out += R"(\&)";
  for (const char c : text) {
    if (c == '\\') {
      out += R"(\e)";
    } else if (c == '-') {
      out += R"(\-)";
    } else if (c == '\'') {
      out += R"(\(aq)";
    } else if (c == '~') {
      out += R"(\(ti)";
    } else {
      out += c;
    }
  }
  return out;
}

std::vector<ManualPage> manual_pages(const Tree& tree, std::string_view date) {
  std::vector<ManualPage> out;
  Page program(tree, tree.root, date);
  program.program();
  out.push_back(std::move(program).finish());
  for (const CLI::App* app : commands_of(tree.root)) {
    Page page(tree, *app, date);
    commands_of(*app).empty() ? page.command() : page.noun();
    out.push_back(std::move(page).finish());
  }
  return out;
}

}  // namespace herald::cli
