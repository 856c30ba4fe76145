// What could stand next on a command line that is still being written: the words of the tree of commands, and names that
// somebody is asked for. Pure; what the shells are given is in cli/completion_scripts.h.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/tree.h"

namespace herald::cli {

// What a word of a command line names.
enum class Named {
  nothing,
  model,
  alias,
  version,
  reference,  // a model, and behind a colon a version or an alias of it
  selector,   // a version of a model, or an alias of it
  registry,
  stage,      // of the registry of a model
  staged,     // a reference, or the stage that those before it go to
  owned,      // a model, or who shall own those before it
  principal,  // a user, a service or a team, by name
  user,
  service,
  team,
  token,
  automation,
  delivery,
  secret,
  profile,
  artifact,
  run,
  evaluation,  // of the model
  node,        // an end of a lineage edge
  event_type,
  command,  // a noun of the command line
  word,     // one of a few that are known here
  file,
  folder,
};

struct Candidate {
  std::string value, what;  // `what` may be empty
};

struct Question {
  Named named = Named::nothing;
  std::string begun;                                 // what is written of it
  std::string model;                                 // whose aliases or versions
  std::string registry;                              // whose stages, where no model says it
  std::optional<std::string> url, profile, ca_file;  // as the line has them
};
// Names that begin with what is written; none when it cannot be said at once.
using AskForNames = std::function<std::vector<Candidate>(const Question&)>;

struct Completion {
  std::vector<Candidate> candidates;
  Named rest = Named::nothing;  // file or folder: the shell knows better
};

// `words`: behind the program's name, the last one as far as it is written.
Completion complete(const Tree& tree, const std::vector<std::string>& words, const AskForNames& ask);

// What is offered for a word, or for the value of an option: the words that it takes, or names of a kind; nothing where people
// write freely. `app`: the command that is reached, which need not be the one that declares it.
struct Offer {
  Named named = Named::nothing;
  std::vector<std::string> words;
};
Offer offer_for(const CLI::App& app, const CLI::Option& option);

// For the scripts: "none", "files" or "folders" in the first line, then VALUE, a tab, and what it is.
std::string completion_text(const Completion& completion);

}  // namespace herald::cli
