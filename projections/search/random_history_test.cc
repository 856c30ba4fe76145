// Search over random histories, beside a recount of the events that knows nothing of it.
#include <gmock/gmock.h>

#include <functional>
#include <map>
#include <random>
#include <set>

#include "base/testing/sanitized.h"
#include "projections/search/execution.h"
#include "projections/search/index.h"
#include "projections/testing/searching.h"

namespace herald::projections::search {
namespace {

// Models that come and go, are archived, renamed and tagged; versions that fail, move through stages and are deleted;
// aliases that move and are removed.
class RandomStory {
 public:
  RandomStory(std::mt19937& random, int steps) : random_(random) {
    registry::UpdateRegistry stages{};
    stages.name = RegistryStory::models();
    stages.stages = registry::StageSet{{stage("dev"), stage("staging"), stage("live")}, {}};
    story.record(stages);
    for (int i = 0; i < 6; ++i) new_model();
    for (int step = 0; step < steps; ++step) go_on();
  }
  RegistryStory story;

 private:
  struct Model {
    std::string name;
    std::vector<std::uint64_t> versions;
    std::uint64_t last = 0;
    bool archived = false;
  };

  static registry::StageName stage(std::string_view name) { return registry::StageName::trusted(name); }
  std::string new_name() { return (one_in(2) ? "fraud-" : "churn-") + std::to_string(++named_); }
  void new_model() {
    models_.push_back({new_name(), {}, 0, false});
    story.model(models_.back().name);
  }
  bool one_in(std::uint64_t times) { return random_() % times == 0; }
  std::string digit() { return std::to_string(random_() % 3); }

  void go_on() {
    const std::size_t which = random_() % models_.size();
    Model& model = models_[which];
    if (model.archived || one_in(30)) {
      auto archive = RegistryStory::at<registry::SetModelArchived>(model.name);
      archive.archived = model.archived = !model.archived;
      return story.record(archive);
    }
    switch (random_() % 12) {
      case 0:
        return one_in(4) ? take_away(which) : rename(model);
      case 1:
      case 2:
        return story.tag(model.name, "k", digit());
      case 3:
      case 4:
        version_with(story, model.name, 0.1 * static_cast<double>(random_() % 10),
                     R"({"lib":")" + digit() + "\"}");
        return model.versions.push_back(++model.last);
      default:
        if (!model.versions.empty()) change_version(model, random_() % model.versions.size());
    }
  }
  void take_away(std::size_t which) {
    story.record(RegistryStory::at<registry::DeleteModel>(models_[which].name));
    models_.erase(models_.begin() + static_cast<std::ptrdiff_t>(which));
    new_model();
  }
  void rename(Model& model) {
    auto rename = RegistryStory::at<registry::RenameModel>(model.name);
    model.name = new_name();
    rename.to = registry::ModelName::trusted(model.name);
    story.record(rename);
  }
  void change_version(Model& model, std::size_t which) {
    const std::uint64_t number = model.versions[which];
    const registry::VersionNumber version(number);
    switch (random_() % 10) {
      case 0: {
        auto away = RegistryStory::at<registry::DeleteVersion>(model.name);
        away.version = version;
        away.remove_aliases = true;
        story.record(away);
        model.versions.erase(model.versions.begin() + static_cast<std::ptrdiff_t>(which));
        return;
      }
      case 1:
      case 2:
      case 3:
        return story.move(model.name, one_in(2) ? "a" : "b", one_in(5) ? 0 : number);
      case 4:
      case 5:
      case 6: {
        auto move = RegistryStory::at<registry::TransitionStage>(model.name);
        move.version = version;
        constexpr const char* kStages[] = {"dev", "staging", "live"};
        if (const auto to = random_() % 4; to != 3) move.to = stage(kStages[to]);
        return story.record(move);
      }
      default: {
        auto tags = RegistryStory::at<registry::ChangeTags>(model.name);
        tags.version = version;
        tags.tags["k"] = one_in(4) ? std::nullopt : std::optional(digit());
        return story.record(tags);
      }
    }
  }

  std::mt19937& random_;
  std::vector<Model> models_;
  std::size_t named_ = 0;
};

// What a model or a version says, read off the records of a state that was made event by event up to a moment: nothing of
// the views, the index or its documents takes part.
struct Facts {
  std::string shown, model;
  std::map<std::string, std::string> tags;
  std::set<std::string> aliases, stages;
  bool archived = false;
  std::optional<std::string> lib;  // of versions
  std::optional<double> auc;
};
std::vector<Facts> facts_at(const RegistryStory& story, std::uint64_t moment, Kind kind) {
  registry::MemoryState state;
  for (std::size_t i = 0; i < moment; ++i) registry::evolve(state, story.events()[i]);
  std::vector<Facts> all;
  state.scan(registry::Table::models, {}, {}, [&](std::string_view id, std::string_view bytes) {
    const auto model = record::decode<registry::ModelRecord>(bytes);
    if (model.deleted) return true;
    Facts of_model{
        model.name.str(), model.name.str(), model.tags, {}, {}, model.archived.has_value(), {}, {}};
    std::multimap<std::uint64_t, std::string> aliases;
    state.scan(registry::Table::aliases, id, {}, [&](std::string_view key, std::string_view value) {
      const auto alias = std::string(key.substr(id.size()));
      of_model.aliases.insert(alias);
      aliases.emplace(record::decode<registry::AliasRecord>(value).version.value(), alias);
      return true;
    });
    state.scan(registry::Table::versions, id, {}, [&](std::string_view, std::string_view value) {
      const auto version = record::decode<registry::VersionRecord>(value);
      if (version.deleted) return true;
      const std::uint64_t number = version.number.value();
      Facts facts{model.name.str() + ":v" + std::to_string(number),
                  model.name.str(),
                  version.tags,
                  {},
                  {},
                  model.archived.has_value(),
                  {},
                  {}};
      for (auto [alias, end] = aliases.equal_range(number); alias != end; ++alias)
        facts.aliases.insert(alias->second);
      if (version.stage) {
        facts.stages.insert(version.stage->str());
        of_model.stages.insert(version.stage->str());
      }
      facts.lib = version.metadata.text().substr(8, 1);
      facts.auc = version.metrics.at("auc");
      if (kind == Kind::versions) all.push_back(std::move(facts));
      return true;
    });
    if (kind == Kind::models) all.push_back(std::move(of_model));
    return true;
  });
  return all;
}

struct Sentence {
  const char* text;
  std::function<bool(const Facts&)> holds;
};
const std::vector<Sentence>& sentences_of_both() {
  const auto is = [](const Facts& f, const char* value) {
    const auto tag = f.tags.find("k");
    return tag != f.tags.end() && tag->second == value;
  };
  static const std::vector<Sentence> all{
      {"", [](const Facts&) { return true; }},
      {"name:fraud*", [](const Facts& f) { return f.model.starts_with("fraud"); }},
      {"name:churn-1", [](const Facts& f) { return f.model == "churn-1"; }},
      {"-1 -archived", [](const Facts& f) { return f.model.find('1') == f.model.npos && !f.archived; }},
      {"archived", [](const Facts& f) { return f.archived; }},
      {"tag:k=1", [is](const Facts& f) { return is(f, "1"); }},
      {"-tag:k", [](const Facts& f) { return !f.tags.contains("k"); }},
      {"alias:a", [](const Facts& f) { return f.aliases.contains("a"); }},
      {"alias:a -alias:b",
       [](const Facts& f) { return f.aliases.contains("a") && !f.aliases.contains("b"); }},
      {"alias:a tag:k=2", [is](const Facts& f) { return f.aliases.contains("a") && is(f, "2"); }},
      {"tag:k=1* alias:*", [is](const Facts& f) { return is(f, "1") && !f.aliases.empty(); }},
      {"stage:staging", [](const Facts& f) { return f.stages.contains("staging"); }},
      {"stage:*", [](const Facts& f) { return !f.stages.empty(); }},
      {"-stage:*", [](const Facts& f) { return f.stages.empty(); }},
      {"stage:*i*", [](const Facts& f) { return f.stages.contains("staging") || f.stages.contains("live"); }},
      {"stage:live alias:a",
       [](const Facts& f) { return f.stages.contains("live") && f.aliases.contains("a"); }},
      {"name:churn* stage:dev -tag:k=0",
       [is](const Facts& f) {
         return f.model.starts_with("churn") && f.stages.contains("dev") && !is(f, "0");
       }},
      {"created>2000-01-01 stage:st* -archived",
       [](const Facts& f) { return f.stages.contains("staging") && !f.archived; }},
  };
  return all;
}
const std::vector<Sentence>& sentences_of_versions() {
  static const std::vector<Sentence> all{
      {"metric.auc>0.45", [](const Facts& f) { return f.auc > 0.45; }},
      {"meta.lib:\"1\" metric.auc<=0.55 -alias:a",
       [](const Facts& f) { return f.lib == "1" && f.auc <= 0.55 && !f.aliases.contains("a"); }},
      {"metric.auc>0.25 metric.auc<0.65 stage:dev",
       [](const Facts& f) { return f.auc > 0.25 && f.auc < 0.65 && f.stages.contains("dev"); }},
  };
  return all;
}

TEST(Search, FindsAtAnyMomentOfARandomHistoryWhatARecountOfTheEventsFinds) {
  std::mt19937 random(3);
  const RandomStory told(random, herald::testing::kSanitized ? 200 : 600);
  const RegistryStory& story = told.story;
  const ViewsStore store(story.events());
  const auto compare = [&](const Sentence& sentence, Kind kind) {
    for (int round = 0; round < (herald::testing::kSanitized ? 4 : 12); ++round) {
      const std::uint64_t moment = round == 0 ? story.last() : 1 + random() % story.last();
      std::vector<std::string> expected;
      for (const Facts& facts : facts_at(story, moment, kind))
        if (sentence.holds(facts)) expected.push_back(facts.shown);
      Request request = asked(sentence.text, kind);
      request.as_of = Sequence(moment);
      request.limit = 1 + random() % 5;
      if (random() % 2 == 0) request.sort = Sort{Field::created, {}, random() % 2 == 0};
      EXPECT_THAT(pages(store, request), ::testing::UnorderedElementsAreArray(expected))
          << reflect::enum_name(kind) << ": " << sentence.text << " as of " << moment;
    }
  };
  for (const Kind kind : {Kind::models, Kind::versions})
    for (const Sentence& sentence : sentences_of_both()) compare(sentence, kind);
  for (const Sentence& sentence : sentences_of_versions()) compare(sentence, Kind::versions);
}

// Few models that are seen drive the search; many are held against it one by one.
TEST(Search, ShowsAtAnyMomentWhatIsSeenAndNoMoreHoweverFewOrMany) {
  std::mt19937 random(5);
  const RandomStory told(random, 300);
  const RegistryStory& story = told.story;
  const ViewsStore store(story.events());
  const ViewsReader reader(*store.views);
  Reach some, registry{.registries = {registry_id(story.state())}};
  for (const registry::Event& event : story.events())
    if (const auto* made = std::get_if<registry::ModelRegistered>(&event.payload))
      if (random() % 3 == 0) some.models.insert(made->model_id);
  const auto seen_names = [&](std::uint64_t moment) {
    std::set<std::string> names;
    const AsOf then = reader.as_of(Sequence(moment));
    for (const registry::ModelId id : some.models)
      if (const auto model = registry::find_model(then, id)) names.insert(model->name.str());
    return names;
  };
  for (const Kind kind : {Kind::models, Kind::versions}) {
    for (const Sentence& sentence : sentences_of_both()) {
      for (const std::size_t few : {0, 1'000}) {
        const std::uint64_t moment = 1 + random() % story.last();
        const std::set<std::string> seen = seen_names(moment);
        std::vector<std::string> expected, of_all;
        for (const Facts& facts : facts_at(story, moment, kind)) {
          if (!sentence.holds(facts)) continue;
          of_all.push_back(facts.shown);
          if (seen.contains(facts.model)) expected.push_back(facts.shown);
        }
        Request request = asked(sentence.text, kind);
        request.as_of = Sequence(moment);
        request.limit = 1 + random() % 4;
        request.few_models = few;
        if (random() % 2 == 0) request.sort = Sort{Field::name, {}, random() % 2 == 0};
        if (random() % 2 == 0) request.work = 500;
        EXPECT_THAT(pages(store, request, some), ::testing::UnorderedElementsAreArray(expected))
            << reflect::enum_name(kind) << ": " << sentence.text << " as of " << moment << ", few " << few;
        EXPECT_THAT(pages(store, request, registry), ::testing::UnorderedElementsAreArray(of_all))
            << reflect::enum_name(kind) << ": " << sentence.text << " as of " << moment << ", few " << few;
      }
    }
  }
}

// However an event changes a document: its rows are those of what it says, and no others. Versions of a model that was
// deleted are found no more, whatever their rows say.
TEST(SearchIndex, HoldsOfEachDocumentWhatItSaysAndNothingElse) {
  std::mt19937 random(9);
  const RandomStory told(random, 800);
  const ViewsStore store(told.story.events());
  const ViewsReader reader(*store.views);
  const AsOf now = reader.as_of(reader.stand().sequence);
  const auto is_there = [&](std::string_view model) {
    return Document::find(now, Kind::models, model).has_value();
  };
  std::set<std::string> expected, rows;
  for (const Kind kind : {Kind::models, Kind::versions}) {
    now.scan(table_of(kind), {}, {}, [&](std::string_view key, std::string_view) {
      if (!is_there(key.substr(0, kModelBytes))) return true;
      for (const std::string& term : terms_of(now, kind, key)) expected.insert(term + std::string(key));
      return true;
    });
  }
  now.scan(registry::Table::models, {}, {}, [&](std::string_view id, std::string_view) {
    const registry::ModelId model(Uuid::from_bytes(id));
    if (!is_there(id)) return true;
    if (const auto latest = registry::latest_version(now, model)) {
      expected.insert(term(Kind::versions, {Field::latest, {}, kHolds, std::nullopt}) +
                      registry::keys::version(model, *latest));
    }
    return true;
  });
  const auto tables = reader.search_tables();
  lmdb::Cursor cursor = tables.txn.cursor(tables.now);
  for (auto entry = cursor.at_or_after(std::string_view("\0", 1)); entry; entry = cursor.next()) {
    const bool of_a_model = static_cast<Kind>(entry->key.front()) == Kind::models;
    if (of_a_model || is_there(entry->key.substr(entry->key.size() - kVersionBytes, kModelBytes)))
      rows.emplace(entry->key);
  }
  EXPECT_GT(rows.size(), 100u);
  std::vector<std::string> others;
  std::set_symmetric_difference(rows.begin(), rows.end(), expected.begin(), expected.end(),
                                std::back_inserter(others));
  EXPECT_THAT(others, ::testing::IsEmpty());
}

}  // namespace
}  // namespace herald::projections::search
