// Who may come in, and as what.
#include <algorithm>

#include "base/limits.h"
#include "tests/simulation/random_commands.h"

namespace herald::simulation {

using namespace registry;

ScopeAddress RandomCommands::scope() {
  ScopeAddress scope;
  if (one_in(3)) return scope;
  scope.registry = RegistryName::trusted(pick(kRegistries));
  if (one_in(2)) scope.model = ModelName::trusted(pick(kModels));
  if (one_in(20)) scope = {std::nullopt, ModelName::trusted(pick(kModels))};
  return scope;
}

Command RandomCommands::about_people() {
  switch (below(6)) {
    case 0: {
      const CreatePrincipal command{fresh<PrincipalId>(principals_), static_cast<PrincipalKind>(below(3))};
      (command.kind == PrincipalKind::team ? teams_ : people_).push_back(command.new_id);
      return command;
    }
    case 1:
      return SetPrincipalEnabled{often<PrincipalId>(principals_), !one_in(3), {}};
    case 2:
      return DescribePrincipal{often<PrincipalId>(principals_), fresh<EntryId>(entries_), {}};
    case 3: {
      Erase command{};
      if (one_in(3)) command.principal_id = often<PrincipalId>(principals_);
      for (std::uint64_t i = below(3); i > 0; --i)
        command.texts.push_back(one_in(10) ? sha256(pick(kValues))
                                           : sha256("a text " + std::to_string(below(100))));
      if (one_in(20)) command.texts.resize(limits::kMaxTextsErasedAtOnce + 1, sha256("one too many"));
      command.is_all = !one_in(3);
      return command;
    }
    default:
      if (teams_.empty() || people_.empty() || one_in(5))
        return ChangeTeam{often<PrincipalId>(principals_), often<PrincipalId>(principals_), !one_in(3)};
      return ChangeTeam{teams_.front(), people_[below(std::min<std::size_t>(people_.size(), 3))], one_in(2)};
  }
}

Command RandomCommands::about_their_rights() {
  const auto role = [&] { return static_cast<Role>(below(4)); };
  switch (below(8)) {
    case 0: {
      if (one_in(2)) return RevokeToken{often<TokenId>(tokens_), {}};
      const auto principal = fresh<PrincipalId>(principals_);
      return ClaimServer{principal, fresh<TokenId>(tokens_), one_in(8)};
    }
    case 1: {
      RecordDenials command;
      for (std::uint64_t i = below(3); i > 0; --i)
        command.denials.push_back({"anonymous",
                                   pick(kPermissions),
                                   {},
                                   1 + below(9),
                                   Timestamp(kBegun),
                                   Timestamp(kBegun + kMinute)});
      return command;
    }
    case 2:
    case 3: {
      IssueToken command{};
      command.new_id = fresh<TokenId>(tokens_);
      command.principal_id = often<PrincipalId>(principals_);
      if (one_in(2)) command.expires = Timestamp(kBegun + static_cast<std::int64_t>(below(9)) * kMinute);
      if (one_in(2)) command.at_most = role();
      if (one_in(2)) command.scope = scope();
      return command;
    }
    case 4:
    case 5:
      return RevokeRole{often<PrincipalId>(principals_), scope()};
    default:
      return GrantRole{often<PrincipalId>(principals_), scope(), role()};
  }
}

}  // namespace herald::simulation
