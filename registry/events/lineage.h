// What came of what.
#pragma once

#include <boost/describe.hpp>
#include <string_view>

#include "registry/facts.h"

namespace herald::registry {

struct LineageRecorded {
  static constexpr std::string_view kType = "lineage.recorded";
  Node upstream;
  Relation relation = Relation::used;
  Node downstream;
};
BOOST_DESCRIBE_STRUCT(LineageRecorded, (), (upstream, relation, downstream))

}  // namespace herald::registry
