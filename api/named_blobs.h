// Content that a caller may name as a file of an artifact or an evaluation. Naming it shows it to whoever may download there,
// and a digest is no secret: so it takes having uploaded the bytes (as the same principal; they may have been there), or
// the role that downloads any content by its digest, viewer on the server. To who may not, content that is there looks
// like content that is not.
#pragma once

#include "api/call.h"

namespace herald::api {

bool may_take_any_content(const Call& call);
// Of the content, in bytes; nothing: it is not there, or not the caller's to name.
std::optional<std::uint64_t> size_of_named(const Call& call, const Digest& digest);
// What is refused then. Of content that is there and another's it is counted (authorisation.h).
Error not_to_be_named(const Call& call, const Digest& digest, std::string_view file, std::string field);

}  // namespace herald::api
