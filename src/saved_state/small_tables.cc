#include "saved_state/small_tables.h"

#include "base/check.h"

namespace tidemill {
namespace {

// Builds rows cell by cell; columns are those of the table.
class Cells {
 public:
  explicit Cells(std::string_view table) {
    for (const StateColumn& column : small_table_columns(table)) builders_.emplace_back(column.type);
  }
  Cells& text(std::string_view value) {
    next().append_text(value);
    return *this;
  }
  template <class T>
  Cells& value(const T& value) {
    next().append(value);
    return *this;
  }
  Cells& null() {
    next().append_null();
    return *this;
  }
  std::vector<ColumnPtr> finish() {
    std::vector<ColumnPtr> columns;
    for (ColumnBuilder& builder : builders_) columns.push_back(builder.finish());
    return columns;
  }

 private:
  ColumnBuilder& next() { return builders_[cell_++ % builders_.size()]; }

  std::vector<ColumnBuilder> builders_;
  size_t cell_ = 0;
};

std::string_view merge_text(ScalarMerge merge) {
  switch (merge) {
    case ScalarMerge::kMinimum:
      return "MIN";
    case ScalarMerge::kMaximum:
      return "MAX";
    case ScalarMerge::kSum:
      return "SUM";
  }
  CHECK(false);
}

}  // namespace

std::vector<StateColumn> small_table_columns(std::string_view table) {
  if (table == kSplitsTable)
    return cell_columns({{"split", Type::string()},
                         {"position", Type::string()},
                         {"watermark", Type::timestamp(3)},
                         {"idle", Type::boolean()}},
                        1);
  if (table == kPreparedTable)
    return cell_columns({{"subtask", Type::integer()}, {"ordinal", Type::integer()}, {"committable", Type::string()}},
                        2);
  CHECK(table == kScalarsTable);
  return cell_columns(
      {{"name", Type::string()}, {"subtask", Type::integer()}, {"merge", Type::string()}, {"value", Type::big_int()}},
      2);
}

std::vector<ColumnPtr> split_rows(const Manifest& manifest, std::string_view operator_id) {
  Cells cells(kSplitsTable);
  for (const ManifestSource& source : manifest.sources) {
    if (source.operator_id != operator_id) continue;
    for (const SplitProgress& split : source.splits) {
      cells.text(shown_bytes(split.split.id)).text(shown_bytes(split.split.position));
      const bool none = split.watermark == kNoWatermark || split.watermark == kMaxWatermark;
      none ? cells.null() : cells.value(split.watermark);
      cells.value(static_cast<uint8_t>(split.idle));
    }
  }
  return cells.finish();
}

std::vector<ColumnPtr> prepared_rows(const Manifest& manifest, std::string_view operator_id) {
  Cells cells(kPreparedTable);
  for (const SinkPart& part : manifest.sinks) {
    if (part.operator_id != operator_id) continue;
    for (size_t i = 0; i < part.committables.size(); ++i)
      cells.value(part.subtask).value(static_cast<int32_t>(i)).text(shown_bytes(part.committables[i]));
  }
  return cells.finish();
}

std::vector<ColumnPtr> scalar_rows(const StateImage& image, int32_t subtask) {
  Cells cells(kScalarsTable);
  for (const auto& [name, scalar] : image.scalars)
    cells.text(name).value(subtask).text(merge_text(scalar.merge)).value(scalar.value);
  return cells.finish();
}

}  // namespace tidemill
