// The heads of the events about a model and about one of its versions. Names stand as they were; ids never change.
#pragma once

#include <boost/describe.hpp>

#include "registry/facts.h"

namespace herald::registry {

// The head of every event about a model.
struct OfModel {
  RegistryId registry_id;
  RegistryName registry;
  ModelId model_id;
  ModelName model;
  friend bool operator==(const OfModel&, const OfModel&) = default;
};
BOOST_DESCRIBE_STRUCT(OfModel, (), (registry_id, registry, model_id, model))

// The head of every event about one version.
struct OfVersion : OfModel {
  VersionNumber version;
};
BOOST_DESCRIBE_STRUCT(OfVersion, (OfModel), (version))

}  // namespace herald::registry
