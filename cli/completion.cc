#include "cli/completion.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "cli/text.h"
#include "projections/search/query.h"

namespace herald::cli {
namespace {

constexpr std::size_t kMostOfADescription = 60;

struct Meaning {
  std::string_view word;
  Named named;
};
// By the name of the option, which says more than that of its value ...
constexpr std::array<Meaning, 5> kByOption{{{"--registry", Named::registry},
                                            {"--profile", Named::profile},
                                            {"--automation", Named::automation},
                                            {"--model", Named::model},
                                            {"--stage", Named::stage}}};
// ... by what stands for the value ...
constexpr std::array<Meaning, 21> kByValue{{{"MODEL", Named::model},
                                            {"[REGISTRY/]MODEL", Named::model},
                                            {"MODEL|REFERENCE", Named::reference},
                                            {"STAGE", Named::stage},
                                            {"TERM", Named::search_field},
                                            {"FIRST", Named::alias},
                                            {"SECOND", Named::alias},
                                            {"WHO", Named::principal},
                                            {"MEMBER", Named::principal},
                                            {"TEAM", Named::principal},
                                            {"PRINCIPAL", Named::principal},
                                            {"REFERENCE", Named::reference},
                                            {"ABOUT", Named::reference},
                                            {"ALIAS", Named::alias},
                                            {"ALIAS=VERSION", Named::alias},
                                            {"VERSION", Named::version},
                                            {"TYPE", Named::event_type},
                                            {"FILE", Named::file},
                                            {"FILE|DIR", Named::file},
                                            {"FILE|DIR|-", Named::file},
                                            {"DIR", Named::folder}}};
// ... and of a NAME by the noun before it.
constexpr std::array<Meaning, 7> kByNoun{{{"registry", Named::registry},
                                          {"automation", Named::automation},
                                          {"secret", Named::secret},
                                          {"profile", Named::profile},
                                          {"user", Named::principal},
                                          {"service", Named::principal},
                                          {"team", Named::principal}}};

template <std::size_t N>
Named meaning(const std::array<Meaning, N>& known, std::string_view word) {
  for (const Meaning& entry : known) {
    if (entry.word == word) return entry.named;
  }
  return Named::nothing;
}

Named meaning_of(const CLI::App& app, const CLI::Option& option) {
  const std::string value = value_name(option);
  if (!option.get_positional()) {
    const Named named = meaning(kByOption, dashed_name(option));
    if (named != Named::nothing && value != "WORD") return named;
  }
  if (value == "NAME" && app.get_parent() != nullptr && option.get_positional())
    return meaning(kByNoun, app.get_parent()->get_name());
  return meaning(kByValue, value);
}

// "table|json|jsonl|id": the words that are allowed, all in lower case.
std::vector<std::string> choices_of(const CLI::Option& option) {
  const std::string text = option.get_option_text();
  std::vector<std::string> out;
  const bool upper =
      std::any_of(text.begin(), text.end(), [](unsigned char c) { return std::isupper(c) != 0; });
  if (upper || text.find('|') == std::string::npos) return out;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t end = std::min(text.find('|', from), text.size());
    out.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return out;
}

// "name:", "metric.", "created>", "archived": what a term of a search begins with.
std::vector<std::string> search_fields() {
  using projections::search::Field;
  std::vector<std::string> out;
  for (std::size_t i = 0; i < projections::search::kFieldCount; ++i) {
    const auto field = static_cast<Field>(i);
    if (field == Field::latest) continue;
    const char* behind = field == Field::archived                             ? ""
                         : field == Field::metric || field == Field::meta     ? "."
                         : field == Field::created || field == Field::changed ? ">"
                                                                              : ":";
    out.push_back(std::string(to_string(field)) + behind);
  }
  return out;
}

// The line from left to right: which command it has reached, and what it has said so far.
class CommandLine {
 public:
  explicit CommandLine(const Tree& tree) : tree_(tree), app_(&tree.root) {}

  void take(const std::string& word) {
    if (const CLI::Option* option = std::exchange(waiting_, nullptr); option != nullptr)
      return remember(*option, word);
    if (word.starts_with('-') && word.size() > 1) return take_option(word);
    for (const CLI::App* sub : commands_of(*app_)) {
      if (sub->get_name() == word && words_.empty()) {
        app_ = sub;
        return;
      }
    }
    if (app_ == &tree_.root && word == "help") return;
    const CLI::Option* meant = next_word();
    if (meant != nullptr && model_.empty()) remember_model(*meant, word);
    words_.push_back(word);
  }

  const CLI::App& app() const { return *app_; }
  const CLI::App& declared() const { return tree_.declared(*app_); }
  bool at_the_root() const { return app_ == &tree_.root && words_.empty(); }
  // The option whose value comes next.
  const CLI::Option* waiting() const { return waiting_; }

  // What the next word without dashes is.
  const CLI::Option* next_word() const {
    const auto declared_words = words_of(declared());
    if (words_.size() < declared_words.size()) return declared_words[words_.size()];
    const bool goes_on = !declared_words.empty() && may_repeat(*declared_words.back());
    return goes_on ? declared_words.back() : nullptr;
  }

  const CLI::Option* find(const std::string& dashed) const {
    for (const CLI::App* app = &declared(); app != nullptr; app = above(*app)) {
      for (const CLI::Option* option : app->get_options()) {
        if (!option->get_positional() && option->check_name(dashed)) return option;
      }
    }
    return nullptr;
  }

  // Those that may still be given, of the command and of all before it.
  std::vector<const CLI::Option*> options() const {
    std::vector<const CLI::Option*> out;
    for (const CLI::App* app = &declared(); app != nullptr; app = above(*app)) {
      for (const CLI::Option* option : app->get_options()) {
        const bool given = std::find(given_.begin(), given_.end(), option) != given_.end();
        const bool again = std::any_of(out.begin(), out.end(), [&](const CLI::Option* other) {
          return dashed_name(*other) == dashed_name(*option);
        });
        if (!option->get_positional() && !again && (!given || may_repeat(*option))) out.push_back(option);
      }
    }
    return out;
  }

  Question question(Named named, const std::string& begun) const {
    return {.named = named,
            .begun = begun,
            .model = model_,
            .url = url_,
            .profile = profile_,
            .ca_file = ca_file_};
  }

 private:
  // What a command that parses its own words declares takes none of the others' options.
  const CLI::App* above(const CLI::App& app) const { return app.get_parent(); }

  void take_option(const std::string& word) {
    const std::size_t equals = word.find('=');
    const CLI::Option* option = find(word.substr(0, equals));
    if (option == nullptr) return;
    given_.push_back(option);
    if (!takes_value(*option)) return;
    if (equals == std::string::npos) {
      waiting_ = option;
    } else {
      remember(*option, word.substr(equals + 1));
    }
  }

  // Whose aliases and versions the words behind it are of.
  void remember_model(const CLI::Option& option, const std::string& value) {
    const Named named = meaning_of(*app_, option);
    if (named == Named::model || named == Named::reference) model_ = value.substr(0, value.rfind(':'));
  }

  void remember(const CLI::Option& option, const std::string& value) {
    const std::string name = dashed_name(option);
    if (name == "--url") url_ = value;
    if (name == "--profile") profile_ = value;
    if (name == "--ca-file") ca_file_ = value;
    if (name == "--model") model_ = value;
  }

  const Tree& tree_;
  const CLI::App* app_;
  const CLI::Option* waiting_ = nullptr;
  std::vector<std::string> words_;
  std::vector<const CLI::Option*> given_;
  std::string model_;
  std::optional<std::string> url_, profile_, ca_file_;
};

void add(Completion& completion, const std::string& begun, Candidate candidate) {
  if (candidate.value.starts_with(begun)) completion.candidates.push_back(std::move(candidate));
}

// `before`: what stands in the same word in front of the value, as "--output=".
void add_values(Completion& completion, const CommandLine& line, const CLI::Option& option,
                const std::string& before, const std::string& begun, const AskForNames& ask) {
  for (const std::string& choice : choices_of(option)) add(completion, before + begun, {before + choice, ""});
  const Named named = meaning_of(line.app(), option);
  if (named == Named::nothing) return;
  if (named == Named::file || named == Named::folder) {
    completion.rest = named;
    return;
  }
  if (named == Named::search_field) {
    for (const std::string& field : search_fields()) add(completion, before + begun, {before + field, ""});
    return;
  }
  const bool is_pair = value_name(option) == "ALIAS=VERSION";
  const std::size_t equals = is_pair ? begun.find('=') : std::string::npos;
  const std::string in_front = equals == std::string::npos ? before : before + begun.substr(0, equals + 1);
  const std::string asked = equals == std::string::npos ? begun : begun.substr(equals + 1);
  for (Candidate& name : ask(line.question(equals == std::string::npos ? named : Named::version, asked))) {
    if (is_pair && equals == std::string::npos) name.value += "=";
    add(completion, before + begun, {in_front + name.value, std::move(name.what)});
  }
}

}  // namespace

Completion complete(const Tree& tree, const std::vector<std::string>& words, const AskForNames& ask) {
  Completion out;
  if (words.empty()) return out;
  CommandLine line(tree);
  for (std::size_t i = 0; i + 1 < words.size(); ++i) line.take(words[i]);
  const std::string& begun = words.back();

  if (line.waiting() != nullptr) {
    add_values(out, line, *line.waiting(), "", begun, ask);
    return out;
  }
  if (const std::size_t equals = begun.find('='); begun.starts_with("--") && equals != std::string::npos) {
    const CLI::Option* option = line.find(begun.substr(0, equals));
    if (option != nullptr && takes_value(*option))
      add_values(out, line, *option, begun.substr(0, equals + 1), begun.substr(equals + 1), ask);
    return out;
  }
  if (!begun.starts_with('-')) {
    const auto commands = commands_of(line.app());
    for (const CLI::App* sub : commands) add(out, begun, {sub->get_name(), sub->get_description()});
    if (line.at_the_root()) add(out, begun, {"help", "Show the help of a command."});
    if (!commands.empty()) return out;
    if (const CLI::Option* word = line.next_word(); word != nullptr) {
      add_values(out, line, *word, "", begun, ask);
      return out;
    }
  }
  if (begun.empty() || begun.starts_with('-')) {
    for (const CLI::Option* option : line.options())
      add(out, begun, {dashed_name(*option), option->get_description()});
  }
  return out;
}

std::string completion_text(const Completion& completion) {
  std::string out = completion.rest == Named::file     ? "files\n"
                    : completion.rest == Named::folder ? "folders\n"
                                                       : "none\n";
  for (const Candidate& candidate : completion.candidates)
    out += candidate.value + "\t" + cut(harmless(candidate.what), kMostOfADescription) + "\n";
  return out;
}

}  // namespace herald::cli
