#include "operators/source_projection.h"

#include "operators/row_evaluation.h"

namespace tidemill {

SourceProjection::SourceProjection(const SourceSpec& spec) : spec_(spec) {
  if (spec_.watermark != nullptr) {
    CHECK(spec_.rowtime.has_value());
    CHECK_MSG(spec_.watermark->type().is_timestamp() && spec_.watermark->type().precision <= 3,
              "watermark of table {} is {}", spec_.table, spec_.watermark->type().to_string());
  }
}

Batch SourceProjection::computed(const Batch& raw, const EvaluationContext& context, OperatorMetrics& metrics) const {
  if (spec_.projections.empty()) return raw.with_columns(spec_.schema, raw.columns());
  return raw.with_columns(spec_.schema, evaluate_rows(spec_.projections, raw, context, metrics));
}

std::optional<std::vector<int32_t>> SourceProjection::timed_rows(const Batch& rows) const {
  const Column& rowtime = *rows.column(*spec_.rowtime);
  if (!rowtime.may_have_nulls()) return std::nullopt;
  std::vector<int32_t> timed;
  for (int32_t row = 0; row < rows.num_rows(); ++row)
    if (!rowtime.is_null(row)) timed.push_back(row);
  if (static_cast<int32_t>(timed.size()) == rows.num_rows()) return std::nullopt;
  return timed;
}

void SourceProjection::raise_null_rowtime(const Batch& rows) const {
  int32_t row = 0;
  while (!rows.column(*spec_.rowtime)->is_null(row)) ++row;
  std::string message = fmt::format("Column '{}' of table {} is the event time of its rows and must not be NULL",
                                    rows.schema()->field(*spec_.rowtime).name, spec_.table);
  const RowOrigin& origin = rows.origin();
  if (origin.split) message += fmt::format(" (row read from {} at offset {})", *origin.split, origin.at(row));
  throw UserError(std::move(message),
                  "SET 'table.exec.source.rowtime-null-handling' = 'DROP' to leave out such rows, or "
                  "'SKIP_WATERMARK' to keep them.");
}

ProjectedRows SourceProjection::project(const Batch& raw, const EvaluationContext& context,
                                        OperatorMetrics& metrics) const {
  ProjectedRows result{computed(raw, context, metrics), {}};
  if (spec_.watermark == nullptr || result.batch.num_rows() == 0) return result;

  std::optional<std::vector<int32_t>> timed = timed_rows(result.batch);
  if (timed) {
    const auto missing = static_cast<int64_t>(result.batch.num_rows()) - static_cast<int64_t>(timed->size());
    switch (spec_.null_rowtime) {
      case SourceSpec::NullRowtime::kFail:
        raise_null_rowtime(result.batch);
      case SourceSpec::NullRowtime::kDrop:
        metrics.add("numNullRowtimeRecordsDropped", missing);
        result.batch = result.batch.take(*timed);
        timed = std::nullopt;
        break;
      case SourceSpec::NullRowtime::kSkipWatermark:
        metrics.add("numNullRowtimeRecordsSkipped", missing);
        break;
    }
  }
  const int32_t num_rows = result.batch.num_rows();
  const Selection rows = timed ? Selection::of(*timed, num_rows) : Selection::all(num_rows);
  if (rows.empty()) {
    result.watermarks.assign(static_cast<size_t>(num_rows), kNoWatermark);
    return result;
  }
  const ColumnPtr column = evaluate_rows(*spec_.watermark, result.batch, rows, context, metrics);
  const Decoded<int64_t> times = column->decode<int64_t>();
  if (rows.is_all() && times.is_flat() && !times.has_nulls()) {
    result.watermarks.assign(times.values(), times.values() + num_rows);
    return result;
  }
  result.watermarks.assign(static_cast<size_t>(num_rows), kNoWatermark);
  rows.for_each([&](int32_t row) {
    if (!times.is_null(row)) result.watermarks[static_cast<size_t>(row)] = times[row];
  });
  return result;
}

}  // namespace tidemill
