#include <algorithm>
#include <deque>
#include <unordered_set>

#include "projections/queries.h"

namespace herald::projections {
namespace {

using registry::EdgeRecord;
using registry::Node;
using registry::Table;

// Walks from the start, first everything at distance 1, then at 2, and so on; each node is looked at once for each
// way it was reached by, so that a cycle ends.
class Walk {
 public:
  Walk(const registry::Reader& reader, const Node& start, std::size_t depth)
      : reader_(reader), depth_(std::min(depth, limits::kMaxLineageDepth)) {
    graph_.start = start;
    known_.insert(registry::keys::node(start));
  }

  void from_start(Table way) { reach(graph_.start, 0, way); }

  LineageGraph run() {
    while (!ahead_.empty() && edges_seen_ < limits::kMaxLineageEdges) {
      const Step step = std::move(ahead_.front());
      ahead_.pop_front();
      look_from(step);
    }
    if (!ahead_.empty()) graph_.truncated = true;
    return std::move(graph_);
  }

 private:
  struct Step {
    std::string node;  // its key
    std::size_t distance;
    Table way;
  };

  void reach(const Node& node, std::size_t distance, Table way) {
    std::string key = registry::keys::node(node);
    std::string once = key + static_cast<char>(way);
    if (reached_.insert(std::move(once)).second) ahead_.push_back({std::move(key), distance, way});
  }

  void look_from(const Step& step) {
    reader_.scan(step.way, step.node + '\0', {}, [&](std::string_view, std::string_view value) {
      if (++edges_seen_ > limits::kMaxLineageEdges) {
        graph_.truncated = true;
        return false;
      }
      take(record::decode<EdgeRecord>(value), step);
      return true;
    });
  }

  // An edge is part of the answer when both its ends are.
  void take(EdgeRecord edge, const Step& from) {
    const Node& far = from.way == Table::upstream ? edge.upstream : edge.downstream;
    if (!is_known(far, from.distance + 1)) {
      graph_.truncated = true;
      return;
    }
    if (from.distance < depth_) reach(far, from.distance + 1, from.way);
    const std::string key = registry::keys::edge(edge.upstream, edge.downstream, edge.relation);
    if (edges_.insert(key).second) graph_.edges.push_back(std::move(edge));
  }

  // Also makes it known where there is room for it.
  bool is_known(const Node& node, std::size_t distance) {
    std::string key = registry::keys::node(node);
    if (known_.contains(key)) return true;
    if (distance > depth_ || graph_.nodes.size() == limits::kMaxLineageNodes) return false;
    known_.insert(std::move(key));
    LineageNode found;
    static_cast<Node&>(found) = node;
    found.distance = distance;
    graph_.nodes.push_back(std::move(found));
    return true;
  }

  const registry::Reader& reader_;
  const std::size_t depth_;
  LineageGraph graph_;
  std::deque<Step> ahead_;
  std::unordered_set<std::string> known_, reached_, edges_;
  std::size_t edges_seen_ = 0;
};

}  // namespace

LineageGraph lineage(const registry::Reader& reader, const Node& start, Direction direction,
                     std::size_t depth) {
  Walk walk(reader, start, depth);
  if (direction != Direction::downstream) walk.from_start(Table::upstream);
  if (direction != Direction::upstream) walk.from_start(Table::downstream);
  return walk.run();
}

}  // namespace herald::projections
