// What stands beside the log and cannot be made from it: the work store and the blobs. They are only read, and known here
// by their layout on the disk alone (work/store.h, connectors/blobs.h).
#pragma once

#include <string>

#include "recorder/checking/findings.h"
#include "registry/event.h"

namespace herald::recorder::checking {

class WorkCheck {
 public:
  WorkCheck(std::string folder, Findings& findings) : folder_(std::move(folder)), findings_(findings) {}

  // Notes whether there must be a work store.
  void after(const registry::Event& event);
  // Each table from end to end; each text under its digest. A text that is not there was erased, or never named.
  void finish();

 private:
  const std::string folder_;
  Findings& findings_;
  bool is_needed_ = false;
};

class BlobCheck {
 public:
  BlobCheck(std::string folder, Findings& findings) : folder_(std::move(folder)), findings_(findings) {}

  // An artifact's manifest, and each file that it lists, is there.
  void after(const registry::Event& event);
  // Each blob has the bytes that its name says. Reads them all.
  void finish();

 private:
  std::string path_of(const Digest& digest) const;
  bool is_there(const Digest& digest) const;

  const std::string folder_;
  Findings& findings_;
};

}  // namespace herald::recorder::checking
