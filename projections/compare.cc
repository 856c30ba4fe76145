#include "projections/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "projections/text_diff.h"
#include "reflect/json_value.h"

namespace herald::projections {

// As it is shown. Of several at one path each says whose it is.
struct FileSaid {
  std::optional<registry::Uri> reference;
  Digest digest;
  std::optional<std::uint64_t> bytes;
  std::optional<registry::ArtifactId> artifact_id = {};
  std::optional<registry::Label> artifact = {};
};
BOOST_DESCRIBE_STRUCT(FileSaid, (), (reference, digest, bytes, artifact_id, artifact))

namespace {

// What one version says of one thing. `plain`: the value as all that are equal to it write it, where that is another way.
struct Said {
  json::Raw value;
  std::optional<double> number = {};
  std::optional<std::string> text = {};
  std::string plain = {};

  const std::string& equal_to() const { return plain.empty() ? value.text() : plain; }
};

Said said_number(double number) {
  if (number == 0) number = 0;  // which -0 is, too
  return {json::Raw(json::to_json(number)), number};
}

// Whole numbers without a point.
std::string plain_real(const json::Value& value) {
  constexpr double kSignedEnd = 9223372036854775808.0, kUnsignedEnd = 18446744073709551616.0;  // 2^63, 2^64
  const double number = value.number().value_or(0);
  if (std::floor(number) != number) return value.dump();
  if (number >= 0 && number < kUnsignedEnd) return fmt::format("{}", static_cast<std::uint64_t>(number));
  if (number < 0 && number >= -kSignedEnd) return fmt::format("{}", static_cast<std::int64_t>(number));
  return value.dump();
}

// Members in the order of their names, without those that are null.
std::string plain_json(const json::Value& value) {
  switch (value.kind()) {
    case json::Kind::real:
      return plain_real(value);
    case json::Kind::array: {
      std::string out = "[";
      for (const json::Value element : value.elements()) out += plain_json(element) + ",";
      return out + "]";
    }
    case json::Kind::object: {
      std::map<std::string, std::string> members;
      for (const auto& [name, member] : value.members()) {
        if (!member.is_null()) members.emplace(name, plain_json(member));
      }
      std::string out = "{";
      for (const auto& [name, member] : members) out += json::to_json(name) + ":" + member + ",";
      return out + "}";
    }
    default:
      return value.dump();
  }
}

// What rows of lineage and of evaluations are about. What has one identity is one thing, whatever it is called.
struct ComparedThing {
  std::string title;
  std::string identity;
  std::string mark;  // tells it from others with its title
  std::optional<registry::Node> node = {};
  bool hidden = false;
};

struct RowKey {
  Aspect aspect = Aspect::fact;
  const ComparedThing* thing = nullptr;
  std::optional<std::string> file = {};
  std::string name = {};
  std::vector<std::string> cell = {};

  // By what is shown first, so that rows come in an order that people see.
  friend bool operator<(const RowKey& a, const RowKey& b) { return a.order() < b.order(); }

 private:
  std::tuple<Aspect, std::string_view, std::string_view, const std::optional<std::string>&,
             const std::string&, const std::vector<std::string>&>
  order() const {
    const auto [title, identity] =
        thing == nullptr ? std::pair<std::string_view, std::string_view>()
                         : std::pair<std::string_view, std::string_view>(thing->title, thing->identity);
    return {aspect, title, identity, file, name, cell};
  }
};

class SaidRows {
 public:
  // Borrows the page.
  SaidRows(std::size_t versions, const ComparisonPage& page) : versions_(versions), page_(page) {}

  // The one that has its identity: the first that was given.
  const ComparedThing* known(ComparedThing thing) {
    std::string identity = thing.identity;
    const auto [at, is_new] = things_.try_emplace(std::move(identity), std::move(thing));
    if (is_new) ++titles_[at->second.title];
    return &at->second;
  }

  // Of one version after the other. The first that is said counts.
  void say(std::size_t version, RowKey key, Said said) {
    if (!page_.wants(key.aspect)) return;
    Row& row = rows_[std::move(key)];
    if (row.empty() || row.back().version != version) row.push_back({version, std::move(said)});
  }

  Comparison finish() const {
    Comparison comparison;
    std::size_t passed = 0, cells = limits::kMaxComparedVersions * limits::kMaxComparedCells;
    for (const auto& [key, row] : rows_) {
      const bool same = is_same(row);
      if (same) ++comparison.same;
      if (same && page_.show == Show::differences) continue;
      if (passed < page_.passed) {
        ++passed;
      } else if (comparison.rows.size() < page_.limit) {
        comparison.rows.push_back(presented(key, row, cells));
      } else {
        comparison.more = true;
      }
    }
    return comparison;
  }

 private:
  // By versions, without those that do not say it: most rows of long lists are of few.
  struct SaidBy {
    std::size_t version;
    Said said;
  };
  using Row = std::vector<SaidBy>;

  bool is_same(const Row& row) const {
    using std::string_view_literals::operator""sv;
    const std::string_view what =
        row.size() == versions_ ? std::string_view(row.front().said.equal_to()) : "null"sv;
    return std::all_of(row.begin(), row.end(), [&](const SaidBy& by) { return by.said.equal_to() == what; });
  }

  ComparedRow presented(const RowKey& key, const Row& row, std::size_t& cells) const {
    ComparedRow out{.aspect = key.aspect, .name = key.name};
    if (key.thing != nullptr) present_thing(*key.thing, out);
    out.file = key.file;
    if (!key.cell.empty()) out.cell = key.cell;
    out.values.assign(versions_, {true, std::nullopt});
    bool has_numbers = false, has_texts = false;
    for (const auto& [version, said] : row) {
      out.values[version].value = said.value;
      has_numbers = has_numbers || said.number;
      has_texts = has_texts || said.text;
    }
    if (has_numbers) out.change = changes(row);
    if (has_texts) out.diff = diffs(key, row, cells);
    return out;
  }

  void present_thing(const ComparedThing& thing, ComparedRow& out) const {
    const bool is_shared = titles_.at(thing.title) > 1;
    std::string title = is_shared ? fmt::format("{} ({})", thing.title, thing.mark) : thing.title;
    if (out.aspect == Aspect::lineage) {
      out.name = std::move(title);
    } else {
      out.group = std::move(title);
    }
    out.node = thing.node;
    if (thing.hidden) out.hidden = true;
  }

  std::vector<reflect::Nullable<double>> changes(const Row& row) const {
    std::vector<reflect::Nullable<double>> out(versions_, {true, std::nullopt});
    const SaidBy& first = row.front();
    if (first.version != 0 || !first.said.number) return out;
    for (const auto& [version, said] : row) {
      if (version == 0 || !said.number) continue;
      const double change = *said.number - *first.said.number;
      if (std::isfinite(change)) out[version].value = change;
    }
    return out;
  }

  // A text that is not there is an empty one. A file that is not there, or is too large, is held against none; nothing where
  // that is so of all.
  std::optional<std::vector<reflect::Nullable<std::string>>> diffs(const RowKey& key, const Row& row,
                                                                   std::size_t& cells) const {
    std::vector<std::optional<std::string_view>> texts(versions_);
    if (!key.file) texts.assign(versions_, std::string_view());
    for (const auto& [version, said] : row) {
      texts[version].reset();
      if (said.text) texts[version] = *said.text;
    }
    std::vector<reflect::Nullable<std::string>> out(versions_, {true, std::nullopt});
    bool has_any = false;
    for (std::size_t i = 1; i < versions_; ++i) {
      if (!texts[0] || !texts[i]) continue;
      out[i].value = unified_diff(*texts[0], *texts[i], cells);
      has_any = true;
    }
    return has_any ? std::optional(std::move(out)) : std::nullopt;
  }

  std::size_t versions_;
  const ComparisonPage& page_;
  std::map<std::string, ComparedThing> things_;  // by identity
  std::map<std::string, std::size_t> titles_;    // how many things have it
  std::map<RowKey, Row> rows_;
};

std::string identity_of(const std::vector<std::string>& parts) {
  return json::to_json(parts);
}

std::string said_kind(const registry::Node& node) {
  return std::string(reflect::enum_name(node.kind));
}

// By its name and what it was made on; one that was made on something hidden is like no other.
ComparedThing thing_of(const ComparedEvaluation& evaluation) {
  const std::string name = evaluation.name ? evaluation.name->str() : "";  // which no name is
  const std::string called = name.empty() ? "evaluation" : name;
  if (evaluation.hidden) {
    const std::string id = evaluation.id.str();
    return {called + " on hidden", identity_of({"hidden", id}), "evaluation " + id, std::nullopt, true};
  }
  const std::string unnamed = name.empty() ? ", without a name" : "";
  if (!evaluation.dataset) return {called, identity_of({"alone", name}), "on no data set" + unnamed};
  const registry::Node& on = *evaluation.dataset;
  return {called + " on " + on.name, identity_of({"on", said_kind(on), on.id, name}),
          said_kind(on) + " " + on.id + unnamed, on};
}

ComparedThing thing_of(const ComparedOrigin& origin) {
  const std::string relation(reflect::enum_name(origin.relation)), kind = said_kind(origin.from);
  return {fmt::format("{} {}:{}", relation, kind, origin.from.name),
          identity_of({relation, kind, origin.from.id}), kind + " " + origin.from.id, origin.from};
}

// By what they hold, each once: in the order in which artifacts are linked nothing is said.
Said said_files(std::vector<ComparedFile> files, const registry::VersionRecord& version) {
  const auto content = [](const ComparedFile& file) { return std::tie(file.digest, file.reference); };
  const auto artifact = [&](const ComparedFile& file) -> const registry::LinkedArtifact& {
    return version.artifacts[file.artifact];
  };
  std::sort(files.begin(), files.end(), [&](const ComparedFile& a, const ComparedFile& b) {
    return std::tuple(content(a), artifact(a).artifact_id) < std::tuple(content(b), artifact(b).artifact_id);
  });
  files.erase(
      std::unique(files.begin(), files.end(),
                  [&](const ComparedFile& a, const ComparedFile& b) { return content(a) == content(b); }),
      files.end());
  std::vector<FileSaid> plain, whole;
  for (const ComparedFile& file : files) {
    plain.push_back({file.reference, file.digest, file.bytes});
    whole.push_back(
        {file.reference, file.digest, file.bytes, artifact(file).artifact_id, artifact(file).artifact});
  }
  if (plain.size() == 1) return {json::Raw(json::to_json(plain.front()))};
  return {json::Raw(json::to_json(whole)), std::nullopt, std::nullopt, json::to_json(plain)};
}

json::Raw text_value(std::string_view text) {
  return json::Raw(json::to_json(std::string(text)));
}

std::string path_below(const std::string& path, std::string_view name) {
  const bool plain = !name.empty() && name.find_first_of(".\"") == std::string_view::npos;
  const std::string segment = plain ? std::string(name) : json::to_json(std::string(name));
  return path.empty() ? segment : path + "." + segment;
}

// What one version says, aspect by aspect.
class VersionSpeaker {
 public:
  VersionSpeaker(SaidRows& rows, std::size_t version) : rows_(rows), version_(version) {}

  void facts(const Comparable& of) {
    const registry::VersionRecord& version = of.version;
    fact("source", version.source);
    fact("digest", version.digest);
    fact("stage", version.stage);
    say(Aspect::fact, "status", text_value(reflect::enum_name(version.status)));
    if (!of.aliases.empty()) say(Aspect::fact, "aliases", json::Raw(json::to_json(of.aliases)));
    if (!version.run) return;
    const registry::Run& run = *version.run;
    fact("run.id", std::optional(run.id));
    fact("run.name", run.name);
    fact("run.url", run.url);
    fact("run.commit", run.commit);
    fact("run.repository", run.repository);
    fact("run.framework", run.framework);
    fact("run.environment", run.environment);
    if (run.parameters) tree(Aspect::parameter, *run.parameters);
  }

  void metrics(const std::map<std::string, double>& metrics) {
    for (const auto& [name, value] : metrics)
      rows_.say(version_, {.aspect = Aspect::metric, .name = name}, said_number(value));
  }

  void tags(const std::map<std::string, std::string>& tags) {
    for (const auto& [key, value] : tags) say(Aspect::tag, key, text_value(value));
  }

  void tree(Aspect aspect, const json::Raw& value) {
    if (const auto document = json::Document::parse(value.text())) walk(aspect, document->root(), {});
  }

  void files(const Comparable& of) {
    for (const auto& [path, files] : of.files)
      rows_.say(version_, {.aspect = Aspect::file, .name = path}, said_files(files, of.version));
  }

  void text(const std::string& name, const std::optional<std::string>& text) {
    if (text) {
      rows_.say(version_, {.aspect = Aspect::text, .name = name}, {text_value(*text), std::nullopt, *text});
    }
  }

  void lineage(const std::vector<ComparedOrigin>& lineage) {
    for (const ComparedOrigin& origin : lineage) {
      const ComparedThing* from = rows_.known(thing_of(origin));
      rows_.say(version_, {.aspect = Aspect::lineage, .thing = from}, {json::Raw("true")});
    }
  }

  // Whether there was room for all that they say.
  bool evaluations(const Comparable& of) {
    ComparedEvaluations taken;
    std::vector<const ComparedEvaluation*> compared;
    for (const ComparedEvaluation& evaluation : of.evaluations) {
      if (!taken.take(evaluation)) continue;
      compared.push_back(&evaluation);
      const ComparedThing* group = rows_.known(thing_of(evaluation));
      for (const auto& [name, value] : evaluation.metrics)
        rows_.say(version_, {.aspect = Aspect::evaluation, .thing = group, .name = name}, said_number(value));
      for (const registry::EvaluationFile& file : evaluation.files)
        rows_.say(version_, key_of(group, file), said_result(of, file));
    }
    for (const ComparedEvaluation* evaluation : compared) {
      const ComparedThing* group = rows_.known(thing_of(*evaluation));
      for (const registry::EvaluationFile& file : evaluation->files) {
        const auto matrix = of.matrices.find(file.digest);
        if (matrix != of.matrices.end() && taken.take_cells(matrix->second))
          cells(key_of(group, file), matrix->second);
      }
    }
    return !taken.is_truncated();
  }

 private:
  static RowKey key_of(const ComparedThing* group, const registry::EvaluationFile& file) {
    return {.aspect = Aspect::evaluation,
            .thing = group,
            .file = file.name.str(),
            .name = "file " + file.name.str()};
  }

  static Said said_result(const Comparable& of, const registry::EvaluationFile& file) {
    Said said{text_value(file.digest.str())};
    if (const auto lines = of.tables.find(file.digest); lines != of.tables.end()) said.text = lines->second;
    return said;
  }

  // `file confusion ["no", "yes"]`: what stands in the row of "no" and the column of "yes".
  void cells(const RowKey& file, const ConfusionMatrix& matrix) {
    for (std::size_t row = 0; row < matrix.labels.size(); ++row) {
      for (std::size_t column = 0; column < matrix.labels.size(); ++column) {
        RowKey key = file;
        key.cell = {matrix.labels[row], matrix.labels[column]};
        key.name += fmt::format(" [{}, {}]", json::to_json(key.cell[0]), json::to_json(key.cell[1]));
        rows_.say(version_, std::move(key), said_number(matrix.counts[row][column]));
      }
    }
  }

  void say(Aspect aspect, std::string name, json::Raw value) {
    rows_.say(version_, {.aspect = aspect, .name = std::move(name)}, {std::move(value)});
  }
  template <class Text>
  void fact(std::string name, const std::optional<Text>& text) {
    if (text) say(Aspect::fact, std::move(name), text_value(text->str()));
  }

  void walk(Aspect aspect, const json::Value& value, const std::string& path) {
    bool is_branch = false;
    if (value.kind() == json::Kind::object) {
      for (const auto& [name, member] : value.members()) {
        walk(aspect, member, path_below(path, name));
        is_branch = true;
      }
    }
    if (is_branch || path.empty()) return;
    std::optional<double> number;
    if (value.kind() == json::Kind::integer || value.kind() == json::Kind::real) number = value.number();
    json::Raw shown(value.dump());
    std::string plain = plain_json(value);
    if (plain == shown.text()) plain.clear();
    rows_.say(version_, {.aspect = aspect, .name = path},
              {std::move(shown), number, std::nullopt, std::move(plain)});
  }

  SaidRows& rows_;
  std::size_t version_;
};

}  // namespace

std::optional<std::string> lines_of_result(std::string_view media_type, std::string_view bytes) {
  if (media_type != "application/json")
    return json::is_utf8(bytes) ? std::optional(std::string(bytes)) : std::nullopt;
  const auto document = json::Document::parse(bytes);
  if (!document) return std::nullopt;
  std::string out;
  const auto write_elements = [&out](const json::Value& list, std::string_view before) {
    for (const json::Value element : list.elements()) out.append(before).append(element.dump()).append("\n");
  };
  const json::Value root = document->root();
  write_elements(root, "");
  for (const auto& [name, member] : root.members()) {
    const bool is_list = member.kind() == json::Kind::array;
    out.append(json::to_json(name)).append(is_list ? ":" : ": " + member.dump()).append("\n");
    if (is_list) write_elements(member, "  ");
  }
  return out;
}

bool ComparedEvaluations::take(const ComparedEvaluation& evaluation) {
  // Hidden data sets are not told apart, not even by how many of them there are.
  std::string like = evaluation.hidden
                         ? identity_of({"hidden", evaluation.name ? evaluation.name->str() : ""})
                         : thing_of(evaluation).identity;
  if (told_.contains(like) || !take_room(evaluation.metrics.size() + evaluation.files.size())) return false;
  told_.insert(std::move(like));
  return true;
}

bool ComparedEvaluations::take_cells(const ConfusionMatrix& matrix) {
  return take_room(matrix.labels.size() * matrix.labels.size());
}

bool ComparedEvaluations::take_room(std::size_t values) {
  if (truncated_ || values > room_) {
    truncated_ = true;
    return false;
  }
  room_ -= values;
  return true;
}

Comparison compare(const std::vector<Comparable>& versions, const ComparisonPage& page) {
  SaidRows rows(versions.size(), page);
  bool all_told = true;
  for (std::size_t i = 0; i < versions.size(); ++i) {
    const Comparable& of = versions[i];
    VersionSpeaker speaker(rows, i);
    speaker.facts(of);
    speaker.metrics(of.version.metrics);
    speaker.tags(of.version.tags);
    speaker.tree(Aspect::metadata, of.version.metadata);
    speaker.files(of);
    speaker.text("description", of.description);
    speaker.text("card", of.card);
    speaker.lineage(of.lineage);
    all_told = speaker.evaluations(of) && all_told;
  }
  Comparison comparison = rows.finish();
  comparison.truncated = !all_told;
  return comparison;
}

Comparison compare_evaluations(const std::vector<Comparable>& versions, const ComparisonPage& page) {
  SaidRows rows(versions.size(), page);
  bool all_told = true;
  for (std::size_t i = 0; i < versions.size(); ++i)
    all_told = VersionSpeaker(rows, i).evaluations(versions[i]) && all_told;
  Comparison comparison = rows.finish();
  comparison.truncated = !all_told;
  return comparison;
}

}  // namespace herald::projections
