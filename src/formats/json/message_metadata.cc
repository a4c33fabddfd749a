#include "formats/json/message_metadata.h"

#include "formats/json/changelog_dialect.h"
#include "formats/json/json_columns.h"

namespace tidemill {
namespace {

// A time is a number of units since 1970, as a number or as text.
ValueStatus set_time(ColumnFiller& column, int32_t row, const JsonToken& token, int64_t unit_ms) {
  int64_t time = 0;
  if (token.kind != JsonKind::kNull && parse_whole_number<int64_t>(token.text, time) == ValueStatus::kOk &&
      !__builtin_mul_overflow(time, unit_ms, &time)) {
    column.set(row, time);
    return ValueStatus::kOk;
  }
  column.set_null(row);
  return token.kind == JsonKind::kNull ? ValueStatus::kOk : ValueStatus::kNulled;
}

}  // namespace

ValueStatus set_message_metadata(const std::vector<MessageMetadata>& wanted, const JsonToken& message,
                                 const TextForm& form, int32_t first_column, RowsBuilder& rows) {
  const int32_t row = rows.num_rows();
  ValueStatus status = ValueStatus::kOk;
  for (size_t i = 0; i < wanted.size(); ++i) {
    JsonToken token = message;
    for (const std::string_view name : wanted[i].path) token = member_of(token, name);
    ColumnFiller& column = rows.column(first_column + static_cast<int32_t>(i));
    const bool is_time = wanted[i].key.type.kind == TypeKind::kTimestampLtz;
    const ValueStatus one =
        is_time ? set_time(column, row, token, wanted[i].unit_ms) : set_from_json(column, row, token, form);
    if (one == ValueStatus::kOk) continue;
    status = ValueStatus::kNulled;
    if (one != ValueStatus::kNulled) column.set_null(row);
  }
  return status;
}

}  // namespace tidemill
