#include "tests/unit/data/arrow_sample.h"

#include "data/pretty.h"

namespace tidemill {

Batch arrow_sample() {
  return parse_batch(
      parse_schema(
          "flag BOOLEAN, tiny TINYINT, small SMALLINT NOT NULL, int INT, big BIGINT, float FLOAT, double DOUBLE, "
          "money DECIMAL(10, 2), wide DECIMAL(38, 4), char CHAR(3), text STRING, raw BYTES, date DATE, time "
          "TIME(3), ms TIMESTAMP(3) *ROWTIME*, us TIMESTAMP(6), ns TIMESTAMP(9), zoned_ms TIMESTAMP_LTZ(3), "
          "zoned_ns TIMESTAMP_LTZ(9), months INTERVAL MONTH, span INTERVAL SECOND"),
      "+I | TRUE | -1 | 300 | -70000 | 5000000000 | 1.5 | -0.25 | 12.34 | -1.0001 | abc | short | x'00ff' | 2024-02-29 "
      "| "
      "23:59:59.5 | 1969-12-31 23:59:59.999 | 2024-02-29 00:00:00.000001 | 2024-02-29 00:00:00.000000001 | 2024-02-29 "
      "12:00:00.123 | 1969-12-31 23:59:59.999999999 | 14 | 1500\n"
      "-D | NULL | NULL | 0 | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL "
      "| "
      "NULL | NULL | NULL | NULL | NULL\n"
      "+U | FALSE | 127 | -1 | 2147483647 | -9223372036854775808 | NaN | Infinity | -99999999.99 | "
      "9999999999999999999999999999999999.9999 | äöü | 'a text that is longer than twelve bytes' | "
      "x'000102030405060708090a0b0c0d0e0f' | 1600-01-01 | 00:00:00 | 9999-12-31 23:59:59.999 | 0001-01-01 00:00:00 | "
      "2262-04-11 00:00:00 | 1970-01-01 00:00:00 | 1677-09-22 00:00:00 | -1 | -86400000\n");
}

Batch arrow_sample_encoded() {
  const Batch batch =
      parse_batch(parse_schema("word STRING, n BIGINT"), "one | 7\nNULL | 2\n'three, which is long' | 3\n");
  const int32_t positions[] = {2, 2, 1, 0};
  auto indices = Buffer::allocate(sizeof(positions));
  std::memcpy(indices->mutable_data(), positions, sizeof(positions));
  return Batch(batch.schema(),
               {Column::dictionary(batch.column(0), std::move(indices), 4), Column::constant(*batch.column(1), 4)}, 4);
}

}  // namespace tidemill
