// A file system of a few megabytes, to be filled. It is mounted in namespaces of the process's own, so that nobody else sees
// it, no root is needed, and it is gone with the process: for the child of a death test, which has one thread.
#pragma once

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

namespace herald::disk::testing {

inline bool write_file(const char* path, const std::string& text) {
  const int file = ::open(path, O_WRONLY | O_CLOEXEC);
  const bool written =
      file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (file >= 0) ::close(file);
  return written;
}

// `size` as the file system tmpfs takes it: "2m". False: not possible here. This process is never as it was again.
inline bool mount_small_disk(const std::string& path, const std::string& size) {
  const std::string user = "0 " + std::to_string(::getuid()) + " 1";
  const std::string group = "0 " + std::to_string(::getgid()) + " 1";
  return ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && write_file("/proc/self/setgroups", "deny") &&
         write_file("/proc/self/uid_map", user) && write_file("/proc/self/gid_map", group) &&
         ::mount("none", path.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
}

// Tries it in a process that ends with it.
inline bool can_mount_small_disk(const std::string& path) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(mount_small_disk(path, "1m") ? 0 : 1);
  int status = 0;
  return ::waitpid(child, &status, 0) == child && status == 0;
}

}  // namespace herald::disk::testing
