// What a command says that no resource of the server shows.
#pragma once

#include <string>
#include <vector>

#include "cli/files.h"
#include "cli/session.h"

namespace herald::cli {

// `sentence`: lines for people; `object`: the same as JSON; `id`: what other commands take. Each in the form that was asked for.
Result<void> say(const Session& session, const std::string& sentence, const std::string& object,
                 const std::string& id);
// Where files went: a line for each, or a list with their digests.
Result<void> say_files(const Session& session, const std::vector<RemoteFile>& files);

}  // namespace herald::cli
