// YAML as JSON, each of whose members knows where it stood.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace herald::cli {

struct YamlPlace {
  int line = 1, column = 1;
};

class YamlDocument {
 public:
  // All documents of a text that hold something. `texts`: plain scalars stay texts (but for null) below a document whose first
  // key is one of these. Errors begin with FILE:LINE:COLUMN.
  static Result<std::vector<YamlDocument>> parse(const std::string& file, const std::string& text,
                                                 const std::vector<std::string>& texts);

  const std::string& json() const { return json_; }
  const std::string& first_key() const { return first_key_; }
  // "models.yaml:3:5" of a member by its path, as `actions[0].url`; of what is missing, where it should be.
  std::string where(const std::string& path = {}) const;
  // The error with the place of its field in front.
  Error at(Error wrong) const;

 private:
  friend class YamlReader;
  std::string file_, json_, first_key_;
  std::map<std::string, YamlPlace> places_;
};

}  // namespace herald::cli
