// The data folder: one process, one format.
//   DIR/lock      its user's process id                        DIR/format   "herald data 1"
//                 both held (flock) by the process that uses the folder: who deletes the one still does not let a second
//                 one in, and a folder without the other is not Herald's
//   DIR/log/  DIR/head/  DIR/views/  DIR/work/                 LMDB environments
//   DIR/head.mark  DIR/views.mark                              see projections/mark.h
//   DIR/blobs/                                                 files by digest
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "disk/file.h"

namespace herald::recorder {

class DataFolder {
 public:
  // Makes the folder (0700) if absent; one that is there keeps its mode. Errors: already_exists (another process uses
  // it: says its id), unavailable (another format version; a folder that is not Herald's and not empty, in which nothing
  // is touched), storage_full.
  static Result<std::unique_ptr<DataFolder>> open(const std::string& path);
  // To be asked before a log is made: refused where the other stores are and the log is not. Errors: unavailable.
  Result<void> refuse_without_its_log() const;
  const std::string& path() const { return path_; }
  std::string log() const { return path_ + "/log"; }
  std::string head() const { return path_ + "/head"; }
  std::string views() const { return path_ + "/views"; }
  std::string work() const { return path_ + "/work"; }
  std::string blobs() const { return path_ + "/blobs"; }

 private:
  DataFolder(std::string path, disk::File lock, disk::File format)
      : path_(std::move(path)), lock_(std::move(lock)), format_(std::move(format)) {}
  const std::string path_;
  // Given back when they are closed. The files stay. That of the format is written once, before it is held: two who make
  // one folder at the same time are parted by the other.
  const disk::File lock_, format_;
};

}  // namespace herald::recorder
