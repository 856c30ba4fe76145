#include <gtest/gtest.h>

#include "projections/queries.h"
#include "registry/memory_state.h"

namespace herald::projections {
namespace {

template <class Id>
Id numbered(std::uint64_t number) {
  std::string bytes(8, '\0');
  append_be64(bytes, number);
  return Id(Uuid::from_bytes(bytes));
}

// Names run against ids, so that an order by name would show.
void put_models(registry::MemoryState& state, registry::RegistryId registry, std::uint64_t most) {
  for (std::uint64_t i = 1; i <= most; ++i) {
    registry::ModelRecord model{};
    model.registry_id = registry;
    model.id = numbered<registry::ModelId>(i);
    model.name = registry::ModelName::trusted("m" + std::to_string(1'000'000 - i));
    state.put(registry::Table::models, model.id.bytes(), record::encode(model));
    state.put(registry::Table::model_names, registry::keys::model_name(registry, model.name.str()),
              model.id.bytes());
  }
}

std::uint64_t models_in_pages(const registry::Reader& state, registry::RegistryId registry) {
  std::uint64_t seen = 0;
  PageRequest request{{}, limits::kMaxPageSize};
  for (;;) {
    const auto page = list_models_in(state, registry, {}, request);
    for (const registry::ModelRecord& model : page.items)
      EXPECT_EQ(model.id, numbered<registry::ModelId>(++seen));
    if (!page.next) return seen;
    request.after = *page.next;
  }
}

TEST(PagesOfModels, AreTheSameOfASmallRegistryAndOfALargeOne) {
  for (const std::uint64_t most : {0, 1'000, 4'096, 4'097, 5'000}) {
    registry::MemoryState state;
    const auto registry = numbered<registry::RegistryId>(1);
    put_models(state, registry, most);
    EXPECT_EQ(models_in_pages(state, registry), most);
    EXPECT_EQ(models_in_pages(state, numbered<registry::RegistryId>(2)), 0u);
  }
}

}  // namespace
}  // namespace herald::projections
