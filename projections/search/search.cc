#include "projections/search/search.h"

#include <algorithm>
#include <limits>

#include "base/limits.h"
#include "projections/search/execution.h"
#include "projections/search/plan.h"

namespace herald::projections::search {
namespace {

// Where a page ended: `moment`, which driver, and where that one stood.
struct Position {
  Sequence moment;
  std::size_t driver = 0;
  std::string at;

  std::string str() const { return be64(moment.value()) + static_cast<char>(driver) + at; }
  static std::optional<Position> parse(std::string_view text, const Plan& plan) {
    if (text.size() < 9) return std::nullopt;
    Position position{Sequence(read_be64(text)), static_cast<unsigned char>(text[8]),
                      std::string(text.substr(9))};
    if (position.driver >= plan.drivers.size()) return std::nullopt;
    return position;
  }
};

Found found(const Plan& plan, Attempt attempt, const Position& from) {
  Found out;
  out.sequence = from.moment;
  const auto position = [&](std::string at) {
    return Position{from.moment, from.driver, std::move(at)}.str();
  };
  for (std::size_t i = 0; i < attempt.units.size(); ++i) {
    std::string& unit = attempt.units[i];
    out.documents.push_back(plan.asked == Kind::models ? unit.substr(0, kModelBytes) : std::move(unit));
    out.keys.push_back(position(std::move(attempt.positions[i])));
  }
  if (attempt.next) out.next = position(std::move(*attempt.next));
  return out;
}

// Fills one page. Which driver does it cheapest shows on the way: by what each has found for what it spent, and by how much
// there is to walk, where few rows do for a condition. The longer it takes, the more is gathered (gathered.h) to find out.
class Paging {
 public:
  Paging(Execution& execution, const Plan& plan, std::size_t limit, std::size_t work)
      : execution_(execution), plan_(plan), limit_(limit), left_(work) {
    for (std::size_t which = 0; which < plan.drivers.size(); ++which)
      if (execution.can_drive(which)) hunts_.push_back({which, {}, 0, 0});
  }

  Found first(Sequence moment) {
    for (Hunt& hunt : hunts_) {
      if (collects(hunt)) continue;
      go_on(hunt, kFirstWork);
      if (hunt.so_far.complete) return found(plan_, std::move(hunt.so_far), {moment, hunt.which, {}});
    }
    Hunt& last = settle();
    return found(plan_, std::move(last.so_far), {moment, last.which, {}});
  }

  // Where too many would have to be sorted for it, the walk in the order goes on at the same position.
  Found later(Position from) {
    from_ = from.at;
    const std::size_t work = left_;
    hunts_ = {Hunt{from.driver, {}, 0, 0}};
    if (collects(hunts_.front())) {
      execution_.gather(kGatheredAtMost);
      go_on(hunts_.front(), work);
      if (!hunts_.front().so_far.complete) hunts_.front() = {0, {}, 0, 0};
      from.driver = hunts_.front().which;
      left_ = work;
    }
    Hunt& last = hunts_.front().so_far.complete ? hunts_.front() : settle();
    return found(plan_, std::move(last.so_far), from);
  }

 private:
  // A twentieth of a millisecond for each to begin with; and four of them for what is gathered of one term at most.
  static constexpr std::size_t kFirstWork = 1'000, kGatheredAtMost = 64'000;
  static constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();
  // Up to how many rows are gathered of each condition, one after the other, where that is less than what is before us.
  static constexpr std::size_t kStages[] = {4'000, 16'000, kGatheredAtMost};

  struct Hunt {
    std::size_t which;
    Attempt so_far;
    std::size_t spent;
    std::size_t at_least;  // it takes, since with half of that it did not come to its end
  };

  bool collects(const Hunt& hunt) const { return plan_.drivers[hunt.which].collect; }

  // Until one of them has filled the page or come to its end, or there is no work left: then the one that has found most.
  Hunt& settle() {
    for (;;) {
      Hunt* hunt = &cheapest();
      for (; stage_ < std::size(kStages) && predicted(*hunt) > cost_of_gathering(); hunt = &cheapest())
        execution_.gather(kStages[stage_++]);
      // Before much is sorted, the walk in the order shows what it would take.
      if (collects(*hunt) && hunts_.front().spent < predicted(*hunt) / 8) hunt = &hunts_.front();
      if (left_ == 0 || predicted(*hunt) == kNever) return richest();
      go_on(*hunt, collects(*hunt) ? 2 * predicted(*hunt) : std::max(kFirstWork, hunt->spent));
      if (hunt->so_far.complete) return *hunt;
    }
  }

  std::size_t cost_of_gathering() const { return kStages[stage_] * execution_.ungathered() * 3 / 2; }
  // Of work still to be done.
  std::size_t predicted(const Hunt& hunt) const {
    // Of a row that was gathered: half a document, or one and a seek.
    constexpr std::size_t kForEach = 40, kForEachSorted = 100;
    const auto rows = execution_.rows_of(hunt.which);
    if (collects(hunt)) return rows ? std::max(*rows * kForEachSorted + 1, hunt.at_least) : kNever;
    const std::size_t to_the_end = rows ? *rows * kForEach + 1 : kNever;
    const std::size_t found = hunt.so_far.units.size();
    return std::min(to_the_end,
                    found == 0 ? 2 * limit_ * (hunt.spent + 1) : hunt.spent * (limit_ - found) / found);
  }
  Hunt& cheapest() {
    return *std::min_element(hunts_.begin(), hunts_.end(),
                             [this](const Hunt& a, const Hunt& b) { return predicted(a) < predicted(b); });
  }
  Hunt& richest() {
    const auto worth = [this](const Hunt& hunt) {
      return collects(hunt) || hunt.spent == 0 ? 0 : hunt.so_far.units.size() + 1;
    };
    return *std::max_element(hunts_.begin(), hunts_.end(),
                             [&](const Hunt& a, const Hunt& b) { return worth(a) < worth(b); });
  }

  void go_on(Hunt& hunt, std::size_t work) {
    const std::string after = hunt.so_far.next.value_or(from_);
    const std::size_t most = collects(hunt) ? left_ / 2 : left_;
    Attempt more =
        execution_.attempt(hunt.which, after, limit_ - hunt.so_far.units.size(), std::min(work, most));
    left_ = more.spent == 0 && !collects(hunt) ? 0 : left_ - std::min(left_, more.spent);
    hunt.spent += more.spent;
    if (collects(hunt) && !more.complete) hunt.at_least = 2 * std::min(work, most) + 1;
    Attempt& all = hunt.so_far;
    std::move(more.units.begin(), more.units.end(), std::back_inserter(all.units));
    std::move(more.positions.begin(), more.positions.end(), std::back_inserter(all.positions));
    all.next = std::move(more.next);
    all.complete = more.complete;
  }

  Execution& execution_;
  const Plan& plan_;
  const std::size_t limit_;
  std::size_t left_, stage_ = 0;
  std::string from_;
  std::vector<Hunt> hunts_;
};

}  // namespace

Result<Found> search(const ViewsReader& views, const Request& request, const Reach& reach) {
  HERALD_TRY(const Plan plan, plan_of(request, !reach.all));
  const std::size_t limit = std::clamp<std::size_t>(request.limit, 1, limits::kMaxPageSize);
  if (request.after.empty()) {
    const Sequence stand = views.stand().sequence;
    const Sequence moment = std::min(request.as_of.value_or(stand), stand);
    Execution execution(views, plan, request, reach, moment);
    return Paging(execution, plan, limit, request.work).first(moment);
  }
  const auto from = Position::parse(request.after, plan);
  if (!from) return error(Cause::invalid_value, "the cursor is of another search", "cursor");
  Execution execution(views, plan, request, reach, from->moment);
  if (plan.drivers[from->driver].seen) execution.let_seen_drive();
  return Paging(execution, plan, limit, request.work).later(*from);
}

}  // namespace herald::projections::search
