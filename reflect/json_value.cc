#include "reflect/json_value.h"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <vector>

#include "base/limits.h"
#include "reflect/json_mistake.h"
#include "reflect/json_numbers.h"

namespace herald::json {
namespace dom = simdjson::dom;

namespace {

using Handle = std::array<std::uint64_t, 2>;
static_assert(sizeof(dom::element) == sizeof(Handle) && sizeof(dom::array::iterator) == sizeof(Handle) &&
              sizeof(dom::object::iterator) == sizeof(Handle));
static_assert(std::is_trivially_copyable_v<dom::element> &&
              std::is_trivially_copyable_v<dom::array::iterator> &&
              std::is_trivially_copyable_v<dom::object::iterator>);

template <class T>
Handle pack(const T& value) {
  return std::bit_cast<Handle>(value);
}
template <class T>
T unpack(const Handle& handle) {
  return std::bit_cast<T>(handle);
}

template <class T>
std::optional<T> wanted(const Handle& handle) {
  T out{};
  if (unpack<dom::element>(handle).get(out) != simdjson::SUCCESS) return std::nullopt;
  return out;
}

std::string sentence(std::string_view text, simdjson::error_code code, std::size_t depth) {
  switch (code) {
    case simdjson::EMPTY:
      return "the body is empty: a JSON document is expected";
    case simdjson::DEPTH_ERROR:
      return "the JSON is nested deeper than " + std::to_string(depth) + " levels";
    case simdjson::MEMALLOC:
    case simdjson::CAPACITY:
      return "the JSON is larger than there is room for";
    default:
      break;
  }
  if (const std::size_t end = end_of_utf8(text); end < text.size())
    return "this is not JSON, " + place_in(text, end) + ": the bytes from here on are no UTF-8";
  const std::string mistake = mistake_in(text);
  return mistake.empty() ? "this is not JSON" : "this is not JSON, " + mistake;
}

// Parsers own large buffers: each thread keeps those that it gives back.
constexpr std::size_t kParsersKept = 4;
constexpr std::size_t kSmallestParser = 4096;
constexpr std::size_t kLargestKept = 1 << 20;

}  // namespace

struct Document::Parser {
  dom::parser parser;

  static std::vector<std::unique_ptr<Parser>>& spare() {
    thread_local std::vector<std::unique_ptr<Parser>> parsers;
    return parsers;
  }
};

bool is_utf8(std::string_view text) {
  return simdjson::validate_utf8(text.data(), text.size());
}

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return "a boolean";
    case Kind::integer:
      return "an integer";
    case Kind::real:
      return "a number";
    case Kind::string:
      return "a string";
    case Kind::array:
      return "an array";
    case Kind::object:
      return "an object";
  }
  return "a value";
}

Kind Value::kind() const {
  switch (unpack<dom::element>(handle_).type()) {
    case dom::element_type::NULL_VALUE:
      return Kind::null;
    case dom::element_type::BOOL:
      return Kind::boolean;
    case dom::element_type::INT64:
    case dom::element_type::UINT64:
      return Kind::integer;
    case dom::element_type::DOUBLE:
      return Kind::real;
    case dom::element_type::STRING:
      return Kind::string;
    case dom::element_type::ARRAY:
      return Kind::array;
    case dom::element_type::OBJECT:
      return Kind::object;
  }
  return Kind::null;
}

std::optional<bool> Value::boolean() const {
  return wanted<bool>(handle_);
}
std::optional<std::int64_t> Value::integer() const {
  return wanted<std::int64_t>(handle_);
}
std::optional<std::uint64_t> Value::unsigned_integer() const {
  return wanted<std::uint64_t>(handle_);
}
std::optional<double> Value::number() const {
  return wanted<double>(handle_);
}
std::optional<std::string_view> Value::string() const {
  return wanted<std::string_view>(handle_);
}

ArrayRange Value::elements() const {
  dom::array array;
  if (unpack<dom::element>(handle_).get(array) != simdjson::SUCCESS) return {};
  return {{pack(array.begin())}, {pack(array.end())}};
}

ObjectRange Value::members() const {
  dom::object object;
  if (unpack<dom::element>(handle_).get(object) != simdjson::SUCCESS) return {};
  return {{pack(object.begin())}, {pack(object.end())}};
}

std::optional<Value> Value::find(std::string_view name) const {
  for (const auto& [key, value] : members()) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::string Value::dump() const {
  return simdjson::minify(unpack<dom::element>(handle_));
}

Value ArrayIterator::operator*() const {
  return Value(pack(*unpack<dom::array::iterator>(handle)));
}
ArrayIterator& ArrayIterator::operator++() {
  auto it = unpack<dom::array::iterator>(handle);
  handle = pack(++it);
  return *this;
}
bool ArrayIterator::operator!=(const ArrayIterator& other) const {
  // Two empty ranges hold no tape at all.
  return handle != other.handle &&
         unpack<dom::array::iterator>(handle) != unpack<dom::array::iterator>(other.handle);
}

std::pair<std::string_view, Value> ObjectIterator::operator*() const {
  const auto it = unpack<dom::object::iterator>(handle);
  return {it.key(), Value(pack(it.value()))};
}
ObjectIterator& ObjectIterator::operator++() {
  auto it = unpack<dom::object::iterator>(handle);
  handle = pack(++it);
  return *this;
}
bool ObjectIterator::operator!=(const ObjectIterator& other) const {
  return handle != other.handle &&
         unpack<dom::object::iterator>(handle) != unpack<dom::object::iterator>(other.handle);
}

Document::Document(std::unique_ptr<Parser> parser, Value root) : parser_(std::move(parser)), root_(root) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;

Document::~Document() {
  if (parser_ && parser_->parser.capacity() <= kLargestKept && Parser::spare().size() < kParsersKept) {
    Parser::spare().push_back(std::move(parser_));
  }
}

Result<Document> Document::parse(std::string_view text, std::size_t depth) {
  const auto refused = [&](simdjson::error_code code) {
    return error(Cause::malformed, sentence(text, code, depth));
  };
  if (text.empty()) return refused(simdjson::EMPTY);
  std::unique_ptr<Parser> parser;
  if (auto& spare = Parser::spare(); !spare.empty()) {
    parser = std::move(spare.back());
    spare.pop_back();
  } else {
    parser = std::make_unique<Parser>();
  }
  if (parser->parser.capacity() < text.size() || parser->parser.max_depth() != depth) {
    const auto capacity = std::bit_ceil(std::max({text.size(), parser->parser.capacity(), kSmallestParser}));
    if (const auto code = parser->parser.allocate(capacity, depth); code != simdjson::SUCCESS)
      return refused(code);
  }
  dom::element root;
  if (const auto code = parser->parser.parse(text.data(), text.size(), true).get(root);
      code != simdjson::SUCCESS) {
    return refused(code);
  }
  return Document(std::move(parser), Value(pack(root)));
}

Result<Document> Document::parse(std::string_view text) {
  return parse(text, limits::kMaxJsonDepth);
}

Result<Document> Document::parse_request(std::string_view text) {
  if (auto number = number_that_cannot_be_kept(text)) return std::move(*number);
  return parse(text, limits::kMaxRequestJsonDepth);
}

}  // namespace herald::json
