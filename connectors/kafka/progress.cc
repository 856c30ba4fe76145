#include "connectors/kafka/progress.h"

#include <fmt/format.h>

#include "reflect/json_read.h"
#include "reflect/json_write.h"

namespace herald::connectors::kafka {

std::string encode(const Progress& progress) {
  return json::to_json(progress);
}

Result<Progress> decode_progress(std::string_view text) {
  HERALD_TRY(const auto document, json::Document::parse(text));
  Progress progress;
  HERALD_CHECK(json::read(document.root(), progress, json::Mode::stored));
  return progress;
}

}  // namespace herald::connectors::kafka
