#include "operators/lookup_join.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "operators/emit_in_steps.h"
#include "operators/row_evaluation.h"

namespace tidemill {
namespace {

KeyLayoutPtr layout_of(const LookupJoinSpec& spec) {
  std::vector<Type> types;
  for (const int32_t column : spec.key_columns) types.push_back(spec.source->schema()->field(column).type);
  return make_key_layout(std::move(types));
}

// Whether `rows` are all rows of a batch, each once.
bool is_each_row(std::span<const int32_t> rows, int32_t num_rows) {
  if (static_cast<int32_t>(rows.size()) != num_rows) return false;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] != static_cast<int32_t>(i)) return false;
  }
  return true;
}

}  // namespace

LookupJoin::LookupJoin(const LookupJoinSpec& spec)
    : spec_(spec),
      cache_(spec.source->cache()),
      layout_(layout_of(spec)),
      whole_(spec.source->whole()),
      known_(cache_),
      keys_(layout_) {
  CHECK(spec.type == JoinType::kInner || spec.type == JoinType::kLeft);
}

void LookupJoin::open(OperatorContext& context) {
  context_ = &context;
  charge_ = context.charge_memory(0);
  if (cache_.kind != LookupCache::Kind::kFull)
    lookup_ = spec_.source->make_lookup(context.environment(), context.subtask());
  CHECK(lookup_ != nullptr || whole_ != nullptr);
}

void LookupJoin::process(Batch input, int32_t, Output& output) {
  begin(std::move(input));
  attempts_ = 0;
  std::vector<int32_t> unknown = unknown_keys();
  if (unknown.empty()) return emit_joined(output);
  ask(std::move(unknown), output);
}

void LookupJoin::begin(Batch input) {
  input_ = std::move(input);
  const int32_t num_rows = input_.num_rows();
  std::vector<int32_t> rows(static_cast<size_t>(num_rows));
  std::iota(rows.begin(), rows.end(), 0);
  if (spec_.input_condition != nullptr)
    rows_where(*spec_.input_condition, input_, context_->evaluation(), context_->metrics(), rows);
  std::vector<ColumnPtr> columns = evaluate_rows(spec_.keys, input_, context_->evaluation(), context_->metrics());
  for (const ColumnPtr& column : columns) {
    if (column->may_have_nulls()) std::erase_if(rows, [&](int32_t row) { return column->is_null(row); });
  }
  const bool all_rows = static_cast<int32_t>(rows.size()) == num_rows;
  key_columns_.clear();
  for (size_t i = 0; i < columns.size(); ++i) {
    const ColumnPtr column = all_rows ? Column::flatten(columns[i]) : columns[i]->take(rows);
    key_columns_.push_back(column->with_type(layout_->types()[i]));
  }
  keys_.assign(key_columns_, static_cast<int32_t>(rows.size()));
  number_keys(rows);
  answers_.assign(key_rows_.size(), {});
}

// Each key once, in a table with open addressing: rows of one key are not in each other's way.
void LookupJoin::number_keys(std::span<const int32_t> rows) {
  key_rows_.clear();
  key_of_row_.assign(static_cast<size_t>(input_.num_rows()), -1);
  std::vector<int32_t> numbers(std::bit_ceil(2 * rows.size() + 1), -1);  // by hash
  const size_t mask = numbers.size() - 1;
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto row = static_cast<int32_t>(i);
    const KeyRef key = keys_[row];
    size_t at = key.hash & mask;
    while (numbers[at] >= 0 && !equal_keys(*layout_, keys_[key_rows_[static_cast<size_t>(numbers[at])]], key))
      at = (at + 1) & mask;
    if (numbers[at] < 0) {
      numbers[at] = static_cast<int32_t>(key_rows_.size());
      key_rows_.push_back(row);
    }
    key_of_row_[static_cast<size_t>(rows[i])] = numbers[at];
  }
}

std::vector<int32_t> LookupJoin::unknown_keys() {
  std::vector<int32_t> unknown;
  std::string bytes;
  for (size_t key = 0; key < key_rows_.size(); ++key) {
    if (cache_.kind == LookupCache::Kind::kPartial) {
      bytes.clear();
      keys_.append_canonical(key_rows_[key], bytes);
      if (const LookupAnswer* known = known_.find(bytes, context_->processing_time())) {
        answers_[key] = *known;
        continue;
      }
    }
    unknown.push_back(static_cast<int32_t>(key));
  }
  return unknown;
}

void LookupJoin::ask(std::vector<int32_t> keys, Output& output) {
  if (table_ != nullptr && context_->processing_time() < table_until_) {
    find_in(*table_, keys);
    return answered(keys, output);
  }
  lookup_ != nullptr ? ask_by_key(keys) : ask_whole(std::move(keys));
}

void LookupJoin::ask_by_key(const std::vector<int32_t>& keys) {
  const auto at_once = static_cast<size_t>(spec_.source->keys_at_once());
  std::vector<Field> fields;
  for (const int32_t column : spec_.key_columns) fields.push_back(spec_.source->schema()->field(column));
  const SchemaPtr schema = make_schema(std::move(fields));
  calls_ = static_cast<int32_t>((keys.size() + at_once - 1) / at_once);
  for (size_t first = 0; first < keys.size(); first += at_once) {
    const std::span<const int32_t> part = std::span(keys).subspan(first, std::min(at_once, keys.size() - first));
    std::vector<int32_t> rows;
    for (const int32_t key : part) rows.push_back(key_rows_[static_cast<size_t>(key)]);
    std::vector<ColumnPtr> columns;
    for (const ColumnPtr& column : key_columns_) columns.push_back(column->take(rows));
    const Batch asked(schema, std::move(columns), static_cast<int32_t>(rows.size()));
    auto found = std::make_shared<FoundRows>();
    context_->block([lookup = lookup_, asked, found] { *found = lookup->find(asked); },
                    [this, found, keys, part_of_keys = std::vector(part.begin(), part.end())](Output& output) {
                      take_found(*found, part_of_keys);
                      if (--calls_ == 0) answered(keys, output);
                    });
  }
}

void LookupJoin::take_found(const FoundRows& found, std::span<const int32_t> keys) {
  const auto rows = std::make_shared<const Batch>(found.rows);
  for (size_t place = 0; place < found.keys.size(); ++place) {
    LookupAnswer& answer = answers_[static_cast<size_t>(keys[static_cast<size_t>(found.keys[place])])];
    answer.rows = rows;
    answer.places.push_back(static_cast<int32_t>(place));
  }
}

void LookupJoin::ask_whole(std::vector<int32_t> keys) {
  auto read = std::make_shared<std::shared_ptr<const WholeTable>>();
  Environment& environment = context_->environment();
  table_ = nullptr;  // two of them would be too many
  context_->block([read, whole = whole_, columns = spec_.key_columns, layout = layout_,
                   &environment] { *read = std::make_shared<const WholeTable>(*whole, columns, layout, environment); },
                  [this, read, keys = std::move(keys)](Output& output) {
                    find_in(**read, keys);
                    if (cache_.kind == LookupCache::Kind::kFull) {
                      table_ = *read;
                      table_until_ = cache_.reload.next(context_->processing_time());
                      charge_.set(static_cast<int64_t>(table_->memory_bytes()));
                    }
                    answered(keys, output);
                  });
}

void LookupJoin::find_in(const WholeTable& table, const std::vector<int32_t>& keys) {
  for (const int32_t key : keys) {
    LookupAnswer& answer = answers_[static_cast<size_t>(key)];
    table.find(keys_[key_rows_[static_cast<size_t>(key)]], answer.places);
    if (!answer.places.empty()) answer.rows = table.rows();
  }
}

void LookupJoin::answered(const std::vector<int32_t>& keys, Output& output) {
  std::vector<int32_t> missing;
  for (const int32_t key : keys)
    if (answers_[static_cast<size_t>(key)].places.empty()) missing.push_back(key);
  if (cache_.kind == LookupCache::Kind::kPartial) {
    for (const int32_t key : keys) {
      known_.put(keys_.canonical(key_rows_[static_cast<size_t>(key)]), answers_[static_cast<size_t>(key)],
                 context_->processing_time());
    }
    charge_.set(static_cast<int64_t>(known_.memory_bytes()));
  }
  if (missing.empty() || !spec_.retry || attempts_ >= spec_.retry->attempts_max) return emit_joined(output);
  ++attempts_;
  context_->wait_until(context_->processing_time() + spec_.retry->delay_ms,
                       [this, missing = std::move(missing)](Output& more) { ask(missing, more); });
}

void LookupJoin::emit_joined(Output& output) {
  row_ = 0;
  next_found_ = 0;
  matched_ = false;
  emit_in_steps(*context_, output, [this](Output& more) { return step(more); });
}

bool LookupJoin::step(Output& output) {
  const int32_t first_row = row_;
  const Pairs pairs = next_pairs();
  emit_pairs(pairs, first_row, output);
  if (row_ < input_.num_rows()) return true;
  input_ = Batch();
  answers_.clear();
  return false;
}

// Rows found for the rows from row_ on, up to about a batch of them.
LookupJoin::Pairs LookupJoin::next_pairs() {
  Pairs pairs;
  constexpr auto kPairsMax = static_cast<size_t>(kBatchRowsTarget);
  const auto expected = static_cast<size_t>(input_.num_rows() - row_);  // most tables have one row a key
  pairs.rows.reserve(expected);
  pairs.answers.reserve(expected);
  pairs.places.reserve(expected);
  for (; row_ < input_.num_rows() && pairs.rows.size() < kPairsMax; ++row_, next_found_ = 0) {
    const int32_t key = key_of_row_[static_cast<size_t>(row_)];
    if (key < 0) continue;
    const LookupAnswer& answer = answers_[static_cast<size_t>(key)];
    for (; next_found_ < answer.places.size() && pairs.rows.size() < kPairsMax; ++next_found_) {
      pairs.rows.push_back(row_);
      pairs.answers.push_back(&answer);
      pairs.places.push_back(answer.places[next_found_]);
    }
    if (next_found_ < answer.places.size()) break;
  }
  return pairs;
}

Batch LookupJoin::found_rows(const Pairs& pairs) const {
  const SchemaPtr schema = spec_.source->schema();
  const auto count = static_cast<int32_t>(pairs.rows.size());
  const auto same = [&](const LookupAnswer* answer) { return answer->rows == pairs.answers.front()->rows; };
  if (count > 0 && std::ranges::all_of(pairs.answers, same)) {
    std::vector<ColumnPtr> columns;
    for (const ColumnPtr& column : pairs.answers.front()->rows->columns())
      columns.push_back(column->take(pairs.places));
    return Batch(schema, std::move(columns), count);
  }
  std::vector<ColumnPtr> columns;
  for (int32_t i = 0; i < schema->size(); ++i) {
    ColumnBuilder builder(schema->field(i).type);
    for (size_t pair = 0; pair < pairs.rows.size(); ++pair)
      builder.append_from(*pairs.answers[pair]->rows->column(i), pairs.places[pair]);
    columns.push_back(builder.finish());
  }
  return Batch(schema, std::move(columns), count);
}

void LookupJoin::emit_pairs(const Pairs& pairs, int32_t first_row, Output& output) {
  Batch found = found_rows(pairs);
  std::vector<int32_t> rows = pairs.rows;  // of the input, by row of `found`
  const auto keep = [](std::vector<int32_t>& of, const std::vector<int32_t>& kept) {
    for (size_t i = 0; i < kept.size(); ++i) of[i] = of[static_cast<size_t>(kept[i])];
    of.resize(kept.size());
  };
  std::vector<int32_t> fitting;
  if (spec_.row_condition != nullptr) {
    rows_where(*spec_.row_condition, found, context_->evaluation(), context_->metrics(), fitting);
    found = found.take(fitting);
    keep(rows, fitting);
  }
  std::vector<ColumnPtr> read = evaluate_rows(spec_.projections, found, context_->evaluation(), context_->metrics());
  const auto joined = [&](const std::vector<int32_t>& left, std::span<const ColumnPtr> right) {
    const Batch of_input = is_each_row(left, input_.num_rows()) ? input_ : input_.take(left);
    std::vector<ColumnPtr> columns = of_input.columns();
    for (const ColumnPtr& column : right)
      columns.push_back(column->with_type(spec_.schema->field(static_cast<int32_t>(columns.size())).type));
    return of_input.with_columns(spec_.schema, std::move(columns));
  };
  const auto at_places = [&](const std::vector<int32_t>& places) {
    std::vector<ColumnPtr> columns;
    for (const ColumnPtr& column : read) columns.push_back(column->take(places));
    return columns;
  };
  if (spec_.residual != nullptr && !rows.empty()) {
    rows_where(*spec_.residual, joined(rows, read), context_->evaluation(), context_->metrics(), fitting);
    keep(rows, fitting);
    read = at_places(fitting);
  }
  if (spec_.type == JoinType::kInner) {
    if (!rows.empty()) output.emit(joined(rows, read));
    return;
  }
  // Rows that are done with and found nothing stand alone, in their places.
  std::vector<int32_t> left, right;
  size_t next = 0;
  for (int32_t row = first_row; row <= row_ && row < input_.num_rows(); ++row) {
    for (; next < rows.size() && rows[next] == row; ++next) {
      left.push_back(row);
      right.push_back(static_cast<int32_t>(next));
      matched_ = true;
    }
    if (row == row_) break;  // it has more to come
    if (!matched_) {
      left.push_back(row);
      right.push_back(-1);
    }
    matched_ = false;
  }
  if (!left.empty()) output.emit(joined(left, at_places(right)));
}

}  // namespace tidemill
