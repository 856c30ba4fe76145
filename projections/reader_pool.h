// Read transactions of one environment that wait to be used again: renewing one is several times cheaper than
// beginning one. Keeps kMaxSpareReaders of them and ends the rest. Threads: any. Must be gone before its environment is.
#pragma once

#include <mutex>
#include <vector>

#include "base/limits.h"
#include "lmdb/lmdb.h"

namespace herald::projections {

class ReaderPool {
 public:
  explicit ReaderPool(const lmdb::Environment& environment) : environment_(environment) {
    spare_.reserve(limits::kMaxSpareReaders);
  }
  ReaderPool(const ReaderPool&) = delete;
  ReaderPool& operator=(const ReaderPool&) = delete;

  // A fresh snapshot; goes back to the pool with its owner.
  class Reader {
   public:
    explicit Reader(ReaderPool& pool) : pool_(pool), txn_(pool.take()) {}
    ~Reader() { pool_.give_back(std::move(txn_)); }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    const lmdb::ReadTxn& txn() const { return txn_; }

   private:
    ReaderPool& pool_;
    lmdb::ReadTxn txn_;
  };
  // How many wait to be used again.
  std::size_t spare() const {
    const std::lock_guard lock(mutex_);
    return spare_.size();
  }

 private:
  lmdb::ReadTxn take() {
    std::unique_lock lock(mutex_);
    if (spare_.empty()) {
      lock.unlock();
      return environment_.read();
    }
    lmdb::ReadTxn txn = std::move(spare_.back());
    spare_.pop_back();
    lock.unlock();
    txn.renew();
    return txn;
  }

  void give_back(lmdb::ReadTxn txn) {
    txn.reset();
    const std::lock_guard lock(mutex_);
    if (spare_.size() < limits::kMaxSpareReaders) spare_.push_back(std::move(txn));
  }

  const lmdb::Environment& environment_;
  mutable std::mutex mutex_;
  std::vector<lmdb::ReadTxn> spare_;
};

}  // namespace herald::projections
