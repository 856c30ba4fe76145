#include "recorder/checking/frontier.h"

namespace herald::recorder::checking {
namespace {

constexpr std::uint8_t kHeightOfATile = 8;

Digest node(const Digest& left, const Digest& right) {
  return Sha256().update("\x01").update(left.bytes()).update(right.bytes()).finish();
}

}  // namespace

Digest Frontier::leaf(std::string_view bytes) {
  return Sha256().update(std::string_view("\0", 1)).update(bytes).finish();
}

void Frontier::add(const Digest& leaf, const OnStored& on_stored) {
  ++size_;
  Peak top{0, leaf};
  while (!peaks_.empty() && peaks_.back().height == top.height) {
    top.root = node(peaks_.back().root, top.root);
    ++top.height;
    peaks_.pop_back();
    if (top.height % kHeightOfATile == 0)
      on_stored(top.height / kHeightOfATile, (size_ >> top.height) - 1, top.root);
  }
  peaks_.push_back(top);
}

Digest Frontier::root() const {
  if (peaks_.empty()) return sha256({});
  Digest root = peaks_.back().root;
  for (std::size_t i = peaks_.size() - 1; i > 0; --i) root = node(peaks_[i - 1].root, root);
  return root;
}

}  // namespace herald::recorder::checking
