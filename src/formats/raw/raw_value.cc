#include "formats/raw/raw_value.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "data/dispatch.h"
#include "data/utf8.h"

namespace tidemill {
namespace {

template <class T>
std::string_view number_bytes(T& value, bool big_endian) {
  auto* const bytes = reinterpret_cast<char*>(&value);
  if (big_endian) std::reverse(bytes, bytes + sizeof(T));
  return {bytes, sizeof(T)};
}

std::optional<RawComplaint> set_text(ColumnFiller& column, int32_t row, std::string_view bytes, bool lasting,
                                     const RawSettings& settings, std::string& scratch) {
  if (settings.type.is_character() && settings.charset != Charset::kUtf8) {
    scratch.clear();
    append_from_charset(scratch, bytes, settings.charset);
    column.copy_text(row, scratch);
    return std::nullopt;
  }
  if (settings.type.is_character() && !is_valid_utf8(bytes))
    return RawComplaint{"it is not UTF-8",
                        fmt::format("Set '{}charset', or declare the column BYTES.", settings.option_prefix)};
  lasting ? column.set_text(row, bytes) : column.copy_text(row, bytes);
  return std::nullopt;
}

}  // namespace

bool raw_holds(const Type& type) {
  return type.kind == TypeKind::kBoolean || type.is_integer() || type.is_approximate() || type.is_character() ||
         type.is_binary();
}

std::optional<RawComplaint> set_raw_value(ColumnFiller& column, int32_t row, std::string_view bytes, bool lasting,
                                          const RawSettings& settings, std::string& scratch) {
  return dispatch_physical(settings.type.physical(), [&]<class T>() -> std::optional<RawComplaint> {
    if constexpr (std::is_same_v<T, Text>) {
      return set_text(column, row, bytes, lasting, settings, scratch);
    } else {
      if (bytes.size() != sizeof(T))
        return RawComplaint{fmt::format("it has {} bytes, but {} has {}", bytes.size(),
                                        settings.type.with_nullable(true).to_string(), sizeof(T)),
                            "Declare the column as what the bytes are; BYTES takes any."};
      T value;
      std::memcpy(&value, bytes.data(), sizeof(T));
      number_bytes(value, settings.big_endian);
      if (settings.type.kind == TypeKind::kBoolean) {
        column.set(row, static_cast<uint8_t>(bytes.front() != 0 ? 1 : 0));
      } else {
        column.set(row, value);
      }
      return std::nullopt;
    }
  });
}

std::optional<RawComplaint> set_raw_null(ColumnFiller& column, int32_t row) {
  if (!column.type().nullable)
    return RawComplaint{"there is no value, but the column is NOT NULL", "Declare the column without NOT NULL."};
  column.set_null(row);
  return std::nullopt;
}

void append_raw_value(const Column& column, int32_t row, const RawSettings& settings, std::string& out) {
  dispatch_physical(settings.type.physical(), [&]<class T>() {
    if constexpr (std::is_same_v<T, Text>) {
      if (settings.type.is_character() && settings.charset != Charset::kUtf8)
        append_in_charset(out, column.text(row), settings.charset);
      else
        out += column.text(row);
    } else {
      T value = column.decode<T>()[row];
      out += number_bytes(value, settings.big_endian);
    }
  });
}

}  // namespace tidemill
