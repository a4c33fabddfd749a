#include "formats/avro/avro_settings.h"

namespace tidemill {

std::string AvroSettings::name_of(int32_t slot) const {
  for (const AvroColumn& column : columns)
    if (column.slot == slot) return column.name;
  return "";
}

AvroSettings avro_settings(const FormatRequest& request, AvroSchemaPtr reader) {
  AvroSettings settings;
  settings.table = request.table;
  settings.reader = std::move(reader);
  for (const int32_t index : request.projection) {
    const Field& field = request.physical->field(index);
    settings.columns.push_back({field.name, field.type, static_cast<int32_t>(settings.columns.size())});
    settings.types.push_back(field.type);
  }
  return settings;
}

void AvroRejection::reject(std::string_view split, int64_t number, std::string column, std::string message,
                           std::string hint, std::string_view raw) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string digits;
  for (const char byte : raw) {
    digits += kDigits[static_cast<unsigned char>(byte) >> 4];
    digits += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  errors_.reject(split, {format_, number, std::move(column), std::move(message), std::move(hint), digits});
}

}  // namespace tidemill
