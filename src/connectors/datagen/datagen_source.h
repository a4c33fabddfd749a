// connectors/datagen/datagen_source.h - made-up rows at a given pace. Rule: one split, whatever the parallelism; a row
// is given no earlier than its number over rows-per-second after the reader began.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/datagen/field_generator.h"
#include "connectors/spi/connector.h"

namespace tidemill {

struct DatagenSettings {
  std::string table;
  SchemaPtr schema;
  std::vector<std::shared_ptr<const FieldGenerator>> generators;  // of the columns of `schema`
  std::vector<int32_t> columns;                                   // their indices in the table: part of their seeds
  int64_t rows_per_second = 0;
  std::optional<int64_t> num_rows;  // null: unbounded
  std::optional<uint64_t> seed;     // null: drawn when the job starts
};

class DatagenSource final : public Source {
 public:
  explicit DatagenSource(DatagenSettings settings) : settings_(std::move(settings)) {}
  SchemaPtr schema() const override { return settings_.schema; }
  bool bounded() const override { return settings_.num_rows.has_value(); }
  std::optional<int64_t> num_rows() const override { return settings_.num_rows; }
  std::unique_ptr<SplitEnumerator> make_enumerator(Environment& environment, std::string_view restored) const override;
  std::unique_ptr<Reader> make_reader(Environment& environment, const Subtask& subtask) const override;
  std::string description() const override;

 private:
  DatagenSettings settings_;
};

}  // namespace tidemill
