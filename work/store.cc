#include "work/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <future>
#include <limits>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/answer.h"
#include "base/bytes.h"
#include "base/limits.h"

namespace herald::work {
namespace {

constexpr std::uint64_t kFormat = 1;

struct Waiting {
  Store::Job job;
  std::function<void(Result<void>)> done;
};

Error not_committed(const lmdb::WriteTxn::CommitFailure& failure) {
  return error(failure.full ? Cause::storage_full : Cause::unavailable,
               fmt::format("the work store could not be written: {}", failure.text));
}

// A job that fails is undone by its own inner transaction; the outer one knows nothing of it.
Result<void> run_apart(const Store::Job& job, lmdb::WriteTxn& batch, const Tables& tables) {
  HERALD_TRY(lmdb::WriteTxn own, batch.nested());
  try {
    HERALD_CHECK(job(own, tables));
  } catch (const std::exception& broken) {
    return error(Cause::internal, fmt::format("a write to the work store failed: {}", broken.what()));
  }
  if (const auto failure = own.commit()) return not_committed(*failure);
  return {};
}

Result<void> open_tables(lmdb::Environment& environment, Tables& tables) {
  const std::pair<const char*, lmdb::Table*> named[] = {{"meta", &tables.meta},
                                                        {"texts", &tables.texts},
                                                        {"secrets", &tables.secrets},
                                                        {"schedule", &tables.schedule},
                                                        {"due", &tables.due},
                                                        {"attempts", &tables.attempts},
                                                        {"attempt_ages", &tables.attempt_ages},
                                                        {"positions", &tables.positions},
                                                        {"tokens", &tables.tokens},
                                                        {"token_uses", &tables.token_uses},
                                                        {"directory", &tables.directory},
                                                        {"principal_names", &tables.principal_names},
                                                        {"usage", &tables.usage},
                                                        {"loose", &tables.loose},
                                                        {"uploads", &tables.uploads}};
  for (const auto& [name, table] : named) {
    HERALD_TRY(*table, environment.table(name));
  }
  return {};
}

Result<void> check_format(lmdb::Environment& environment, const Tables& tables) {
  HERALD_TRY(lmdb::WriteTxn txn, environment.write());
  if (const auto stored = txn.get(tables.meta, "format")) {
    if (*stored == be64(kFormat)) return {};
    return error(Cause::unavailable,
                 fmt::format("{} was written by another version of Herald (this one reads format {})",
                             environment.path(), kFormat));
  }
  HERALD_CHECK(txn.put(tables.meta, "format", be64(kFormat)));
  if (const auto failure = txn.commit()) return not_committed(*failure);
  return {};
}

}  // namespace

class Store::Impl {
 public:
  Impl(std::unique_ptr<lmdb::Environment> environment, const Tables& tables)
      : environment_(std::move(environment)), tables_(tables), thread_([this] { run(); }) {}
  ~Impl() { stop(); }

  // `most`: so many may wait already.
  void submit(Waiting waiting, std::size_t most) {
    {
      const std::lock_guard lock(mutex_);
      if (!stopping_ && queue_.size() < most) {
        queue_.push_back(std::move(waiting));
        arrived_.notify_one();
        return;
      }
    }
    refuse(waiting);
  }

  void submit_with_patience(Waiting waiting) {
    {
      std::unique_lock lock(mutex_);
      room_.wait(lock, [this] { return stopping_ || queue_.size() < limits::kMaxQueuedJobs; });
      if (!stopping_) {
        queue_.push_back(std::move(waiting));
        arrived_.notify_one();
        return;
      }
    }
    refuse(waiting);
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    arrived_.notify_all();
    room_.notify_all();
    const std::lock_guard joining(joining_);
    if (thread_.joinable()) thread_.join();
  }

  lmdb::Environment& environment() const { return *environment_; }
  const Tables& tables() const { return tables_; }

 private:
  void refuse(const Waiting& waiting) {
    const bool stopping = [this] {
      const std::lock_guard lock(mutex_);
      return stopping_;
    }();
    waiting.done(stopping ? error(Cause::stopping, "the server is going down: nothing was written")
                          : error(Cause::busy, fmt::format("{} writes wait already: try again in a moment",
                                                           limits::kMaxQueuedJobs)));
  }

  void run() {
    for (std::vector<Waiting> batch = next_batch(); !batch.empty(); batch = next_batch()) {
      const std::vector<Result<void>> results = write(batch);
      for (std::size_t i = 0; i < batch.size(); ++i) batch[i].done(results[i]);
    }
  }

  // Empty: stopped, and nothing is left.
  std::vector<Waiting> next_batch() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    std::vector<Waiting> batch;
    while (!queue_.empty() && batch.size() < limits::kMaxJobsPerBatch) {
      batch.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
    room_.notify_all();
    return batch;
  }

  std::vector<Result<void>> write(const std::vector<Waiting>& batch) {
    std::vector<Result<void>> results(batch.size());
    const auto all_failed = [&](const Error& why) {
      std::fill(results.begin(), results.end(), Result<void>(why));
    };
    try {
      auto txn = environment_->write();
      if (!txn) {
        all_failed(txn.error());
        return results;
      }
      for (std::size_t i = 0; i < batch.size(); ++i) results[i] = run_apart(batch[i].job, *txn, tables_);
      if (const auto failure = txn->commit()) all_failed(not_committed(*failure));
    } catch (const std::exception& broken) {
      all_failed(
          error(Cause::unavailable, fmt::format("the work store could not be written: {}", broken.what())));
    }
    return results;
  }

  const std::unique_ptr<lmdb::Environment> environment_;
  const Tables tables_;

  std::mutex mutex_;
  std::condition_variable arrived_, room_;
  std::deque<Waiting> queue_;
  bool stopping_ = false;

  std::mutex joining_;
  std::thread thread_;  // last: it uses all of the above
};

Result<std::unique_ptr<Store>> Store::open(const StoreOptions& options) {
  lmdb::Options lmdb_options;
  lmdb_options.path = options.path;
  lmdb_options.map_size = options.map_size;
  HERALD_TRY(auto environment, lmdb::Environment::open(lmdb_options));
  Tables tables;
  HERALD_CHECK(open_tables(*environment, tables));
  HERALD_CHECK(check_format(*environment, tables));
  return std::unique_ptr<Store>(new Store(std::make_unique<Impl>(std::move(environment), tables)));
}

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

void Store::submit(Job job, std::function<void(Result<void>)> done) {
  impl_->submit({std::move(job), std::move(done)}, limits::kMaxQueuedJobs);
}

void Store::submit_what_follows(Job job, std::function<void(Result<void>)> done) {
  impl_->submit({std::move(job), std::move(done)}, std::numeric_limits<std::size_t>::max());
}

void Store::submit_with_patience(Job job, std::function<void(Result<void>)> done) {
  impl_->submit_with_patience({std::move(job), std::move(done)});
}

Result<void> Store::run(Job job) {
  std::future<Result<void>> answer;
  impl_->submit_with_patience({std::move(job), answer_into(answer)});
  return answer.get();
}

void Store::stop() {
  impl_->stop();
}
lmdb::ReadTxn Store::read() const {
  return impl_->environment().read();
}
const Tables& Store::tables() const {
  return impl_->tables();
}
lmdb::Environment& Store::environment() {
  return impl_->environment();
}

}  // namespace herald::work
