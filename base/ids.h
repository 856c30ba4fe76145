// Identifiers that nobody chooses: UUID version 7 (RFC 9562, 5.7), ordered by the millisecond they were made in.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace herald {

class Uuid {
 public:
  constexpr Uuid() = default;
  constexpr explicit Uuid(std::array<std::uint8_t, 16> bytes) : bytes_(bytes) {}

  // Lower- or upper-case hex in the 8-4-4-4-12 form.
  static Result<Uuid> parse(std::string_view text);
  static Uuid trusted(std::string_view text) { return parse(text).value(); }
  static Uuid from_bytes(std::string_view sixteen);
  std::string str() const;
  // The 16 bytes, for keys of stores; valid while this object lives.
  std::string_view bytes() const { return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()}; }

  friend constexpr auto operator<=>(const Uuid&, const Uuid&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

// A Uuid of one kind of thing: a ModelId is not an ArtifactId.
template <class Tag>
class Id {
 public:
  constexpr Id() = default;
  constexpr explicit Id(Uuid uuid) : uuid_(uuid) {}

  static Result<Id> parse(std::string_view text) {
    HERALD_TRY(const Uuid uuid, Uuid::parse(text));
    return Id(uuid);
  }
  static Id trusted(std::string_view text) { return Id(Uuid::parse(text).value()); }
  std::string str() const { return uuid_.str(); }
  std::string_view bytes() const { return uuid_.bytes(); }
  const Uuid& uuid() const { return uuid_; }
  friend constexpr auto operator<=>(const Id&, const Id&) = default;

 private:
  Uuid uuid_;
};

// Where new ids come from. Thread-safe.
class IdSource {
 public:
  virtual ~IdSource() = default;
  virtual Uuid next(Timestamp now) = 0;
};

// 48 bits of time, then 74 random bits from the operating system's generator (buffered). Each is greater than the one
// before, within the millisecond and when the clock steps back too: those of one process sort as they were asked for.
IdSource& random_ids();

// `count` bytes from the operating system's generator: salts, keys, tokens.
std::string random_bytes(std::size_t count);

}  // namespace herald

template <>
struct std::hash<herald::Uuid> {
  std::size_t operator()(const herald::Uuid& u) const { return std::hash<std::string_view>{}(u.bytes()); }
};
template <class Tag>
struct std::hash<herald::Id<Tag>> {
  std::size_t operator()(const herald::Id<Tag>& i) const { return std::hash<herald::Uuid>{}(i.uuid()); }
};
