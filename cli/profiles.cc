#include "cli/profiles.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <vector>

#include "cli/client.h"
#include "disk/file.h"
#include "registry/names.h"

namespace herald::cli {
namespace {

std::string set_in_environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

constexpr const char* kVariable = "HERALD_PROFILES_FILE";
constexpr const char* kVariableOfTheServer = "HERALD_CONFIG";

std::string config_path() {
  if (std::string path = set_in_environment(kVariable); !path.empty()) return path;
  std::string home = set_in_environment("XDG_CONFIG_HOME");
  if (home.empty()) home = set_in_environment("HOME") + "/.config";
  return home + "/herald/config.toml";
}

using Items = std::vector<CLI::ConfigItem>;

Result<Items> items_in(const std::string& path) {
  try {
    std::ifstream in(path);
    return CLI::ConfigTOML().from_config(in);
  } catch (const std::exception& wrong) {
    return error(Cause::malformed, fmt::format("{}: {}", path, wrong.what()));
  }
}

// A file of profiles has sections, and nothing but `current` before them; one of a server's options has none.
bool is_of_profiles(const Items& items) {
  return std::any_of(items.begin(), items.end(), [](const CLI::ConfigItem& item) {
    return !item.parents.empty() || item.name == "current";
  });
}

// Either file may be taken for the other.
Result<void> check_holds_profiles(const std::string& path, const Items& items) {
  if (items.empty() || is_of_profiles(items)) return {};
  return error(
      Cause::invalid_value,
      fmt::format("{} holds options of a server, not profiles: {} names the file of the profiles, {} "
                  "that of the server",
                  path, kVariable, kVariableOfTheServer),
      kVariable);
}
Result<void> check_is_not_named_to_the_server() {
  const std::string path = set_in_environment(kVariableOfTheServer);
  std::error_code unknown;
  if (path.empty() || !set_in_environment(kVariable).empty() ||
      !std::filesystem::is_regular_file(path, unknown))
    return {};
  const auto items = items_in(path);
  if (!items || !is_of_profiles(*items)) return {};
  return error(Cause::invalid_value,
               fmt::format("{} holds profiles, and {} names the file of a server's options: name it in {}",
                           path, kVariableOfTheServer, kVariable),
               kVariableOfTheServer);
}

// Whoever reads it could sign in.
Result<void> check_permissions(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0)
    return error(Cause::unavailable, fmt::format("{} cannot be looked at", path));
  if ((found.st_mode & (S_IRWXG | S_IRWXO)) == 0) return {};
  return error(Cause::denied, fmt::format("{0} holds tokens, and others may read it: chmod 600 {0}", path));
}

// What stands between quotation marks as it is, and in a header.
Result<void> check_text(const std::string& text, std::string_view what) {
  const bool is_plain = std::all_of(text.begin(), text.end(),
                                    [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\'; });
  if (is_plain && !text.empty()) return {};
  return error(
      Cause::invalid_value,
      fmt::format("{} has visible ASCII characters, and neither quotation marks nor backslashes", what));
}

// What stands between quotation marks as it is; a path may have spaces and letters of any language.
Result<void> check_path(const std::string& path) {
  const bool is_plain = std::all_of(path.begin(), path.end(), [](char c) {
    return static_cast<unsigned char>(c) >= ' ' && c != 0x7f && c != '"' && c != '\\' && c != '#';
  });
  if (is_plain && !path.empty()) return {};
  return error(Cause::invalid_value,
               "the path of a file of certificates has neither quotation marks nor backslashes, #, or "
               "control characters: move the file",
               "--ca-file");
}

bool is_same_server(std::string_view one, std::string_view other) {
  const auto plain = [](std::string_view url) {
    return url.ends_with('/') ? url.substr(0, url.size() - 1) : url;
  };
  return plain(one) == plain(other);
}

Error unknown_profile(const std::string& name, const std::map<std::string, Profile>& there) {
  std::vector<std::string> names;
  for (const auto& [known, profile] : there) names.push_back(known);
  return error(Cause::not_found,
               names.empty()
                   ? fmt::format("there is no profile \"{}\": herald profile add makes one", name)
                   : fmt::format("there is no profile \"{}\": there is {}", name, fmt::join(names, ", ")),
               "--profile");
}

}  // namespace

Result<Profiles> Profiles::load() {
  Profiles profiles;
  profiles.path_ = config_path();
  HERALD_CHECK(check_is_not_named_to_the_server());
  if (!std::filesystem::exists(profiles.path_)) return profiles;
  HERALD_TRY(const Items items, items_in(profiles.path_));
  HERALD_CHECK(check_holds_profiles(profiles.path_, items));
  HERALD_CHECK(check_permissions(profiles.path_));
  for (const CLI::ConfigItem& item : items) {
    if (item.inputs.size() != 1) continue;  // the marks of a section's begin and end
    const std::string& value = item.inputs.front();
    if (item.parents.empty()) {
      if (item.name == "current") profiles.current_ = value;
      continue;
    }
    Profile& profile = profiles.profiles_[item.parents.front()];
    if (item.name == "url") profile.url = value;
    if (item.name == "token") profile.token = value;
    if (item.name == "ca_file") profile.ca_file = value;
  }
  return profiles;
}

Result<void> Profiles::save() const {
  std::string text = fmt::format("current = \"{}\"\n", current_);
  for (const auto& [name, profile] : profiles_) {
    text += fmt::format("\n[{}]\nurl = \"{}\"\n", name, profile.url);
    if (profile.token) text += fmt::format("token = \"{}\"\n", *profile.token);
    if (profile.ca_file) text += fmt::format("ca_file = \"{}\"\n", *profile.ca_file);
  }
  HERALD_CHECK(disk::make_folder(std::filesystem::path(path_).parent_path()));
  return disk::replace_file(path_, text);
}

Result<Profile> Profiles::find(const std::string& name) const {
  const auto found = profiles_.find(name);
  if (found == profiles_.end()) return unknown_profile(name, profiles_);
  return found->second;
}

Result<void> Profiles::put(const std::string& name, Profile profile) {
  if (const auto checked = registry::IdentifierRule::check(name);
      !checked || name == "current" || name.find('.') != std::string::npos)
    return error(Cause::invalid_value,
                 "a profile's name has letters, digits, \"-\" and \"_\", and is not \"current\"", "NAME");
  HERALD_CHECK(check_text(profile.url, "a URL"));
  if (profile.token) HERALD_CHECK(check_text(*profile.token, "a token"));
  if (profile.ca_file) HERALD_CHECK(check_path(*profile.ca_file));
  profiles_[name] = std::move(profile);
  if (current_.empty()) current_ = name;
  return {};
}

std::optional<std::string> Profiles::only_one_for(const std::string& url, Member member) const {
  const auto has_it = [&](const Profile& profile) {
    return (profile.*member) && is_same_server(profile.url, url);
  };
  const auto first = profiles_.find(current_);
  if (first != profiles_.end() && has_it(first->second)) return first->second.*member;
  std::optional<std::string> only;
  for (const auto& [name, profile] : profiles_) {
    if (!has_it(profile)) continue;
    if (only) return std::nullopt;  // which of them is not for us to guess
    only = profile.*member;
  }
  return only;
}

std::optional<std::string> Profiles::token_for(const std::string& url) const {
  return only_one_for(url, &Profile::token);
}

std::optional<std::string> Profiles::ca_file_for(const std::string& url) const {
  return only_one_for(url, &Profile::ca_file);
}

std::optional<std::string> Profiles::name_of_token(const std::string& token) const {
  for (const auto& [name, profile] : profiles_) {
    if (profile.token == token) return name;
  }
  return std::nullopt;
}

Result<void> Profiles::use(const std::string& name) {
  HERALD_CHECK(find(name));
  current_ = name;
  return {};
}

Result<void> Profiles::remove(const std::string& name) {
  HERALD_CHECK(find(name));
  profiles_.erase(name);
  if (current_ == name) current_.clear();
  return {};
}

Result<std::string> kept_ca_file(const std::string& file) {
  std::error_code wrong;
  const std::filesystem::path path = std::filesystem::absolute(file, wrong);
  if (!wrong && std::filesystem::is_regular_file(path, wrong)) return path.lexically_normal().string();
  return error(Cause::not_found, fmt::format("there is no file {}", file), "--ca-file");
}

Result<Profile> server_to_ask(std::optional<std::string> url, std::optional<std::string> name) {
  const auto or_environment = [](std::optional<std::string>& given, const char* variable) {
    if (std::string value = set_in_environment(variable); !given && !value.empty()) given = std::move(value);
  };
  or_environment(url, "HERALD_URL");
  or_environment(name, "HERALD_PROFILE");
  HERALD_TRY(const Profiles profiles, Profiles::load());
  Profile server{ClientOptions().url, {}};
  if (const std::string chosen = name.value_or(url ? "" : profiles.current()); !chosen.empty()) {
    HERALD_TRY(server, profiles.find(chosen));
  }
  if (url && !is_same_server(*url, server.url))
    server = name ? Profile{*url, {}} : Profile{*url, profiles.token_for(*url), profiles.ca_file_for(*url)};
  if (std::string token = set_in_environment("HERALD_TOKEN"); !token.empty()) server.token = token;
  return server;
}

}  // namespace herald::cli
