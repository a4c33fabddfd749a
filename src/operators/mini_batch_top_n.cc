#include "operators/mini_batch_top_n.h"

#include <algorithm>
#include <numeric>

#include "operators/append_top_n.h"
#include "operators/key_columns.h"

namespace tidemill {
namespace {

constexpr std::string_view kRankField = "rank";
constexpr std::string_view kSizeField = "size";

int64_t& number_at(std::byte* record, uint32_t offset) { return *reinterpret_cast<int64_t*>(record + offset); }

int32_t number_at(const std::byte* record, uint32_t offset) {
  return static_cast<int32_t>(*reinterpret_cast<const int64_t*>(record + offset));
}

}  // namespace

bool MiniBatchTopN::suits(const RankSpec& spec) {
  return spec.mini_batch_rows > 0 && !spec.emit_update_before && spec.state_ttl_ms == 0 &&
         (spec.numbers || spec.last == 1) && AppendTopN::suits(spec);
}

MiniBatchTopN::MiniBatchTopN(const RankSpec& spec)
    : spec_(spec),
      slots_(kept_types(spec), static_cast<int32_t>(spec.last), spec.latest_first),
      places_(spec.order, true, spec.latest_first),
      changes_(spec.schema, spec.numbers, false) {
  CHECK(suits(spec));
  for (const int32_t key : spec_.keys) key_types_.push_back(spec_.schema->field(key).type);
}

void MiniBatchTopN::open(OperatorContext& context) {
  context_ = &context;
  TableDescriptor partitions;
  partitions.name = AppendTopN::kTable;
  partitions.key_types = key_types_;
  slots_.declare(partitions);
  table_ = &context.state().record_table(partitions);
  slots_.open(*table_);
  TableDescriptor changed;
  changed.name = "pending";
  changed.key_types = key_types_;
  changed.fields = {RecordField::int64(std::string(kRankField)), RecordField::int64(std::string(kSizeField))};
  changed_ = &context.state().record_table(changed);
  rank_offset_ = changed_->layout().offset(kRankField);
  size_offset_ = changed_->layout().offset(kSizeField);
  keys_.emplace(table_->key_layout());
}

void MiniBatchTopN::process(Batch input, int32_t, Output& output) {
  CHECK_MSG(input.append_only(), "a row is taken back where rows are only inserted");
  for (int32_t first = 0; first < input.num_rows();) {
    const auto count = static_cast<int32_t>(std::min<int64_t>(input.num_rows() - first, spec_.mini_batch_rows - rows_));
    take(input, first, count);
    if (rows_ == spec_.mini_batch_rows) flush(output);
    first += count;
  }
}

void MiniBatchTopN::take(const Batch& input, int32_t first, int32_t count) {
  if (rows_ == 0) held_watermark_ = context_->watermark();
  rows_ += count;
  keys_->assign(columns_at(input, spec_.keys), input.num_rows());
  places_.begin(input);
  taken_.resize(static_cast<size_t>(count));
  std::iota(taken_.begin(), taken_.end(), first);
  records_.resize(taken_.size());
  created_.resize(taken_.size());
  table_->upsert(*keys_, taken_, records_, created_);
  entered_rows_.clear();
  entered_.clear();
  for (size_t i = 0; i < taken_.size(); ++i) {
    const TopPlace place = top_place(places_, input, taken_[i]);
    const int32_t rank = slots_.rank(records_[i], place);
    if (rank == spec_.last) continue;
    entered_rows_.push_back(taken_[i]);
    entered_.push_back({rank, slots_.size(records_[i])});
    slots_.insert(records_[i], rank, place, input.columns(), taken_[i]);
  }
  note_entered();
  context_->state().release();
}

void MiniBatchTopN::note_entered() {
  records_.resize(entered_rows_.size());
  created_.resize(entered_rows_.size());
  changed_->upsert(*keys_, entered_rows_, records_, created_);
  for (size_t i = 0; i < entered_.size(); ++i) {
    int64_t& lowest = number_at(records_[i], rank_offset_);
    lowest = created_[i] != 0 ? entered_[i].rank : std::min<int64_t>(lowest, entered_[i].rank);
    if (created_[i] != 0) number_at(records_[i], size_offset_) = entered_[i].size_before;
  }
}

void MiniBatchTopN::flush(Output& output) {
  rows_ = 0;
  if (changed_->size() == 0) return;
  changed_->scan([&](std::span<const std::byte* const> changed) { emit_changed(changed, output); });
  changed_->clear();
  context_->state().release();
}

void MiniBatchTopN::emit_changed(std::span<const std::byte* const> changed, Output& output) {
  keys_->clear();
  changed_->read_keys(changed, *keys_);
  std::vector<const std::byte*> partitions(changed.size());
  table_->find(*keys_, partitions);
  for (size_t i = 0; i < changed.size(); ++i) {
    const int32_t size_before = number_at(changed[i], size_offset_);
    for (int32_t rank = number_at(changed[i], rank_offset_); rank < slots_.size(partitions[i]); ++rank)
      if (shows(rank))
        changes_.add(rank < size_before ? RowKind::kUpdateAfter : RowKind::kInsert, partitions[i],
                     slots_.values(partitions[i], rank), table_->texts(), rank + 1);
    if (changes_.num_rows() >= kBatchRowsTarget) changes_.emit(output);
  }
  changes_.emit(output);
  context_->state().release();
}

EpochMillis MiniBatchTopN::output_watermark(EpochMillis watermark) const {
  return rows_ == 0 ? watermark : std::min(watermark, held_watermark_);
}

void MiniBatchTopN::before_barrier(const Barrier&, Output& output) { flush(output); }

void MiniBatchTopN::finish(Output& output) { flush(output); }

}  // namespace tidemill
