#include "cli/commands/commands.h"
#include "cli/commands/shared.h"

namespace herald::cli {
namespace {

const View& registry_view() {
  static const View view{
      .id = text("name"),
      .table = {{"NAME", text("name")},
                {"KIND", text("kind")},
                {"CREATED", time("created.time")},
                {"BY", text("created.actor")}},
      .details = {{"registry", text("name")},
                  {"kind", text("kind")},
                  {"created", mark("created")},
                  {"id", text("id")}},
  };
  return view;
}

struct Create {
  std::string name;
  std::optional<std::string> kind;
};
void declare(Options& options, Create& args) {
  options.word("NAME", args.name, "a-z 0-9 - _ . , at most 64")
      .choice("--kind", {"model", "dataset"}, args.kind, "what it holds (default model)");
}
Result<void> create(Session& session, const Create& args) {
  return session.show(with_body("POST", "/v1/registries",
                                [&](json::ObjectWriter& body) {
                                  body.member("name", args.name).member("kind", args.kind.value_or("model"));
                                }),
                      registry_view());
}

Result<void> list(Session& session, const Paging& paging) {
  return session.list(Query("/v1/registries"), registry_view(), paging);
}

struct Show {
  std::string name;
};
void declare(Options& options, Show& args) {
  options.word("NAME", args.name, "the registry");
}
Result<void> show(Session& session, const Show& args) {
  return session.show({.target = "/v1/registries/" + percent_encode(args.name)}, registry_view());
}

}  // namespace

void add_registry_commands(Program& program) {
  const Group group =
      program.group({"registry", "Registries: where models live. \"models\" is there from the start.",
                     "herald registry create datasets --kind dataset\n"
                     "herald model register datasets/customers",
                     kRegistrySection});
  program.command<Create>(group,
                          {"create", "Make a registry.", "herald registry create datasets --kind dataset"},
                          declare, create);
  program.command<Paging>(group, {"list", "List the registries.", "herald registry list"}, declare_paging,
                          list);
  program.command<Show>(group, {"show", "Show one.", "herald registry show models"}, declare, show);
}

}  // namespace herald::cli
