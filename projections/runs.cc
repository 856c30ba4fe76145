#include "projections/runs.h"

#include <algorithm>
#include <array>

namespace herald::projections {
namespace {

using registry::EdgeRecord;
using registry::Label;
using registry::Node;
using registry::NodeKind;
using registry::Reader;
using registry::Table;

constexpr std::size_t kModelIdBytes = 16, kVersionKeyBytes = kModelIdBytes + sizeof(std::uint64_t);
// What a node takes on a page, about: what is stored of it is elsewhere.
constexpr std::size_t kNodeBytes = 512;

Node node_of_run(const Label& run) {
  return {NodeKind::run, run.str(), run.str()};
}

// A version by the end of a key: its model's id and its number.
struct NamedVersion {
  registry::ModelId model;
  registry::VersionNumber number;
};
NamedVersion version_named_by(std::string_view key) {
  return {registry::ModelId(Uuid::from_bytes(key.substr(0, kModelIdBytes))),
          registry::VersionNumber(read_be64(key.substr(kModelIdBytes)))};
}

// The rows that tell something of a run, where they stand, and what a row makes of the page: nothing, where another of these
// tells it.
struct Telling {
  OfRun list;
  Table table;
  std::string prefix;
  std::function<std::optional<KnownOfRun>(std::string_view rest, std::string_view value)> read;
};

class TellingsOfRun {
 public:
  TellingsOfRun(const Reader& reader, const Label& run)
      : reader_(reader), run_(node_of_run(run)), named_(registry::keys::of_run(run)) {}

  // Their order is that of the page, and their places are in its cursors.
  std::array<Telling, 6> all() const {
    const std::string edges = registry::keys::node(run_) + '\0';
    return {Telling{OfRun::used, Table::upstream, edges,
                    [this](auto, auto value) { return used(record::decode<EdgeRecord>(value)); }},
            Telling{OfRun::produced, Table::downstream, edges,
                    [this](auto, auto value) {
                      return made(record::decode<EdgeRecord>(value), OfRun::produced);
                    }},
            Telling{OfRun::produced, Table::run_versions, named_,
                    [this](auto rest, auto) { return naming(version_named_by(rest), OfRun::produced); }},
            Telling{OfRun::versions, Table::run_versions, named_,
                    [this](auto rest, auto) { return naming(version_named_by(rest), OfRun::versions); }},
            Telling{OfRun::versions, Table::downstream, edges,
                    [this](auto, auto value) {
                      return made(record::decode<EdgeRecord>(value), OfRun::versions);
                    }},
            Telling{OfRun::evaluations, Table::run_evaluations, named_,
                    [this](auto rest, auto) { return evaluation(rest); }}};
  }

 private:
  std::optional<KnownOfRun> used(const EdgeRecord& edge) const {
    return KnownOfRun{OfRun::used, static_cast<Connection>(edge.relation),
                      as_it_stands(reader_, edge.upstream)};
  }
  std::optional<KnownOfRun> made(const EdgeRecord& edge, OfRun wanted) const {
    const auto version = registry::version_of(edge.downstream);
    KnownOfRun known{OfRun::produced, static_cast<Connection>(edge.relation),
                     as_it_stands(reader_, edge.downstream)};
    if (version && !known.node.deleted) known.list = OfRun::versions;
    if (known.list != wanted) return std::nullopt;
    const bool names_it =
        version &&
        reader_
            .get(Table::run_versions, named_ + registry::keys::version(version->model_id, version->version))
            .has_value();
    return names_it ? std::nullopt : std::optional(std::move(known));
  }
  std::optional<KnownOfRun> naming(const NamedVersion& version, OfRun wanted) const {
    const std::string id = registry::version_node_id(version.model, version.number);
    KnownOfRun known{OfRun::versions, Connection::produced,
                     as_it_stands(reader_, {NodeKind::version, id, id})};
    if (known.node.deleted) known.list = OfRun::produced;
    return known.list == wanted ? std::optional(std::move(known)) : std::nullopt;
  }
  std::optional<KnownOfRun> evaluation(std::string_view key) const {
    auto found = registry::find<registry::EvaluationRecord>(reader_, Table::evaluations, key);
    if (!found) return std::nullopt;
    return KnownOfRun{OfRun::evaluations, Connection::evaluated_on, {}, std::move(found)};
  }

  const Reader& reader_;
  const Node run_;
  const std::string named_;
};

std::size_t bytes_of(const KnownOfRun& known) {
  return known.evaluation ? record::encode(*known.evaluation).size() : kNodeBytes;
}

// ---- all runs ----

constexpr std::array kNamedIn{Table::upstream, Table::downstream, Table::run_versions,
                              Table::run_evaluations};

struct FoundRun {
  std::string key;  // without what follows it
  std::optional<Label> id;
};

// As the row has it: in keys long ids are cut.
std::optional<Label> id_told_by(const Reader& reader, Table table, std::string_view rest,
                                std::string_view value) {
  if (table == Table::upstream) return Label::trusted(record::decode<EdgeRecord>(value).downstream.id);
  if (table == Table::downstream) return Label::trusted(record::decode<EdgeRecord>(value).upstream.id);
  if (table == Table::run_evaluations) {
    const auto evaluation = registry::find<registry::EvaluationRecord>(reader, Table::evaluations, rest);
    return evaluation ? evaluation->run : std::nullopt;
  }
  const auto [model, number] = version_named_by(rest.substr(0, kVersionKeyBytes));
  const auto version = registry::find_version(reader, model, number);
  return version && version->run ? std::optional(version->run->id) : std::nullopt;
}

// The first behind `after` that a table names.
std::optional<FoundRun> next_run(const Reader& reader, Table table, std::string_view after) {
  static const std::string kRuns = registry::keys::node({NodeKind::run, {}, {}});
  std::optional<FoundRun> found;
  reader.scan(table, kRuns, after, [&](std::string_view key, std::string_view value) {
    const std::size_t end = key.find('\0');
    if (end == std::string_view::npos) return true;
    found = FoundRun{std::string(key.substr(0, end)), id_told_by(reader, table, key.substr(end + 1), value)};
    return false;
  });
  return found;
}

std::optional<FoundRun> next_run(const Reader& reader, std::string_view after) {
  std::optional<FoundRun> first;
  for (const Table table : kNamedIn) {
    auto found = next_run(reader, table, after);
    if (found && (!first || found->key < first->key)) first = std::move(found);
  }
  return first;
}

// Behind all rows of a run, and before those of all others: no id holds control characters.
std::string behind_rows_of(const std::string& run_key) {
  return run_key + '\x01';
}

bool name_has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

Page<KnownOfRun> list_known_of_run(const Reader& reader, const Label& run, const PageRequest& page,
                                   const std::function<Glance(const KnownOfRun&)>& look) {
  const std::size_t limit = std::clamp<std::size_t>(page.limit, 1, limits::kMaxPageSize);
  const TellingsOfRun tellings(reader, run);
  const auto all = tellings.all();
  Page<KnownOfRun> out;
  std::string last = page.after;
  std::size_t scanned = 0, bytes = 0;
  const std::size_t begin = page.after.empty() ? 0 : static_cast<unsigned char>(page.after.front());
  for (std::size_t i = begin; i < all.size() && !out.next; ++i) {
    const Telling& telling = all[i];
    const std::string_view after =
        i == begin && !page.after.empty() ? std::string_view(page.after).substr(1) : std::string_view();
    reader.scan(telling.table, telling.prefix, after, [&](std::string_view key, std::string_view value) {
      auto known = telling.read(key.substr(telling.prefix.size()), value);
      const Glance glance = known ? look(*known) : Glance::hidden;
      const bool is_full = out.items.size() == limit || bytes >= limits::kMaxPageBytes;
      if ((glance == Glance::shown && is_full) || glance == Glance::later ||
          scanned++ == limits::kMaxRowsScanned) {
        out.next = last;
        return false;
      }
      std::string place = std::string(1, static_cast<char>(i)).append(key);
      if (!is_full) last = place;
      if (glance == Glance::shown) {
        bytes += bytes_of(*known);
        out.items.push_back(std::move(*known));
        out.keys.push_back(std::move(place));
      }
      return true;
    });
  }
  return out;
}

bool is_known_run(const Reader& reader, const Label& run) {
  const std::string prefix = registry::keys::of_run(run);
  bool known = false;
  for (const Table table : kNamedIn) {
    if (known) break;
    reader.scan(table, prefix, {}, [&](std::string_view, std::string_view) {
      known = true;
      return false;
    });
  }
  return known;
}

FactsOfRun facts_of_run(const Reader& reader, const Label& run,
                        const std::function<bool(registry::ModelId)>& sees) {
  FactsOfRun told;
  std::uint64_t newest = 0;
  const std::string prefix = registry::keys::of_run(run);
  reader.scan(Table::run_versions, prefix, {}, [&](std::string_view key, std::string_view) {
    const auto [id, number] = version_named_by(key.substr(prefix.size()));
    if (!sees(id)) return ++told.looked_at < limits::kMaxRowsScanned;
    auto version = registry::find_version(reader, id, number);
    const auto model = registry::find_model(reader, id);
    const bool is_there = version && !version->deleted && model && !model->deleted;
    if (is_there && version->run && version->changed.sequence >= newest) {
      newest = version->changed.sequence;
      told.facts = std::move(version->run);
    }
    return ++told.looked_at < limits::kMaxRowsScanned;
  });
  return told;
}

Page<ListedRun> list_runs(const Reader& reader, std::string_view name_part, const PageRequest& page,
                          const std::function<bool(registry::ModelId)>& sees,
                          const std::function<Glance(const Label&)>& look) {
  const std::size_t limit = std::clamp<std::size_t>(page.limit, 1, limits::kMaxPageSize);
  Page<ListedRun> out;
  std::string last = page.after;
  std::size_t scanned = 0, bytes = 0;
  for (auto run = next_run(reader, page.after); run; run = next_run(reader, behind_rows_of(run->key))) {
    if (scanned > limits::kMaxRowsScanned) {
      out.next = last;
      break;
    }
    const std::string place = behind_rows_of(run->key);
    Glance glance = Glance::hidden;
    FactsOfRun told;
    if (run->id) {
      told = facts_of_run(reader, *run->id, sees);
      const bool is_named = name_has(run->id->str(), name_part) ||
                            (told.facts && told.facts->name && name_has(told.facts->name->str(), name_part));
      if (is_named) glance = look(*run->id);
    }
    const bool is_full = out.items.size() == limit || bytes >= limits::kMaxPageBytes;
    if ((glance == Glance::shown && is_full) || glance == Glance::later) {
      out.next = last;
      break;
    }
    scanned += kNamedIn.size() + told.looked_at;
    if (!is_full) last = place;
    if (glance != Glance::shown) continue;
    bytes += kNodeBytes + (told.facts ? record::encode(*told.facts).size() : 0);
    out.items.push_back({std::move(*run->id), std::move(told.facts)});
    out.keys.push_back(place);
  }
  return out;
}

}  // namespace herald::projections
