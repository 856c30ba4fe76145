// Profiles: named servers, each with the token that opens it, in a file that its owner alone may read.
//
//   current = "prod"
//   [prod]
//   url = "https://registry.example.com"
//   token = "herald_..."
//   ca_file = "/etc/ssl/registry.pem"
//
// The file is $HERALD_PROFILES_FILE, else herald/config.toml below $XDG_CONFIG_HOME or ~/.config.
// Threads: none shares a Profiles.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/result.h"

namespace herald::cli {

struct Profile {
  std::string url;
  std::optional<std::string> token;
  std::optional<std::string> ca_file =
      {};  // trusted in place of what the machine trusts: PEM, by its whole path
};

class Profiles {
 public:
  // None where there is no file. Errors: denied (others than the owner may read it), unavailable, malformed, invalid_value (it
  // holds options of a server, or the server's HERALD_CONFIG names profiles).
  static Result<Profiles> load();
  // Durable, for the owner alone. Errors: unavailable, storage_full.
  Result<void> save() const;

  const std::map<std::string, Profile>& all() const { return profiles_; }
  const std::string& current() const { return current_; }  // empty: none
  const std::string& path() const { return path_; }
  // Errors: not_found.
  Result<Profile> find(const std::string& name) const;

  // The token that opens the server at `url`: the current profile's, else that of the only one that names this server.
  std::optional<std::string> token_for(const std::string& url) const;
  // The certificates by which that server is trusted, found alike.
  std::optional<std::string> ca_file_for(const std::string& url) const;
  // The profile that has this token.
  std::optional<std::string> name_of_token(const std::string& token) const;

  // The first one becomes the current one. Errors: invalid_value (a name that is not letters, digits, - _ .; what cannot be
  // written down).
  Result<void> put(const std::string& name, Profile profile);
  Result<void> use(const std::string& name);
  Result<void> remove(const std::string& name);

 private:
  using Member = std::optional<std::string> Profile::*;
  std::optional<std::string> only_one_for(const std::string& url, Member member) const;

  std::string path_, current_;
  std::map<std::string, Profile> profiles_;
};

// The path of such a file, as it is kept: from wherever a command is given. Errors: not_found.
Result<std::string> kept_ca_file(const std::string& file);

// Where a command goes: --url and --profile as they were given, or HERALD_URL and HERALD_PROFILE; else the current profile;
// else a server on this machine. HERALD_TOKEN goes before the profile's token, which goes to the profile's server alone, however
// that is named.
Result<Profile> server_to_ask(std::optional<std::string> url, std::optional<std::string> name);

}  // namespace herald::cli
