#include "connectors/state/state_reader.h"

#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "base/error.h"

namespace tidemill {
namespace {

int64_t number_of(const std::string& text) {
  int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// Returns the table's columns that the schema names. Throws UserError where it has no such ones.
std::vector<StateColumn> wanted_columns(const StateTable& table, const Schema& schema) {
  std::vector<StateColumn> wanted;
  for (const Field& field : schema.fields()) {
    const auto column = std::ranges::find(table.columns, field.name, &StateColumn::name);
    if (column == table.columns.end())
      throw UserError(
          fmt::format("Table '{}' of operator '{}' has no column '{}'", table.name, table.operator_id, field.name),
          fmt::format("It has {}.", fmt::join(schema_of(table.columns)->names(), ", ")));
    if (!column->type.same_except_nullable(field.type))
      throw UserError(
          fmt::format("Column '{}' of table '{}' of operator '{}' is {}, but was declared as {}", field.name,
                      table.name, table.operator_id, column->type.to_string(), field.type.to_string()),
          "Read it by FROM state('…'), which knows the types.");
    wanted.push_back(*column);
  }
  return wanted;
}

}  // namespace

StateReader::StateReader(std::shared_ptr<const StateSourceSettings> settings, Environment& environment)
    : settings_(std::move(settings)), environment_(environment) {}

void StateReader::Opening::open() {
  const SavedState state(files, settings->checkpoint);
  const StateTable table = state.find_table(state.find_operator(settings->operator_id), settings->table);
  if (split >= state.splits(table))
    throw UserError(fmt::format("'{}' has changed since it was read before", settings->checkpoint),
                    "Name one checkpoint, not a directory of them.");
  rows = state.open(table, split, wanted_columns(table, *settings->schema), pages);
  for (int64_t left = rows_before; left > 0;) {
    const auto passed = rows->next(static_cast<int32_t>(std::min<int64_t>(left, kBatchRowsMax)));
    if (!passed) return;
    left -= passed->num_rows;
  }
}

void StateReader::add_splits(std::vector<Split> splits) {
  splits_.insert(splits_.end(), std::make_move_iterator(splits.begin()), std::make_move_iterator(splits.end()));
}

void StateReader::begin_opening() {
  const Split& split = splits_.front();
  rows_given_ = number_of(split.position);
  name_ = std::make_shared<const std::string>(split.id);
  opening_ = std::make_shared<Opening>(settings_, environment_.files, static_cast<int32_t>(number_of(split.id)),
                                       rows_given_, page_options(settings_->reading, environment_.files));
  if (!wake_) {
    opening_->open();
    opening_->done = true;
    return;
  }
  environment_.executor.block([opening = opening_] { opening->open(); },
                              [opening = opening_, wake = wake_](std::exception_ptr error) {
                                opening->error = std::move(error);
                                opening->done = true;
                                wake();
                              });
}

ReadResult StateReader::poll(int32_t max_rows, std::string_view) {
  ReadResult result;
  if (splits_.empty()) {
    result.next = ReadResult::Next::kEnd;
    return result;
  }
  if (!opening_) begin_opening();
  result.split = *name_;
  if (!opening_->done) {
    result.next = ReadResult::Next::kWait;
    result.wake_at = kMaxWatermark;
    return result;
  }
  if (opening_->error) std::rethrow_exception(opening_->error);
  give_rows(max_rows, result);
  return result;
}

void StateReader::give_rows(int32_t max_rows, ReadResult& result) {
  if (std::optional<StateTableBatch> rows = opening_->rows->next(max_rows)) {
    result.batch.emplace(settings_->schema, std::move(rows->columns), rows->num_rows);
    result.batch->set_origin({name_, rows_given_, nullptr});
    rows_given_ += rows->num_rows;
    return;
  }
  result.split_ended = true;
  opening_ = nullptr;
  splits_.erase(splits_.begin());
  if (splits_.empty()) result.next = ReadResult::Next::kEnd;
}

std::vector<Split> StateReader::positions() const {
  std::vector<Split> positions = splits_;
  if (opening_) positions.front().position = std::to_string(rows_given_);
  return positions;
}

size_t StateReader::memory_bytes() const {
  return opening_ ? static_cast<size_t>(opening_->pages.budget->used_bytes()) : 0;
}

}  // namespace tidemill
