// Whom ids mean, for people who read answers: the log knows ids alone, the server's directory their names.
#pragma once

#include <map>
#include <set>
#include <string>

#include "base/result.h"
#include "cli/client.h"
#include "reflect/json_value.h"

namespace herald::cli {

// Threads: none shares one. Asks the server once for each id, over a connection of its own; what it does not answer stays an id.
class People {
 public:
  explicit People(ClientOptions options);

  // The names of those whom an answer says did something or own it, of limits::kMaxPeopleNamed at most in all.
  void meet(const json::Value& answer);
  const std::map<std::string, std::string>& names() const { return names_; }

 private:
  void ask(const std::string& id);
  Client client_;
  std::map<std::string, std::string> names_;  // with names alone
  std::set<std::string> asked_;
};

// The id of a user, a service or a team, by its name or its id. Errors: not_found, and as of the API.
Result<std::string> principal_id(Client& client, const std::string& who);

}  // namespace herald::cli
