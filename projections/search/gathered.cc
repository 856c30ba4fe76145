#include "projections/search/gathered.h"

namespace herald::projections::search {

std::optional<Gathered> Gathered::of(const IndexReader& index, const Range& range, const Wanted& wanted,
                                     std::size_t key_bytes, std::size_t most) {
  Gathered gathered;
  std::size_t looked_at = 0;
  index.rows(range, {}, false, [&](std::string_view row, Says says) {
    if (++looked_at > most) return false;
    const std::string_view term = row.substr(0, row.size() - key_bytes);
    if (says == Says::no || !may_fulfil(wanted, term)) return true;
    const std::size_t bit = bit_of(row.substr(term.size()));
    gathered.bits_[bit / 64] |= std::uint64_t{1} << (bit % 64);
    ++gathered.size_;
    return true;
  });
  if (looked_at > most) return std::nullopt;
  return gathered;
}

}  // namespace herald::projections::search
