// formats/json/json_format.h - the format 'json': one object a line. Rule: Flink's options and conversions.
#pragma once
#include <memory>

#include "connectors/spi/format.h"
#include "formats/json/json_encoder.h"
#include "formats/json/json_row_reader.h"

namespace tidemill {

std::unique_ptr<const Format> make_json_format();

// What formats whose records hold JSON objects of rows have in common with 'json'. The options of how values look:
// ignore-parse-errors and timestamp-format.standard, then, for writing, map-null-key.mode, map-null-key.literal,
// encode.decimal-as-plain-number and encode.ignore-null-fields.
std::vector<OptionSpec> json_value_options();
// Return what a request asks for, by these options. Throw UserError for a column that JSON cannot hold, and where both
// ignore-parse-errors and 'record.error-policy' are set. `format` is the name for errors.
JsonSettings json_settings(const FormatRequest& request, std::string_view format);
JsonEncoderSettings json_encoder_settings(const FormatRequest& request, std::string_view format);

}  // namespace tidemill
