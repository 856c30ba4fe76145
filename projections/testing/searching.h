// What the tests of search ask with: sentences, the names of what is found, all pages of it.
#pragma once

#include <algorithm>
#include <stdexcept>

#include "projections/search/search.h"
#include "projections/testing/registry_story.h"
#include "projections/testing/stores.h"

namespace herald::projections::search {

using testing::RegistryStory;
using testing::ViewsStore;

inline const Reach kAll{.all = true};

// "fraud", "fraud:v2", ...
inline std::vector<std::string> names(const ViewsReader& reader, const Found& found, Kind kind) {
  std::vector<std::string> names;
  const AsOf state = reader.as_of(found.sequence);
  for (const std::string& key : found.documents) {
    const auto id = registry::ModelId(Uuid::from_bytes(std::string_view(key).substr(0, 16)));
    if (kind == Kind::runs) {
      names.push_back(Document::find(state, kind, key)->version().run->id.str());
      continue;
    }
    if (kind == Kind::artifacts) {
      names.push_back(
          registry::find<registry::ArtifactRecord>(state, registry::Table::artifacts, key)->name.str());
      continue;
    }
    std::string name = registry::find_model(state, id)->name.str();
    if (kind == Kind::versions) name += ":v" + std::to_string(read_be64(std::string_view(key).substr(16)));
    names.push_back(std::move(name));
  }
  return names;
}

inline registry::RegistryId registry_id(const registry::Reader& state, std::string_view name = "models") {
  return registry::find_registry(state, registry::RegistryName::trusted(name))->id;
}
inline registry::ModelId model_id(const registry::Reader& state, std::string_view name) {
  return registry::find_model(state, registry_id(state), registry::ModelName::trusted(name))->id;
}

inline Request asked(std::string_view text, Kind kind) {
  Request request;
  request.kind = kind;
  request.query = std::get<Query>(parse(text));
  return request;
}

// All pages, one after the other; each must get on.
inline std::vector<std::string> pages(const ViewsStore& store, Request request, const Reach& reach = kAll) {
  const ViewsReader reader(*store.views);
  std::vector<std::string> all, cursors;
  for (;;) {
    const Found found = search(reader, request, reach).value();
    for (std::string& name : names(reader, found, request.kind)) all.push_back(std::move(name));
    if (!found.next) return all;
    if (std::find(cursors.begin(), cursors.end(), *found.next) != cursors.end())
      throw std::logic_error("a page ended where one before it did");
    cursors.push_back(request.after = *found.next);
  }
}

inline void version_with(RegistryStory& story, const std::string& model, double auc,
                         const std::string& metadata) {
  auto command = RegistryStory::at<registry::RegisterVersion>(model);
  command.metrics = {{"auc", auc}};
  command.metadata = json::Raw(metadata);
  command.source = registry::Uri::trusted("s3://bucket/" + model);
  story.record(command);
}

}  // namespace herald::projections::search
