#include "cli/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/limits.h"
#include "cli/commands/shared.h"
#include "cli/text.h"
#include "reflect/json_read.h"

namespace herald::cli {
namespace {

constexpr std::size_t kMostOfALine = 200;

std::vector<std::string_view> lines_in(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    out.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return out;
}

// What a policy is made of, as people read it: "stage", {"dev", "live"}.
using NamedLists = std::vector<std::pair<std::string, std::vector<std::string>>>;

template <class Name>
std::vector<std::string> texts_of(const std::vector<Name>& names) {
  std::vector<std::string> out;
  for (const Name& name : names) out.push_back(name.str());
  return out;
}

NamedLists lists_in(const std::optional<registry::StageSet>& set) {
  NamedLists out{{"stage", {}}, {"transition", {}}};
  if (!set) return out;
  out[0].second = texts_of(set->stages);
  for (const registry::StageTransition& transition : set->transitions)
    out[1].second.push_back(fmt::format("{} → {}", transition.from ? transition.from->str() : "none",
                                        transition.to ? transition.to->str() : "none"));
  return out;
}

NamedLists lists_in(const std::optional<registry::CardPolicy>& policy) {
  if (!policy) return {{"card section", {}}, {"card alias", {}}, {"card stage", {}}};
  return {{"card section", texts_of(policy->sections)},
          {"card alias", texts_of(policy->aliases)},
          {"card stage", texts_of(policy->stages)}};
}

class Differences {
 public:
  explicit Differences(Plan& plan) : plan_(plan) {}

  void value(const std::string& name, const std::optional<std::string>& from,
             const std::optional<std::string>& to) {
    if (!from) return add('+', fmt::format("{}: {}", name, short_text(*to)));
    if (!to) return add('-', fmt::format("{}: {}", name, short_text(*from)));
    add('~', fmt::format("{}: {} → {}", name, short_text(*from), short_text(*to)));
  }

  // A text of several lines is shown by those that differ.
  void text(const std::string& name, const std::optional<std::string>& from,
            const std::optional<std::string>& to) {
    const bool long_text =
        (from && from->find('\n') != std::string::npos) || (to && to->find('\n') != std::string::npos);
    if (!long_text) return value(name, from, to);
    add(!from ? '+' : !to ? '-' : '~', name + ":");
    for (DifferenceLine& line : difference_of_texts(from.value_or(""), to.value_or("")))
      add(line.sign, "  " + std::move(line.text));
  }

  // Which entries of named lists came and went. False: none did, as where only their order is another.
  bool lists(const NamedLists& from, const NamedLists& to) {
    const std::size_t before = plan_.lines.size();
    const auto each_not_in = [&](const NamedLists& these, const NamedLists& those, char sign) {
      for (std::size_t i = 0; i < these.size(); ++i) {
        for (const std::string& entry : these[i].second) {
          const auto& others = those[i].second;
          if (std::find(others.begin(), others.end(), entry) == others.end())
            add(sign, fmt::format("{}: {}", these[i].first, short_text(entry)));
        }
      }
    };
    each_not_in(from, to, '-');
    each_not_in(to, from, '+');
    return plan_.lines.size() > before;
  }

  void request(Request request) { plan_.requests.push_back(std::move(request)); }

 private:
  static std::string short_text(const std::string& text) { return cut(harmless(text), kMostOfALine); }
  void add(char sign, std::string text) { plan_.lines.push_back({sign, std::move(text)}); }
  Plan& plan_;
};

std::string version_text(std::uint64_t number) {
  return fmt::format("v{}", number);
}

std::string name_for_requests(const ModelWanted& wanted) {
  std::string collection = wanted.model.path();
  collection.erase(collection.rfind('/'));
  return collection;
}

std::optional<std::string> text_in(const std::optional<json::Value>& resource, std::string_view member) {
  const auto value = resource ? resource->find(member) : std::nullopt;
  const auto text = value ? value->string() : std::nullopt;
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

// A member of the resource as it is described; nothing when it is absent or null.
template <class T>
std::optional<T> value_in(const std::optional<json::Value>& resource, std::string_view member) {
  const auto value = resource ? resource->find(member) : std::nullopt;
  T out{};
  if (!value || value->is_null() || !json::read(*value, out, json::Mode::stored)) return std::nullopt;
  return out;
}

template <class T>
std::optional<std::string> as_json(const std::optional<T>& value) {
  return value ? std::optional<std::string>(json::to_json(*value)) : std::nullopt;
}

std::string enum_text(const auto& value) {
  return std::string(reflect::enum_name(value));
}

// "models" for a registry, "models/churn" for a model, "" for everything.
std::string text_of(const registry::Scope& scope) {
  std::string out = scope.registry ? scope.registry->str()
                    : scope.model  ? std::string(registry::kDefaultRegistry)
                                   : "";
  if (scope.model) out += "/" + scope.model->str();
  if (scope.name_pattern) out += "/?" + *scope.name_pattern;
  return out;
}

Result<void> plan_registry(const RegistryWanted& wanted, const std::optional<json::Value>& now, Plan& plan) {
  Differences differences(plan);
  const std::string path = "/v1/registries/" + percent_encode(wanted.name.str());
  const auto kind = text_in(now, "kind");
  if (kind && wanted.kind && *kind != enum_text(*wanted.kind))
    return error(Cause::not_allowed_now,
                 fmt::format("{} is of the kind {}, and a kind never changes", plan.name, *kind), "kind");
  if (!now) {
    if (wanted.kind) differences.value("kind", std::nullopt, enum_text(*wanted.kind));
    differences.request(with_body("POST", "/v1/registries", [&](json::ObjectWriter& body) {
      body.member("name", wanted.name.str());
      if (wanted.kind) body.member("kind", enum_text(*wanted.kind));
    }));
  }
  std::string changes;
  json::ObjectWriter body(changes);
  bool any = false;
  if (const auto before = text_in(now, "visibility");
      wanted.visibility && before.value_or("organization") != enum_text(*wanted.visibility)) {
    differences.value("visibility", before, enum_text(*wanted.visibility));
    body.member("visibility", enum_text(*wanted.visibility));
    any = true;
  }
  if (const auto before = text_in(now, "description");
      wanted.description.given && before != wanted.description.value) {
    differences.text("description", before, wanted.description.value);
    json::write(body.key("description"), wanted.description.value);
    any = true;
  }
  const auto object = [&](const char* member, const auto& nullable, const auto& before) {
    if (!nullable.given || before == nullable.value) return;
    if (!differences.lists(lists_in(before), lists_in(nullable.value)))
      differences.value(member, as_json(before), as_json(nullable.value));
    json::write(body.key(member), nullable.value);
    any = true;
  };
  object("stages", wanted.stages, value_in<registry::StageSet>(now, "stages"));
  object("card_policy", wanted.card_policy, value_in<registry::CardPolicy>(now, "card_policy"));
  body.close();
  if (any) differences.request({.method = "PATCH", .target = path, .body = changes, .headers = {}});
  if (!wanted.protected_aliases) return {};
  using Aliases = std::vector<registry::AliasName>;
  const Aliases before = value_in<Aliases>(now, "protected_aliases").value_or(Aliases());
  const auto among = [](const Aliases& all, const registry::AliasName& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  };
  const auto change = [&](const registry::AliasName& alias, const char* method, bool is_protected) {
    const auto shown = std::optional<std::string>(alias.str());
    differences.value("protected alias", is_protected ? std::nullopt : shown,
                      is_protected ? shown : std::nullopt);
    differences.request(
        {.method = method, .target = path + "/protected-aliases/" + percent_encode(alias.str())});
  };
  for (const auto& alias : before) {
    if (!among(*wanted.protected_aliases, alias)) change(alias, "DELETE", false);
  }
  for (const auto& alias : *wanted.protected_aliases) {
    if (!among(before, alias)) change(alias, "PUT", true);
  }
  return {};
}

// What a map of the resource has beside the names in `wanted`, with their values.
template <class Wanted>
std::vector<std::pair<std::string, json::Value>> unnamed_in(const std::optional<json::Value>& resource,
                                                            std::string_view map, const Wanted& wanted) {
  std::vector<std::pair<std::string, json::Value>> out;
  const auto members = resource ? resource->find(map) : std::nullopt;
  if (!members) return out;
  for (const auto& [name, value] : members->members()) {
    if (!wanted.contains(std::string(name))) out.emplace_back(name, value);
  }
  return out;
}

// The document with what `prune` adds to it: null for each tag and alias that a list of it does not name.
ModelWanted pruned(ModelWanted wanted, const std::optional<json::Value>& now, Prune prune, Plan& plan) {
  const auto leave_or_drop = [&](const char* what, const std::string& name, const std::string& value,
                                 auto& list) {
    if (prune == Prune::yes) {
      list[name] = std::nullopt;
    } else {
      plan.unnamed.push_back(fmt::format("{} {}: {}", what, harmless(name), cut(value, kMostOfALine)));
    }
  };
  if (wanted.lists_tags) {
    for (const auto& [key, value] : unnamed_in(now, "tags", wanted.tags))
      leave_or_drop("tag", key, harmless(value.string().value_or("")), wanted.tags);
  }
  if (wanted.lists_aliases) {
    for (const auto& [alias, version] : unnamed_in(now, "aliases", wanted.aliases))
      leave_or_drop("alias", alias, version_text(version.unsigned_integer().value_or(0)), wanted.aliases);
  }
  return wanted;
}

void plan_model(const ModelWanted& named, const Present& present, Prune prune, Plan& plan) {
  const std::optional<json::Value>& now = present.resource;
  const ModelWanted wanted = pruned(named, now, prune, plan);
  Differences differences(plan);
  const auto member_now = [&](std::string_view map, const std::string& name) {
    const auto members = now ? now->find(map) : std::nullopt;
    return members ? members->find(name) : std::nullopt;
  };
  if (!now) {
    differences.request(with_body("POST", name_for_requests(wanted), [&](json::ObjectWriter& body) {
      body.member("name", wanted.model.model.str());
    }));
  }
  const auto one_member = [&](const char* method, const std::string& target, const char* member,
                              const std::optional<std::string>& value) {
    differences.request(
        with_body(method, target, [&](json::ObjectWriter& body) { json::write(body.key(member), value); }));
  };
  if (const auto before = text_in(now, "description");
      wanted.description.given && before != wanted.description.value) {
    differences.text("description", before, wanted.description.value);
    one_member("PATCH", wanted.model.path(), "description", wanted.description.value);
  }
  if (const auto before = text_in(now, "owner"); wanted.owner.given && before != wanted.owner.value) {
    differences.value("owner", before, wanted.owner.value);
    one_member("PUT", wanted.model.path() + "/owner", "owner", wanted.owner.value);
  }
  if (wanted.card.given && present.card != wanted.card.value) {
    differences.text("card", present.card, wanted.card.value);
    if (wanted.card.value) {
      one_member("PUT", wanted.model.path() + "/card", "text", wanted.card.value);
    } else {
      differences.request({.method = "DELETE", .target = wanted.model.path() + "/card"});
    }
  }
  std::map<std::string, std::optional<std::string>> tags;
  for (const auto& [key, value] : wanted.tags) {
    const auto found = member_now("tags", key);
    const auto before = found ? std::optional<std::string>(found->string().value_or("")) : std::nullopt;
    if (before == value) continue;
    differences.value("tag " + key, before, value);
    tags[key] = value;
  }
  if (!tags.empty()) {
    differences.request(with_body("PATCH", wanted.model.path() + "/tags", [&](json::ObjectWriter& body) {
      for (const auto& [key, value] : tags) json::write(body.key(key), value);
    }));
  }
  for (const auto& [alias, number] : wanted.aliases) {
    const auto found = member_now("aliases", alias);
    const auto before = found ? found->unsigned_integer() : std::nullopt;
    if (before == number) continue;
    const auto shown = [](const std::optional<std::uint64_t>& version) {
      return version ? std::optional<std::string>(version_text(*version)) : std::nullopt;
    };
    differences.value("alias " + alias, shown(before), shown(number));
    const std::string target = wanted.model.path() + "/aliases/" + percent_encode(alias);
    if (number) {
      differences.request(with_body("PUT", target, [&](json::ObjectWriter& body) {
        body.member("version", *number);
        json::write(body.key("expected"), before);
      }));
    } else {
      differences.request(
          {.method = "DELETE", .target = Query(target).add("expected", std::to_string(*before)).str()});
    }
  }
}

void plan_automation(const AutomationWanted& wanted, const std::optional<json::Value>& now, Plan& plan) {
  Differences differences(plan);
  registry::AutomationDefinition to = wanted.definition;
  const std::string path = "/v1/automations/" + percent_encode(to.name.str());
  registry::AutomationDefinition from;
  if (now && json::read(*now, from, json::Mode::stored)) {
    if (!wanted.says_enabled) to.enabled = from.enabled;
    // What the server fills in: the ids of the names, and the registry of a model.
    from.scope.registry_id.reset();
    from.scope.model_id.reset();
    if (to.scope.model && !to.scope.registry)
      to.scope.registry = registry::RegistryName::trusted(registry::kDefaultRegistry);
    if (to == from) return;
  }
  const std::string to_text = json::to_json(to), from_text = json::to_json(from);
  const auto after = json::Document::parse(to_text).value(),
             before = json::Document::parse(from_text).value();
  const auto shown = [](const std::optional<json::Value>& value) -> std::optional<std::string> {
    if (!value || value->is_null()) return std::nullopt;
    return value->dump();
  };
  reflect::for_each_member(to, [&](std::string_view member, const auto&) {
    const auto old_value = now ? shown(before.root().find(member)) : std::nullopt;
    const auto new_value = shown(after.root().find(member));
    if (old_value != new_value && member != "name")
      differences.value(std::string(member), old_value, new_value);
  });
  differences.request({.method = now ? "PUT" : "POST",
                       .target = now ? path : "/v1/automations",
                       .body = to_text,
                       .headers = {}});
}

// What is made anew says itself what it is; every change says why.
void give_reason(Plan& plan, const std::optional<std::string>& reason) {
  for (Request& request : plan.requests) {
    if (request.method == "POST") continue;
    request = request.method == "PATCH" && request.target.ends_with("/tags")
                  ? with_reason_in_query(std::move(request), reason)
                  : with_reason(std::move(request), reason);
  }
}

}  // namespace

std::string target_of(const Manifest& manifest) {
  if (const auto* registry = std::get_if<RegistryWanted>(&manifest.wanted))
    return "/v1/registries/" + percent_encode(registry->name.str());
  if (const auto* model = std::get_if<ModelWanted>(&manifest.wanted)) return model->model.path();
  return "/v1/automations/" +
         percent_encode(std::get<AutomationWanted>(manifest.wanted).definition.name.str());
}

std::optional<std::string> card_target_of(const Manifest& manifest) {
  const auto* model = std::get_if<ModelWanted>(&manifest.wanted);
  if (model == nullptr || !model->card.given) return std::nullopt;
  return model->model.path() + "/card";
}

Result<Plan> plan_for(const Manifest& manifest, const Present& now, const std::optional<std::string>& reason,
                      Prune prune) {
  Plan plan{.name = name_of(manifest), .difference = {}, .lines = {}, .unnamed = {}, .requests = {}};
  if (const auto* registry = std::get_if<RegistryWanted>(&manifest.wanted)) {
    HERALD_CHECK(plan_registry(*registry, now.resource, plan));
  } else if (const auto* model = std::get_if<ModelWanted>(&manifest.wanted)) {
    plan_model(*model, now, prune, plan);
  } else {
    plan_automation(std::get<AutomationWanted>(manifest.wanted), now.resource, plan);
  }
  if (!plan.requests.empty()) plan.difference = now.resource ? Difference::changed : Difference::created;
  give_reason(plan, reason);
  return plan;
}

// The longest common subsequence of the lines, from its table.
std::vector<DifferenceLine> difference_of_texts(const std::string& from, const std::string& to) {
  const auto old_lines = lines_in(from), new_lines = lines_in(to);
  if (old_lines.size() > limits::kMaxLinesCompared || new_lines.size() > limits::kMaxLinesCompared)
    return {{'~', fmt::format("{} lines → {} lines", old_lines.size(), new_lines.size())}};
  const std::size_t width = new_lines.size() + 1;
  std::vector<std::uint16_t> common((old_lines.size() + 1) * width);
  for (std::size_t i = old_lines.size(); i-- > 0;) {
    for (std::size_t j = new_lines.size(); j-- > 0;) {
      common[i * width + j] = old_lines[i] == new_lines[j]
                                  ? static_cast<std::uint16_t>(common[(i + 1) * width + j + 1] + 1)
                                  : std::max(common[(i + 1) * width + j], common[i * width + j + 1]);
    }
  }
  std::vector<DifferenceLine> out;
  std::size_t i = 0, j = 0;
  while (i < old_lines.size() || j < new_lines.size()) {
    if (i < old_lines.size() && j < new_lines.size() && old_lines[i] == new_lines[j]) {
      ++i;
      ++j;
    } else if (j == new_lines.size() ||
               (i < old_lines.size() && common[(i + 1) * width + j] >= common[i * width + j + 1])) {
      out.push_back({'-', cut(harmless(old_lines[i++]), kMostOfALine)});
    } else {
      out.push_back({'+', cut(harmless(new_lines[j++]), kMostOfALine)});
    }
  }
  return out;
}

std::vector<Plan> plans_for_unnamed(const std::vector<Manifest>& manifests,
                                    const std::vector<json::Value>& automations, Prune prune,
                                    const std::optional<std::string>& reason) {
  std::set<std::string> scopes, named;
  for (const Manifest& manifest : manifests) {
    if (const auto* registry = std::get_if<RegistryWanted>(&manifest.wanted)) {
      scopes.insert(registry->name.str());
    } else if (const auto* model = std::get_if<ModelWanted>(&manifest.wanted)) {
      scopes.insert(model->model.registry.str() + "/" + model->model.model.str());
    } else {
      const auto& definition = std::get<AutomationWanted>(manifest.wanted).definition;
      named.insert(definition.name.str());
      scopes.insert(text_of(definition.scope));
    }
  }
  std::vector<Plan> out;
  for (const json::Value& automation : automations) {
    const std::string name = string_at(automation, "name");
    const auto scope = value_in<registry::Scope>(automation, "scope").value_or(registry::Scope());
    if (named.contains(name) || !scopes.contains(text_of(scope))) continue;
    Plan plan{
        .name = "automation " + harmless(name), .difference = {}, .lines = {}, .unnamed = {}, .requests = {}};
    if (prune == Prune::yes) {
      plan.difference = Difference::removed;
      plan.requests.push_back({.method = "DELETE", .target = "/v1/automations/" + percent_encode(name)});
      give_reason(plan, reason);
    } else {
      plan.unnamed.push_back("the whole of it");
    }
    out.push_back(std::move(plan));
  }
  return out;
}

std::string render_plan(const Plan& plan, const Style& style) {
  if (plan.difference == Difference::none && plan.unnamed.empty()) return {};
  const char sign = plan.difference == Difference::created   ? '+'
                    : plan.difference == Difference::changed ? '~'
                    : plan.difference == Difference::removed ? '-'
                                                             : '=';
  std::string out = style.title(fmt::format("{} {}", sign, plan.name)) + "\n";
  for (const DifferenceLine& line : plan.lines)
    out += style.difference(line.sign, fmt::format("    {} {}", line.sign, line.text)) + "\n";
  for (const std::string& there : plan.unnamed)
    out += style.faint(fmt::format("    ! {} (not named; stays)", there)) + "\n";
  return out;
}

}  // namespace herald::cli
