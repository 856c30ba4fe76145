// How callers name a model and a version of it.
#pragma once

#include "registry/names.h"

namespace herald::registry {

struct ModelAddress {
  RegistryName registry;
  ModelName model;
};
struct VersionAddress : ModelAddress {
  VersionNumber version;
};

}  // namespace herald::registry
