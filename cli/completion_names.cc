#include "cli/completion_names.h"

#include <cstdlib>

#include "cli/client.h"
#include "cli/profiles.h"
#include "cli/url.h"
#include "cli/view.h"
#include "registry/names.h"

namespace herald::cli {
namespace {

constexpr std::chrono::milliseconds kPatience{500};
constexpr const char* kMostNames = "200";
constexpr const char* kMostVersions = "20";

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
    each(Query("/v1/registries").add("limit", kMostNames), [&](const json::Value& registry) {
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
    query.add("name", begun_.substr(before.size())).add("limit", kMostNames);
    each(query, [&](const json::Value& model) {
      add(before + text_at(model, "name"), text_at(model, "description"));
    });
    if (registry.empty()) registries("/");
  }

  void aliases(const std::string& model, const std::string& before) {
    const auto parsed = ModelArgument::parse(model);
    if (!parsed) return;
    each(Query(parsed->path() + "/aliases").add("limit", kMostNames), [&](const json::Value& alias) {
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

  // Of the registry that the model is in.
  void stages(const std::string& model) {
    const std::size_t slash = model.find('/');
    const std::string registry =
        slash == std::string::npos ? std::string(registry::kDefaultRegistry) : model.substr(0, slash);
    const auto answer = client_.get("/v1/registries/" + percent_encode(registry));
    if (!answer) return;
    const auto document = json::Document::parse(answer->body);
    const auto names = document ? member_at(document->root(), "stages.stages") : std::nullopt;
    if (!names) return;
    for (const json::Value name : names->elements()) add(std::string(name.string().value_or("")), "");
  }

  void named(const char* list, const char* member) {
    each(Query(list), [&](const json::Value& item) { add(text_at(item, member), ""); });
  }

 private:
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

}  // namespace

std::vector<Candidate> ask_for_names(const Question& question) {
  if (question.named == Named::profile) return profile_names(question.begun);
  const auto server = server_to_ask(question.url, question.profile);
  if (!server) return {};
  std::optional<std::string> ca_file = question.ca_file;
  if (const char* variable = std::getenv("HERALD_CA_FILE"); !ca_file && variable != nullptr)
    ca_file = variable;
  Names names(*server, std::move(ca_file), question.begun);
  switch (question.named) {
    case Named::model:
      names.models();
      break;
    case Named::reference:
      names.references();
      break;
    case Named::alias:
      names.aliases(question.model, "");
      break;
    case Named::version:
      names.versions(question.model, "");
      break;
    case Named::registry:
      names.registries("");
      break;
    case Named::stage:
      names.stages(question.model);
      break;
    case Named::principal:
      names.named("/v1/principals", "name");
      break;
    case Named::automation:
      names.named("/v1/automations", "name");
      break;
    case Named::secret:
      names.named("/v1/secrets", "name");
      break;
    case Named::event_type:
      names.named("/v1/schemas", "type");
      break;
    case Named::profile:
    case Named::search_field:
    case Named::file:
    case Named::folder:
    case Named::nothing:
      break;
  }
  return names.take();
}

}  // namespace herald::cli
