#include "cli/completion.h"

#include <algorithm>
#include <array>
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <cctype>

#include "cli/text.h"
#include "projections/compare.h"
#include "projections/search/query.h"
#include "registry/facts.h"

namespace herald::cli {
namespace {

constexpr std::size_t kMostOfADescription = 60;

struct Meaning {
  std::string_view word;
  Named named;
};
// By the name of the option, which says more than that of its value ...
constexpr std::array<Meaning, 13> kByOption{{{"--registry", Named::registry},
                                             {"--profile", Named::profile},
                                             {"--automation", Named::automation},
                                             {"--model", Named::model},
                                             {"--stage", Named::stage},
                                             {"--card-stage", Named::stage},
                                             {"--card-alias", Named::alias},
                                             {"--alias", Named::alias},
                                             {"--with", Named::selector},
                                             {"--artifact", Named::artifact},
                                             {"--run", Named::run},
                                             {"--owner", Named::principal},
                                             {"--actor", Named::principal}}};
// ... by what stands for the value ...
constexpr std::array<Meaning, 27> kByValue{{{"MODEL", Named::model},
                                            {"[REGISTRY/]MODEL", Named::model},
                                            {"MODEL|REFERENCE", Named::reference},
                                            {"STAGE", Named::stage},
                                            {"TERM", Named::word},
                                            {"FIELD", Named::word},
                                            {"LEVEL", Named::word},
                                            {"RELATION", Named::word},
                                            {"ASPECT", Named::word},
                                            {"FIRST", Named::alias},
                                            {"SECOND", Named::alias},
                                            {"WHO", Named::principal},
                                            {"MEMBER", Named::principal},
                                            {"TEAM", Named::team},
                                            {"PRINCIPAL", Named::principal},
                                            {"REFERENCE", Named::reference},
                                            {"ABOUT", Named::reference},
                                            {"ALIAS", Named::alias},
                                            {"ALIAS=VERSION", Named::alias},
                                            {"VERSION", Named::version},
                                            {"ARTIFACT", Named::artifact},
                                            {"RUN", Named::run},
                                            {"FROM", Named::node},
                                            {"TO", Named::node},
                                            {"START", Named::node},
                                            {"TYPE", Named::event_type},
                                            {"COMMAND", Named::command}}};
constexpr std::array<Meaning, 4> kFiles{
    {{"FILE", Named::file}, {"FILE|DIR", Named::file}, {"FILE|DIR|-", Named::file}, {"DIR", Named::folder}}};
// ... and of a NAME or an ID by the noun before it.
constexpr std::array<Meaning, 11> kByNoun{{{"registry", Named::registry},
                                           {"automation", Named::automation},
                                           {"secret", Named::secret},
                                           {"profile", Named::profile},
                                           {"user", Named::user},
                                           {"service", Named::service},
                                           {"team", Named::team},
                                           {"artifact", Named::artifact},
                                           {"delivery", Named::delivery},
                                           {"token", Named::token},
                                           {"evaluation", Named::evaluation}}};
// What is given a name has none yet.
constexpr std::array<std::string_view, 3> kMakesOne{"create", "upload", "reference"};

template <std::size_t N>
Named meaning(const std::array<Meaning, N>& known, std::string_view word) {
  for (const Meaning& entry : known) {
    if (entry.word == word) return entry.named;
  }
  return Named::nothing;
}

std::string noun_of(const CLI::App& app) {
  return app.get_parent() == nullptr ? "" : app.get_parent()->get_name();
}

Named meaning_of(const CLI::App& app, const CLI::Option& option) {
  const std::string value = value_name(option);
  if (const Named path = meaning(kFiles, value); path != Named::nothing) return path;
  if (!option.get_positional()) {
    const Named named = meaning(kByOption, dashed_name(option));
    if (named != Named::nothing && value != "WORD") return named;
  } else if (value == "NAME" || value == "ID") {
    const bool makes_one = std::find(kMakesOne.begin(), kMakesOne.end(), app.get_name()) != kMakesOne.end();
    if (makes_one) return Named::nothing;
    return meaning(kByNoun, noun_of(app) == "wait" ? app.get_name() : noun_of(app));  // "wait delivery ID"
  }
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

template <class Enum>
std::vector<std::string> names_of() {
  std::vector<std::string> out;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<Enum>>(
      [&](auto enumerator) { out.emplace_back(enumerator.name); });
  return out;
}

// Of what takes one of a few words, and says so in its help alone.
std::vector<std::string> words_known_here(const std::string& value) {
  if (value == "TERM") return search_fields();
  if (value == "RELATION") return names_of<registry::Relation>();
  if (value == "ASPECT") return names_of<projections::Aspect>();
  if (value == "FIELD")
    return {"name", "created", "changed", "metric.", "-name", "-created", "-changed", "-metric."};
  if (value == "LEVEL") return {"trace", "debug", "info", "warn", "error"};
  return {};
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
    if (meant != nullptr) remember_name(*meant, word);
    words_.push_back(word);
  }

  const CLI::App& app() const { return *app_; }
  const CLI::App& declared() const { return tree_.declared(*app_); }
  // Whether it stands behind others of its kind, as the second version of a comparison.
  bool repeats() const {
    const auto declared_words = words_of(declared());
    return !declared_words.empty() && words_.size() >= declared_words.size();
  }
  std::vector<const CLI::App*> nouns() const { return commands_of(tree_.root); }
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
            .registry = registry_,
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

  // Whose aliases, versions and stages the words behind it are of.
  void remember_name(const CLI::Option& option, const std::string& value) {
    const Named named = meaning_of(*app_, option);
    const bool of_model = named == Named::model || named == Named::reference;
    if (of_model && model_.empty()) model_ = value.substr(0, value.rfind(':'));
    if (named == Named::registry) registry_ = value;
  }

  void remember(const CLI::Option& option, const std::string& value) {
    const std::string name = dashed_name(option);
    if (name == "--url") url_ = value;
    if (name == "--profile") profile_ = value;
    if (name == "--ca-file") ca_file_ = value;
    if (name == "--model") model_ = value;
    if (name == "--registry") registry_ = value;
  }

  const Tree& tree_;
  const CLI::App* app_;
  const CLI::Option* waiting_ = nullptr;
  std::vector<std::string> words_;
  std::vector<const CLI::Option*> given_;
  std::string model_, registry_;
  std::optional<std::string> url_, profile_, ca_file_;
};

void add(Completion& completion, const std::string& begun, Candidate candidate) {
  if (candidate.value.starts_with(begun)) completion.candidates.push_back(std::move(candidate));
}

// What a word is that stands behind others of its kind: more versions of what is compared, the stage or the owner at
// the end.
Named meaning_of_repeated(const CLI::App& app, Named named) {
  if (named == Named::model && app.get_name() == "owner") return Named::owned;
  if (named != Named::reference) return named;
  if (app.get_name() == "compare" || app.get_name() == "diff") return Named::selector;
  return noun_of(app) == "stage" && app.get_name() == "set" ? Named::staged : named;
}

void add_names(Completion& completion, const CommandLine& line, Named named, const std::string& before,
               const std::string& begun, const AskForNames& ask) {
  for (Candidate& name : ask(line.question(named, begun)))
    add(completion, before + begun, {before + name.value, std::move(name.what)});
}

// "production=v3": the alias, then behind the "=" a version.
void add_pairs(Completion& completion, const CommandLine& line, const std::string& before,
               const std::string& begun, const AskForNames& ask) {
  const std::size_t equals = begun.find('=');
  if (equals != std::string::npos)
    return add_names(completion, line, Named::version, before + begun.substr(0, equals + 1),
                     begun.substr(equals + 1), ask);
  for (Candidate& name : ask(line.question(Named::alias, begun)))
    add(completion, before + begun, {before + name.value + "=", std::move(name.what)});
}

// `before`: what stands in the same word in front of the value, as "--output=".
void add_values(Completion& completion, const CommandLine& line, const CLI::Option& option,
                const std::string& before, const std::string& begun, const AskForNames& ask) {
  const Offer offer = offer_for(line.app(), option);
  for (const std::string& word : offer.words) add(completion, before + begun, {before + word, ""});
  const bool repeated = option.get_positional() && line.repeats();
  const Named named = repeated ? meaning_of_repeated(line.app(), offer.named) : offer.named;
  switch (named) {
    case Named::nothing:
    case Named::word:
      return;
    case Named::file:
    case Named::folder:
      completion.rest = named;
      return;
    case Named::command:
      for (const CLI::App* sub : line.nouns())
        add(completion, before + begun, {before + sub->get_name(), sub->get_description()});
      return;
    case Named::staged:
      add_names(completion, line, Named::stage, before, begun, ask);
      return add_names(completion, line, Named::reference, before, begun, ask);
    case Named::owned:
      add_names(completion, line, Named::principal, before, begun, ask);
      return add_names(completion, line, Named::model, before, begun, ask);
    default:
      break;
  }
  if (value_name(option) == "ALIAS=VERSION") return add_pairs(completion, line, before, begun, ask);
  add_names(completion, line, named, before, begun, ask);
}

}  // namespace

Offer offer_for(const CLI::App& app, const CLI::Option& option) {
  Offer out{.named = meaning_of(app, option), .words = choices_of(option)};
  if (out.named == Named::word) out.words = words_known_here(value_name(option));
  return out;
}

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
