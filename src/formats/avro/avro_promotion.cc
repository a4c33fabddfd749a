#include "formats/avro/avro_promotion.h"

#include <algorithm>

namespace tidemill {
namespace {

bool has_name_of(const AvroType& writer, const AvroType& reader) {
  return writer.short_name() == reader.short_name() ||
         std::ranges::find(reader.aliases, writer.name) != reader.aliases.end();
}

// Returns the digits of a second's fraction that a unit of the logical type is; -1: it is no time.
int32_t digits_of(AvroLogical logical) {
  switch (logical) {
    case AvroLogical::kTimeMillis:
    case AvroLogical::kTimestampMillis:
    case AvroLogical::kLocalTimestampMillis:
      return 3;
    case AvroLogical::kTimeMicros:
    case AvroLogical::kTimestampMicros:
    case AvroLogical::kLocalTimestampMicros:
      return 6;
    case AvroLogical::kTimestampNanos:
    case AvroLogical::kLocalTimestampNanos:
      return 9;
    default:
      return -1;
  }
}
int32_t power(int32_t digits) {
  int32_t result = 1;
  while (digits-- > 0) result *= 10;
  return result;
}

// Numbers are in the writer's unit; where it has none, in the reader's.
void set_time(const AvroType& writer, const AvroType& reader, const Type& type, AvroStep& step) {
  int32_t written = digits_of(writer.logical);
  if (written < 0) written = digits_of(reader.logical);
  if (written < 0) written = 3;
  const bool is_time = type.kind == TypeKind::kTime;
  const int32_t held = is_time || type.precision <= 3 ? 3 : type.precision <= 6 ? 6 : 9;
  step.code = is_time ? AvroCode::kTime : held == 9 ? AvroCode::kTimestamp128 : AvroCode::kTimestamp64;
  step.number = held >= written ? power(held - written) : -power(written - held);
  step.target = power(held - std::min(held, type.precision));
}

// A symbol that the reader's enum does not have is its default. Where the reader has no enum, all symbols are read.
void set_symbols(const AvroType& writer, const AvroType& reader, AvroStep& step, AvroProgram& program) {
  step.code = AvroCode::kSymbol;
  step.target = static_cast<int32_t>(program.texts.size());
  step.number = static_cast<int64_t>(writer.symbols.size());
  for (const std::string& symbol : writer.symbols) {
    const bool known =
        reader.kind != AvroKind::kEnum || std::ranges::find(reader.symbols, symbol) != reader.symbols.end();
    program.texts.push_back(known ? symbol : reader.symbol.value_or(""));
  }
}

void set_bytes(const AvroType& writer, const AvroType& reader, const Type& type, AvroStep& step, AvroProgram& program) {
  const bool is_sized = writer.kind == AvroKind::kBytes || writer.kind == AvroKind::kString;
  const bool is_fixed = writer.kind == AvroKind::kFixed;
  step.number = writer.size;
  if (type.is_character()) {
    if (is_sized) step.code = AvroCode::kText;
    if (writer.kind == AvroKind::kEnum) set_symbols(writer, reader, step, program);
  } else if (type.is_binary()) {
    if (is_sized) step.code = AvroCode::kBytes;
    if (is_fixed) step.code = AvroCode::kFixed;
  } else if (type.kind == TypeKind::kDecimal && (is_fixed || writer.kind == AvroKind::kBytes)) {
    const AvroType& scaled = writer.logical == AvroLogical::kDecimal ? writer : reader;
    step.code = is_fixed ? AvroCode::kDecimalFixed : AvroCode::kDecimal;
    step.target = static_cast<int32_t>(program.decimals.size());
    const int32_t scale = scaled.logical == AvroLogical::kDecimal ? scaled.scale : type.scale;
    program.decimals.push_back({scale, type.precision, type.scale});
  }
}

}  // namespace

bool avro_reads(const AvroType& writer, const AvroType& reader) {
  using enum AvroKind;
  if (writer.kind == reader.kind) {
    if (writer.kind == kEnum) return has_name_of(writer, reader);
    return writer.kind != kFixed || (writer.size == reader.size && has_name_of(writer, reader));
  }
  switch (reader.kind) {
    case kInt:
      return writer.kind == kLong && writer.logical == AvroLogical::kTimeMicros &&
             reader.logical == AvroLogical::kTimeMillis;
    case kLong:
      return writer.kind == kInt;
    case kFloat:
      return writer.kind == kInt || writer.kind == kLong;
    case kDouble:
      return writer.kind == kInt || writer.kind == kLong || writer.kind == kFloat;
    case kString:
      return writer.kind == kBytes || writer.kind == kEnum;
    case kBytes:
      return writer.kind == kString || writer.kind == kFixed;
    default:
      return false;
  }
}

const AvroType* avro_matching_branch(const AvroType& writer, const AvroType& reader) {
  const AvroType* same = nullptr;
  for (const AvroType* branch : reader.parts) {
    if (branch->kind != writer.kind) continue;
    if (!writer.is_named() || branch->name == writer.name) return branch;
    const bool better = same == nullptr || branch->short_name() == writer.short_name();
    if (avro_reads(writer, *branch) && better) same = branch;
  }
  if (same != nullptr) return same;
  const auto promoted =
      std::ranges::find_if(reader.parts, [&](const AvroType* branch) { return avro_reads(writer, *branch); });
  return promoted == reader.parts.end() ? nullptr : *promoted;
}

AvroStep avro_value_step(const AvroType& writer, const AvroType& reader, const Type& type, int32_t slot,
                         AvroProgram& program) {
  AvroStep step = {AvroCode::kEnd, 0, slot};
  const bool is_whole = writer.kind == AvroKind::kInt || writer.kind == AvroKind::kLong;
  switch (type.kind) {
    case TypeKind::kBoolean:
      if (writer.kind == AvroKind::kBoolean) step.code = AvroCode::kBoolean;
      break;
    case TypeKind::kTinyInt:
    case TypeKind::kSmallInt:
    case TypeKind::kInteger:
    case TypeKind::kDate:
      if (writer.kind != AvroKind::kInt) break;
      step.code = type.kind == TypeKind::kTinyInt    ? AvroCode::kWhole8
                  : type.kind == TypeKind::kSmallInt ? AvroCode::kWhole16
                                                     : AvroCode::kWhole32;
      break;
    case TypeKind::kBigInt:
      if (is_whole) step.code = AvroCode::kWhole64;
      break;
    case TypeKind::kFloat:
      if (is_whole) step.code = AvroCode::kFloatOfWhole;
      if (writer.kind == AvroKind::kFloat) step.code = AvroCode::kFloat;
      break;
    case TypeKind::kDouble:
      if (is_whole) step.code = AvroCode::kDoubleOfWhole;
      if (writer.kind == AvroKind::kFloat) step.code = AvroCode::kDoubleOfFloat;
      if (writer.kind == AvroKind::kDouble) step.code = AvroCode::kDouble;
      break;
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      if (is_whole) set_time(writer, reader, type, step);
      break;
    default:
      set_bytes(writer, reader, type, step, program);
  }
  return step;
}

}  // namespace tidemill
