#include "projections/search/index.h"

#include <algorithm>
#include <iterator>

#include "base/bytes.h"

namespace herald::projections::search {
namespace {

struct Named {
  Kind kind;
  std::string key;
  Fields fields;
};

// The documents that an event makes say something else, or may, and in which fields.
class Documents {
 public:
  std::vector<Named> take() { return std::move(all_); }
  std::optional<registry::ModelId> whose_latest() const { return whose_latest_; }

  void operator()(const registry::OfModel& fact) { model(fact); }
  void operator()(const registry::OfVersion& fact) { version(fact, fact.version); }
  void operator()(const registry::VersionStatusChanged& fact) { ready_or_not(fact); }
  void operator()(const registry::VersionDeleted& fact) { there_or_not(fact); }
  void operator()(const registry::VersionRestored& fact) { there_or_not(fact); }
  void operator()(const registry::VersionLinked& fact) {
    version(fact, fact.version, {Field::artifact, Field::changed});
  }
  void operator()(const registry::StageTransitioned& fact) {
    model(fact, {Field::stage});
    version(fact, fact.version, {Field::stage, Field::changed});
  }
  void operator()(const registry::VersionRegistered& fact) {
    model(fact, {Field::changed});
    ready_or_not(fact);
  }
  void operator()(const registry::TagSet& fact) { tagged(fact, fact.version); }
  void operator()(const registry::TagRemoved& fact) { tagged(fact, fact.version); }
  void operator()(const registry::AliasAssigned& fact) {
    model(fact, {Field::alias, Field::changed});
    version(fact, fact.to, {Field::alias});
    if (fact.from && *fact.from != fact.to) version(fact, *fact.from, {Field::alias});
  }
  void operator()(const registry::AliasRemoved& fact) {
    model(fact, {Field::alias, Field::changed});
    version(fact, fact.from, {Field::alias});
  }
  void operator()(const registry::CommentAdded&) {}
  void operator()(const registry::CommentEdited&) {}
  void operator()(const registry::CommentRemoved&) {}
  void operator()(const registry::UsageRecorded&) {}
  void operator()(const registry::EvaluationRecorded& fact) {
    add(Kind::evaluations,
        registry::keys::of_version(fact.model_id, fact.version, fact.evaluation_id.bytes()));
  }
  void operator()(const registry::ArtifactCommitted& fact) { artifact(fact.artifact_id); }
  void operator()(const registry::ArtifactDeleted& fact) { artifact(fact.artifact_id); }
  void operator()(const registry::LineageRecorded& fact) {
    if (const auto end = registry::version_of(fact.downstream))
      add(Kind::versions, registry::keys::version(end->model_id, end->version),
          {Field::dataset, Field::data});
  }

  void operator()(const registry::RegistryCreated&) {}
  void operator()(const registry::OfRegistry&) {}
  void operator()(const registry::AutomationCreated&) {}
  void operator()(const registry::AutomationUpdated&) {}
  void operator()(const registry::OfAutomation&) {}
  void operator()(const registry::OfPrincipal&) {}
  void operator()(const registry::AccessDenied&) {}
  void operator()(const registry::ErasurePerformed&) {}
  void operator()(const registry::SecretSet&) {}
  void operator()(const registry::SecretRemoved&) {}

 private:
  void add(Kind kind, std::string key, Fields fields = Fields::all()) {
    all_.push_back({kind, std::move(key), fields});
  }
  void model(const registry::OfModel& of, Fields fields = Fields::all()) {
    add(Kind::models, std::string(of.model_id.bytes()), fields);
  }
  void version(const registry::OfModel& of, registry::VersionNumber number, Fields fields = Fields::all()) {
    add(Kind::versions, registry::keys::version(of.model_id, number), fields);
  }
  // A model is in the stages of those of its versions that are there.
  void there_or_not(const registry::OfVersion& fact) {
    model(fact, {Field::stage});
    ready_or_not(fact);
  }
  void ready_or_not(const registry::OfVersion& fact) {
    version(fact, fact.version);
    whose_latest_ = fact.model_id;
  }
  void tagged(const registry::OfModel& of, std::optional<registry::VersionNumber> number) {
    if (number) {
      version(of, *number, {Field::tag, Field::changed});
    } else {
      model(of, {Field::tag, Field::changed});
    }
  }
  void artifact(registry::ArtifactId id) { add(Kind::artifacts, std::string(id.bytes())); }

  std::vector<Named> all_;
  std::optional<registry::ModelId> whose_latest_;
};

}  // namespace

Says says(std::string_view now, std::string_view past, Sequence at) {
  if (!now.empty() && at >= Sequence(read_be64(now))) return Says::yes;
  if (past.empty() || at >= Sequence(read_be64(past.substr(8)))) return Says::no;
  return at >= Sequence(read_be64(past)) ? Says::yes : Says::maybe;
}

namespace {

std::string latest_row(registry::ModelId model, registry::VersionNumber number) {
  return term(Kind::versions, {Field::latest, {}, kHolds, std::nullopt}) +
         registry::keys::version(model, number);
}

}  // namespace

Indexing::Indexing(const registry::Reader& state, const registry::Event& event) : at_(event.sequence) {
  Documents documents;
  std::visit(documents, event.payload);
  model_ = documents.whose_latest();
  if (model_) latest_ = registry::latest_version(state, *model_);
  for (Named& named : documents.take()) {
    std::vector<std::string> terms = terms_of(state, named.kind, named.key, named.fields);
    touched_.push_back({named.kind, std::move(named.key), named.fields, std::move(terms)});
  }
}

void Indexing::finish(const registry::Reader& state, IndexBatch& batch) const {
  for (const Touched& touched : touched_) {
    const std::vector<std::string> now = terms_of(state, touched.kind, touched.key, touched.fields);
    std::vector<std::string> begun, ended;
    std::set_difference(now.begin(), now.end(), touched.terms.begin(), touched.terms.end(),
                        std::back_inserter(begun));
    std::set_difference(touched.terms.begin(), touched.terms.end(), now.begin(), now.end(),
                        std::back_inserter(ended));
    for (std::string& term : begun) batch.begin(std::move(term.append(touched.key)), at_);
    for (std::string& term : ended) batch.end(std::move(term.append(touched.key)), at_);
  }
  if (!model_) return;
  const auto latest = registry::latest_version(state, *model_);
  if (latest == latest_) return;
  if (latest_) batch.end(latest_row(*model_, *latest_), at_);
  if (latest) batch.begin(latest_row(*model_, *latest), at_);
}

Result<void> IndexBatch::write(lmdb::WriteTxn& txn, IndexTables tables) {
  std::sort(changes_.begin(), changes_.end(),
            [](const Change& a, const Change& b) { return a.row != b.row ? a.row < b.row : a.at < b.at; });
  for (auto change = changes_.begin(); change != changes_.end();) {
    const std::string& row = change->row;
    const auto said = change->begins ? std::nullopt : txn.get(tables.now, row);
    std::string since(said.value_or(std::string_view())), was;
    for (; change != changes_.end() && change->row == row; ++change) {
      if (!change->begins && !since.empty()) was = since + be64(change->at.value());
      since = change->begins ? be64(change->at.value()) : std::string();
    }
    if (!since.empty()) {
      HERALD_CHECK(txn.put(tables.now, row, since));
    } else if (said) {
      HERALD_CHECK(txn.erase(tables.now, row));
    }
    if (!was.empty()) HERALD_CHECK(txn.put(tables.past, row, was));
  }
  changes_.clear();
  return {};
}

}  // namespace herald::projections::search
