#include "operators/sort_limit.h"

#include <algorithm>
#include <limits>

#include "operators/emit_in_steps.h"
#include "operators/kept_columns.h"

namespace tidemill {
namespace {

constexpr std::string_view kSeenScalar = "limit.rows_seen";
constexpr int64_t kPruneRowsMin = 4096;  // sorting fewer again and again would cost more than keeping them

// How many rows may come out at most.
std::optional<int64_t> rows_wanted(const SortLimitSpec& spec) {
  if (!spec.limit || *spec.limit > std::numeric_limits<int64_t>::max() / 4 - spec.offset) return std::nullopt;
  return *spec.limit + spec.offset;
}

std::vector<Type> types_of(const Schema& schema) {
  std::vector<Type> types;
  for (const Field& field : schema.fields()) types.push_back(field.type);
  return types;
}

std::vector<Type> kept_types(std::vector<Type> types) {
  for (Type& type : types) type = kept_type(type);
  return types;
}

}  // namespace

SortLimit::SortLimit(const SortLimitSpec& spec, int64_t run_rows)
    : spec_(spec),
      run_rows_(run_rows),
      key_types_(kept_types(types_of(*spec.schema))),
      order_(spec.keys, types_of(*spec.schema)),
      runs_(key_types_, order_) {}

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
  runs_.open(context.state());
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

CountedRows SortLimit::all_rows() const {
  CountedRows rows;
  std::vector<ColumnBuilder> builders;
  for (const Type& type : key_types_) builders.emplace_back(type);
  table_->scan([&](std::span<const std::byte* const> records) {
    table_->read_keys(records, builders);
    for (const std::byte* record : records) rows.counts.push_back(count_of(const_cast<std::byte*>(record)));
  });
  for (ColumnBuilder& builder : builders) rows.columns.push_back(builder.finish());
  return rows;
}

SortLimit::SortedRows SortLimit::sort(CountedRows rows) const {
  SortedRows sorted;
  const std::vector<std::string> sort_keys = order_.sort_keys(rows.columns, rows.counts.size());
  size_t bytes = rows.counts.size() * (sizeof(int64_t) + sizeof(int32_t));
  for (const ColumnPtr& column : rows.columns) bytes += column->memory_bytes();
  for (const std::string& key : sort_keys) bytes += sizeof(key) + key.capacity();
  sorted.charge = context_->charge_memory(static_cast<int64_t>(bytes));
  sorted.order.resize(rows.counts.size());
  for (size_t i = 0; i < sorted.order.size(); ++i) sorted.order[i] = static_cast<int32_t>(i);
  std::stable_sort(sorted.order.begin(), sorted.order.end(), [&](int32_t a, int32_t b) {
    return sort_keys[static_cast<size_t>(a)] < sort_keys[static_cast<size_t>(b)];
  });
  sorted.rows = std::move(rows);
  return sorted;
}

void SortLimit::prune() {
  const SortedRows sorted = sort(all_rows());
  const int64_t wanted = *rows_wanted(spec_);
  std::vector<int32_t> gone;
  int64_t kept = 0;
  for (const int32_t row : sorted.order) {
    if (kept >= wanted) gone.push_back(row);
    kept += sorted.rows.counts[static_cast<size_t>(row)];
  }
  keys_->assign(sorted.rows.columns, static_cast<int32_t>(sorted.rows.counts.size()));
  table_->erase(*keys_, gone);
  context_->state().release();
}

void SortLimit::write_runs() {
  std::vector<ColumnBuilder> builders;
  for (const Type& type : key_types_) builders.emplace_back(type);
  CountedRows rows;
  const auto write = [&] {
    for (ColumnBuilder& builder : builders) rows.columns.push_back(builder.finish());
    const SortedRows sorted = sort(std::exchange(rows, {}));
    runs_.add(sorted.rows, sorted.order);
  };
  RecordTable::Scan scan(*table_);
  for (auto records = scan.next(); !records.empty(); records = scan.next()) {
    table_->read_keys(records, builders);
    for (const std::byte* record : records) rows.counts.push_back(count_of(const_cast<std::byte*>(record)));
    context_->state().release();
    if (static_cast<int64_t>(rows.counts.size()) >= run_rows_) write();
  }
  if (!rows.counts.empty()) write();
}

void SortLimit::finish(Output& output) {
  emission_ = std::make_unique<Emission>();
  if (table_->size() <= run_rows_) {
    emission_->in_memory = sort(all_rows());
  } else {
    write_runs();
    table_->clear();
  }
  context_->state().release();
  emit_in_steps(*context_, output, [this](Output& more) { return emit_some(more); });
}

bool SortLimit::take_up() {
  Emission& out = *emission_;
  CountedRows rows;
  if (out.in_memory) {
    const SortedRows& sorted = *out.in_memory;
    const size_t count = std::min<size_t>(kBatchRowsTarget, sorted.order.size() - out.next_in_memory);
    const std::span<const int32_t> order = std::span(sorted.order).subspan(out.next_in_memory, count);
    for (const ColumnPtr& column : sorted.rows.columns) rows.columns.push_back(column->take(order));
    for (const int32_t row : order) rows.counts.push_back(sorted.rows.counts[static_cast<size_t>(row)]);
    out.next_in_memory += count;
  } else {
    rows = runs_.next();
  }
  for (size_t i = 0; i < rows.columns.size(); ++i)
    rows.columns[i] = reinterpret_column(rows.columns[i], spec_.schema->field(static_cast<int32_t>(i)).type);
  out.rows = Batch(spec_.schema, std::move(rows.columns), static_cast<int32_t>(rows.counts.size()));
  out.counts = std::move(rows.counts);
  out.next = 0;
  return out.rows.num_rows() > 0;
}

bool SortLimit::emit_some(Output& output) {
  std::vector<int32_t> chosen;
  bool more = emission_->next < emission_->rows.num_rows() || take_up();
  if (more) more = choose(chosen);
  if (!chosen.empty()) output.emit(emission_->rows.take(chosen));
  if (!more) emission_.reset();
  return more;
}

bool SortLimit::choose(std::vector<int32_t>& chosen) {
  Emission& out = *emission_;
  for (; out.next < out.rows.num_rows(); ++out.next, out.copies = 0) {
    for (; out.copies < out.counts[static_cast<size_t>(out.next)]; ++out.copies, ++out.place) {
      if (spec_.limit && out.place - spec_.offset >= *spec_.limit) return false;
      if (out.place < spec_.offset) continue;
      if (chosen.size() == static_cast<size_t>(kBatchRowsTarget)) return true;
      chosen.push_back(out.next);
    }
  }
  return true;
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
