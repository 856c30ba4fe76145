#include "cli/commands/together.h"

#include <fmt/format.h>

#include <sstream>

#include "cli/parsing.h"

namespace herald::cli {
namespace {

void declare_names_file(Options& options, std::string_view what, std::optional<std::string>& file) {
  options.option("-f,--file", "FILE", file,
                 fmt::format("read the {} from it instead, one a line; \"-\": standard input", what));
}

Result<std::vector<std::string>> names_in(const std::vector<std::string>& words,
                                          const std::optional<std::string>& file, std::string_view what) {
  std::vector<std::string> names = words;
  if (!file) return names;
  if (!words.empty()) {
    return error(Cause::invalid_value,
                 fmt::format("\"{}\" is named beside the file: name {} in one place", words.front(), what),
                 "--file");
  }
  HERALD_TRY(const std::string text, read_input(*file));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty()) names.push_back(line);
  }
  return names;
}

}  // namespace

void declare_references(Options& options, std::optional<std::string>& file) {
  declare_names_file(options, "versions", file);
}

void declare_models(Options& options, std::optional<std::string>& file) {
  declare_names_file(options, "models", file);
}

// Refused here, so that the sentence names the word.
Result<std::vector<std::string>> references_in(const std::vector<std::string>& words,
                                               const std::optional<std::string>& file) {
  HERALD_TRY(const auto references, names_in(words, file, "versions"));
  if (references.empty())
    return error(Cause::missing_field, "a version is expected, as \"churn:v3\"", "REFERENCE");
  for (const std::string& reference : references) HERALD_CHECK(VersionArgument::parse_numbered(reference));
  return references;
}

Result<std::vector<std::string>> models_in(const std::vector<std::string>& words,
                                           const std::optional<std::string>& file) {
  HERALD_TRY(const auto models, names_in(words, file, "models"));
  if (models.empty()) return error(Cause::missing_field, "a model is expected, as \"churn\"", "MODEL");
  for (const std::string& model : models) HERALD_CHECK(ModelArgument::parse(model));
  return models;
}

Result<void> send_together(Session& session, std::string_view what, const std::vector<std::string>& names,
                           Request request) {
  HERALD_TRY(const Answer answer, session.client().send(request));
  HERALD_TRY(const auto document, json::Document::parse(answer.body));
  switch (session.output()) {
    case Output::table:
      session.print(fmt::format("{} {}, {} changes\n", number_at(document.root(), what), what,
                                number_at(document.root(), "events")));
      break;
    case Output::json:
      session.print(render_json(document.root()) + "\n");
      break;
    case Output::jsonl:
      session.print(answer.body + "\n");
      break;
    case Output::id:
      for (const std::string& name : names) session.print(name + "\n");
      break;
  }
  return {};
}

}  // namespace herald::cli
