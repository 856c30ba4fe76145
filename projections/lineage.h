// What came of what: walks over the edges that were recorded, and over what versions say of themselves: the run that made
// them, the artifacts that belong to them. Over any Reader, of now and of then.
#pragma once

#include <boost/describe.hpp>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.h"
#include "registry/state.h"

namespace herald::projections {

// `both`: what it comes from and what came of it, but not what else came of what it comes from.
BOOST_DEFINE_ENUM_CLASS(Direction, upstream, downstream, both)

// The relations that are recorded (facts.h), and that an artifact belongs to a version.
BOOST_DEFINE_ENUM_CLASS(Connection, used, produced, derived_from, trained_on, evaluated_on, deployed_as,
                        linked)

struct LineageNode : registry::Node {
  std::size_t distance = 0;  // edges from the start
  bool deleted = false;      // the version, its model or the artifact: it has the name that it had
};
struct LineageEdge {
  std::size_t upstream = 0;  // places in LineageGraph::nodes
  Connection relation = Connection::used;
  std::size_t downstream = 0;
  std::optional<registry::Mark> recorded;  // absent: it follows from what the version says of itself
  std::size_t row = 0;                     // the how manieth row that was looked at told it
};
struct LineageGraph {
  std::vector<LineageNode> nodes;  // the start, and behind it the nearest first
  std::vector<LineageEdge> edges;
  bool truncated = false;  // kMaxRowsScanned or `depth` was reached: from a farther node one sees more
  bool more = false;       // there may be nodes and edges beyond: ask for more nodes and rows
  std::size_t rows = 0;    // that were looked at
};

// What is asked of a walk, and where it ends: behind so many nodes (without the start), so many steps deep, so many rows that
// were looked at (at most kMaxRowsScanned). Who asks for more of either gets the same graph and what follows: of nodes and rows
// that were told before, nothing changes place.
// `sees`: nodes that it refuses are not in the graph, nor what lies behind them alone; asked once for each row that leads to
// one. Absent: all are seen.
struct LineageWalk {
  Direction direction = Direction::both;
  std::size_t depth = std::numeric_limits<std::size_t>::max();
  std::size_t nodes = limits::kMaxLineageNodes;
  std::size_t rows = limits::kMaxLineageEdges;
  std::function<bool(const registry::Node&)> sees = {};
};
// The rows of artifacts in versions and of versions that name a run are walked like edges: what is not in the answer is told
// by `more` or `truncated`, whichever table it stands in. Breadth first, in an order that is the same whenever the state is. Versions have the names that their models have now;
// the start has the one that it is asked for by. A start that nothing is connected with has a graph of itself.
LineageGraph lineage(const registry::Reader& reader, const registry::Node& start, const LineageWalk& walk);

// A version under the name that its model has; all else, and a version that is not known, as it is.
registry::Node as_called(const registry::Reader& reader, registry::Node node);
// The same, and whether it is still there.
LineageNode as_it_stands(const registry::Reader& reader, const registry::Node& node);

}  // namespace herald::projections
