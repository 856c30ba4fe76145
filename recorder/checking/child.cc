#include "recorder/checking/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <new>

#include "reflect/json_read.h"
#include "reflect/json_write.h"

namespace herald::recorder::checking {

// What the child says, one line of JSON each; the last one is the report or the refusal.
struct Moved {
  std::uint64_t checked = 0, of = 0;
};
BOOST_DESCRIBE_STRUCT(Moved, (), (checked, of))
struct Refused {
  std::uint32_t cause = 0;
  std::string message;
};
BOOST_DESCRIBE_STRUCT(Refused, (), (cause, message))
struct Said {
  std::optional<Moved> moved;
  std::optional<Refused> refused;
  std::optional<FsckReport> report;
};
BOOST_DESCRIBE_STRUCT(Said, (), (moved, refused, report))

namespace {

// A page that parent and child both see.
class SharedWhereabouts {
 public:
  SharedWhereabouts()
      : page_(
            ::mmap(nullptr, sizeof(Whereabouts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
    if (page_ == MAP_FAILED) throw std::bad_alloc();
    whereabouts_ = new (page_) Whereabouts();
  }
  ~SharedWhereabouts() { ::munmap(page_, sizeof(Whereabouts)); }
  SharedWhereabouts(const SharedWhereabouts&) = delete;
  SharedWhereabouts& operator=(const SharedWhereabouts&) = delete;
  Whereabouts& operator*() const { return *whereabouts_; }

 private:
  void* page_;
  Whereabouts* whereabouts_ = nullptr;
};

Error no_child(int code) {
  return error(Cause::unavailable,
               fmt::format("no process can be started to read the folder: {}", std::strerror(code)));
}

void say(int pipe, const Said& said) {
  const std::string line = json::to_json(said) + "\n";
  for (std::string_view left = line; !left.empty();) {
    const ssize_t written = ::write(pipe, left.data(), left.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) ::_exit(EXIT_FAILURE);  // nobody listens any more
    left.remove_prefix(static_cast<std::size_t>(written));
  }
}

// An exception that gets here must not come out in the parent's code: it ends the child as a crash does.
[[noreturn]] void be_the_child(const Check& check, int pipe, Whereabouts& whereabouts) noexcept {
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  for (const int crash : {SIGSEGV, SIGBUS, SIGABRT}) ::signal(crash, SIG_DFL);  // the parent tells of it
  const auto report = check(
      [pipe](Sequence checked, Sequence of) {
        say(pipe, {.moved = Moved{checked.value(), of.value()}, .refused = {}, .report = {}});
      },
      whereabouts);
  if (report) {
    say(pipe, {.moved = {}, .refused = {}, .report = *report});
  } else {
    const Error& refusal = report.error();
    say(pipe, {.moved = {},
               .refused = Refused{static_cast<std::uint32_t>(refusal.cause), refusal.message},
               .report = {}});
  }
  ::_exit(EXIT_SUCCESS);
}

// The child's last word; nothing when it ended without one.
std::optional<Said> listen(int pipe, const Progress& progress) {
  std::string buffer;
  char chunk[4096];
  while (true) {
    const ssize_t count = ::read(pipe, chunk, sizeof chunk);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return std::nullopt;
    buffer.append(chunk, static_cast<std::size_t>(count));
    for (std::size_t end = buffer.find('\n'); end != std::string::npos; end = buffer.find('\n')) {
      auto said = json::from_json<Said>(std::string_view(buffer).substr(0, end), json::Mode::stored);
      buffer.erase(0, end + 1);
      if (!said) return std::nullopt;
      if (!said->moved) return std::move(*said);
      if (progress) progress(Sequence(said->moved->checked), Sequence(said->moved->of));
    }
  }
}

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status))
    return fmt::format("signal {} ({})", WTERMSIG(status), ::strsignal(WTERMSIG(status)));
  return fmt::format("status {}", WEXITSTATUS(status));
}

FsckReport crashed(Part part, int status) {
  FsckReport report;
  report.findings_in_all = 1;
  report.findings.push_back(
      {std::string(name(part)),
       fmt::format("reading it ended the process ({}): the file is damaged; nothing else "
                   "was looked at",
                   how_it_ended(status))});
  return report;
}

}  // namespace

std::string_view name(Part part) {
  switch (part) {
    case Part::log:
      return "log";
    case Part::events:
      return "events";
    case Part::records:
      return "idempotency records and positions";
    case Part::head:
      return "head";
    case Part::views:
      return "views";
    case Part::work:
      return "work";
    case Part::blobs:
      return "blobs";
  }
  return "unknown";
}

Result<FsckReport> run_in_child(const Check& check, const Progress& progress) {
  const SharedWhereabouts whereabouts;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return no_child(errno);
  const pid_t child = ::fork();
  if (child < 0) {
    const int code = errno;
    ::close(ends[0]);
    ::close(ends[1]);
    return no_child(code);
  }
  if (child == 0) {
    ::close(ends[0]);
    be_the_child(check, ends[1], *whereabouts);
  }
  ::close(ends[1]);
  auto said = listen(ends[0], progress);
  ::close(ends[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (said && said->report) return std::move(*said->report);
  if (said && said->refused) return error(static_cast<Cause>(said->refused->cause), said->refused->message);
  return crashed((*whereabouts).get(), status);
}

}  // namespace herald::recorder::checking
