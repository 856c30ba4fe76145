#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/commands/commands.h"
#include "cli/commands/comparison.h"
#include "cli/commands/shared.h"
#include "cli/parsing.h"
#include "cli/text.h"

namespace herald::cli {
namespace {

std::optional<json::Value> value_for(const json::Value& row, std::string_view list, std::size_t version) {
  const auto values = member_at(row, list);
  if (!values) return std::nullopt;
  for (const json::Value value : values->elements()) {
    if (version-- == 0) return value.is_null() ? std::nullopt : std::optional(value);
  }
  return std::nullopt;
}

// A file, by the beginning of its digest; several at one path with "+" between. Nothing where it is none.
std::string file_text(const json::Value& value) {
  constexpr std::size_t kDigestShown = 15;
  if (value.kind() == json::Kind::object && member_at(value, "digest")) {
    const std::string size = text_at(value, "bytes");
    return text_at(value, "digest").substr(0, kDigestShown) +
           (size.empty() ? "" : " " + human_bytes(number_at(value, "bytes")));
  }
  std::string out;
  if (value.kind() != json::Kind::array) return out;
  for (const json::Value element : value.elements()) {
    const std::string file = element.kind() == json::Kind::object ? file_text(element) : "";
    if (file.empty()) return {};
    out += (out.empty() ? "" : " + ") + file;
  }
  return out;
}

std::string short_text(const json::Value& value) {
  constexpr std::size_t kLongest = 40;
  if (std::string files = file_text(value); !files.empty()) return harmless(files);
  const auto text = value.string();
  std::string out = harmless(text ? std::string(*text) : value.dump());
  return cut(out, kLongest);
}

Cell value_of(std::size_t version) {
  return [version](const json::Value& row) {
    const auto value = value_for(row, "values", version);
    if (!value) return std::string();
    const auto change = value_for(row, "change", version);
    const double more = change ? change->number().value_or(0) : 0;
    return short_text(*value) + (more == 0 ? "" : fmt::format(" ({:+.4g})", more));
  };
}

std::string row_name(const json::Value& row) {
  const std::string group = text_at(row, "group");
  return group.empty() ? text_at(row, "name") : group + ": " + text_at(row, "name");
}

std::string title_of(const json::Value& version) {
  const std::string asked = text_at(version, "asked"), number = "v" + text_at(version, "version");
  if (asked.ends_with(":" + number)) return asked;
  return asked == number || asked == text_at(version, "version") ? number : asked + " (" + number + ")";
}

void print_diffs(const Session& session, const json::Value& row, const std::vector<std::string>& titles) {
  for (std::size_t i = 1; i < titles.size(); ++i) {
    const auto diff = value_for(row, "diff", i);
    const auto text = diff ? diff->string() : std::nullopt;
    if (!text || text->empty()) continue;
    session.print(session.style().title("\n" + row_name(row) + ": " + titles[0] + " -> " + titles[i]) + "\n");
    std::string_view left = *text;
    while (!left.empty()) {
      const std::size_t end = std::min(left.find('\n'), left.size());
      session.print(harmless(left.substr(0, end)) + "\n");
      left.remove_prefix(std::min(end + 1, left.size()));
    }
  }
}

// The answer with the rows of all pages.
struct WholeComparison {
  std::vector<json::Document> pages;
  std::vector<json::Value> rows;  // of the pages

  json::Value first() const { return pages.front().root(); }
  std::string json() const {
    std::string all = "[", out;
    for (const json::Value& row : rows) all += (all.size() > 1 ? "," : "") + row.dump();
    json::ObjectWriter object(out);
    for (const auto& [name, value] : first().members()) {
      if (name != "next") object.member(name, json::Raw(name == "rows" ? all + "]" : value.dump()));
    }
    object.close();
    return out;
  }
};

Result<WholeComparison> fetch_comparison(Session& session, const Query& query) {
  WholeComparison whole;
  for (std::string next;;) {
    HERALD_TRY(const Answer answer, session.client().get(Query(query).add("cursor", next).str()));
    HERALD_TRY(auto page, json::Document::parse(answer.body));
    whole.pages.push_back(std::move(page));
    const json::Value root = whole.pages.back().root();
    if (const auto rows = member_at(root, "rows")) {
      for (const json::Value row : rows->elements()) whole.rows.push_back(row);
    }
    next = string_at(root, "next");
    if (next.empty()) return whole;
  }
}

Result<void> print_comparison(const Session& session, const WholeComparison& whole) {
  const json::Value root = whole.first();
  std::vector<std::string> titles;
  std::vector<Column> columns{{"ASPECT", text("aspect")}, {"NAME", row_name}};
  if (const auto versions = member_at(root, "versions")) {
    for (const json::Value version : versions->elements()) {
      columns.push_back({title_of(version), value_of(titles.size())});
      titles.push_back(title_of(version));
    }
  }
  std::vector<json::Value> rows, texts;
  for (const json::Value& row : whole.rows) {
    const bool has_diff = member_at(row, "diff").has_value();
    if (has_diff) texts.push_back(row);
    if (!has_diff || member_at(row, "file")) rows.push_back(row);  // a file has a digest, too
  }
  if (!rows.empty()) session.print(render_table(columns, rows, session.style()));
  for (const json::Value& row : texts) print_diffs(session, row, titles);
  session.note(fmt::format("{} of what they say is the same", text_at(root, "same")));
  if (text_at(root, "truncated") == "true")
    session.note("there may be more that differs: there was too much to be read of files or evaluations");
  return {};
}

struct Compare {
  ComparisonQuery query;
};
void declare(Options& options, Compare& args) {
  options
      .words("REFERENCE", args.query.versions,
             "[REGISTRY/]MODEL:VERSION, then more: v3, production, or of other models")
      .option("--with", "VERSION", args.query.with, "what the others are held against, as production")
      .option("--aspect", "ASPECT", args.query.aspects,
              "only this: fact, metric, tag, parameter, metadata, file, text, lineage, evaluation")
      .flag("--all", args.query.all, "show what is the same, too");
  declare_as_of(options, args.query.as_of);
}
Result<void> run(Session& session, const Compare& args) {
  return show_comparison(session, args.query, "/compare");
}

}  // namespace

Result<VersionsArgument> VersionsArgument::parse(const std::vector<std::string>& words,
                                                 const std::optional<std::string>& with) {
  std::vector<VersionArgument> all;
  const auto take = [&](const std::string& word, const VersionArgument* beside) -> Result<void> {
    if (beside != nullptr && word.find(':') == std::string::npos) {
      HERALD_TRY(auto selector,
                 registry::VersionSelector::parse(parse_whole_number(word) ? "v" + word : word));
      all.push_back({beside->model, std::move(selector)});
      return {};
    }
    HERALD_TRY(auto version, VersionArgument::parse(word));
    all.push_back(std::move(version));
    return {};
  };
  for (const std::string& word : words) {
    std::optional<VersionArgument> before;
    if (!all.empty()) before = all.back();
    HERALD_CHECK(take(word, before ? &*before : nullptr));
  }
  if (with) {
    const VersionArgument first = all.front();
    HERALD_CHECK(take(*with, &first));
  }
  const bool is_of_one = std::all_of(all.begin(), all.end(), [&](const VersionArgument& version) {
    return version.model.path() == all.front().model.path();
  });
  VersionsArgument out{is_of_one ? all.front().model.path() : "/v1", {}, {}};
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string text =
        is_of_one ? all[i].selector.str() : all[i].model.str() + ":" + all[i].selector.str();
    if (with && i + 1 == all.size()) {
      out.with = text;
    } else {
      out.versions += (out.versions.empty() ? "" : ",") + text;
    }
  }
  return out;
}

Result<void> show_comparison(Session& session, const ComparisonQuery& asked, const std::string& below) {
  if (asked.versions.size() < 2 && !asked.with)
    return error(Cause::missing_field,
                 fmt::format("with what? name another version, as in \"{0} v1\" or \"{0} --with production\"",
                             asked.versions.front()),
                 "REFERENCE");
  HERALD_TRY(const auto versions, VersionsArgument::parse(asked.versions, asked.with));
  Query query(versions.path + below);
  query.add("versions", versions.versions).add("with", versions.with).add("as_of", asked.as_of.value_or(""));
  if (asked.all) query.add("all", "true");
  if (!asked.aspects.empty()) query.add("aspects", fmt::format("{}", fmt::join(asked.aspects, ",")));
  HERALD_TRY(const WholeComparison whole, fetch_comparison(session, query));
  if (session.output() == Output::table) return print_comparison(session, whole);
  if (session.output() == Output::json) {
    HERALD_TRY(const auto document, json::Document::parse(whole.json()));
    session.print(render_json(document.root()) + "\n");
    return {};
  }
  for (const json::Value& row : whole.rows)
    session.print((session.output() == Output::id ? row_name(row) : row.dump()) + "\n");
  return {};
}

void add_compare_commands(Program& program, const Group& versions) {
  program.command<Compare>(versions,
                           {"compare", "What differs between versions, of one model or of several.",
                            "herald version compare churn:v3 production\n"
                            "herald version compare churn:v3 v4 v5 --all"},
                           declare, run);
  program.command<Compare>(
      program.top(),
      {"diff", "What differs between versions, as \"version compare\".",
       "herald diff churn:v3 churn:production\nherald diff churn:latest --with production\n"
       "herald diff challenger:v1 staging/champion:v7",
       kRegistrySection},
      declare, run);
}

}  // namespace herald::cli
