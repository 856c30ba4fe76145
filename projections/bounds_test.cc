// Where a question would take too long: of rows that are written as they are, since they are many.
#include <gmock/gmock.h>

#include "projections/lineage.h"
#include "projections/queries.h"
#include "projections/testing/registry_story.h"

namespace herald::projections {
namespace {

TEST(FilteredPages, EndAfterANumberOfRowsAndTheNextGoesOnBehindThem) {
  testing::RegistryStory ids;
  registry::MemoryState state;
  const auto model = ids.id<registry::ModelId>();
  std::vector<std::string> keys;
  registry::CommentRecord comment;
  for (std::size_t row = 0; row <= limits::kMaxRowsScanned; ++row) {
    if (row == limits::kMaxRowsScanned) comment.version = registry::VersionNumber(1);
    keys.push_back(registry::keys::comment(model, ids.id<registry::CommentId>()));
    state.put(registry::Table::comments, keys.back(), record::encode(comment));
  }
  const auto of_version = [&](const std::string& after) {
    return list_comments(state, model, registry::VersionNumber(1), {after, 10});
  };
  const auto first = of_version({});
  EXPECT_THAT(first.items, ::testing::IsEmpty());
  EXPECT_EQ(first.next, keys[limits::kMaxRowsScanned - 1]);
  EXPECT_EQ(of_version(*first.next).items.size(), 1u);
  const auto of_one_row_less = of_version(keys.front());
  EXPECT_EQ(of_one_row_less.items.size(), 1u);
  EXPECT_FALSE(of_one_row_less.next);
}

// Of what is hidden, so that it is the edges that are too many, and not the nodes.
TEST(WalksOfLineage, LookAtANumberOfEdgesAndSayThatThereIsMore) {
  registry::MemoryState state;
  registry::EdgeRecord edge;
  edge.downstream = {registry::NodeKind::run, "nightly", "nightly"};
  const auto put_edge = [&](std::size_t number) {
    const std::string name = std::to_string(number);
    edge.upstream = {registry::NodeKind::dataset, name, name};
    state.put(registry::Table::upstream, registry::keys::edge(edge.downstream, edge.upstream, edge.relation),
              record::encode(edge));
  };
  const auto walk = [&] {
    return lineage(state, edge.downstream,
                   {.direction = Direction::upstream, .sees = [](const registry::Node&) { return false; }});
  };
  for (std::size_t number = 0; number < limits::kMaxLineageEdges; ++number) put_edge(number);
  EXPECT_FALSE(walk().more);
  put_edge(limits::kMaxLineageEdges);
  const LineageGraph graph = walk();
  EXPECT_TRUE(graph.more);
  EXPECT_EQ(graph.nodes.size(), 1u) << "the start";
}

}  // namespace
}  // namespace herald::projections
