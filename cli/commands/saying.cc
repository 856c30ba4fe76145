#include "cli/commands/saying.h"

#include "reflect/json_write.h"

namespace herald::cli {

Result<void> say(const Session& session, const std::string& sentence, const std::string& object,
                 const std::string& id) {
  switch (session.output()) {
    case Output::table:
      session.print(sentence);
      break;
    case Output::json: {
      HERALD_TRY(const auto document, json::Document::parse(object));
      session.print(render_json(document.root()) + "\n");
      break;
    }
    case Output::jsonl:
      session.print(object + "\n");
      break;
    case Output::id:
      session.print(id + "\n");
      break;
  }
  return {};
}

Result<void> say_files(const Session& session, const std::vector<RemoteFile>& files) {
  if (session.output() == Output::table || session.output() == Output::id) {
    for (const RemoteFile& file : files) session.print(file.on_disk + "\n");
    return {};
  }
  std::vector<json::Raw> list;
  for (const RemoteFile& file : files) {
    std::string entry;
    json::ObjectWriter(entry)
        .member("file", file.on_disk)
        .member("digest", file.digest)
        .member("bytes", file.bytes)
        .close();
    list.push_back(json::Raw(entry));
  }
  return session.show_all(json::to_json(list), {.id = text("file")});
}

}  // namespace herald::cli
