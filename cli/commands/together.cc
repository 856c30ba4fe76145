#include "cli/commands/together.h"

#include <fmt/format.h>

#include <sstream>

#include "cli/parsing.h"

namespace herald::cli {

void declare_references(Options& options, std::optional<std::string>& file) {
  options.option("-f,--file", "FILE", file,
                 "read the versions from it instead, one a line; \"-\": standard input");
}

Result<std::vector<std::string>> references_in(const std::vector<std::string>& words,
                                               const std::optional<std::string>& file) {
  std::vector<std::string> references = words;
  if (file) {
    if (!words.empty()) {
      return error(Cause::invalid_value,
                   fmt::format("\"{}\" is named beside the file: name versions in one place", words.front()),
                   "--file");
    }
    HERALD_TRY(const std::string text, read_input(*file));
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (!line.empty() && line.back() == '\r') line.pop_back();
      if (!line.empty()) references.push_back(line);
    }
  }
  if (references.empty())
    return error(Cause::missing_field, "a version is expected, as \"churn:v3\"", "REFERENCE");
  // Refused here, so that the sentence names the word.
  for (const std::string& reference : references) HERALD_CHECK(VersionArgument::parse_numbered(reference));
  return references;
}

Result<void> send_together(Session& session, const std::vector<std::string>& references, Request request) {
  HERALD_TRY(const Answer answer, session.client().send(request));
  HERALD_TRY(const auto document, json::Document::parse(answer.body));
  switch (session.output()) {
    case Output::table:
      session.print(fmt::format("{} versions, {} changes\n", number_at(document.root(), "versions"),
                                number_at(document.root(), "events")));
      break;
    case Output::json:
      session.print(render_json(document.root()) + "\n");
      break;
    case Output::jsonl:
      session.print(answer.body + "\n");
      break;
    case Output::id:
      for (const std::string& reference : references) session.print(reference + "\n");
      break;
  }
  return {};
}

}  // namespace herald::cli
