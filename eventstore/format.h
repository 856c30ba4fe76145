// The bytes of the log on disk: an LMDB environment with the named tables below. Numbers in keys are
// big-endian, so that byte order is number order. A change of anything here is a new kFormat, and a log of
// another format is refused.
//
//   table             key                                value
//   meta              "format"                           kFormat
//                     "origin"                           the URL that names the log, without a scheme
//                     "created"                          be64 milliseconds since 1970
//   events            be64 sequence                      the event, byte for byte
//   leaves            be64 sequence                      32 bytes leaf hash, be64 milliseconds it was recorded at
//   nodes             level (1 byte, from 1), be64 index 32 bytes: entry `index` of tile level `level` (merkle.h)
//   streams           subject, 0, be64 sequence          (empty)
//   idempotency       record key (below)                 32 bytes request, be64 first, be64 last, be64 milliseconds
//                                                        recorded, 1 byte created (0 or 1), the answer to its end
//   idempotency_ages  be64 milliseconds, record key      (empty): for forgetting, oldest first
//   positions         name of the follower               be64 sequence
//   commands          be64 sequence of the first event   be64 sequence of the last, where one command made several
//
// The record key is: actor, 0, idempotency key; where that is longer than kMaxRecordKeyBytes, 0xff and its
// SHA-256 (no actor begins with 0xff, which is not UTF-8). It is kept in the clear, since keys that their
// makers order by time then touch few pages of the table; hashed ones touch one page each.
//
// events, leaves, commands and nodes of one level only grow at their end (MDB_APPEND for the first three). `commands`
// came later, under the same kFormat: a version that does not know it leaves it alone, and commands that it wrote are
// missing there (docs/adr/0026).
//
// Worked example. A log whose first event is {"n":1}, 7 bytes, recorded at 2026-11-24T05:02:00.123Z
// (1795496520123, 0x000001a20beea9bb) about registries/7 by the actor `ann` under the key `k1`, which made
// something and answered {}:
//   events            0000000000000001                   7b226e223a317d
//   leaves            0000000000000001                   SHA-256(00 7b226e223a317d), 000001a20beea9bb
//   streams           726567697374726965732f37 00 0000000000000001
//   idempotency       616e6e 00 6b31                     request, 0000000000000001, 0000000000000001,
//                                                        000001a20beea9bb, 01, 7b7d
//   idempotency_ages  000001a20beea9bb 616e6e 00 6b31
// Had the command made the events 1 to 3:
//   commands          0000000000000001                   0000000000000003
// When event 256 comes, nodes gains 01 0000000000000000 -> the root of the tree over the leaves 1 to 256;
// event 65,536 adds 01 00000000000000ff and 02 0000000000000000.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/digest.h"
#include "base/sequence.h"
#include "eventstore/log.h"

namespace herald::eventstore::format {

inline constexpr std::string_view kFormat = "herald log 1";

inline constexpr std::string_view kMetaFormat = "format";
inline constexpr std::string_view kMetaOrigin = "origin";
inline constexpr std::string_view kMetaCreated = "created";

// LMDB takes keys of at most 511 bytes; be64 stands before or after these.
inline constexpr std::size_t kMaxRecordKeyBytes = 500;
inline constexpr std::size_t kMaxSubjectBytes = 500;

struct Leaf {
  Digest hash;
  Timestamp recorded;
};

std::string sequence_key(Sequence sequence);
std::string node_key(std::uint8_t level, std::uint64_t index);
bool can_be_a_subject(std::string_view text);
// What the keys of one stream begin with.
std::string stream_prefix(std::string_view subject);
std::string stream_key(std::string_view subject, Sequence sequence);
std::string record_key(std::string_view actor, std::string_view key);
std::string age_key(Timestamp recorded, std::string_view record_key);

std::string encode(const Leaf& leaf);
std::string encode(const IdempotencyRecord& record);
std::string encode(Timestamp time);

// Bytes of another shape than encode()'s throw (a damaged log).
Leaf decode_leaf(std::string_view bytes);
IdempotencyRecord decode_record(std::string_view bytes);
Timestamp decode_time(std::string_view bytes);
Sequence decode_sequence(std::string_view bytes);

}  // namespace herald::eventstore::format
