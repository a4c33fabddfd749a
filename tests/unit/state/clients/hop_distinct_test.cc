// Client 1: MIN(v) and COUNT(DISTINCT v) over a hopping window, with retractions and rows late for some windows only.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/unit/state/clients/client_tasks.h"

namespace tidemill::state_test {
namespace {

constexpr EpochMillis kSlide = 10;
constexpr EpochMillis kSize = 30;

struct Row {
  int64_t key = 0;
  EpochMillis time = 0;
  std::optional<int64_t> value;
  int64_t sign = 1;  // -1: a retraction
};

struct Result {
  std::optional<int64_t> least;
  int64_t distinct = 0;
  bool operator==(const Result&) const = default;
};
using Results = std::map<std::pair<EpochMillis, int64_t>, Result>;  // by (window end, key)

EpochMillis slice_end_of(EpochMillis time) { return (time / kSlide + 1) * kSlide; }
// The first window that holds `time` and has not fired at this watermark; nullopt: all have.
std::optional<EpochMillis> first_open_window(EpochMillis time, EpochMillis watermark) {
  for (EpochMillis end = slice_end_of(time); end < slice_end_of(time) + kSize; end += kSlide) {
    if (end - 1 > watermark) return end;
  }
  return std::nullopt;
}

class HopDistinct {
 public:
  explicit HopDistinct(StateStore& store) : store_(&store), slices_(&store.slice_tables(descriptor())) {}

  void process(const std::vector<Row>& rows, EpochMillis watermark) {
    std::map<SliceId, std::vector<int32_t>> by_slice;
    std::vector<std::optional<int64_t>> keys, values;
    for (size_t i = 0; i < rows.size(); ++i) {
      keys.emplace_back(rows[i].key);
      values.push_back(rows[i].value);
      const EpochMillis end = slice_end_of(rows[i].time);
      const std::optional<EpochMillis> first = first_open_window(rows[i].time, watermark);
      if (first) by_slice[{end, *first == end ? kNoWatermark : *first}].push_back(static_cast<int32_t>(i));
    }
    const ColumnPtr key_column = big_ints(keys), value_column = big_ints(values);
    KeyBatch groups(slices_->key_layout());
    groups.assign(std::span(&key_column, 1), static_cast<int32_t>(rows.size()));
    for (const auto& [id, selected] : by_slice)
      add(slices_->slice(id), groups, selected, rows, key_column, value_column);
    store_->release();
  }

  // Fires the windows that end in (from, watermark] and drops the slices that no later window needs.
  void advance(EpochMillis from, EpochMillis watermark, Results& results) {
    for (EpochMillis end = slice_end_of(from); end - 1 <= watermark; end += kSlide) {
      if (end - 1 <= from) continue;
      fire(end, results);
      const std::vector<SliceId> ids(slices_->ids().begin(), slices_->ids().end());
      for (const SliceId& id : ids) {
        if (id.slice_end <= end - kSize + kSlide) slices_->drop(id);
      }
      store_->release();
    }
  }

  size_t open_slices() const { return slices_->ids().size(); }

 private:
  static TableDescriptor descriptor() {
    TableDescriptor descriptor;
    descriptor.name = "hop";
    descriptor.key_types = {Type::big_int()};
    descriptor.fields = {RecordField::int64("rows"), RecordField::int64("distinct")};
    descriptor.companions = {{"least", CompanionKind::kOrderedValues, {Type::big_int()}},
                             {"distinct", CompanionKind::kDistinctCounts, {Type::big_int()}}};
    return descriptor;
  }

  static void add(RecordTable& slice, const KeyBatch& groups, const std::vector<int32_t>& selected,
                  const std::vector<Row>& rows, const ColumnPtr& keys, const ColumnPtr& values) {
    std::vector<std::byte*> records(selected.size());
    std::vector<uint8_t> created(selected.size());
    slice.upsert(groups, selected, records, created);
    std::vector<int32_t> present;  // rows whose value is not NULL
    std::vector<int64_t> signs;
    for (size_t i = 0; i < selected.size(); ++i) {
      const Row& row = rows[static_cast<size_t>(selected[i])];
      *reinterpret_cast<int64_t*>(records[i] + slice.layout().offset("rows")) += row.sign;
      if (!row.value) continue;
      present.push_back(selected[i]);
      signs.push_back(row.sign);
    }
    std::vector<int8_t> transitions(present.size());
    slice.ordered_values(0).add(groups, present, *values, signs, transitions);
    KeyBatch pairs(slice.distinct_counts(1).pair_layout());
    const std::vector<ColumnPtr> pair_columns = {keys, values};
    pairs.assign(pair_columns, groups.num_rows());
    slice.distinct_counts(1).add(pairs, present, signs, transitions);
  }

  void fire(EpochMillis end, Results& results) {
    const std::unique_ptr<RecordTable> window = slices_->make_scratch();
    const uint32_t rows = window->layout().offset("rows");
    for (const SliceId& id : slices_->ids()) {
      if (id.slice_end <= end - kSize || id.slice_end > end || id.first_window_end > end) continue;
      const RecordTable& slice = *slices_->find(id);
      slice.scan([&](std::span<const std::byte* const> records) {
        KeyBatch keys(slice.key_layout());
        slice.read_keys(records, keys);
        std::vector<std::byte*> into(records.size());
        std::vector<uint8_t> created(records.size());
        window->upsert(keys, into, created);
        for (size_t i = 0; i < records.size(); ++i)
          *reinterpret_cast<int64_t*>(into[i] + rows) += *reinterpret_cast<const int64_t*>(records[i] + rows);
      });
      window->merge_companions(slice);
    }
    window->distinct_counts(1).scan([&](const KeyBatch& pairs, std::span<const int64_t> counts) {
      KeyBatch keys(window->key_layout());
      owner_keys(pairs, keys);
      std::vector<std::byte*> into(counts.size());
      window->find_for_update(keys, into);
      for (size_t i = 0; i < counts.size(); ++i)
        *reinterpret_cast<int64_t*>(into[i] + window->layout().offset("distinct")) += counts[i] > 0 ? 1 : 0;
    });
    window->scan([&](std::span<const std::byte* const> records) { emit(*window, records, end, results); });
  }

  static void emit(RecordTable& window, std::span<const std::byte* const> records, EpochMillis end, Results& results) {
    KeyBatch keys(window.key_layout());
    window.read_keys(records, keys);
    std::vector<ColumnBuilder> columns;
    columns.emplace_back(Type::big_int());
    keys.decode(columns);
    const ColumnPtr key_column = columns[0].finish();
    ColumnBuilder least(Type::big_int());
    for (int32_t row = 0; row < keys.num_rows(); ++row) window.ordered_values(0).append_first(keys[row], least);
    const ColumnPtr least_column = least.finish();
    for (int32_t row = 0; row < keys.num_rows(); ++row) {
      const std::byte* const record = records[static_cast<size_t>(row)];
      if (*reinterpret_cast<const int64_t*>(record + window.layout().offset("rows")) <= 0) continue;
      Result& result = results[{end, key_column->decode<int64_t>()[row]}];
      result.distinct = *reinterpret_cast<const int64_t*>(record + window.layout().offset("distinct"));
      if (!least_column->is_null(row)) result.least = least_column->decode<int64_t>()[row];
    }
  }

  StateStore* store_;
  SliceTables* slices_;
};

// What the windows that end in (from, watermark] must hold, from all rows with the watermark each came at.
void fire_naively(const std::vector<std::pair<Row, EpochMillis>>& log, EpochMillis from, EpochMillis watermark,
                  Results& results) {
  for (EpochMillis end = slice_end_of(from); end - 1 <= watermark; end += kSlide) {
    if (end - 1 <= from) continue;
    std::map<int64_t, std::pair<int64_t, std::map<int64_t, int64_t>>> groups;
    for (const auto& [row, then] : log) {
      if (row.time < end - kSize || row.time >= end || end - 1 <= then) continue;
      groups[row.key].first += row.sign;
      if (row.value) groups[row.key].second[*row.value] += row.sign;
    }
    for (const auto& [key, group] : groups) {
      if (group.first <= 0) continue;
      Result& result = results[{end, key}];
      for (const auto& [value, count] : group.second) {
        if (count <= 0) continue;
        if (!result.least) result.least = value;
        ++result.distinct;
      }
    }
  }
}

void run(uint64_t seed) {
  TestRandom random(seed);
  ClientTasks<HopDistinct> tasks(random.between(1, 3), random.chance(50));
  const KeyLayout layout({Type::big_int()});
  std::vector<std::pair<Row, EpochMillis>> log;
  std::vector<Row> inserted;
  Results found, expected;
  EpochMillis watermark = 0;
  for (int step = 0; step < 40; ++step) {
    std::map<HopDistinct*, std::vector<Row>> batches;
    for (int32_t i = random.below(40); i > 0; --i) {
      Row row;
      if (!inserted.empty() && random.chance(30)) {
        const auto victim = static_cast<size_t>(random.below(static_cast<int32_t>(inserted.size())));
        row = inserted[victim];
        row.sign = -1;
        inserted.erase(inserted.begin() + static_cast<ptrdiff_t>(victim));
      } else {
        row.key = random.below(12);
        row.time = std::max<EpochMillis>(0, watermark + random.between(-45, 25));
        if (random.chance(90)) row.value = random.below(8);
        inserted.push_back(row);
      }
      log.emplace_back(row, watermark);
      std::string key;
      const ColumnPtr column = big_ints({row.key});
      append_key(layout, std::span(&column, 1), 0, key);
      batches[&tasks.of(hash_key(layout, key))].push_back(row);
    }
    for (auto& [task, rows] : batches) task->process(rows, watermark);
    if (random.chance(30)) tasks.restart(random.between(1, 3));
    const EpochMillis next = watermark + random.between(0, 25);
    for (size_t task = 0; task < tasks.size(); ++task) tasks[task].advance(watermark, next, found);
    fire_naively(log, watermark, next, expected);
    watermark = next;
    ASSERT_EQ(found.size(), expected.size()) << "step " << step;
    ASSERT_TRUE(found == expected) << "step " << step;
    if (random.chance(20)) tasks.restart(random.between(1, 3));
  }
  for (size_t task = 0; task < tasks.size(); ++task) {
    tasks[task].advance(watermark, watermark + 1000, found);
    EXPECT_EQ(tasks[task].open_slices(), 0U);
    EXPECT_EQ(tasks.store(task).pages().pages_allocated(), 0U);
  }
  fire_naively(log, watermark, watermark + 1000, expected);
  EXPECT_TRUE(found == expected);
}

TEST(StateClients, RetractableMinWithDistinctOverHop) {
  for (uint64_t seed = 1; seed <= 40 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    run(seed);
  }
}

}  // namespace
}  // namespace tidemill::state_test
