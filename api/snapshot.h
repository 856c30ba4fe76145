// What one read is answered from: the head, or the registry as of a sequence. Short-lived; one thread.
#pragma once

#include <optional>

#include "api/services.h"
#include "projections/head.h"
#include "projections/views.h"

namespace herald::api {

class Snapshot {
 public:
  Snapshot(const Parts& parts, std::optional<Sequence> as_of);
  const registry::Reader& state() const;
  Sequence sequence() const { return sequence_; }

 private:
  std::optional<projections::HeadReader> head_;
  std::optional<projections::ViewsReader> views_;
  std::optional<projections::AsOf> then_;
  Sequence sequence_;
};

}  // namespace herald::api
