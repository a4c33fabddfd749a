#include "operators/append_top_n.h"

#include <algorithm>
#include <numeric>

#include "operators/emit_in_steps.h"
#include "operators/key_columns.h"

namespace tidemill {
namespace {

constexpr size_t kRecordBytesMax = 4096;  // several records a page
constexpr int64_t kChangesAtOnce = 4 * kBatchRowsTarget;

}  // namespace

bool AppendTopN::suits(const RankSpec& spec) {
  return !spec.final_only && !spec.input_retracts && spec.last <= TopSlots::kSlotsMax &&
         TopSlots::record_bytes(kept_types(spec), spec.last) <= kRecordBytesMax;
}

AppendTopN::AppendTopN(const RankSpec& spec)
    : spec_(spec),
      shifts_(spec.numbers || spec.first > 1),
      slots_(kept_types(spec), static_cast<int32_t>(spec.last), spec.latest_first),
      places_(spec.order, true, spec.latest_first),
      changes_(spec.schema, spec.numbers, spec.emit_update_before),
      time_to_live_(spec.state_ttl_ms) {
  CHECK(suits(spec));
  for (const int32_t key : spec_.keys) key_types_.push_back(spec_.schema->field(key).type);
}

void AppendTopN::open(OperatorContext& context) {
  context_ = &context;
  TableDescriptor partitions;
  partitions.name = kTable;
  partitions.key_types = key_types_;
  slots_.declare(partitions);
  time_to_live_.declare(partitions);
  table_ = &context.state().record_table(partitions);
  slots_.open(*table_);
  if (time_to_live_.enabled()) time_to_live_.open(*table_);
  keys_.emplace(table_->key_layout());
}

void AppendTopN::process(Batch input, int32_t, Output& output) {
  CHECK_MSG(input.append_only(), "a row is taken back where rows are only inserted");
  input_ = std::move(input);
  next_row_ = 0;
  keys_->assign(columns_at(input_, spec_.keys), input_.num_rows());
  places_.begin(input_);
  emit_in_steps(*context_, output, [this](Output& more) { return take_rows(more); });
}

bool AppendTopN::take_rows(Output& output) {
  const int64_t changes_a_row = shifts_ ? 2 * spec_.last : 2;
  const auto most = static_cast<int32_t>(std::max<int64_t>(kChangesAtOnce / changes_a_row, 1));
  rows_.resize(static_cast<size_t>(std::min(most, input_.num_rows() - next_row_)));
  std::iota(rows_.begin(), rows_.end(), next_row_);
  records_.resize(rows_.size());
  created_.resize(rows_.size());
  table_->upsert(*keys_, rows_, records_, created_);
  changes_.begin(input_);
  const EpochMillis now = context_->processing_time();
  for (size_t i = 0; i < rows_.size(); ++i) {
    changes_.because_of(rows_[i]);
    if (time_to_live_.enabled()) {
      if (created_[i] == 0 && time_to_live_.expired(records_[i], now)) slots_.clear(records_[i]);
      time_to_live_.written({&records_[i], 1}, now);
    }
    take(rows_[i], records_[i]);
  }
  next_row_ += static_cast<int32_t>(rows_.size());
  changes_.emit(output);
  context_->state().release();
  if (next_row_ < input_.num_rows()) return true;
  input_ = Batch();
  return false;
}

void AppendTopN::take(int32_t row, std::byte* record) {
  const TopPlace place = top_place(places_, input_, row);
  const int32_t rank = slots_.rank(record, place);
  if (rank == spec_.last) return;
  if (shifts_) {
    shift_down(row, record, rank);
  } else {
    const bool full = slots_.full(record);
    const bool replaces = full && spec_.last == 1;
    if (full)
      changes_.add(replaces ? RowKind::kUpdateBefore : RowKind::kDelete, record,
                   slots_.values(record, static_cast<int32_t>(spec_.last) - 1), table_->texts());
    changes_.add(replaces ? RowKind::kUpdateAfter : RowKind::kInsert, row);
  }
  slots_.insert(record, rank, place, input_.columns(), row);
}

void AppendTopN::shift_down(int32_t row, const std::byte* record, int32_t rank) {
  const int32_t size = slots_.size(record);
  const auto add_coming = [&](RowKind kind, int32_t at) {  // who takes the number of the row at rank `at`
    if (at == rank)
      changes_.add(kind, row, at + 1);
    else
      changes_.add(kind, record, slots_.values(record, at - 1), table_->texts(), at + 1);
  };
  for (int32_t at = rank; at < size; ++at) {
    if (!shows(at + 1)) continue;
    changes_.add(RowKind::kUpdateBefore, record, slots_.values(record, at), table_->texts(), at + 1);
    add_coming(RowKind::kUpdateAfter, at);
  }
  if (shows(size + 1)) add_coming(RowKind::kInsert, size);
}

EpochMillis AppendTopN::next_processing_timer() const {
  return time_to_live_.enabled() ? time_to_live_.next_sweep() : kMaxWatermark;
}

void AppendTopN::on_processing_time(EpochMillis now, Output&) {
  table_->erase(time_to_live_.sweep(now));
  context_->state().release();
}

}  // namespace tidemill
