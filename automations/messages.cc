#include "automations/messages.h"

#include <fmt/format.h>

#include "automations/event_types.h"
#include "automations/links.h"

namespace herald::automations {
namespace {

using namespace registry;

// More metrics than this are no longer read; the page has them all.
constexpr std::size_t kMetricsShown = 6;
constexpr std::size_t kValueShown = 120;

std::string v(VersionNumber number) {
  return fmt::format("v{}", number.value());
}
std::string reference(const OfModel& fact) {
  return model_reference(fact.registry, fact.model);
}
std::string reference(const OfModel& fact, VersionNumber number) {
  return version_reference(fact.registry, fact.model, number);
}
std::string reference(const OfModel& fact, const std::optional<VersionNumber>& number) {
  return number ? reference(fact, *number) : reference(fact);
}

std::string shown(std::string_view text) {
  if (text.size() <= kValueShown) return std::string(text);
  std::size_t end = kValueShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

// The words for one event: `tell` puts title, text and facts into `message`.
class Teller {
 public:
  Teller(std::string who, const Reader& state) : who_(std::move(who)), state_(state) {}

  Message message;

  void tell(const RegistryCreated& fact) {
    title("registry {} was created", fact.registry.str());
    text("Created by {}.", who_);
  }
  void tell(const RegistryUpdated& fact) { registry(fact, "changed"); }
  void tell(const RegistryArchived& fact) { registry(fact, "archived", fact.reason); }
  void tell(const RegistryRestored& fact) { registry(fact, "restored", fact.reason); }
  void tell(const AliasProtected& fact) {
    title("alias {} is protected in registry {}", fact.alias.str(), fact.registry.str());
    text("Only admins move it from now on. By {}.", who_);
  }
  void tell(const AliasUnprotected& fact) {
    title("alias {} is no longer protected in registry {}", fact.alias.str(), fact.registry.str());
    text("By {}.", who_);
  }
  void tell(const ModelRegistered& fact) {
    title("model {} was registered", reference(fact));
    text("Registered by {}.", who_);
  }
  void tell(const ModelDescribed& fact) {
    title("the description of {} was {}", reference(fact),
          !fact.to    ? "removed"
          : fact.from ? "changed"
                      : "written");
    text("By {}.", who_);
  }
  void tell(const ModelRenamed& fact) {
    title("model {} is now called {}", reference(fact), fact.to.str());
    text("Renamed by {}.", who_);
  }
  void tell(const ModelCarded& fact) { card(reference(fact), fact.from, fact.to); }
  void tell(const VersionCarded& fact) { card(reference(fact, fact.version), fact.from, fact.to); }
  void tell(const ModelOwned& fact) {
    title("the owner of {} {}", reference(fact), fact.to ? "is another now" : "was taken away");
    text("By {}.", who_);
    if (fact.to) add("Owner", fact.to->str());
  }
  void tell(const ModelArchived& fact) { what_became_of(reference(fact), "archived", fact.reason); }
  void tell(const ModelRestored& fact) { what_became_of(reference(fact), "restored", fact.reason); }
  void tell(const ModelDeleted& fact) { what_became_of(reference(fact), "deleted", fact.reason); }
  void tell(const VersionDeleted& fact) {
    what_became_of(reference(fact, fact.version), "deleted", fact.reason);
  }
  void tell(const VersionRestored& fact) {
    what_became_of(reference(fact, fact.version), "restored", fact.reason);
  }
  void tell(const StageTransitioned& fact) {
    const auto name = [](const std::optional<StageName>& stage) { return stage ? stage->str() : "none"; };
    title("{} {} {}", reference(fact, fact.version), fact.to ? "is now in stage" : "has left stage",
          name(fact.to ? fact.to : fact.from));
    text("It was in {}. Moved by {}{}", fact.from ? "stage " + name(fact.from) : "none", who_,
         because(fact.reason));
  }
  void tell(const TagSet& fact) {
    title("tag {} of {} is now \"{}\"", fact.key.str(), reference(fact, fact.version), shown(fact.to.str()));
    text(fact.from ? "Changed from \"{1}\" by {0}." : "Set by {0}.", who_,
         fact.from ? shown(fact.from->str()) : "");
  }
  void tell(const TagRemoved& fact) {
    title("tag {} of {} was removed", fact.key.str(), reference(fact, fact.version));
    text("It was \"{}\". Removed by {}.", shown(fact.from.str()), who_);
  }
  void tell(const VersionRegistered& fact) {
    title("{} was registered", reference(fact, fact.version));
    text("Registered by {} with status {}.", who_, reflect::enum_name(fact.status));
    if (fact.source) add("Source", shown(fact.source->str()));
    if (fact.run) add("Run", fact.run->name ? fact.run->name->str() : fact.run->id.str());
    metrics(fact.metrics);
  }
  void tell(const VersionUpdated& fact) {
    title("{} was updated", reference(fact, fact.version));
    text("Changed by {}: {}.", who_, changed_parts(fact.from, fact.to));
    if (fact.to.metrics) metrics(*fact.to.metrics);
  }
  void tell(const VersionStatusChanged& fact) {
    title("{} is now {}", reference(fact, fact.version), reflect::enum_name(fact.to));
    text("It was {}. Changed by {}{}", reflect::enum_name(fact.from), who_, because(fact.reason));
  }
  void tell(const VersionLinked& fact) {
    title("artifact {} was linked to {}", fact.artifact.str(), reference(fact, fact.version));
    text("Linked by {}.", who_);
    add("Digest", fact.artifact_digest.str());
  }
  void tell(const VersionUnlinked& fact) {
    title("artifact {} was unlinked from {}", fact.artifact.str(), reference(fact, fact.version));
    text("Unlinked by {}.", who_);
    add("Digest", fact.artifact_digest.str());
  }
  void tell(const ArtifactCommitted& fact) {
    title("artifact {} was uploaded", fact.artifact.str());
    text("Uploaded by {}: {} {}, {} bytes.", who_, fact.files, fact.files == 1 ? "file" : "files",
         fact.bytes);
    add("Kind", fact.kind.str());
    add("Digest", fact.digest.str());
  }
  void tell(const ArtifactDeleted& fact) {
    what_became_of("artifact " + fact.artifact.str(), "deleted", fact.reason);
  }
  void tell(const AliasAssigned& fact) {
    if (fact.from) {
      title("{} of {} moved from {} to {}", fact.alias.str(), reference(fact), v(*fact.from), v(fact.to));
    } else {
      title("{} of {} is now {}", fact.alias.str(), reference(fact), v(fact.to));
    }
    text("{} by {}{}", fact.from ? "Moved" : "Assigned", who_, because(fact.reason));
    compare_metrics(fact);
  }
  void tell(const AliasRemoved& fact) {
    title("{} of {} was removed from {}", fact.alias.str(), reference(fact), v(fact.from));
    text("Removed by {}{}", who_, because(fact.reason));
  }
  void tell(const CommentAdded& fact) { title("{} commented on {}", who_, reference(fact, fact.version)); }
  void tell(const CommentEdited& fact) {
    title("{} changed a comment on {}", who_, reference(fact, fact.version));
  }
  void tell(const CommentRemoved& fact) {
    title("{} removed a comment on {}", who_, reference(fact, fact.version));
  }
  void tell(const UsageRecorded& fact) {
    title("{} was used by {}", reference(fact, fact.version), fact.consumer.str());
    text("{} {} from {} to {}.", fact.count, fact.count == 1 ? "time" : "times", fact.since.str(),
         fact.until.str());
  }
  void tell(const EvaluationRecorded& fact) {
    title("{} was evaluated{}", reference(fact, fact.version),
          fact.dataset ? " on " + name(*fact.dataset) : std::string());
    text("Recorded by {}.", who_);
    metrics(fact.metrics);
  }
  void tell(const PrincipalCreated& fact) {
    title("a {} was created", reflect::enum_name(fact.kind));
    principal(fact);
  }
  void tell(const PrincipalDisabled& fact) {
    title("a principal was disabled");
    principal(fact);
  }
  void tell(const PrincipalEnabled& fact) {
    title("a principal was enabled");
    principal(fact);
  }
  void tell(const PrincipalDescribed& fact) {
    title("what the directory says of a principal changed");
    principal(fact);
  }
  void tell(const TeamJoined& fact) {
    title("a principal came into a team");
    principal(fact);
    add("Team", fact.team_id.str());
  }
  void tell(const TeamLeft& fact) {
    title("a principal left a team");
    principal(fact);
    add("Team", fact.team_id.str());
  }
  void tell(const RoleGranted& fact) {
    title("the role {} on {} was granted", reflect::enum_name(fact.to), name(fact.scope));
    principal(fact);
  }
  void tell(const RoleRevoked& fact) {
    title("the role {} on {} was revoked", reflect::enum_name(fact.from), name(fact.scope));
    principal(fact);
  }
  void tell(const TokenIssued& fact) {
    title("a token was issued");
    principal(fact);
    if (fact.expires) add("Expires", fact.expires->str());
  }
  void tell(const TokenRevoked& fact) {
    title("a token was revoked");
    principal(fact);
  }
  void tell(const AccessDenied& fact) {
    title("{} was denied {} on {}", fact.actor, fact.permission, name(fact.scope));
    text("{} {} from {} to {}.", fact.count, fact.count == 1 ? "time" : "times", fact.since.str(),
         fact.until.str());
  }
  void tell(const ErasurePerformed& fact) {
    title("texts were erased");
    text("{} {} by {}{}", fact.texts.size(), fact.texts.size() == 1 ? "text" : "texts", who_,
         because(fact.reason));
  }
  void tell(const LineageRecorded& fact) {
    title("{} {} {}", name(fact.upstream), relation_words(fact.relation), name(fact.downstream));
    text("Lineage recorded by {}.", who_);
  }
  void tell(const AutomationCreated& fact) { automation(fact.definition.name, "created"); }
  void tell(const AutomationUpdated& fact) { automation(fact.to.name, "changed"); }
  void tell(const AutomationEnabled& fact) { automation(fact.automation, "enabled"); }
  void tell(const AutomationDisabled& fact) { automation(fact.automation, "disabled"); }
  void tell(const AutomationDeleted& fact) { automation(fact.automation, "deleted"); }
  void tell(const AutomationTriggered& fact) {
    title("automation {} was triggered by {}", fact.automation.str(), fact.event_type);
    text("{} {} will be sent for event {}{}.", fact.deliveries.size(),
         fact.deliveries.size() == 1 ? "delivery" : "deliveries", fact.event_sequence,
         fact.test ? " (a test by hand)" : "");
  }
  void tell(const DeliverySucceeded& fact) {
    delivery(fact, "succeeded");
    text("After {}, with status {}.", attempts(fact.attempts), fact.status);
  }
  void tell(const DeliveryFailing& fact) {
    delivery(fact, "is failing");
    text("It will be tried again. {}", shown(fact.error));
  }
  void tell(const DeliveryExhausted& fact) {
    delivery(fact, "has failed for good");
    text("Given up after {}. {}", attempts(fact.attempts), shown(fact.error));
  }
  void tell(const DeliveryReplayed& fact) {
    delivery(fact, "is sent again");
    text("Asked for by {}.", who_);
  }
  void tell(const DeliverySkipped& fact) {
    title("automation {} was not run for event {}", fact.automation.str(), fact.event_sequence);
    switch (fact.cause) {
      case SkipCause::depth_limit:
        return text("The chain of automations that led to it is too long.");
      case SkipCause::rate_limit:
        return text("It has been triggered too often within a minute.");
      case SkipCause::automation_deleted:
        return text("It was deleted before the event could set it off.");
    }
  }
  void tell(const SecretSet& fact) {
    title("secret {} was set", fact.secret.str());
    text("By {}.", who_);
  }
  void tell(const SecretRemoved& fact) {
    title("secret {} was removed", fact.secret.str());
    text("By {}.", who_);
  }

  // What the text does not say.
  template <class Fact>
  void tell_why(const Fact& fact) {
    if constexpr (requires { fact.reason; }) {
      if (fact.reason && !says_why_) add("Reason", shown(fact.reason->str()));
    }
  }

 private:
  template <class... Values>
  void title(fmt::format_string<Values...> words, Values&&... values) {
    message.title = fmt::format(words, std::forward<Values>(values)...);
  }
  template <class... Values>
  void text(std::string_view words, const Values&... values) {
    message.text = fmt::format(fmt::runtime(words), values...);
  }
  void add(std::string label, std::string value) {
    message.facts.emplace_back(std::move(label), std::move(value));
  }

  void registry(const OfRegistry& fact, std::string_view what,
                const std::optional<Reason>& reason = std::nullopt) {
    what_became_of("registry " + fact.registry.str(), what, reason);
  }
  void what_became_of(const std::string& thing, std::string_view what, const std::optional<Reason>& reason) {
    title("{} was {}", thing, what);
    text("By {}{}", who_, because(reason));
  }
  void card(const std::string& thing, const std::optional<Card>& from, const std::optional<Card>& to) {
    title("the card of {} was {}", thing, !to ? "removed" : from ? "changed" : "written");
    text("By {}.", who_);
  }
  void principal(const OfPrincipal& fact) {
    text("By {}.", who_);
    add("Principal", fact.principal_id.str());
  }
  static std::string name(const RoleScope& scope) {
    if (!scope.registry) return "the server";
    return scope.model ? "model " + model_reference(*scope.registry, *scope.model)
                       : "registry " + scope.registry->str();
  }
  void automation(const Label& name, std::string_view what) {
    title("automation {} was {}", name.str(), what);
    text("By {}.", who_);
  }
  void delivery(const OfDelivery& fact, std::string_view what) {
    title("a {} delivery of automation {} {}", reflect::enum_name(fact.kind), fact.automation.str(), what);
    add("Event", std::to_string(fact.event_sequence));
    add("Delivery", fact.delivery_id.str());
  }

  static std::string attempts(std::uint32_t count) {
    return count == 1 ? "1 attempt" : fmt::format("{} attempts", count);
  }
  std::string because(const std::optional<Reason>& reason) {
    says_why_ = true;
    return reason ? ": " + reason->str() : ".";
  }
  static std::string name(const Node& node) {
    return fmt::format("{} {}", reflect::enum_name(node.kind), node.name.empty() ? node.id : node.name);
  }
  // As read from upstream to downstream.
  static std::string_view relation_words(Relation relation) {
    switch (relation) {
      case Relation::used:
        return "was used by";
      case Relation::produced:
        return "produced";
      case Relation::derived_from:
        return "is the source of";
      case Relation::trained_on:
        return "was used to train";
      case Relation::evaluated_on:
        return "was used to evaluate";
      case Relation::deployed_as:
        return "is deployed as";
    }
    return "leads to";
  }
  static std::string changed_parts(const VersionFacts& from, const VersionFacts& to) {
    std::string parts;
    const auto changed = [&](bool is, std::string_view part) {
      if (is) parts += (parts.empty() ? "" : ", ") + std::string(part);
    };
    changed(from.run || to.run, "run");
    changed(from.metadata || to.metadata, "metadata");
    changed(from.metrics || to.metrics, "metrics");
    changed(from.description || to.description, "description");
    return parts;
  }

  void metrics(const std::map<std::string, double>& values) {
    for (const auto& [metric, value] : values) {
      if (message.facts.size() >= kMetricsShown) return;
      add(metric, json::to_json(value));
    }
  }
  void compare_metrics(const AliasAssigned& fact) {
    const auto now = find_version(state_, fact.model_id, fact.to);
    if (!now) return;
    const auto before = fact.from ? find_version(state_, fact.model_id, *fact.from) : std::nullopt;
    for (const auto& [metric, value] : now->metrics) {
      if (message.facts.size() >= kMetricsShown) return;
      const auto old = before ? before->metrics.find(metric) : now->metrics.end();
      const bool known = before && old != before->metrics.end();
      add(metric, known ? fmt::format("{} (was {})", json::to_json(value), json::to_json(old->second))
                        : json::to_json(value));
    }
  }

  std::string who_;
  const Reader& state_;
  bool says_why_ = false;  // the text does
};

std::optional<std::string> link_of(const Payload& payload, const std::string& public_url) {
  for (const Subject& subject : subjects_of(payload)) {
    if (!subject.model_id || subject.model.str().empty()) continue;
    return subject.version ? version_link(public_url, subject.registry, subject.model, *subject.version)
                           : model_link(public_url, subject.registry, subject.model);
  }
  return std::nullopt;
}

}  // namespace

std::string name_of(const Actor& actor) {
  switch (actor.kind) {
    case ActorKind::automation:
      return "automation " + actor.id;
    case ActorKind::system:
      return "Herald";
    default:
      return actor.id;
  }
}

Message message_for(const Event& event, const Reader& state, const std::string& public_url,
                    const std::optional<std::string>& actor_name) {
  const std::string who = actor_name.value_or(name_of(event.actor));
  Teller teller(who, state);
  const auto tell = [&](const auto& fact) {
    teller.tell(fact);
    teller.tell_why(fact);
  };
  std::visit(tell, event.payload);
  Message message = std::move(teller.message);
  message.facts.emplace_back("Actor", who);
  message.facts.emplace_back("Time", event.time.str());
  message.facts.emplace_back("Event", fmt::format("{} #{}", event.type(), event.sequence));
  message.link = link_of(event.payload, public_url);
  return message;
}

}  // namespace herald::automations
