// Reading JSON: a small window on simdjson's document tree, so that the parser is compiled once.
//
//   HERALD_TRY(auto document, json::Document::parse(bytes));
//   json::Value root = document.root();
//
// A Value borrows from its Document: keep the Document alive, and do not share it between threads. Input must be
// UTF-8; nesting beyond kMaxJsonDepth and numbers beyond 64 bits are refused. What comes from outside is held to
// less, since it is wrapped in events, and events in answers, which must be readable too.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace herald::json {

// Whether text that did not come through Document (a path segment, a query) is UTF-8.
bool is_utf8(std::string_view text);

enum class Kind { null, boolean, integer, real, string, array, object };
std::string_view to_string(Kind kind);

class ArrayRange;
class ObjectRange;

class Value {
 public:
  Kind kind() const;
  bool is_null() const { return kind() == Kind::null; }
  // Each returns nothing when the value is of another kind (or the number does not fit).
  std::optional<bool> boolean() const;
  std::optional<std::int64_t> integer() const;
  std::optional<std::uint64_t> unsigned_integer() const;
  std::optional<double> number() const;  // integers too
  std::optional<std::string_view> string() const;
  // Empty ranges when the value is no array or object.
  ArrayRange elements() const;
  ObjectRange members() const;
  // The first member with that name.
  std::optional<Value> find(std::string_view name) const;
  // The value as compact JSON, members in the order they came.
  std::string dump() const;

 private:
  friend class Document;
  friend class ArrayIterator;
  friend class ObjectIterator;
  friend class ArrayRange;
  friend class ObjectRange;
  using Handle = std::array<std::uint64_t, 2>;  // holds a simdjson::dom::element
  explicit Value(Handle handle) : handle_(handle) {}
  Handle handle_;
};

class ArrayIterator {
 public:
  Value operator*() const;
  ArrayIterator& operator++();
  bool operator!=(const ArrayIterator& other) const;
  std::array<std::uint64_t, 2> handle{};
};
class ObjectIterator {
 public:
  std::pair<std::string_view, Value> operator*() const;
  ObjectIterator& operator++();
  bool operator!=(const ObjectIterator& other) const;
  std::array<std::uint64_t, 2> handle{};
};
class ArrayRange {
 public:
  ArrayIterator begin() const { return first; }
  ArrayIterator end() const { return last; }
  ArrayIterator first, last;
};
class ObjectRange {
 public:
  ObjectIterator begin() const { return first; }
  ObjectIterator end() const { return last; }
  ObjectIterator first, last;
};

class Document {
 public:
  // Copies `text`. The error says what is wrong in a sentence (cause malformed).
  static Result<Document> parse(std::string_view text);
  // From outside: at most kMaxRequestJsonDepth levels (malformed), and no number that we could not keep (invalid_value).
  static Result<Document> parse_request(std::string_view text);
  ~Document();
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;

  Value root() const { return root_; }

 private:
  struct Parser;
  static Result<Document> parse(std::string_view text, std::size_t depth);
  Document(std::unique_ptr<Parser> parser, Value root);
  std::unique_ptr<Parser> parser_;
  Value root_;
};

}  // namespace herald::json
