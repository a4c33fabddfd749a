#include "operators/from_changelog.h"

#include <algorithm>

#include "base/error.h"

namespace tidemill {

void FromChangelog::process(Batch input, int32_t, Output& output) {
  std::vector<RowKind> kinds;
  kinds.reserve(static_cast<size_t>(input.num_rows()));
  for (int32_t row = 0; row < input.num_rows(); ++row) kinds.push_back(kind_of(input, row));
  if (std::ranges::all_of(kinds, [](RowKind kind) { return kind == RowKind::kInsert; })) kinds.clear();
  std::vector<ColumnPtr> columns = input.columns();
  columns.erase(columns.begin() + spec_.op_column);
  Batch changes(spec_.schema, std::move(columns), input.num_rows(), std::move(kinds));
  changes.set_progress(input.progress());
  changes.set_origin(input.origin());
  output.emit(std::move(changes));
}

RowKind FromChangelog::kind_of(const Batch& input, int32_t row) const {
  const Column& codes = *input.column(spec_.op_column);
  if (codes.is_null(row))
    throw UserError(
        fmt::format("Received NULL op code{}. Every changelog row must carry an operation code",
                    row_origin_text(input, row)),
        fmt::format("Leave such rows out: WHERE {} IS NOT NULL.", input.schema()->field(spec_.op_column).name));
  const std::string_view code = codes.text(row);
  const auto known = std::ranges::find(spec_.codes, code, &ChangeCode::code);
  if (known != spec_.codes.end()) return known->kind;
  std::vector<std::string_view> codes_known;
  for (const ChangeCode& each : spec_.codes) codes_known.push_back(each.code);
  throw UserError(fmt::format("Received invalid op code '{}'{}. Defined op codes are: [{}]", code,
                              row_origin_text(input, row), fmt::join(codes_known, ", ")),
                  "Say in op_mapping what it stands for, or leave such rows out with WHERE.");
}

}  // namespace tidemill
