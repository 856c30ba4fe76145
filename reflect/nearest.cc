#include "reflect/nearest.h"

#include <algorithm>
#include <vector>

namespace herald::reflect {
namespace {

// Words longer than this are no typing mistakes.
constexpr std::size_t kLongest = 64;

// Letters added, left out, replaced, or two neighbours swapped (optimal string alignment).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::string_view nearest(std::string_view word, std::span<const std::string_view> choices) {
  if (word.size() > kLongest) return {};
  std::string_view best;
  std::size_t least = std::string_view::npos;
  for (const std::string_view choice : choices) {
    const std::size_t allowed = std::max<std::size_t>(1, std::max(word.size(), choice.size()) / 3);
    const std::size_t here = distance(word, choice);
    if (here <= allowed && here < least) {
      best = choice;
      least = here;
    }
  }
  return best;
}

std::string nearest(std::string_view word, const std::vector<std::string>& choices) {
  const std::vector<std::string_view> borrowed(choices.begin(), choices.end());
  return std::string(nearest(word, std::span<const std::string_view>(borrowed)));
}

}  // namespace herald::reflect
