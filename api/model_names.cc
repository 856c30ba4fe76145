#include "api/model_names.h"

namespace herald::api {

Result<registry::ModelAddress> parse_model(std::string_view text) {
  const std::size_t slash = text.find('/');
  const bool has_registry = slash != std::string_view::npos;
  HERALD_TRY(auto registry, registry::RegistryName::parse(has_registry ? text.substr(0, slash)
                                                                       : registry::kDefaultRegistry));
  HERALD_TRY(auto model, registry::ModelName::parse(has_registry ? text.substr(slash + 1) : text));
  return registry::ModelAddress{std::move(registry), std::move(model)};
}

}  // namespace herald::api
