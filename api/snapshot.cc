#include "api/snapshot.h"

namespace herald::api {

Snapshot::Snapshot(const Parts& parts, std::optional<Sequence> as_of) {
  if (as_of) {
    views_.emplace(parts.views);
    then_ = views_->as_of(*as_of);
    sequence_ = then_->sequence();
  } else {
    head_.emplace(parts.head);
    sequence_ = head_->stand().sequence;
  }
}

const registry::Reader& Snapshot::state() const {
  if (then_) return *then_;
  return *head_;
}

}  // namespace herald::api
