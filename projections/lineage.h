// What came of what: walks over the edges that were recorded, and over what versions say of themselves: the run that made
// them, the artifacts that belong to them. Over any Reader, of now and of then.
#pragma once

#include <boost/describe.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.h"
#include "registry/state.h"

namespace herald::projections {

// `both`: what it comes from and what came of it, but not what else came of what it comes from.
enum class Direction { upstream, downstream, both };

// The relations that are recorded (facts.h), and that an artifact belongs to a version.
BOOST_DEFINE_ENUM_CLASS(Connection, used, produced, derived_from, trained_on, evaluated_on, deployed_as,
                        linked)

struct LineageNode : registry::Node {
  std::size_t distance = 0;  // edges from the start
  bool hidden = false;       // LineageWalk::sees refused it
};
struct LineageEdge {
  std::size_t upstream = 0;  // places in LineageGraph::nodes
  Connection relation = Connection::used;
  std::size_t downstream = 0;
  std::optional<registry::Mark> recorded;  // absent: it follows from what the version says of itself
};
struct LineageGraph {
  std::vector<LineageNode> nodes;  // the start, and behind it the nearest first
  std::vector<LineageEdge> edges;
  bool truncated = false;  // kMaxLineageEdges or the depth was reached: from a farther node one sees more
  bool more = false;       // there are nodes beyond `nodes`
};

// What is asked of a walk, and where it ends: behind so many nodes (without the start), at most kMaxLineageDepth deep.
// `sees`: nodes that it refuses are in the graph as hidden, and what lies behind them is not. Absent: all are seen.
struct LineageWalk {
  Direction direction = Direction::both;
  std::size_t depth = limits::kMaxLineageDepth;
  std::size_t nodes = limits::kMaxLineageNodes;
  std::function<bool(const registry::Node&)> sees = {};
};
// Breadth first, in an order that is the same whenever the state is. Versions have the names that their models have now;
// the start has the one that it is asked for by. A start that nothing is connected with has a graph of itself.
LineageGraph lineage(const registry::Reader& reader, const registry::Node& start, const LineageWalk& walk);

// The versions that name it as their run, those that are deleted left out; at most kMaxPageSize.
struct RunVersion {
  registry::ModelId model_id;
  registry::VersionNumber version;
};
std::vector<RunVersion> versions_of(const registry::Reader& reader, const registry::Label& run);
// At most kMaxPageSize.
std::vector<registry::EvaluationRecord> evaluations_of(const registry::Reader& reader,
                                                       const registry::Label& run);

}  // namespace herald::projections
