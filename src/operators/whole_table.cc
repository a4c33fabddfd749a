#include "operators/whole_table.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "operators/key_columns.h"

namespace tidemill {
namespace {

// Gathers batches; a row that is taken back takes the last equal one with it.
class Gathering {
 public:
  explicit Gathering(const Source& source) : schema_(source.schema()), append_only_(source.append_only()) {
    std::vector<Type> types;
    for (const Field& field : schema_->fields()) {
      builders_.emplace_back(field.type);
      types.push_back(field.type);
    }
    if (!append_only_) whole_rows_ = make_key_layout(std::move(types));
  }

  void add(const Batch& batch) {
    for (int32_t row = 0; row < batch.num_rows(); ++row) {
      if (append_only_ || keep(batch, row)) append(batch, row);
    }
  }

  Batch finish() {
    std::vector<ColumnPtr> columns;
    for (ColumnBuilder& builder : builders_) columns.push_back(builder.finish());
    const Batch all(schema_, std::move(columns), num_rows_);
    if (append_only_) return all;
    std::vector<int32_t> left;
    for (const auto& [bytes, rows] : places_) left.insert(left.end(), rows.begin(), rows.end());
    std::ranges::sort(left);
    return all.take(left);
  }

 private:
  // Notes the change; returns whether it is a row to be kept.
  bool keep(const Batch& batch, int32_t row) {
    bytes_.clear();
    append_key(*whole_rows_, batch.columns(), row, bytes_);
    std::vector<int32_t>& places = places_[bytes_];
    if (!retracts(batch.kind(row))) {
      places.push_back(num_rows_);
      return true;
    }
    if (!places.empty()) places.pop_back();
    return false;
  }
  void append(const Batch& batch, int32_t row) {
    for (size_t i = 0; i < builders_.size(); ++i) builders_[i].append_from(*batch.columns()[i], row);
    ++num_rows_;
  }

  SchemaPtr schema_;
  bool append_only_;
  KeyLayoutPtr whole_rows_;
  std::vector<ColumnBuilder> builders_;
  std::unordered_map<std::string, std::vector<int32_t>> places_;  // by the bytes of whole rows
  std::string bytes_;
  int32_t num_rows_ = 0;
};

Batch read_whole(const Source& source, Environment& environment) {
  const std::unique_ptr<SplitEnumerator> enumerator = source.make_enumerator(environment, "");
  const std::unique_ptr<Reader> reader = source.make_reader(environment, Subtask{});
  reader->add_splits(enumerator->discover());
  Gathering gathering(source);
  for (;;) {
    const ReadResult result = reader->poll(kBatchRowsMax, "");
    if (result.batch) gathering.add(*result.batch);
    if (result.next != ReadResult::Next::kMore) break;
  }
  return gathering.finish();
}

}  // namespace

WholeTable::WholeTable(const Source& source, std::span<const int32_t> keys, const KeyLayoutPtr& layout,
                       Environment& environment)
    : rows_(std::make_shared<const Batch>(read_whole(source, environment))), keys_(layout) {
  keys_.assign(columns_at(*rows_, keys), rows_->num_rows());
  index_.build(keys_);
  memory_bytes_ = rows_->memory_bytes() + index_.memory_bytes() +
                  static_cast<size_t>(keys_.num_rows()) * (layout->record_bytes() + sizeof(uint64_t));
}

void WholeTable::find(KeyRef key, std::vector<int32_t>& rows) const {
  for (int32_t row = index_.find(key); row >= 0; row = index_.next(row)) rows.push_back(row);
}

}  // namespace tidemill
