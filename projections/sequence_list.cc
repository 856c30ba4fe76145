#include "projections/sequence_list.h"

namespace herald::projections {
namespace {

bool lies_ahead(Sequence sequence, Sequence of, Towards towards) {
  return towards == Towards::later ? sequence >= of : sequence <= of;
}

Sequence behind(Sequence sequence, Towards towards) {
  return towards == Towards::later ? sequence.next() : Sequence(sequence.value() - 1);
}

class AnyOf final : public SequenceList {
 public:
  explicit AnyOf(SequenceLists lists) : lists_(std::move(lists)) {}

 private:
  std::optional<Sequence> seek(Sequence from, Towards towards) override {
    std::optional<Sequence> nearest;
    for (const auto& list : lists_) {
      const auto found = list->find(from, towards);
      if (found && (!nearest || lies_ahead(*nearest, *found, towards))) nearest = found;
    }
    return nearest;
  }

  SequenceLists lists_;
};

}  // namespace

std::optional<Sequence> SequenceList::find(Sequence from, Towards towards) {
  const bool is_known = asked_ && (!found_ || lies_ahead(*found_, from, towards));
  if (!is_known) found_ = seek(from, towards);
  asked_ = true;
  return found_;
}

std::unique_ptr<SequenceList> any_of(SequenceLists lists) {
  return std::make_unique<AnyOf>(std::move(lists));
}

void walk_common(const SequenceLists& lists, Sequence from, Towards towards,
                 const std::function<bool(Sequence, Stands)>& visit) {
  for (Sequence at = from;;) {
    const auto first = lists.front()->find(at, towards);
    if (!first) return;
    Sequence furthest = *first;
    for (std::size_t i = 1; i < lists.size(); ++i) {
      const auto found = lists[i]->find(furthest, towards);
      if (!found) return;
      furthest = *found;
    }
    const bool all_agree = furthest == *first;
    if (!visit(*first, all_agree ? Stands::on_all : Stands::on_some)) return;
    at = all_agree ? behind(furthest, towards) : furthest;
  }
}

}  // namespace herald::projections
