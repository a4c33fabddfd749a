#include "operators/top_n.h"

#include "operators/emit_in_steps.h"
#include "operators/key_columns.h"
#include "operators/row_outcomes.h"
#include "operators/top_slots.h"

namespace tidemill {
namespace {

constexpr std::string_view kArrivalScalar = "rank.next_arrival";

SubKeyRange from_place(std::string_view place) { return {SubKey::of_bytes(place), std::nullopt}; }

}  // namespace

TopN::TopN(const RankSpec& spec)
    : spec_(spec),
      shifts_(spec.numbers || spec.first > 1),
      values_(kept_types(spec)),
      places_(spec.order, !spec.input_retracts, spec.latest_first),
      changes_(spec.schema, spec.numbers, spec.emit_update_before),
      time_to_live_(spec.state_ttl_ms) {
  CHECK(!spec.final_only);
  for (const int32_t key : spec_.keys) key_types_.push_back(spec_.schema->field(key).type);
}

void TopN::open(OperatorContext& context) {
  context_ = &context;
  TableDescriptor rows;
  rows.name = "top";
  rows.key_types = key_types_;
  values_.declare(rows);
  top_ = &context.state().ordered_table(rows, SubKeyKind::kBytes);
  values_.open(top_->layout());
  keys_.emplace(top_->key_layout());
  if (spec_.input_retracts) {
    rows.name = "rest";
    rest_ = &context.state().ordered_table(rows, SubKeyKind::kBytes);
  }
  if (!time_to_live_.enabled()) return;
  TableDescriptor partitions;
  partitions.name = "partitions";
  partitions.key_types = key_types_;
  time_to_live_.declare(partitions);
  partitions_ = &context.state().record_table(partitions);
  time_to_live_.open(*partitions_);
}

void TopN::process(Batch input, int32_t, Output& output) {
  input_ = std::move(input);
  next_row_ = 0;
  keys_->assign(columns_at(input_, spec_.keys), input_.num_rows());
  places_.begin(input_);
  emit_in_steps(*context_, output, [this](Output& more) { return take_rows(more); });
}

bool TopN::take_rows(Output& output) {
  OperatorScalars& scalars = context_->state().scalars();
  arrival_ = scalars.get(kArrivalScalar).value_or(0);
  changes_.begin(input_);
  while (next_row_ < input_.num_rows() && changes_.num_rows() < kBatchRowsTarget) {
    const int32_t row = next_row_++;
    changes_.because_of(row);
    if (partitions_ != nullptr) renew_expired(row);
    if (retracts(input_.kind(row))) {
      remove(row);
    } else {
      insert(row);
    }
  }
  scalars.set(kArrivalScalar, ScalarMerge::kMaximum, arrival_);
  changes_.emit(output);
  context_->state().release();
  if (next_row_ < input_.num_rows()) return true;
  input_ = Batch();
  return false;
}

void TopN::renew_expired(int32_t row) {
  if (!time_to_live_.renew((*keys_)[row], context_->processing_time()).expired) return;
  top_->erase((*keys_)[row], SubKeyRange::all());
  if (rest_ != nullptr) rest_->erase((*keys_)[row], SubKeyRange::all());
}

EpochMillis TopN::next_processing_timer() const {
  return partitions_ != nullptr ? time_to_live_.next_sweep() : kMaxWatermark;
}

void TopN::on_processing_time(EpochMillis now, Output&) {
  const KeyBatch& expired = time_to_live_.sweep(now);
  for (int32_t row = 0; row < expired.num_rows(); ++row) {
    top_->erase(expired[row], SubKeyRange::all());
    if (rest_ != nullptr) rest_->erase(expired[row], SubKeyRange::all());
  }
  partitions_->erase(expired);
  context_->state().release();
}

void TopN::insert(int32_t row) {
  const KeyRef key = (*keys_)[row];
  const std::string place(places_.place(row, arrival_++));
  bool created = false;
  const bool full = top_->size(key) >= spec_.last;
  const std::vector<const std::byte*> following =
      full || shifts_ ? records_from(row, place) : std::vector<const std::byte*>();
  if (full && following.empty()) {
    if (rest_ != nullptr)
      values_.put(rest_->upsert(key, SubKey::of_bytes(place), created), rest_->texts(), input_.columns(), row);
    return;
  }
  if (shifts_) {
    shift_down(row, number_at(row, place), following);
  } else {
    const bool replaces = full && spec_.last == 1 && rest_ == nullptr;
    if (full) add(replaces ? RowKind::kUpdateBefore : RowKind::kDelete, following.back(), spec_.last);
    changes_.add(replaces ? RowKind::kUpdateAfter : RowKind::kInsert, row);
  }
  values_.put(top_->upsert(key, SubKey::of_bytes(place), created), top_->texts(), input_.columns(), row);
  CHECK(created);
  if (full) drop_last(row);
}

void TopN::drop_last(int32_t row) {
  const KeyRef key = (*keys_)[row];
  std::string place;
  top_->scan(key, SubKeyRange::all(), ScanDirection::kBackward, [&](const SubKey& last, const std::byte* record) {
    place = last.bytes;
    bool created = false;
    if (rest_ != nullptr) values_.copy(record, top_->texts(), rest_->upsert(key, last, created), rest_->texts());
    return false;
  });
  top_->erase(key, SubKey::of_bytes(place));
}

void TopN::remove(int32_t row) {
  CHECK_MSG(rest_ != nullptr, "a row is taken back where rows are only inserted");
  const KeyRef key = (*keys_)[row];
  const std::optional<std::string> place = find(*top_, row);
  if (!place) {
    const std::optional<std::string> behind = find(*rest_, row);
    if (behind) {
      rest_->erase(key, SubKey::of_bytes(*behind));
    } else {
      context_->metrics().add(kUnknownRetractionsCounter, 1);
    }
    return;
  }
  // The first row of the rest moves up before anything is emitted: the changes are then those of one table.
  std::string moved;
  rest_->scan(key, SubKeyRange::all(), ScanDirection::kForward, [&](const SubKey& first, const std::byte* record) {
    moved = first.bytes;
    bool created = false;
    values_.copy(record, rest_->texts(), top_->upsert(key, first, created), top_->texts());
    return false;
  });
  const bool moves = !moved.empty();
  if (moves) rest_->erase(key, SubKey::of_bytes(moved));
  const std::byte* const gone = top_->find(key, SubKey::of_bytes(*place));
  if (shifts_) {
    std::vector<const std::byte*> following = records_from(row, *place);
    following.erase(following.begin());  // the row itself
    shift_up(gone, number_at(row, *place), following);
  } else {
    add(RowKind::kDelete, gone, 0);
    if (moves) add(RowKind::kInsert, top_->find(key, SubKey::of_bytes(moved)), 0);
  }
  top_->erase(key, SubKey::of_bytes(*place));
}

std::optional<std::string> TopN::find(OrderedTable& table, int32_t row) {
  const std::string values(places_.values(row));
  const SubKeyRange equal{SubKey::of_bytes(values), SubKey::of_bytes(places_.end_of(values))};
  std::optional<std::string> place;
  table.scan((*keys_)[row], equal, ScanDirection::kForward, [&](const SubKey& sub_key, const std::byte* record) {
    if (values_.equal(record, table.texts(), input_.columns(), row)) place.emplace(sub_key.bytes);
    return !place.has_value();
  });
  return place;
}

std::vector<const std::byte*> TopN::records_from(int32_t row, std::string_view place) const {
  std::vector<const std::byte*> records;
  if (shifts_) {
    top_->scan((*keys_)[row], from_place(place), ScanDirection::kForward, [&](const SubKey&, const std::byte* record) {
      records.push_back(record);
      return true;
    });
  } else {  // only the last one is asked for
    top_->scan((*keys_)[row], from_place(place), ScanDirection::kBackward, [&](const SubKey&, const std::byte* record) {
      records.push_back(record);
      return false;
    });
  }
  return records;
}

int64_t TopN::number_at(int32_t row, std::string_view place) const {
  int64_t number = 1;
  top_->scan((*keys_)[row], {std::nullopt, SubKey::of_bytes(place)}, ScanDirection::kForward,
             [&](const SubKey&, const std::byte*) {
               ++number;
               return true;
             });
  return number;
}

void TopN::add(RowKind kind, const std::byte* record, int64_t number) {
  changes_.add(kind, record, values_, top_->texts(), number);
}

void TopN::shift_down(int32_t row, int64_t number, const std::vector<const std::byte*>& following) {
  const std::byte* comes = nullptr;  // null: the input row
  const auto add_coming = [&](RowKind kind) {
    if (comes == nullptr) {
      changes_.add(kind, row, number);
    } else {
      add(kind, comes, number);
    }
  };
  for (const std::byte* goes : following) {
    if (shows(number)) {
      add(RowKind::kUpdateBefore, goes, number);
      add_coming(RowKind::kUpdateAfter);
    }
    comes = goes;
    ++number;
  }
  if (shows(number)) add_coming(RowKind::kInsert);
}

void TopN::shift_up(const std::byte* gone, int64_t number, const std::vector<const std::byte*>& following) {
  for (const std::byte* next : following) {
    if (shows(number)) {
      add(RowKind::kUpdateBefore, gone, number);
      add(RowKind::kUpdateAfter, next, number);
    }
    gone = next;
    ++number;
  }
  if (shows(number)) add(RowKind::kDelete, gone, number);
}

}  // namespace tidemill
