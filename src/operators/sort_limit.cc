#include "operators/sort_limit.h"

#include <algorithm>
#include <limits>

#include "operators/emit_in_steps.h"
#include "operators/kept_columns.h"
#include "state/ordered_encoding.h"

namespace tidemill {
namespace {

constexpr std::string_view kSeenScalar = "limit.rows_seen";
constexpr int64_t kPruneRowsMin = 4096;  // sorting fewer again and again would cost more than keeping them

// How many rows may come out at most.
std::optional<int64_t> rows_wanted(const SortLimitSpec& spec) {
  if (!spec.limit || *spec.limit > std::numeric_limits<int64_t>::max() / 4 - spec.offset) return std::nullopt;
  return *spec.limit + spec.offset;
}

}  // namespace

SortLimit::SortLimit(const SortLimitSpec& spec) : spec_(spec) {
  for (const Field& field : spec_.schema->fields()) key_types_.push_back(kept_type(field.type));
}

void SortLimit::open(OperatorContext& context) {
  context_ = &context;
  TableDescriptor descriptor;
  descriptor.name = "rows";
  descriptor.key_types = key_types_;
  descriptor.partition_columns = 0;
  descriptor.fields = {RecordField::int64("count")};
  table_ = &context.state().record_table(descriptor);
  count_offset_ = table_->layout().offset(0);
  keys_.emplace(table_->key_layout());
}

void SortLimit::process(Batch input, int32_t, Output&) {
  std::vector<ColumnPtr> columns;
  for (size_t i = 0; i < key_types_.size(); ++i)
    columns.push_back(reinterpret_column(input.column(static_cast<int32_t>(i)), key_types_[i]));
  keys_->assign(columns, input.num_rows());
  records_.resize(static_cast<size_t>(input.num_rows()));
  created_.resize(records_.size());
  table_->upsert(*keys_, records_, created_);
  std::vector<int32_t> gone;
  for (int32_t row = 0; row < input.num_rows(); ++row) {
    int64_t& count = count_of(records_[static_cast<size_t>(row)]);
    count += retracts(input.kind(row)) ? -1 : 1;
    if (count == 0) gone.push_back(row);
  }
  std::erase_if(gone, [&](int32_t row) { return count_of(records_[static_cast<size_t>(row)]) != 0; });
  table_->erase(*keys_, gone);
  context_->state().release();
  const std::optional<int64_t> wanted = rows_wanted(spec_);
  if (wanted && !spec_.input_retracts && table_->size() > std::max(*wanted * 4, kPruneRowsMin)) prune();
}

SortLimit::SortedRows SortLimit::sorted_rows() const {
  SortedRows rows;
  std::vector<ColumnBuilder> builders;
  for (const Type& type : key_types_) builders.emplace_back(type);
  table_->scan([&](std::span<const std::byte* const> records) {
    table_->read_keys(records, builders);
    for (const std::byte* record : records) rows.counts.push_back(count_of(const_cast<std::byte*>(record)));
  });
  size_t bytes = rows.counts.capacity() * sizeof(int64_t);
  for (ColumnBuilder& builder : builders) {
    rows.columns.push_back(builder.finish());
    bytes += rows.columns.back()->memory_bytes();
  }
  rows.charge = context_->charge_memory(static_cast<int64_t>(bytes));

  std::vector<std::string> sort_keys(rows.counts.size());
  for (const SortKey& key : spec_.keys) {
    const ColumnPtr column =
        reinterpret_column(rows.columns[static_cast<size_t>(key.column)], spec_.schema->field(key.column).type);
    for (size_t row = 0; row < sort_keys.size(); ++row)
      append_ordered(*column, static_cast<int32_t>(row), {key.descending, key.nulls_first}, sort_keys[row]);
  }
  for (const std::string& key : sort_keys) bytes += sizeof(key) + key.capacity();
  rows.charge.set(static_cast<int64_t>(bytes + rows.counts.size() * sizeof(int32_t)));
  rows.order.resize(rows.counts.size());
  for (size_t i = 0; i < rows.order.size(); ++i) rows.order[i] = static_cast<int32_t>(i);
  std::stable_sort(rows.order.begin(), rows.order.end(), [&](int32_t a, int32_t b) {
    return sort_keys[static_cast<size_t>(a)] < sort_keys[static_cast<size_t>(b)];
  });
  return rows;
}

void SortLimit::prune() {
  const SortedRows rows = sorted_rows();
  const int64_t wanted = *rows_wanted(spec_);
  std::vector<int32_t> gone;
  int64_t kept = 0;
  for (const int32_t row : rows.order) {
    if (kept >= wanted) gone.push_back(row);
    kept += rows.counts[static_cast<size_t>(row)];
  }
  keys_->assign(rows.columns, static_cast<int32_t>(rows.counts.size()));
  table_->erase(*keys_, gone);
  context_->state().release();
}

void SortLimit::finish(Output& output) {
  SortedRows rows = sorted_rows();
  std::vector<ColumnPtr> columns;
  for (size_t i = 0; i < rows.columns.size(); ++i)
    columns.push_back(reinterpret_column(rows.columns[i], spec_.schema->field(static_cast<int32_t>(i)).type));
  Batch all(spec_.schema, std::move(columns), static_cast<int32_t>(rows.counts.size()));
  emission_.emplace(std::move(rows.counts), std::move(rows.order), std::move(rows.charge), std::move(all));
  context_->state().release();
  emit_in_steps(*context_, output, [this](Output& more) { return emit_some(more); });
}

bool SortLimit::emit_some(Output& output) {
  std::vector<int32_t> chosen;
  const bool more = choose(chosen);
  if (!chosen.empty()) output.emit(emission_->all.take(chosen));
  if (!more) emission_.reset();
  return more;
}

bool SortLimit::choose(std::vector<int32_t>& chosen) {
  Emission& out = *emission_;
  for (; out.next < out.order.size(); ++out.next, out.copies = 0) {
    const int32_t row = out.order[out.next];
    for (; out.copies < out.counts[static_cast<size_t>(row)]; ++out.copies, ++out.place) {
      if (spec_.limit && out.place - spec_.offset >= *spec_.limit) return false;
      if (out.place < spec_.offset) continue;
      if (chosen.size() == static_cast<size_t>(kBatchRowsTarget)) return true;
      chosen.push_back(row);
    }
  }
  return false;
}

void PassFirst::process(Batch input, int32_t, Output& output) {
  OperatorScalars& scalars = context_->state().scalars();
  const int64_t seen = scalars.get(kSeenScalar).value_or(0);
  const int64_t num_rows = input.num_rows();
  scalars.add(kSeenScalar, num_rows);
  const int64_t first = std::clamp<int64_t>(spec_.offset - seen, 0, num_rows);
  int64_t end = num_rows;
  if (const std::optional<int64_t> wanted = rows_wanted(spec_)) end = std::clamp<int64_t>(*wanted - seen, 0, num_rows);
  if (first >= end) return;
  const Batch rows = input.slice(static_cast<int32_t>(first), static_cast<int32_t>(end - first));
  output.emit(rows.with_columns(spec_.schema, rows.columns()));
}

}  // namespace tidemill
