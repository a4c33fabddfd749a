#include "operators/appended_pairs.h"

#include <algorithm>

#include "base/hash.h"

namespace tidemill {

void AppendedPairs::begin(Batch input, int32_t port, const AppendedSide& own, const AppendedSide& other) {
  input_ = std::move(input);
  port_ = port;
  own_ = &own;
  other_ = &other;
  next_ = 0;
  place_ = {};
}

void AppendedPairs::end() {
  input_ = {};
  own_ = nullptr;
}

void AppendedPairs::Places::clear() {
  input_rows.clear();
  stored.clear();
  key_rows.clear();
}

void AppendedPairs::read(int32_t pairs_max) {
  pairs_.clear();
  pairs_max_ = pairs_max;
  stored_rows_.clear();
  records_.clear();
  long_rows_.clear();
  stored_columns_.assign(other_->rows().num_stored(), nullptr);
  each_once_ = true;
  recent_.fill({});
  first_ = next_;
  const std::span<const int32_t> rows = std::span(own_->fitting()).subspan(next_);
  lists_.resize(rows.size());
  other_->table().find(own_->keys(), rows, lists_);
  for (size_t i = 0; i < rows.size(); ++i, ++next_)
    if (lists_[i].first != 0 && !read_list(rows[i], lists_[i])) return;
}

std::span<const int32_t> AppendedPairs::rows() const {
  const size_t end = next_ + (last_complete() ? 0 : 1);
  return std::span(own_->fitting()).subspan(first_, end - first_);
}

void AppendedPairs::add(int32_t row, int32_t stored) {
  pairs_.input_rows.push_back(row);
  pairs_.stored.push_back(stored);
}

AppendedPairs::Recent& AppendedPairs::recent_of(const ListRoot& list) {
  return recent_[hash_integer(list.first) % recent_.size()];
}

bool AppendedPairs::repeat(int32_t row, const Recent& recent) {
  if (size() + recent.count > pairs_max_) return false;
  each_once_ = false;
  for (int32_t i = 0; i < recent.count; ++i) add(row, recent.first + i);
  return true;
}

bool AppendedPairs::read_list(int32_t row, const ListRoot& list) {
  const bool whole = place_.chunk == 0;
  Recent& recent = recent_of(list);
  if (whole && recent.list == list.first) return repeat(row, recent);
  const auto first = static_cast<int32_t>(stored_rows_.size());
  std::string scratch;
  ListReader reader = other_->table().reader(list, place_);
  while (!reader.at_end()) {
    if (size() == pairs_max_) {
      place_ = reader.place();
      return false;
    }
    std::string_view stored = reader.next(scratch);
    if (stored.data() == scratch.data()) stored = long_rows_.emplace_back(std::move(scratch));
    add(row, static_cast<int32_t>(stored_rows_.size()));
    stored_rows_.push_back(stored);
    records_.push_back(reader.record_address());
  }
  place_ = {};
  if (whole) recent = {list.first, first, static_cast<int32_t>(stored_rows_.size()) - first};
  return true;
}

void AppendedPairs::keep(std::span<const int32_t> pairs) {
  if (pairs.size() == pairs_.stored.size()) return;
  for (size_t i = 0; i < pairs.size(); ++i) {
    const auto pair = static_cast<size_t>(pairs[i]);
    pairs_.input_rows[i] = pairs_.input_rows[pair];
    pairs_.stored[i] = pairs_.stored[pair];
  }
  pairs_.input_rows.resize(pairs.size());
  pairs_.stored.resize(pairs.size());
  each_once_ = false;
}

bool AppendedPairs::takes_all_input(std::span<const int32_t> rows) const {
  if (rows.size() != static_cast<size_t>(input_.num_rows())) return false;
  for (size_t i = 0; i < rows.size(); ++i)
    if (rows[i] != static_cast<int32_t>(i)) return false;
  return true;
}

void AppendedPairs::read_stored(std::span<const uint8_t> wanted, size_t first) {
  const std::vector<StoredRows::Source>& sources = other_->rows().sources();
  std::vector<uint8_t> missing(stored_columns_.size());
  for (size_t column = 0; column < sources.size(); ++column) {
    const StoredRows::Source& source = sources[column];
    if (!source.stored || wanted[first + column] == 0) continue;
    const auto index = static_cast<size_t>(source.index);
    missing[index] = stored_columns_[index] == nullptr ? 1 : 0;
  }
  if (std::ranges::find(missing, 1) != missing.end()) other_->rows().read(stored_rows_, missing, stored_columns_);
}

void AppendedPairs::make_columns(std::span<const uint8_t> wanted, std::vector<ColumnPtr>& columns) {
  make_columns(pairs_, each_once_, wanted, columns);
}

void AppendedPairs::make_columns(std::span<const int32_t> input_rows, std::span<const int32_t> pairs,
                                 std::span<const uint8_t> wanted, std::vector<ColumnPtr>& columns) {
  CHECK_EQ(input_rows.size(), pairs.size());
  outcome_.clear();
  outcome_.input_rows.assign(input_rows.begin(), input_rows.end());
  for (const int32_t pair : pairs) {
    outcome_.stored.push_back(pair < 0 ? -1 : pairs_.stored[static_cast<size_t>(pair)]);
    outcome_.key_rows.push_back(pair < 0 ? -1 : input_row(pair));
  }
  columns.assign(wanted.size(), nullptr);
  make_columns(outcome_, false, wanted, columns);
}

void AppendedPairs::make_columns(const Places& places, bool each_once, std::span<const uint8_t> wanted,
                                 std::vector<ColumnPtr>& columns) {
  const auto num_own = static_cast<size_t>(input_.num_columns());
  const size_t num_other = other_->rows().sources().size();
  CHECK_EQ(wanted.size(), num_own + num_other);
  columns.resize(wanted.size());
  const size_t own_first = port_ == 0 ? 0 : num_other;
  const size_t other_first = port_ == 0 ? num_own : 0;
  const auto count = static_cast<int32_t>(places.stored.size());
  const bool all_input = takes_all_input(places.input_rows);
  const auto is_made = [count](const ColumnPtr& column) { return column != nullptr && column->num_rows() == count; };
  const auto own_column = [&](size_t column) {
    ColumnPtr& made = columns[own_first + column];
    const ColumnPtr& input = input_.column(static_cast<int32_t>(column));
    if (!is_made(made)) made = all_input ? input : input->take(places.input_rows);
    return made;
  };
  for (size_t column = 0; column < num_own; ++column)
    if (wanted[own_first + column] != 0) own_column(column);
  read_stored(wanted, other_first);
  for (size_t column = 0; column < num_other; ++column) {
    ColumnPtr& made = columns[other_first + column];
    if (wanted[other_first + column] == 0 || is_made(made)) continue;
    const StoredRows::Source& source = other_->rows().sources()[column];
    const auto index = static_cast<size_t>(source.index);
    if (source.stored) {
      made = each_once ? stored_columns_[index] : stored_columns_[index]->take(places.stored);
      continue;
    }
    const auto key = static_cast<size_t>(own_->key_columns()[index]);
    const ColumnPtr values =
        places.key_rows.empty() ? own_column(key) : input_.column(static_cast<int32_t>(key))->take(places.key_rows);
    made = values->with_type(other_->schema()->field(static_cast<int32_t>(column)).type);
  }
}

}  // namespace tidemill
