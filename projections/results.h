// What the files of evaluations say: the shapes that they must have, and confusion matrices to hold against each other. Pure.
//
//   confusion matrix  {"labels":["no","yes"],"counts":[[90,3],[5,40]]}: as many rows, and numbers in each, as labels; or as
//                     CSV (RFC 4180) with the labels in the first row and, in the same order, in the first column
//   table             JSON that is an array or an object; or CSV with as many fields in each row
//   picture           PNG, by its signature
//
// What is said twice in the object of a matrix is refused. Errors: invalid_value with a sentence that says what is wrong and what
// would be right; no field.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "registry/events/usage.h"

namespace herald::projections {

struct ConfusionMatrix {
  std::vector<std::string> labels;          // each once
  std::vector<std::vector<double>> counts;  // by row and column, in the order of the labels
};
Result<ConfusionMatrix> read_confusion_matrix(std::string_view media_type, std::string_view bytes);

// Whether a file of that kind and media type may say `bytes`: all of them; of a picture, its first kSignatureBytes do. What
// pages say is not looked at.
inline constexpr std::size_t kSignatureBytes = 8;
Result<void> check_result(registry::EvaluationFileKind kind, std::string_view media_type,
                          std::string_view bytes);

}  // namespace herald::projections
