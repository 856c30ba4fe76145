// Sequences of events in order, looked into by seeking and not by reading along: the entries of a timeline, of the index of
// events, of any of several lists; and those that stand on several lists at once. Pure but for what the lists read.
//
// Threads: one at a time. A list borrows from what made it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/sequence.h"

namespace herald::projections {

enum class Towards { later, earlier };

// Walked once: asked again, it is asked towards the same end, and from no place that lies before the one that it was asked
// from last. So what lies ahead already is not looked for again.
class SequenceList {
 public:
  virtual ~SequenceList() = default;
  // The nearest one on it, `from` itself included.
  std::optional<Sequence> find(Sequence from, Towards towards);

 private:
  virtual std::optional<Sequence> seek(Sequence from, Towards towards) = 0;
  bool asked_ = false;
  std::optional<Sequence> found_;
};
using SequenceLists = std::vector<std::unique_ptr<SequenceList>>;

// Whatever stands on one of them at least, once.
std::unique_ptr<SequenceList> any_of(SequenceLists lists);

// From `from` on, what stands on all the lists (there must be one), in order, until visit returns false. On the way there each
// list leaps to where the others are, so that the shortest of them bounds the leaps. visit hears of each leap, too, with the
// sequence that it began at: it stands on some of them, and neither it nor anything before it is still to come.
enum class Stands { on_all, on_some };
void walk_common(const SequenceLists& lists, Sequence from, Towards towards,
                 const std::function<bool(Sequence, Stands)>& visit);

}  // namespace herald::projections
