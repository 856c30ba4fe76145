#include "registry/authored.h"

#include <type_traits>

#include "reflect/describe.h"

namespace herald::registry {
namespace {

// Whatever the type of the event: a text is a TextRef, and what was there before it is called `from`.
template <class T>
void collect_texts(const T& value, std::vector<Digest>& found) {
  if constexpr (std::is_same_v<T, TextRef>) {
    found.push_back(value.digest);
  } else if constexpr (reflect::is_optional<T>) {
    if (value) collect_texts(*value, found);
  } else if constexpr (reflect::Described<T>) {
    reflect::for_each_member(value, [&](std::string_view name, const auto& member) {
      if (name != "from") collect_texts(member, found);
    });
  }
}

}  // namespace

std::vector<Digest> texts_written_in(const Payload& payload) {
  std::vector<Digest> found;
  std::visit([&](const auto& fact) { collect_texts(fact, found); }, payload);
  return found;
}

}  // namespace herald::registry
