#include "cli/url.h"

#include <fmt/format.h>

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

namespace herald::cli {

std::string percent_encode(std::string_view text) {
  return boost::urls::encode(text, boost::urls::unreserved_chars);
}

Query& Query::add(std::string_view name, std::string_view value) {
  if (value.empty()) return *this;
  target_ += target_.find('?') == std::string::npos ? '?' : '&';
  target_ += percent_encode(name) + "=" + percent_encode(value);
  return *this;
}

Result<ModelArgument> ModelArgument::parse(std::string_view text) {
  ModelArgument out{registry::RegistryName::trusted(registry::kDefaultRegistry), {}};
  if (const auto slash = text.find('/'); slash != std::string_view::npos) {
    HERALD_TRY(out.registry, registry::RegistryName::parse(text.substr(0, slash)));
    text.remove_prefix(slash + 1);
  }
  HERALD_TRY(out.model, registry::ModelName::parse(text));
  return out;
}

std::string ModelArgument::path() const {
  const std::string model_path = "/models/" + percent_encode(model.str());
  if (registry.str() == registry::kDefaultRegistry) return "/v1" + model_path;
  return "/v1/registries/" + percent_encode(registry.str()) + model_path;
}

std::string ModelArgument::str() const {
  return registry.str() == registry::kDefaultRegistry ? model.str() : registry.str() + "/" + model.str();
}

Result<VersionArgument> VersionArgument::parse(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return error(Cause::invalid_value,
                 fmt::format("\"{}\" names no version: write it as {}:v1, {}:latest or {}:ALIAS", text, text,
                             text, text));
  }
  VersionArgument out;
  HERALD_TRY(out.model, ModelArgument::parse(text.substr(0, colon)));
  HERALD_TRY(out.selector, registry::VersionSelector::parse(text.substr(colon + 1)));
  return out;
}

Result<VersionArgument> VersionArgument::parse_numbered(std::string_view text) {
  HERALD_TRY(auto out, parse(text));
  if (out.selector.kind != registry::VersionSelector::Kind::number) {
    return error(
        Cause::invalid_value,
        fmt::format("\"{}\" may mean another version tomorrow: a change takes the version's number, as {}:v1",
                    text, out.model.str()));
  }
  return out;
}

std::string VersionArgument::path() const {
  return model.path() + "/versions/" + percent_encode(selector.str());
}

}  // namespace herald::cli
