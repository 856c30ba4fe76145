#include "eventstore/format.h"

#include <stdexcept>

#include "base/bytes.h"

namespace herald::eventstore::format {
namespace {

constexpr char kHashedKeyMark = '\xff';
constexpr std::size_t kRecordHeadBytes = Digest::kSize + 8 + 8 + 8 + 1;

[[noreturn]] void damaged(const char* what) {
  throw std::runtime_error(std::string("the log is damaged: ") + what +
                           " has another length than it must have");
}

}  // namespace

std::string sequence_key(Sequence sequence) {
  return be64(sequence.value());
}

std::string node_key(std::uint8_t level, std::uint64_t index) {
  std::string key(1, static_cast<char>(level));
  append_be64(key, index);
  return key;
}

bool can_be_a_subject(std::string_view text) {
  return !text.empty() && text.size() <= kMaxSubjectBytes && text.find('\0') == std::string_view::npos;
}

std::string stream_prefix(std::string_view subject) {
  if (!can_be_a_subject(subject)) throw std::logic_error("a subject has 1 to 500 bytes, none of them zero");
  std::string prefix(subject);
  prefix.push_back('\0');
  return prefix;
}

std::string stream_key(std::string_view subject, Sequence sequence) {
  std::string key = stream_prefix(subject);
  append_be64(key, sequence.value());
  return key;
}

std::string record_key(std::string_view actor, std::string_view key) {
  std::string whole(actor);
  whole.push_back('\0');
  whole.append(key);
  if (whole.size() <= kMaxRecordKeyBytes) return whole;
  return kHashedKeyMark + std::string(sha256(whole).bytes());
}

std::string age_key(Timestamp recorded, std::string_view record_key) {
  return encode(recorded).append(record_key);
}

std::string encode(const Leaf& leaf) {
  return std::string(leaf.hash.bytes()) + encode(leaf.recorded);
}

std::string encode(const IdempotencyRecord& record) {
  std::string out;
  out.reserve(kRecordHeadBytes + record.answer.size());
  out.append(record.request.bytes());
  append_be64(out, record.first.value());
  append_be64(out, record.last.value());
  out.append(encode(record.recorded));
  out.push_back(record.created ? '\1' : '\0');
  out.append(record.answer);
  return out;
}

std::string encode(Timestamp time) {
  return be64(static_cast<std::uint64_t>(time.unix_ms()));
}

Leaf decode_leaf(std::string_view bytes) {
  if (bytes.size() != Digest::kSize + 8) damaged("a leaf");
  return {Digest::from_bytes(bytes.substr(0, Digest::kSize)), decode_time(bytes.substr(Digest::kSize))};
}

IdempotencyRecord decode_record(std::string_view bytes) {
  if (bytes.size() < kRecordHeadBytes) damaged("an idempotency record");
  const std::string_view numbers = bytes.substr(Digest::kSize);
  IdempotencyRecord record;
  record.request = Digest::from_bytes(bytes.substr(0, Digest::kSize));
  record.first = Sequence(read_be64(numbers));
  record.last = Sequence(read_be64(numbers.substr(8)));
  record.recorded = decode_time(numbers.substr(16, 8));
  record.created = numbers[24] != '\0';
  record.answer = std::string(bytes.substr(kRecordHeadBytes));
  return record;
}

Timestamp decode_time(std::string_view bytes) {
  if (bytes.size() != 8) damaged("a time");
  return Timestamp(static_cast<std::int64_t>(read_be64(bytes)));
}

Sequence decode_sequence(std::string_view bytes) {
  if (bytes.size() != 8) damaged("a sequence");
  return Sequence(read_be64(bytes));
}

}  // namespace herald::eventstore::format
