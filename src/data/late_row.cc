#include "data/late_row.h"

namespace tidemill {

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

}  // namespace tidemill
