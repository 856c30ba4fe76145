// The data folder: one process, one format.
//   DIR/lock      held (flock) by the process that uses it     DIR/format   "herald data 1"
//   DIR/log/  DIR/head/  DIR/views/  DIR/work/                 LMDB environments
//   DIR/head.mark  DIR/views.mark                              see projections/mark.h
//   DIR/blobs/                                                 files by digest
#pragma once

#include <memory>
#include <string>

#include "base/result.h"

namespace herald::recorder {

class DataFolder {
 public:
  // Makes the folder (0700) if absent. Errors: already_exists (another process uses it: says its id), unavailable
  // (another format version, or a folder that is not Herald's and not empty).
  static Result<std::unique_ptr<DataFolder>> open(const std::string& path);
  ~DataFolder();   // gives the lock back
  const std::string& path() const { return path_; }
  std::string log() const { return path_ + "/log"; }
  std::string head() const { return path_ + "/head"; }
  std::string views() const { return path_ + "/views"; }
  std::string work() const { return path_ + "/work"; }
  std::string blobs() const { return path_ + "/blobs"; }

 private:
  DataFolder(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
  std::string path_;
  int lock_;
};

}  // namespace herald::recorder
