// state/table_descriptor.h - what an operator declares of a table, and how its records are laid out. Rule: a table is
// restored by names: fields are found by name, so an added or removed field migrates by itself.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "data/type.h"
#include "state/key_encoding.h"

namespace tidemill {

enum class FieldKind : uint8_t {
  kBytes,     // the operator's own
  kInteger,   // two's complement of 1, 2, 4, 8 or 16 bytes; flags are kInteger of 1
  kFloating,  // IEEE 754 of 4 or 8 bytes
  kText,      // StoredText in the table's TextHeap; freed with the record
};

// One field of a record. All zeros must mean "new".
struct RecordField {
  std::string name;  // stable: e.g. the aggregate's canonical text
  uint32_t size = 8;
  uint32_t align = 8;  // 1, 2, 4, 8 or 16
  FieldKind kind = FieldKind::kInteger;
  // kBytes: offsets inside the field of StoredTexts in the table's TextHeap (an aggregate's accumulator with texts).
  // They are freed with the record and in RecordLayout::text_offsets() like those of kText.
  std::vector<uint32_t> text_slots = {};
  bool operator==(const RecordField&) const = default;

  static RecordField int64(std::string name) { return {std::move(name), 8, 8, FieldKind::kInteger}; }
  static RecordField int128(std::string name) { return {std::move(name), 16, 16, FieldKind::kInteger}; }
  static RecordField flag(std::string name) { return {std::move(name), 1, 1, FieldKind::kInteger}; }
  static RecordField float64(std::string name) { return {std::move(name), 8, 8, FieldKind::kFloating}; }
  static RecordField text(std::string name) { return {std::move(name), 16, 8, FieldKind::kText}; }
  static RecordField bytes(std::string name, uint32_t size, uint32_t align) {
    return {std::move(name), size, align, FieldKind::kBytes};
  }
};

// Returns where StoredTexts lie in a field: its text_slots; at 0 where it is a text itself.
std::vector<uint32_t> text_slots_of(const RecordField& field);

// Tables of several values a key that belong to a record table and live and die with it.
enum class CompanionKind : uint8_t {
  kDistinctCounts,   // (key, value) ▸ count: COUNT(DISTINCT …)
  kOrderedValues,    // (key, values), ordered ▸ count: MIN and MAX under retraction, LISTAGG by time
  kOrderedSequence,  // (key, sequence), ordered ▸ values: LISTAGG, ARRAY_AGG, FIRST_VALUE by arrival
};
struct CompanionDescriptor {
  std::string name;
  CompanionKind kind = CompanionKind::kDistinctCounts;
  std::vector<Type> value_types;
  int32_t counts = 1;  // of kDistinctCounts: how many a pair has
  bool operator==(const CompanionDescriptor&) const = default;
};

// How the rows of one key are told apart and ordered in an OrderedTable.
enum class SubKeyKind : uint8_t {
  kTimeSequence,  // two int64: time, then sequence
  kBytes,         // bytes in memcmp order (ordered_encoding.h)
};

struct TableDescriptor {
  std::string name;  // unique in the operator, stable across versions of a query
  std::vector<Type> key_types;
  // Leading key columns that decide a record's key group, as the exchange in front of the operator partitions by them;
  // -1: all. A table of sessions, say, is keyed by (key, session) but its records belong to the key.
  int32_t partition_columns = -1;
  std::vector<RecordField> fields;
  std::vector<CompanionDescriptor> companions;
  // Raised when the meaning of a field changes under the same name. A newer one is refused at restore.
  uint32_t version = 1;
  // How long a record is kept after it was last written, in processing time; 0: for ever. Saved with the table.
  DurationMillis time_to_live_ms = 0;
};

// Where key and fields lie in a record. Fields are placed by falling alignment, small ones into gaps, so that declaring
// order does not matter.
class RecordLayout {
 public:
  // Throws UserError where a record does not fit a page ("too many aggregates").
  RecordLayout(const TableDescriptor& descriptor);

  const KeyLayoutPtr& key() const { return key_; }
  const std::vector<RecordField>& fields() const { return fields_; }
  uint32_t offset(int32_t field) const { return offsets_[static_cast<size_t>(field)]; }
  // Returns the offset of the field of this name. Requires: there is one.
  uint32_t offset(std::string_view name) const;
  uint32_t record_bytes() const { return record_bytes_; }
  uint32_t align() const { return align_; }
  // Offsets of every StoredText in a record: of the key, then of kText fields and of text_slots.
  const std::vector<uint32_t>& text_offsets() const { return text_offsets_; }

 private:
  KeyLayoutPtr key_;
  std::vector<RecordField> fields_;
  std::vector<uint32_t> offsets_;
  std::vector<uint32_t> text_offsets_;
  uint32_t record_bytes_ = 0;
  uint32_t align_ = 1;
};

}  // namespace tidemill
