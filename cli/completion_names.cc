#include "cli/completion_names.h"

#include <cstdlib>

#include "base/limits.h"
#include "cli/client.h"
#include "cli/profiles.h"
#include "cli/url.h"
#include "cli/view.h"
#include "registry/names.h"

namespace herald::cli {
namespace {

constexpr std::chrono::milliseconds kPatience{500};
constexpr const char* kMostVersions = "20";

const std::string& most_names() {
  static const std::string number = std::to_string(limits::kMaxNamesCompleted);
  return number;
}

class Names {
 public:
  Names(const Profile& server, std::optional<std::string> ca_file, std::string begun)
      : client_({.url = server.url,
                 .token = server.token,
                 .ca_file = std::move(ca_file),
                 .idempotency_key = {},
                 .attempts = 1,
                 .connect_timeout = kPatience,
                 .total_timeout = kPatience}),
        begun_(std::move(begun)) {}

  std::vector<Candidate> take() { return std::move(found_); }

  void registries(const std::string& behind) {
    each(Query("/v1/registries").add("limit", most_names()), [&](const json::Value& registry) {
      const std::string name = text_at(registry, "name");
      if (!behind.empty() && name == registry::kDefaultRegistry) return;
      add(name + behind, text_at(registry, "description"));
    });
  }

  // "churn", "other/churn", and the other registries as "other/".
  void models() {
    const std::size_t slash = begun_.find('/');
    const std::string registry = slash == std::string::npos ? "" : begun_.substr(0, slash);
    const std::string before = registry.empty() ? "" : registry + "/";
    Query query(registry.empty() ? "/v1/models" : "/v1/registries/" + percent_encode(registry) + "/models");
    query.add("name", begun_.substr(before.size())).add("limit", most_names());
    each(query, [&](const json::Value& model) {
      add(before + text_at(model, "name"), text_at(model, "description"));
    });
    if (registry.empty()) registries("/");
  }

  void aliases(const std::string& model, const std::string& before) {
    const auto parsed = ModelArgument::parse(model);
    if (!parsed) return;
    each(Query(parsed->path() + "/aliases").add("limit", most_names()), [&](const json::Value& alias) {
      add(before + text_at(alias, "alias"), "v" + text_at(alias, "version"));
    });
  }

  void versions(const std::string& model, const std::string& before) {
    const auto parsed = ModelArgument::parse(model);
    if (!parsed) return;
    each(Query(parsed->path() + "/versions").add("limit", kMostVersions), [&](const json::Value& version) {
      add(before + "v" + text_at(version, "version"), words("aliases")(version));
    });
  }

  void references() {
    const std::size_t colon = begun_.rfind(':');
    if (colon == std::string::npos) return models();
    const std::string model = begun_.substr(0, colon), before = model + ":";
    add(before + "latest", "the highest version that is ready");
    aliases(model, before);
    versions(model, before);
  }

  // "v3", "latest", "production": what may stand behind the colon.
  void selectors(const std::string& model) {
    add("latest", "the highest version that is ready");
    aliases(model, "");
    versions(model, "");
  }

  void stages(const std::string& registry) {
    of_registry(registry, {"stages.stages"});
    add("none", "in no stage");
  }
  // Where no model is named: those that the registry's policies speak of.
  void known_aliases(const std::string& registry) {
    of_registry(registry, {"protected_aliases", "card_policy.aliases"});
  }

  // "dataset:", then "version:churn:v3".
  void nodes() {
    const std::size_t colon = begun_.find(':');
    if (colon == std::string::npos) {
      for (const char* kind : {"version:", "artifact:", "run:", "dataset:", "deployment:"}) add(kind, "");
      return;
    }
    const std::string before = begun_.substr(0, colon + 1);
    begun_.erase(0, colon + 1);
    if (before == "version:") references();
    if (before == "artifact:") named(Query("/v1/artifacts"), "id", text("name"));
    if (before == "run:") runs();
    for (Candidate& candidate : found_) candidate.value.insert(0, before);
  }

  void runs() {
    each(Query("/v1/search").add("kind", "runs").add("limit", most_names()), [&](const json::Value& run) {
      const std::string name = text_at(run, "name");
      add(string_at(run, "id"), name.empty() ? text_at(run, "reference") : name);
    });
  }

  void evaluations(const std::string& model) {
    const auto parsed = ModelArgument::parse(model);
    if (!parsed) return;
    named(Query(parsed->path() + "/evaluations"), "id", [](const json::Value& evaluation) {
      return text_at(evaluation, "reference") + " " + text_at(evaluation, "name");
    });
  }

  void principals(const char* kind) {
    named(Query("/v1/principals").add("kind", kind), "name", text("full_name"));
  }

  void deliveries() {
    named(Query("/v1/deliveries"), "id", [](const json::Value& delivery) {
      return text_at(delivery, "automation") + ", " + text_at(delivery, "state");
    });
  }

  void tokens() {
    named(Query("/v1/tokens"), "id", [](const json::Value& token) {
      return text_at(token, "label") + " of " + text_at(token, "principal");
    });
  }

  void named(const Query& list, const char* member, const Cell& what = {}) {
    Query query = list;
    each(query.add("limit", most_names()),
         [&](const json::Value& item) { add(string_at(item, member), what ? what(item) : ""); });
  }

 private:
  // The texts of lists of a registry.
  void of_registry(const std::string& name, std::initializer_list<const char*> lists) {
    const auto answer = client_.get("/v1/registries/" + percent_encode(name));
    if (!answer) return;
    const auto document = json::Document::parse(answer->body);
    if (!document) return;
    for (const char* list : lists) {
      const auto texts = member_at(document->root(), list);
      if (!texts || texts->is_null()) continue;
      for (const json::Value text : texts->elements()) add(std::string(text.string().value_or("")), "");
    }
  }

  template <class Take>
  void each(const Query& query, Take take) {
    const auto answer = client_.get(query.str());
    if (!answer) return;
    const auto document = json::Document::parse(answer->body);
    const auto items = document ? member_at(document->root(), "items") : std::nullopt;
    if (!items) return;
    for (const json::Value item : items->elements()) take(item);
  }

  void add(const std::string& value, std::string what) {
    if (value.starts_with(begun_)) found_.push_back({value, std::move(what)});
  }

  Client client_;
  std::string begun_;
  std::vector<Candidate> found_;
};

std::vector<Candidate> profile_names(const std::string& begun) {
  std::vector<Candidate> out;
  const auto profiles = Profiles::load();
  if (!profiles) return out;
  for (const auto& [name, profile] : profiles->all()) {
    if (name.starts_with(begun)) out.push_back({name, profile.url});
  }
  return out;
}

// Of the model, else of the option, else the default one.
std::string registry_of(const Question& question) {
  const std::size_t slash = question.model.find('/');
  if (slash != std::string::npos) return question.model.substr(0, slash);
  if (question.model.empty() && !question.registry.empty()) return question.registry;
  return std::string(registry::kDefaultRegistry);
}

}  // namespace

std::vector<Candidate> ask_for_names(const Question& question) {
  if (question.named == Named::profile) return profile_names(question.begun);
  const auto server = server_to_ask(question.url, question.profile);
  if (!server) return {};
  std::optional<std::string> ca_file = question.ca_file;
  if (const char* variable = std::getenv("HERALD_CA_FILE"); !ca_file && variable != nullptr)
    ca_file = variable;
  if (!ca_file) ca_file = server->ca_file;
  Names names(*server, std::move(ca_file), question.begun);
  switch (question.named) {
    case Named::model:
      names.models();
      break;
    case Named::reference:
      names.references();
      break;
    case Named::alias:
      if (question.model.empty()) {
        names.known_aliases(registry_of(question));
      } else {
        names.aliases(question.model, "");
      }
      break;
    case Named::version:
      names.versions(question.model, "");
      break;
    case Named::selector:
      names.selectors(question.model);
      break;
    case Named::registry:
      names.registries("");
      break;
    case Named::stage:
      names.stages(registry_of(question));
      break;
    case Named::principal:
      names.principals("");
      break;
    case Named::user:
      names.principals("user");
      break;
    case Named::service:
      names.principals("service");
      break;
    case Named::team:
      names.principals("team");
      break;
    case Named::token:
      names.tokens();
      break;
    case Named::automation:
      names.named(Query("/v1/automations"), "name");
      break;
    case Named::delivery:
      names.deliveries();
      break;
    case Named::secret:
      names.named(Query("/v1/secrets"), "name");
      break;
    case Named::artifact:
      names.named(Query("/v1/artifacts"), "id", text("name"));
      break;
    case Named::run:
      names.runs();
      break;
    case Named::evaluation:
      names.evaluations(question.model);
      break;
    case Named::node:
      names.nodes();
      break;
    case Named::event_type:
      names.named(Query("/v1/schemas"), "type");
      break;
    case Named::staged:
    case Named::owned:
    case Named::profile:
    case Named::command:
    case Named::word:
    case Named::file:
    case Named::folder:
    case Named::nothing:
      break;
  }
  return names.take();
}

}  // namespace herald::cli
