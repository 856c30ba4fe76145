#include "automations/links.h"

#include <fmt/format.h>

namespace herald::automations {
namespace {

using namespace registry;

// RFC 3986: everything but unreserved characters.
std::string percent_encoded(std::string_view segment) {
  std::string out;
  for (const char c : segment) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out.push_back(c);
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace

std::optional<std::string> model_link(const std::string& public_url, const RegistryName& registry,
                                      const ModelName& model) {
  if (public_url.empty()) return std::nullopt;
  std::string link = public_url;
  while (link.ends_with('/')) link.pop_back();
  link += "/v1";
  if (registry.str() != kDefaultRegistry) link += "/registries/" + percent_encoded(registry.str());
  return link + "/models/" + percent_encoded(model.str());
}

std::optional<std::string> version_link(const std::string& public_url, const RegistryName& registry,
                                        const ModelName& model, VersionNumber number) {
  const auto link = model_link(public_url, registry, model);
  if (!link) return std::nullopt;
  return fmt::format("{}/versions/{}", *link, number.value());
}

std::string model_reference(const RegistryName& registry, const ModelName& model) {
  return registry.str() == kDefaultRegistry ? model.str() : registry.str() + "/" + model.str();
}

std::string version_reference(const RegistryName& registry, const ModelName& model, VersionNumber number) {
  return fmt::format("{}:v{}", model_reference(registry, model), number.value());
}

}  // namespace herald::automations
