#include "data/side_rows.h"

#include "base/check.h"

namespace tidemill {

std::string_view suffix_of(SideRows side) {
  switch (side) {
    case SideRows::kLate:
      return "$late";
    case SideRows::kErrors:
      return "$errors";
  }
  CHECK(false);
}

std::optional<SideRows> take_side_suffix(std::string& name) {
  for (const SideRows side : {SideRows::kLate, SideRows::kErrors}) {
    const std::string_view suffix = suffix_of(side);
    if (!name.ends_with(suffix)) continue;
    name.resize(name.size() - suffix.size());
    return side;
  }
  return std::nullopt;
}

SchemaPtr side_rows_schema(SideRows side) {
  return side == SideRows::kLate ? late_row_schema() : rejected_record_schema();
}

SchemaPtr late_row_schema() {
  static const SchemaPtr schema =
      make_schema({{"operator_id", Type::string().not_null()},
                   {"reason", Type::string().not_null()},
                   {"row_kind", Type::string().not_null()},
                   {"row_time", Type::timestamp(3).not_null()},
                   {"watermark_time", Type::timestamp(3).not_null()},
                   {"late_ms", Type::big_int().not_null()},
                   {"window_start", Type::timestamp(3)},
                   {"window_end", Type::timestamp(3)},
                   {"split", Type::string()},
                   {"split_offset", Type::big_int()},
                   {"input_row", Type::map(Type::string().not_null(), Type::string()).not_null()}});
  return schema;
}

SchemaPtr rejected_record_schema() {
  static const SchemaPtr schema = make_schema({{"split", Type::string().not_null()},
                                               {"split_offset", Type::big_int().not_null()},
                                               {"format", Type::string().not_null()},
                                               {"column_name", Type::string()},
                                               {"error", Type::string().not_null()},
                                               {"raw_key", Type::bytes()},
                                               {"raw_record", Type::bytes()}});
  return schema;
}

}  // namespace tidemill
