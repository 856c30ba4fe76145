// A state on top of another: what is put into it, or erased from it, hides what lies below, which it never changes. For
// deciding a command as if others before it had been recorded. Borrows what is below. One thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "registry/state.h"

namespace herald::registry {

class OverlayState final : public Writer {
 public:
  explicit OverlayState(const Reader& below) : below_(below) {}
  std::optional<std::string> get(Table table, std::string_view key) const override;
  void scan(Table table, std::string_view prefix, std::string_view after, const Visit& visit) const override;
  void scan_back(Table table, std::string_view prefix, std::string_view before,
                 const Visit& visit) const override;
  void put(Table table, std::string_view key, std::string_view value) override;
  void erase(Table table, std::string_view key) override;

 private:
  using Rows = std::map<std::string, std::optional<std::string>, std::less<>>;  // nothing: erased
  static bool visit_own(const Rows::value_type& row, const Visit& visit);
  const Rows& rows(Table table) const;

  const Reader& below_;
  std::map<Table, Rows> tables_;
};

}  // namespace herald::registry
