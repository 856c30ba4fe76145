#include "cli/commands/commands.h"
#include "cli/commands/shared.h"
#include "cli/commands/together.h"
#include "cli/parsing.h"

namespace herald::cli {
namespace {

constexpr const char* kModel = "[REGISTRY/]NAME of the model";

// "deleted", "archived" or "active", and the mark that says since when.
std::string state_of(const json::Value& model) {
  return member_at(model, "deleted") ? "deleted" : member_at(model, "archived") ? "archived" : "active";
}
Cell of_state(std::string member) {
  return [member = std::move(member)](const json::Value& model) {
    const std::string state = state_of(model) == "active" ? "created" : state_of(model);
    return member == "time" ? time(state + ".time")(model) : text(state + "." + member)(model);
  };
}

// Of those that are no longer active, too: a deleted one is named by its id, since its name may be another's.
const View& states_view() {
  static const View view{
      .id =
          [](const json::Value& model) {
            return member_at(model, "deleted") ? model_name(model, "id") : model_view().id(model);
          },
      .table = {{"NAME", model_view().id},
                {"STATE", state_of},
                {"SINCE", of_state("time")},
                {"BY", of_state("actor")},
                {"VERSIONS", text("versions"), true},
                {"ID", text("id")}},
      .details = {},
  };
  return view;
}

struct Register {
  std::string model;
  std::optional<std::string> description, owner, card;
  std::vector<std::string> tags;
};
void declare(Options& options, Register& args) {
  options.word("MODEL", args.model, kModel)
      .option("--description", "TEXT", args.description, "what it is for; @FILE reads it")
      .option("--tag", "KEY=VALUE", args.tags, "a tag")
      .option("--owner", "WHO", args.owner, "who can be asked: a name, an id, or me")
      .option("--card", "TEXT", args.card, "its card, in Markdown; @FILE reads it");
}
Result<void> run(Session& session, const Register& args) {
  HERALD_TRY(const auto model, ModelArgument::parse(args.model));
  HERALD_TRY(const auto tags, parse_pairs(args.tags, "--tag"));
  std::optional<std::string> description;
  if (args.description) {
    HERALD_TRY(description, text_or_file(*args.description, "--description"));
  }
  std::optional<std::string> card;
  if (args.card) {
    HERALD_TRY(card, text_or_file(*args.card, "--card"));
  }
  std::string target = model.path();
  target.erase(target.rfind('/'));
  return session.show(with_body("POST", target,
                                [&](json::ObjectWriter& body) {
                                  body.member("name", model.model.str()).member("description", description);
                                  if (!tags.empty()) body.member("tags", tags);
                                  body.member("owner", args.owner).member("card", card);
                                }),
                      model_view());
}

struct List {
  std::optional<std::string> registry, name, state, as_of;
  Paging paging;
};
void declare(Options& options, List& args) {
  options.option("--registry", "NAME", args.registry, "of another registry than \"models\"")
      .option("--name", "PART", args.name, "only names with this in them")
      .choice("--state", {"active", "archived", "deleted", "all"}, args.state, "which (default active)");
  declare_as_of(options, args.as_of);
  declare_paging(options, args.paging);
}
Result<void> run(Session& session, const List& args) {
  Query query(args.registry ? "/v1/registries/" + percent_encode(*args.registry) + "/models" : "/v1/models");
  query.add("name", args.name.value_or(""))
      .add("state", args.state.value_or(""))
      .add("as_of", args.as_of.value_or(""));
  const bool is_of_all = args.state && *args.state != "active";
  return session.list(query, is_of_all ? states_view() : model_view(), args.paging);
}

struct Show {
  std::string model;
  std::optional<std::string> as_of, fields;
};
void declare(Options& options, Show& args) {
  options.word("MODEL", args.model, kModel);
  declare_as_of(options, args.as_of);
  declare_fields(options, args.fields);
}
Result<void> run(Session& session, const Show& args) {
  HERALD_TRY(const auto model, ModelArgument::parse(args.model));
  HERALD_TRY(const std::string fields, session.fields(args.fields));
  const Query query = Query(model.path()).add("as_of", args.as_of.value_or("")).add("fields", fields);
  return session.show({.target = query.str()}, model_view());
}

struct Describe {
  std::string model;
  std::optional<std::string> text, reason;
  bool remove = false;
};
void declare(Options& options, Describe& args) {
  options.word("MODEL", args.model, kModel)
      .word("TEXT", args.text, "the new description; @FILE reads it")
      .flag("--remove", args.remove, "take the description away");
  declare_reason(options, args.reason);
}
Result<void> run(Session& session, const Describe& args) {
  HERALD_TRY(const auto model, ModelArgument::parse(args.model));
  if (args.text.has_value() == args.remove) {
    return error(Cause::missing_field, "either a TEXT or --remove is expected");
  }
  std::optional<std::string> description;
  if (args.text) {
    HERALD_TRY(description, text_or_file(*args.text, "TEXT"));
  }
  return session.show(with_body("PATCH", model.path(),
                                [&](json::ObjectWriter& body) {
                                  json::write(body.key("description"), description);
                                  body.member("reason", args.reason);
                                }),
                      model_view());
}

struct Tag {
  std::vector<std::string> words, remove;
  std::optional<std::string> file, reason;
};
void declare(Options& options, Tag& args) {
  declare_models(options, args.file);
  declare_reason(options, args.reason);
  options.option("--remove", "KEY", args.remove, "take a tag away")
      .any_words("MODEL", args.words, "the models, and behind them KEY=VALUE to set");
}
// The first word is a model, whatever is in it, unless a file names them; of the others those with "=" are tags.
Result<void> run(Session& session, const Tag& args) {
  std::vector<std::string> names, set;
  for (const std::string& word : args.words) {
    const bool is_first = !args.file && names.empty() && set.empty();
    (is_first || word.find('=') == std::string::npos ? names : set).push_back(word);
  }
  // Of words that set and remove nothing, those behind the first are tags that lack their values.
  if (!args.file && set.empty() && args.remove.empty() && names.size() > 1) {
    set.assign(names.begin() + 1, names.end());
    names.resize(1);
  }
  HERALD_TRY(const auto models, models_in(names, args.file));
  HERALD_TRY(const auto body, tags_body(set, args.remove));
  if (models.size() > 1) {
    return change_models_together(session, models, [&](json::ObjectWriter& writer) {
      writer.member("tags", json::Raw(body)).member("reason", args.reason);
    });
  }
  HERALD_TRY(const auto model, ModelArgument::parse(models.front()));
  Request request{.method = "PATCH", .target = model.path() + "/tags", .body = body};
  return session.show(with_reason_in_query(std::move(request), args.reason), model_view());
}

struct Rename {
  std::string model, to;
  std::optional<std::string> reason;
};
void declare(Options& options, Rename& args) {
  options.word("MODEL", args.model, kModel).word("NAME", args.to, "the new name, in the same registry");
  declare_reason(options, args.reason);
}
Result<void> run(Session& session, const Rename& args) {
  HERALD_TRY(const auto model, ModelArgument::parse(args.model));
  return session.show(
      with_body("POST", model.path() + "/rename",
                [&](json::ObjectWriter& body) { body.member("to", args.to).member("reason", args.reason); }),
      model_view());
}

struct Owner {
  std::vector<std::string> words;
  std::optional<std::string> file, reason;
  bool remove = false;
};
void declare(Options& options, Owner& args) {
  declare_models(options, args.file);
  declare_reason(options, args.reason);
  options.flag("--remove", args.remove, "nobody owns them")
      .any_words("MODEL", args.words, "the models, and behind them WHO can be asked: a name, an id, or me");
}
Result<void> run(Session& session, const Owner& args) {
  std::vector<std::string> names = args.words;
  std::optional<std::string> owner;
  const std::size_t least = args.file ? 1 : 2;
  if (!args.remove) {
    if (names.size() < least)
      return error(Cause::missing_field, "behind the models WHO owns them, or --remove, is expected");
    owner = names.back();
    names.pop_back();
  }
  HERALD_TRY(const auto models, models_in(names, args.file));
  const auto write_owner = [&](json::ObjectWriter& body) {
    json::write(body.key("owner"), owner);
    body.member("reason", args.reason);
  };
  if (models.size() > 1) return change_models_together(session, models, write_owner);
  HERALD_TRY(const auto model, ModelArgument::parse(models.front()));
  return session.show(with_body("PUT", model.path() + "/owner", write_owner), model_view());
}

struct Archive {
  std::vector<std::string> models;
  std::optional<std::string> file, reason;
};
void declare(Options& options, Archive& args) {
  declare_models(options, args.file);
  declare_reason(options, args.reason);
  options.any_words("MODEL", args.models, "the models, as [REGISTRY/]NAME");
}
Result<void> set_archived(Session& session, const Archive& args, std::string_view verb) {
  HERALD_TRY(const auto models, models_in(args.models, args.file));
  if (models.size() > 1) {
    return change_models_together(session, models, [&](json::ObjectWriter& body) {
      body.member(verb, true).member("reason", args.reason);
    });
  }
  HERALD_TRY(const auto model, ModelArgument::parse(models.front()));
  return session.show(
      with_reason({.method = "POST", .target = model.path() + "/" + std::string(verb)}, args.reason),
      model_view());
}
Result<void> archive(Session& session, const Archive& args) {
  return set_archived(session, args, "archive");
}
Result<void> restore(Session& session, const Archive& args) {
  return set_archived(session, args, "restore");
}
Result<void> remove(Session& session, const Archive& args) {
  HERALD_TRY(const auto models, models_in(args.models, args.file));
  if (models.size() > 1) {
    return change_models_together(session, models, [&](json::ObjectWriter& body) {
      body.member("delete_models", true).member("reason", args.reason);
    });
  }
  HERALD_TRY(const auto model, ModelArgument::parse(models.front()));
  return session.tell(with_reason({.method = "DELETE", .target = model.path()}, args.reason),
                      "model " + model.str() + " is deleted; its name is free, its history stays");
}

struct History {
  std::string model;
  Paging paging;
};
void declare(Options& options, History& args) {
  options.word("MODEL", args.model, kModel);
  declare_paging(options, args.paging);
}
Result<void> run(Session& session, const History& args) {
  HERALD_TRY(const auto model, ModelArgument::parse(args.model));
  return session.list(Query(model.path() + "/history"), event_view(), args.paging);
}

}  // namespace

void add_model_commands(Program& program) {
  const Group group =
      program.group({"model", "Models: a name under which versions are registered.",
                     "herald model register churn --description \"who leaves next month\" --tag team=risk\n"
                     "herald model list --name chu\n"
                     "herald model history churn",
                     kRegistrySection});
  program.command<Register>(
      group,
      {"register", "Register a model.",
       "herald model register churn --description \"who leaves next month\" --tag team=risk\n"
       "herald model register datasets/customers"},
      declare, run);
  program.command<List>(group,
                        {"list", "List models.",
                         "herald model list --name chu\nherald model list --as-of 2026-11-24T09:00:00Z"},
                        declare, run);
  program.command<Show>(
      group,
      {"show", "Show one, with its aliases.", "herald model show churn\nherald model show churn --as-of 120"},
      declare, run);
  program.command<Describe>(
      group,
      {"describe", "Say what a model is for.",
       "herald model describe churn \"who leaves next month\"\nherald model describe churn @README.md"},
      declare, run);
  program.command<Tag>(
      group,
      {"tag", "Set and remove tags of models. Of several all are tagged, or none.",
       "herald model tag churn team=risk tier=1\nherald model tag churn fraud --remove tier"},
      declare, run);
  program.command<Rename>(group,
                          {"rename", "Give a model another name. Versions, aliases and history go along.",
                           "herald model rename churn attrition"},
                          declare, run);
  program.command<Owner>(
      group,
      {"owner", "Say who can be asked about models. Of several all get the owner, or none.",
       "herald model owner churn fraud ada --reason \"Eve has left\"\nherald model owner churn --remove"},
      declare, run);
  program.command<Archive>(
      group,
      {"archive", "Leave models out of lists, and change them no more until they are restored: all, or none.",
       "herald model archive churn --reason \"no longer sold\"\n"
       "herald model list --name old- --all -o id | herald model archive -f -"},
      declare, archive);
  program.command<Archive>(
      group, {"restore", "Take models out of the archive: all, or none.", "herald model restore churn fraud"},
      declare, restore);
  program.command<Archive>(
      group,
      {"delete", "Delete models for good: all, or none. Their names are free; their history stays.",
       "herald model delete churn --reason \"registered by mistake\""},
      declare, remove);
  program.command<History>(group,
                           {"history", "Everything that happened to a model and its versions, newest first.",
                            "herald model history churn --limit 20"},
                           declare, run);
}

}  // namespace herald::cli
