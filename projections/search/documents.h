// What can be found, and what each says of itself: the same words go into the index and are held against a condition, so
// that the index can only be too wide and never wrong. Pure functions of a state.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projections/search/query.h"
#include "registry/state.h"

namespace herald::projections::search {

// Part of the index's keys: append only, or raise kViewsVersion.
enum class Kind : std::uint8_t { models, versions, artifacts, evaluations, runs };
BOOST_DESCRIBE_ENUM(Kind, models, versions, artifacts, evaluations, runs)

// A document's key is its row's key in the registry's state: model id; model id and number; artifact id; model id,
// number and evaluation id. Runs have none of their own: they are found by their versions (search.h).
registry::Table table_of(Kind kind);

// One thing that a document says: a text (folded), or a number (ordered, big-endian).
struct Value {
  Field field;
  std::string_view key;   // of a tag, a metric, a path in metadata
  std::string_view text;  // where it is a text
  std::optional<std::uint64_t> number;
};
// Some of the fields.
class Fields {
 public:
  constexpr Fields(std::initializer_list<Field> fields) {
    for (const Field field : fields) bits_ |= bit_of(field);
  }
  static constexpr Fields all() {
    Fields fields{};
    fields.bits_ = ~0u;
    return fields;
  }
  constexpr bool has(Field field) const { return (bits_ & bit_of(field)) != 0; }

 private:
  static constexpr std::uint32_t bit_of(Field field) { return 1u << static_cast<unsigned>(field); }
  static_assert(kFieldCount <= 32);
  std::uint32_t bits_ = 0;
};
// Until it returns false.
using VisitValue = std::function<bool(const Value& value)>;

// A model, version, artifact or evaluation as of a state. Borrows the reader.
class Document {
 public:
  // Nothing: there is none, or it is deleted.
  static std::optional<Document> find(const registry::Reader& state, Kind kind, std::string_view key);

  // The values of these fields.
  void visit(Fields fields, const VisitValue& visit) const;
  // Without regard to Condition::excluded.
  bool says(const Condition& condition) const;

  const std::string& key() const { return key_; }
  const registry::ModelRecord& model() const { return *model_; }           // of Kind::models
  const registry::VersionRecord& version() const { return *version_; }     // of Kind::versions
  const registry::ArtifactRecord& artifact() const { return *artifact_; }  // of Kind::artifacts

 private:
  Document(const registry::Reader& state, Kind kind, std::string_view key)
      : state_(state), kind_(kind), key_(key) {}
  bool visit_field(Field field, const VisitValue& visit) const;
  bool visit_aliases(const VisitValue& visit) const;
  bool visit_stages(const VisitValue& visit) const;
  static bool say_data(Field field, const registry::Node& node, const VisitValue& visit);
  bool visit_datasets(Field field, const VisitValue& visit) const;

  const registry::Reader& state_;
  Kind kind_;
  std::string key_;
  std::optional<registry::ModelRecord> model_;
  std::optional<registry::VersionRecord> version_;
  std::optional<registry::ArtifactRecord> artifact_;
  std::optional<registry::EvaluationRecord> evaluation_;
};

// Whether documents of this kind say something of a field themselves, and never two things of it (under one key).
bool has_field(Kind kind, Field field);
bool has_one_value(Kind kind, Field field);

// What archived models say of Field::archived, and what is said of Field::latest.
inline constexpr std::string_view kHolds = "yes";

// ---- as keys of the index ----
//
// term: kind (1 byte), field (1 byte), for fields with a key the key escaped (history.h) and 0x00 0x00, then
//   text:   0x01, the first kMaxIndexedBytes bytes escaped, 0x00 0x00
//   number: 0x02, eight bytes, big-endian
// A row of the index is a term and behind it the document's key.
std::string term(Kind kind, const Value& value);
// What the terms of a field's values begin with.
std::string field_prefix(Kind kind, Field field, std::string_view key);
// Each once, sorted; without a version's Field::latest, which follows from another document.
std::vector<std::string> terms_of(const registry::Reader& state, Kind kind, std::string_view key,
                                  Fields fields = Fields::all());

// Rows between two keys: `from` within, `to` not.
struct Range {
  std::string from, to;
  bool exact = false;  // one term
  bool contains(std::string_view term) const { return from <= term && term < to; }
};
// What must hold those that fulfil the condition.
Range range_of(Kind kind, const Condition& condition);
Range range_of(Kind kind, Field field, std::string_view key);
// Whether all that stands in that range fulfils the condition, and does not only begin as if it would.
bool is_sure(const Wanted& wanted);
// False: a term of that range that cannot fulfil it, although others of the range may.
bool may_fulfil(const Wanted& wanted, std::string_view term);

}  // namespace herald::projections::search
