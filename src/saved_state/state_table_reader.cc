#include "saved_state/state_table_reader.h"

#include <algorithm>

#include "base/check.h"
#include "base/error.h"
#include "base/hash.h"
#include "data/dispatch.h"
#include "operators/kept_columns.h"
#include "state/ordered_encoding.h"
#include "state/ordered_integer.h"
#include "state/record_key.h"

namespace tidemill {
namespace {

// Texts of accumulators in the pages of a part.
class PartTexts final : public AccumulatorTexts {
 public:
  explicit PartTexts(const PageSource& pages) : pages_(pages) {}
  void assign(std::byte*, std::string_view) override { CHECK_MSG(false, "a checkpoint is only read"); }
  std::string_view load(const std::byte* slot) const override {
    return TextHeap::load(pages_, *reinterpret_cast<const StoredText*>(slot), scratch_);
  }

 private:
  const PageSource& pages_;
  mutable std::string scratch_;
};

template <class T>
T load(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof(value));
  return value;
}

// Appends a value of the builder's type that lies in a record.
void append_stored(const PageSource& pages, const std::byte* at, ColumnBuilder& out) {
  dispatch_physical(out.type().physical(), [&]<class T>() {
    if constexpr (std::is_same_v<T, Text>) {
      std::string scratch;
      const StoredText stored = load_stored_text(at);
      out.append_text(TextHeap::load(pages, stored, scratch));
    } else {
      out.append(load<T>(at));
    }
  });
}

// Returns the field's bytes, zeros in place of its texts, and these behind: where a text lies says nothing of what it
// is.
std::string field_content(const PageSource& pages, const RecordField& field, const std::byte* at) {
  std::string bytes(reinterpret_cast<const char*>(at), field.size);
  std::string scratch;
  for (const uint32_t slot : text_slots_of(field)) {
    bytes.replace(slot, sizeof(StoredText), sizeof(StoredText), '\0');
    const StoredText stored = load_stored_text(at + slot);
    bytes += TextHeap::load(pages, stored, scratch);
  }
  return bytes;
}

void append_moment(EpochMillis time, ColumnBuilder& out) {
  time == kNoWatermark || time == kMaxWatermark ? out.append_null() : out.append(time);
}

bool wants(const std::vector<StateColumn>& columns, std::initializer_list<StateColumnKind> kinds) {
  return std::ranges::any_of(
      columns, [&](const StateColumn& column) { return std::ranges::find(kinds, column.kind) != kinds.end(); });
}

}  // namespace

StateTableReader::StateTableReader(std::unique_ptr<SnapshotReader> part, Options options)
    : options_(std::move(options)), file_(std::move(part)), part_(*file_) {
  part_.read_pages(options_.pages);
  std::tie(table_.table, table_.companion) = find_table(part_.image(), options_.place);
  if (table_.table == nullptr) {
    rows_.emplace(make_key_layout({}));
    return;
  }
  const TableFormat& format = table_.format();
  reader_ = std::make_unique<PartRowReader>(part_, table_);
  rows_.emplace(make_key_layout(format.key_types));
  TableDescriptor descriptor;
  descriptor.name = format.name;
  descriptor.key_types = format.key_types;
  descriptor.partition_columns = format.partition_columns;
  partitions_.emplace(descriptor);
  if (wants(options_.columns, {StateColumnKind::kSessionStart, StateColumnKind::kSessionEnd}))
    session_bounds_ = std::make_unique<SessionBounds>(part_, format.key_types, options_.pages);
}

std::optional<std::vector<ColumnPtr>> StateTableReader::next(int32_t max_rows) {
  keys_.clear();
  bounds_.clear();
  row_values_.clear();
  if (!reader_ || !reader_->next(max_rows, *rows_)) {
    rows_->clear();
    return std::nullopt;
  }
  std::vector<ColumnPtr> columns;
  for (const StateColumn& column : options_.columns) columns.push_back(make_column(column));
  return columns;
}

ColumnPtr StateTableReader::make_column(const StateColumn& column) {
  switch (column.kind) {
    case StateColumnKind::kKey:
      return key_column(column.index);
    case StateColumnKind::kSliceStart:
    case StateColumnKind::kSliceEnd:
    case StateColumnKind::kFirstWindowEnd:
      return window_column(column);
    case StateColumnKind::kSessionStart:
    case StateColumnKind::kSessionEnd:
      return session_column(column);
    case StateColumnKind::kTime:
    case StateColumnKind::kOrder:
    case StateColumnKind::kSequence:
    case StateColumnKind::kOrderedValue:
      return order_column(column);
    case StateColumnKind::kRowTime:
    case StateColumnKind::kRowValue:
      return row_column(column);
    case StateColumnKind::kField:
    case StateColumnKind::kMoment:
      return field_column(column);
    case StateColumnKind::kAggregate:
      return aggregate_column(column);
    case StateColumnKind::kValue:
      return value_column(column);
    case StateColumnKind::kKeyGroup:
      return key_group_column(column);
    case StateColumnKind::kSubtask: {
      ColumnBuilder subtask(column.type);
      subtask.append(options_.subtask);
      return Column::constant(*subtask.finish(), num_rows());
    }
    case StateColumnKind::kCell:
      break;
  }
  CHECK(false);
}

ColumnPtr StateTableReader::key_column(int32_t index) {
  if (keys_.empty()) {
    std::vector<ColumnBuilder> builders;
    for (const Type& type : rows_->keys.layout().types()) builders.emplace_back(type);
    rows_->keys.decode(builders);
    for (ColumnBuilder& builder : builders) keys_.push_back(builder.finish());
  }
  return keys_.at(static_cast<size_t>(index));
}

ColumnPtr StateTableReader::key_group_column(const StateColumn& column) {
  ColumnBuilder groups(column.type);
  for (const uint64_t hash : partitions_->of(rows_->keys))
    groups.append(key_group_of(hash, part_.info().max_parallelism));
  return groups.finish();
}

ColumnPtr StateTableReader::window_column(const StateColumn& column) const {
  ColumnBuilder bound(column.type);
  const SliceId& slice = rows_->slice;
  append_moment(column.kind == StateColumnKind::kSliceEnd     ? slice.slice_end
                : column.kind == StateColumnKind::kSliceStart ? slice.slice_end - options_.slice_ms
                                                              : slice.first_window_end,
                bound);
  return Column::constant(*bound.finish(), num_rows());
}

ColumnPtr StateTableReader::session_column(const StateColumn& column) {
  if (bounds_.empty()) session_bounds_->find(rows_->keys, bounds_);
  ColumnBuilder times(column.type);
  for (const SessionBounds::Bounds* bounds : bounds_) {
    if (bounds == nullptr) {
      times.append_null();
    } else {
      append_moment(column.kind == StateColumnKind::kSessionStart ? bounds->start : bounds->end, times);
    }
  }
  return times.finish();
}

ColumnPtr StateTableReader::order_column(const StateColumn& column) const {
  ColumnBuilder out(column.type);
  if (column.kind == StateColumnKind::kTime) {
    for (const EpochMillis time : rows_->times) append_moment(time, out);
  } else if (column.kind == StateColumnKind::kOrder) {
    for (const EpochMillis time : rows_->times) out.append(time);
  } else if (column.kind == StateColumnKind::kSequence) {
    for (const int64_t sequence : rows_->sequences) out.append(sequence);
  } else if (table_.format().kind == TableKind::kOrderedValues) {
    const std::vector<Type>& types = table_.format().value_types;
    for (const std::string& values : rows_->values) {
      std::string_view left = values;
      for (size_t i = 0; i < static_cast<size_t>(column.index); ++i)
        left.remove_prefix(ordered_bytes(left, types[i], SortOrder()));
      decode_ordered(left, SortOrder(), out);
    }
  } else {
    for (const std::string& value : rows_->values) out.append_text(value);
  }
  return out.finish();
}

ColumnPtr StateTableReader::row_column(const StateColumn& column) {
  const size_t time_bytes = options_.sub_keys.by_time ? kOrderedIntegerBytes : 0;
  const auto require = [&](bool sound) {
    if (!sound)
      throw UserError(fmt::format("State is damaged: table {} has a row that is none in part {}", table_.format().name,
                                  part_.name()),
                      "Use an older checkpoint.");
  };
  if (column.kind == StateColumnKind::kRowTime) {
    ColumnBuilder times(column.type);
    for (const std::string& row : rows_->values) {
      require(row.size() >= time_bytes);
      append_moment(ordered_integer(row), times);
    }
    return times.finish();
  }
  if (row_values_.empty()) {
    std::vector<Type> types;
    std::vector<ColumnBuilder> builders;
    for (const Field& field : options_.sub_keys.columns) {
      types.push_back(kept_type(field.type));
      builders.emplace_back(types.back().with_nullable(true));
    }
    const KeyLayout layout(std::move(types));
    for (const std::string& row : rows_->values) {
      require(row.size() >= time_bytes && is_valid_key(layout, std::string_view(row).substr(time_bytes)));
      decode_key(layout, std::string_view(row).substr(time_bytes), builders);
    }
    for (ColumnBuilder& builder : builders) row_values_.push_back(builder.finish());
  }
  return reinterpret_column(row_values_.at(static_cast<size_t>(column.index)), column.type);
}

uint32_t StateTableReader::offset_of(std::string_view field) const {
  const TableFormat& format = table_.format();
  for (size_t i = 0; i < format.fields.size(); ++i)
    if (format.fields[i].name == field) return format.offsets[i];
  throw UserError(
      fmt::format("State is damaged: table {} has no field {} in part {}", format.name, field, part_.name()),
      "Use an older checkpoint.");
}

ColumnPtr StateTableReader::field_column(const StateColumn& column) const {
  const uint32_t offset = offset_of(column.field);
  ColumnBuilder out(column.type);
  const auto& fields = table_.format().fields;
  const auto field = std::ranges::find(fields, column.field, &RecordField::name);
  for (const std::byte* record : rows_->records) {
    const std::byte* const at = record + offset;
    if (column.kind == StateColumnKind::kMoment) {
      append_moment(load<EpochMillis>(at), out);
    } else if (field->kind == FieldKind::kBytes) {
      out.append_text(field_content(part_.pages(), *field, at));
    } else {
      append_stored(part_.pages(), at, out);
    }
  }
  return out.finish();
}

ColumnPtr StateTableReader::value_column(const StateColumn& column) const {
  const uint32_t value = offset_of(column.field);
  const uint32_t null = offset_of(fmt::format("null{}", column.index));
  ColumnBuilder out(column.type);
  for (const std::byte* record : rows_->records) {
    if (record[null] != std::byte{0})
      out.append_null();
    else
      append_stored(part_.pages(), record + value, out);
  }
  return out.finish();
}

ColumnPtr StateTableReader::aggregate_column(const StateColumn& column) const {
  const uint32_t offset = offset_of(column.field);
  ColumnBuilder out(column.type);
  PartTexts texts(part_.pages());
  AggregateContext context;
  context.texts = &texts;
  column.function->result(context, {rows_->records, static_cast<int32_t>(offset)}, out);
  return out.finish();
}

std::vector<uint64_t> StateTableReader::contents() const {
  std::vector<uint64_t> hashes(static_cast<size_t>(num_rows()));
  const TableFormat& format = table_.format();
  if (format.kind == TableKind::kTimers) return hashes;
  for (size_t row = 0; row < hashes.size(); ++row) {
    for (size_t i = 0; i < format.fields.size(); ++i) {
      const std::string bytes = field_content(part_.pages(), format.fields[i], rows_->records[row] + format.offsets[i]);
      hashes[row] = hash_combine(hashes[row], hash_bytes(bytes.data(), bytes.size()));
    }
  }
  return hashes;
}

}  // namespace tidemill
