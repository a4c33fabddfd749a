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

void AppendedPairs::read() {
  input_rows_.clear();
  stored_.clear();
  stored_rows_.clear();
  long_rows_.clear();
  stored_columns_.assign(other_->rows().num_stored(), nullptr);
  each_once_ = true;
  recent_.fill({});
  const std::span<const int32_t> rows = std::span(own_->fitting()).subspan(next_);
  lists_.resize(rows.size());
  other_->table().find(own_->keys(), rows, lists_);
  for (size_t i = 0; i < rows.size(); ++i, ++next_)
    if (lists_[i].first != 0 && !read_list(rows[i], lists_[i])) return;
}

void AppendedPairs::add(int32_t row, int32_t stored) {
  input_rows_.push_back(row);
  stored_.push_back(stored);
}

AppendedPairs::Recent& AppendedPairs::recent_of(const ListRoot& list) {
  return recent_[hash_integer(list.first) % recent_.size()];
}

bool AppendedPairs::repeat(int32_t row, const Recent& recent) {
  if (size() + recent.count > kBatchRowsMax) return false;
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
  ListReader reader(other_->table().pages(), list, place_);
  while (!reader.at_end()) {
    if (size() == kBatchRowsMax) {
      place_ = reader.place();
      return false;
    }
    std::string_view stored = reader.next(scratch);
    if (stored.data() == scratch.data()) stored = long_rows_.emplace_back(std::move(scratch));
    add(row, static_cast<int32_t>(stored_rows_.size()));
    stored_rows_.push_back(stored);
  }
  place_ = {};
  if (whole) recent = {list.first, first, static_cast<int32_t>(stored_rows_.size()) - first};
  return true;
}

void AppendedPairs::keep(std::span<const int32_t> pairs) {
  if (pairs.size() == input_rows_.size()) return;
  for (size_t i = 0; i < pairs.size(); ++i) {
    const auto pair = static_cast<size_t>(pairs[i]);
    input_rows_[i] = input_rows_[pair];
    stored_[i] = stored_[pair];
  }
  input_rows_.resize(pairs.size());
  stored_.resize(pairs.size());
  each_once_ = false;
}

bool AppendedPairs::takes_all_input() const {
  if (size() != input_.num_rows()) return false;
  for (int32_t i = 0; i < size(); ++i)
    if (input_rows_[static_cast<size_t>(i)] != i) return false;
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
  const auto num_own = static_cast<size_t>(input_.num_columns());
  const size_t num_other = other_->rows().sources().size();
  CHECK_EQ(wanted.size(), num_own + num_other);
  columns.resize(wanted.size());
  const size_t own_first = port_ == 0 ? 0 : num_other;
  const size_t other_first = port_ == 0 ? num_own : 0;
  const bool all_input = takes_all_input();
  const auto own_column = [&](size_t column) {
    ColumnPtr& made = columns[own_first + column];
    const ColumnPtr& input = input_.column(static_cast<int32_t>(column));
    if (made == nullptr || made->num_rows() != size()) made = all_input ? input : input->take(input_rows_);
    return made;
  };
  for (size_t column = 0; column < num_own; ++column)
    if (wanted[own_first + column] != 0) own_column(column);
  read_stored(wanted, other_first);
  for (size_t column = 0; column < num_other; ++column) {
    ColumnPtr& made = columns[other_first + column];
    if (wanted[other_first + column] == 0 || (made != nullptr && made->num_rows() == size())) continue;
    const StoredRows::Source& source = other_->rows().sources()[column];
    const auto index = static_cast<size_t>(source.index);
    if (source.stored) {
      made = each_once_ ? stored_columns_[index] : stored_columns_[index]->take(stored_);
    } else {
      const Type& type = other_->schema()->field(static_cast<int32_t>(column)).type;
      made = own_column(static_cast<size_t>(own_->key_columns()[index]))->with_type(type);
    }
  }
}

}  // namespace tidemill
