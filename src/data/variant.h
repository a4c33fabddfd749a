// data/variant.h - values of VARIANT as bytes: JSON taken apart once, so that a member is found without reading the
// rest. Rule: one value has one form, so that two are the same exactly where their bytes are; frozen, for keys and
// checkpoints hold it.
//
//   variant := uint8 kind, body; whoever holds it knows where it ends. Numbers are little-endian.
//     0 null | 1 false | 2 true
//     3 whole number: int64
//     4 decimal: uint8 scale, int128 unscaled; what int64 holds without a fraction is a whole number; no trailing zeros
//     5 double: float64
//     6 string: its bytes in UTF-8
//     7 array:  uint32 count, uint32 end of each element behind these numbers, the elements (variants)
//     8 object: uint32 count, uint32 end of each key behind all these numbers, uint32 end of each value behind the
//     keys,
//               the keys, the values (variants); keys in the order of their bytes, each once
//
// Which number becomes which kind is as in Flink (BinaryVariantInternalBuilder): whole numbers of 64 bits, decimals of
// up to 38 digits without an exponent, doubles. The layout is Tidemill's own: that of Parquet (parquet-format,
// VariantEncoding.md) keeps the keys of all members in one dictionary, which a part of a value would have to be cut
// from, and gives one value many forms.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "data/json_scanner.h"

namespace tidemill {

// Appends the variant of the first JSON value in `json`; what stands behind it does not count, as in Flink. Of members
// with the same key the last one counts where `allow_duplicate_keys`, otherwise they are an error. Returns what is
// wrong; then `out` holds nothing of use.
std::optional<JsonSyntaxError> append_variant(std::string_view json, bool allow_duplicate_keys, std::string& out);

// The same of a value whose grammar has been checked.
std::optional<JsonSyntaxError> append_variant(const JsonToken& token, bool allow_duplicate_keys, std::string& out);

// Appends the value as JSON without spaces: whole numbers and decimals plain without trailing zeros, doubles as Java
// prints them (1.0E10; also Infinity, which is no JSON), text with the escapes of Jackson. Requires: a variant.
void append_variant_json(std::string& out, std::string_view variant);

// The kinds of values that a variant may be.
enum class VariantKind : uint8_t { kNull, kFalse, kTrue, kWhole, kDecimal, kDouble, kString, kArray, kObject };
// Requires: a variant.
VariantKind variant_kind(std::string_view variant);

// Returns the member with this key, or the element at this place from 0, as a variant, valid as long as `variant`;
// nullopt where there is none. Requires: an object; an array.
std::optional<std::string_view> variant_member(std::string_view variant, std::string_view key);
std::optional<std::string_view> variant_element(std::string_view variant, int64_t index);

// True where `bytes` are one variant and nothing more: for what comes from outside.
bool is_valid_variant(std::string_view bytes);

}  // namespace tidemill
