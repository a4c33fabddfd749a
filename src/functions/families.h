// functions/families.h - the families of scalar functions, one file each. Rule: registering is the only way in;
// functions/all.h calls each once.
#pragma once
#include "expr/function_registry.h"

namespace tidemill {

void register_string_functions(FunctionRegistry& registry);       // string.cc: pieces, search, case, padding
void register_string_mappings(FunctionRegistry& registry);        // string_mapping.cc: TRANSLATE, ELT
void register_printf_functions(FunctionRegistry& registry);       // printf.cc: PRINTF
void register_concat_functions(FunctionRegistry& registry);       // concat.cc: ||, CONCAT, CONCAT_WS
void register_regexp_functions(FunctionRegistry& registry);       // regexp.cc: REGEXP and its kin
void register_encoding_functions(FunctionRegistry& registry);     // encoding.cc: BIN, HEX, base 64, ASCII, CHR
void register_charset_functions(FunctionRegistry& registry);      // charset_functions.cc: ENCODE, DECODE, UNHEX
void register_hash_functions(FunctionRegistry& registry);         // hash.cc: MD5, SHA1, SHA2 and its kin
void register_internet_functions(FunctionRegistry& registry);     // internet.cc: PARSE_URL, URL_ENCODE, INET_ATON
void register_json_queries(FunctionRegistry& registry);           // json_query.cc: IS JSON, JSON_VALUE
void register_variant_functions(FunctionRegistry& registry);      // variant.cc: PARSE_JSON
void register_bitmap_functions(FunctionRegistry& registry);       // bitmap.cc: BITMAP_BUILD, BITMAP_AND
void register_json_construction(FunctionRegistry& registry);      // json_construction.cc: JSON_OBJECT, JSON_QUOTE
void register_real_functions(FunctionRegistry& registry);         // real.cc: powers, logarithms, trigonometry
void register_arithmetic_functions(FunctionRegistry& registry);   // arithmetic.cc: + - * / % and signs
void register_interval_functions(FunctionRegistry& registry);     // interval.cc: + - * with intervals
void register_rounding_functions(FunctionRegistry& registry);     // rounding.cc: ABS, SIGN, ROUND, FLOOR
void register_comparison_functions(FunctionRegistry& registry);   // comparison.cc: = < IS DISTINCT FROM
void register_predicate_functions(FunctionRegistry& registry);    // predicate.cc: IS NULL, AND, BETWEEN, IN
void register_like_functions(FunctionRegistry& registry);         // like.cc: LIKE, SIMILAR TO
void register_conditional_functions(FunctionRegistry& registry);  // conditional.cc: CASE, COALESCE, GREATEST
void register_inspection_functions(FunctionRegistry& registry);   // inspection.cc: TYPEOF, IS_DIGIT
void register_datetime_parts(FunctionRegistry& registry);  // datetime_parts.cc: EXTRACT, YEAR, FLOOR and CEIL to a unit
void register_datetime_text(FunctionRegistry& registry);   // datetime_text.cc: DATE_FORMAT, TO_TIMESTAMP
void register_datetime_now(FunctionRegistry& registry);    // datetime_now.cc: CURRENT_TIMESTAMP, CURRENT_WATERMARK
void register_datetime_arithmetic(FunctionRegistry& registry);  // datetime_arithmetic.cc: TIMESTAMPADD, TIMESTAMPDIFF
void register_nested_functions(FunctionRegistry& registry);     // nested_values.cc: ARRAY, MAP, ROW, a[i], CARDINALITY
void register_array_functions(FunctionRegistry& registry);      // array.cc: ARRAY_CONTAINS … ARRAY_JOIN
void register_map_functions(FunctionRegistry& registry);        // map.cc: MAP_KEYS … MAP_UNION
void register_clause_functions(FunctionRegistry& registry);     // clause_functions.cc: ROW_NUMBER, GROUPING, TUMBLE
void register_copies(FunctionRegistry& registry);               // copies.cc: what INTERSECT ALL is made of
void register_split_functions(FunctionRegistry& registry);      // split.cc: SPLIT, STR_TO_MAP, REGEXP_EXTRACT_ALL

}  // namespace tidemill
