#include "state/ordered_encoding.h"

#include <array>
#include <bit>
#include <cstring>

#include "base/check.h"
#include "data/dispatch.h"
#include "state/key_encoding.h"

namespace tidemill {
namespace {

constexpr char kValueMarker = 1;
constexpr char kNullFirstMarker = 0;
constexpr char kNullLastMarker = static_cast<char>(0xff);
constexpr char kEscape = static_cast<char>(0xff);

template <size_t kBytes>
struct UnsignedOfSize;
template <>
struct UnsignedOfSize<1> {
  using Type = uint8_t;
};
template <>
struct UnsignedOfSize<2> {
  using Type = uint16_t;
};
template <>
struct UnsignedOfSize<4> {
  using Type = uint32_t;
};
template <>
struct UnsignedOfSize<8> {
  using Type = uint64_t;
};
template <>
struct UnsignedOfSize<16> {
  using Type = uint128;
};
template <class T>
using Bits = typename UnsignedOfSize<sizeof(T)>::Type;

template <class T>
constexpr Bits<T> sign_bit() {
  return static_cast<Bits<T>>(Bits<T>{1} << (sizeof(T) * 8 - 1));
}

// Maps a value to an unsigned number that orders as the value does.
template <class T>
Bits<T> to_ordered(T value) {
  const auto bits = std::bit_cast<Bits<T>>(canonical_value(value));
  if constexpr (std::is_floating_point_v<T>) {
    if ((bits & sign_bit<T>()) != 0) return static_cast<Bits<T>>(~bits);
  }
  return static_cast<Bits<T>>(bits ^ sign_bit<T>());
}

template <class T>
T from_ordered(Bits<T> ordered) {
  if constexpr (std::is_floating_point_v<T>) {
    if ((ordered & sign_bit<T>()) == 0) return std::bit_cast<T>(static_cast<Bits<T>>(~ordered));
  }
  return std::bit_cast<T>(static_cast<Bits<T>>(ordered ^ sign_bit<T>()));
}

void append_text_body(std::string_view text, std::string& out) {
  for (char c : text) {
    out += c;
    if (c == '\0') out += kEscape;
  }
  out.append(2, '\0');
}

char flip(char c, bool flipped) { return flipped ? static_cast<char>(~c) : c; }

// Returns the bytes taken; the text goes to `text`.
size_t decode_text_body(std::string_view bytes, bool flipped, std::string& text) {
  for (size_t i = 0; i < bytes.size(); ++i) {
    const char c = flip(bytes[i], flipped);
    if (c != '\0') {
      text += c;
      continue;
    }
    CHECK_MSG(i + 1 < bytes.size(), "ordered text ends within {} bytes", bytes.size());
    if (flip(bytes[i + 1], flipped) == '\0') return i + 2;
    text += '\0';
    ++i;
  }
  CHECK_MSG(false, "ordered text of {} bytes has no end", bytes.size());
}

}  // namespace

size_t ordered_bytes(std::string_view bytes, const Type& type, SortOrder order) {
  CHECK(!bytes.empty());
  if (bytes[0] != kValueMarker) return 1;
  if (type.physical() != PhysicalType::kText) return 1 + static_cast<size_t>(physical_size(type.physical()));
  const char zero = flip('\0', order.descending);
  for (size_t i = 1; i + 1 < bytes.size(); ++i) {
    if (bytes[i] != zero) continue;
    if (bytes[i + 1] == zero) return i + 2;
    ++i;
  }
  CHECK_MSG(false, "ordered text of {} bytes has no end", bytes.size());
}

void append_ordered(const Column& column, int32_t row, SortOrder order, std::string& out) {
  if (column.is_null(row)) {
    out += order.nulls_first ? kNullFirstMarker : kNullLastMarker;
    return;
  }
  out += kValueMarker;
  const size_t start = out.size();
  dispatch_physical(column.type().physical(), [&]<class T>() {
    if constexpr (std::is_same_v<T, Text>) {
      append_text_body(canonical_text(column.type(), column.text(row)), out);
    } else {
      const Bits<T> ordered = to_ordered(column.decode<T>()[row]);
      std::array<char, sizeof(T)> bytes;  // the highest first
      for (size_t byte = 0; byte < sizeof(T); ++byte)
        bytes[byte] = static_cast<char>(static_cast<uint8_t>(ordered >> ((sizeof(T) - 1 - byte) * 8)));
      out.append(bytes.data(), bytes.size());
    }
  });
  if (!order.descending) return;
  for (size_t i = start; i < out.size(); ++i) out[i] = static_cast<char>(~out[i]);
}

size_t decode_ordered(std::string_view bytes, SortOrder order, ColumnBuilder& column) {
  CHECK(!bytes.empty());
  if (bytes[0] != kValueMarker) {
    column.append_null();
    return 1;
  }
  bytes.remove_prefix(1);
  return 1 + dispatch_physical(column.type().physical(), [&]<class T>() -> size_t {
           if constexpr (std::is_same_v<T, Text>) {
             std::string text;
             const size_t taken = decode_text_body(bytes, order.descending, text);
             append_canonical_text(text, column);
             return taken;
           } else {
             CHECK_MSG(bytes.size() >= sizeof(T), "ordered value of {} bytes", bytes.size());
             Bits<T> ordered = 0;
             for (size_t i = 0; i < sizeof(T); ++i)
               ordered = static_cast<Bits<T>>(static_cast<Bits<T>>(ordered << (sizeof(T) > 1 ? 8 : 0)) |
                                              static_cast<uint8_t>(flip(bytes[i], order.descending)));
             column.append(from_ordered<T>(ordered));
             return sizeof(T);
           }
         });
}

}  // namespace tidemill
