#include "projections/search/gathered.h"

namespace herald::projections::search {

void Gathered::go_on(const IndexReader& index, const Range& range, const Wanted& wanted,
                     std::size_t key_bytes, std::size_t most) {
  if (complete_ || looked_at_ >= most) return;
  bits_.resize(kBits / 64);
  complete_ = true;
  index.rows(range, last_, false, [&](std::string_view row, Says says) {
    const std::string_view term = row.substr(0, row.size() - key_bytes);
    if (says != Says::no && may_fulfil(wanted, term)) take(row.substr(term.size()));
    complete_ = ++looked_at_ < most;
    if (!complete_) last_ = row;
    return complete_;
  });
}

}  // namespace herald::projections::search
