#include "projections/testing/cursor_steps.h"

#include <dlfcn.h>
#include <lmdb.h>

#include <atomic>

namespace {

std::atomic<std::uint64_t> steps{0};

}  // namespace

extern "C" int mdb_cursor_get(MDB_cursor* cursor, MDB_val* key, MDB_val* value, MDB_cursor_op operation) {
  using Get = int (*)(MDB_cursor*, MDB_val*, MDB_val*, MDB_cursor_op);
  static const Get get = reinterpret_cast<Get>(::dlsym(RTLD_NEXT, "mdb_cursor_get"));
  steps.fetch_add(1, std::memory_order_relaxed);
  return get(cursor, key, value, operation);
}

namespace herald::projections::testing {

std::uint64_t cursor_steps() {
  return steps.load(std::memory_order_relaxed);
}

}  // namespace herald::projections::testing
