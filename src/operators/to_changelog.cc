#include "operators/to_changelog.h"

#include "data/column_builder.h"

namespace tidemill {

ToChangelog::ToChangelog(const ToChangelogSpec& spec) : schema_(spec.schema) {
  for (const ChangeCode& code : spec.codes) codes_[static_cast<size_t>(code.kind)] = code.code;
}

void ToChangelog::process(Batch input, int32_t, Output& output) {
  std::vector<int32_t> rows;
  ColumnBuilder codes(schema_->field(0).type);
  for (int32_t row = 0; row < input.num_rows(); ++row) {
    const std::optional<std::string>& code = codes_[static_cast<size_t>(input.kind(row))];
    if (!code) continue;
    codes.append_text(*code);
    rows.push_back(row);
  }
  if (rows.empty()) return;
  const Batch taken = static_cast<int32_t>(rows.size()) == input.num_rows() ? std::move(input) : input.take(rows);
  std::vector<ColumnPtr> columns = {codes.finish()};
  columns.insert(columns.end(), taken.columns().begin(), taken.columns().end());
  Batch inserts(schema_, std::move(columns), taken.num_rows());
  inserts.set_progress(taken.progress());
  inserts.set_origin(taken.origin());
  output.emit(std::move(inserts));
}

}  // namespace tidemill
