// Where a model or version is found: PUBLIC_URL/v1/models/churn/versions/3 (in another registry than the default one:
// PUBLIC_URL/v1/registries/NAME/models/...), and how people write it: churn:v3, NAME/churn:v3.
#pragma once

#include <optional>
#include <string>

#include "registry/names.h"

namespace herald::automations {

// Nothing when `public_url` is empty.
std::optional<std::string> model_link(const std::string& public_url, const registry::RegistryName& registry,
                                      const registry::ModelName& model);
std::optional<std::string> version_link(const std::string& public_url, const registry::RegistryName& registry,
                                        const registry::ModelName& model, registry::VersionNumber number);

std::string model_reference(const registry::RegistryName& registry, const registry::ModelName& model);
std::string version_reference(const registry::RegistryName& registry, const registry::ModelName& model,
                              registry::VersionNumber number);

}  // namespace herald::automations
