// What another thread answers: a function for it to call once, and the future of who waits. The promise is shared, since
// the thread that answers may still be leaving set_value() when the answer is here.
#pragma once

#include <future>
#include <memory>
#include <utility>

namespace herald {
template <class T>
auto answer_into(std::future<T>& future) {
  const auto promise = std::make_shared<std::promise<T>>();
  future = promise->get_future();
  return [promise](T answer) { promise->set_value(std::move(answer)); };
}
}  // namespace herald
