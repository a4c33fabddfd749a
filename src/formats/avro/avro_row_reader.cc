#include "formats/avro/avro_row_reader.h"

#include "base/check.h"
#include "data/calendar.h"
#include "data/decimal.h"
#include "formats/avro/avro_row_targets.h"

namespace tidemill {
namespace {

// Two's complement, the high byte first. Returns false where int128 does not hold it.
bool read_big_endian(std::string_view bytes, int128& value) {
  value = !bytes.empty() && bytes.front() < 0 ? -1 : 0;
  while (bytes.size() > sizeof(int128) && bytes.front() == static_cast<char>(value) && (bytes[1] < 0) == (value < 0))
    bytes.remove_prefix(1);
  if (bytes.size() > sizeof(int128)) return false;
  auto bits = static_cast<uint128>(value);
  for (const char byte : bytes) bits = bits << 8 | static_cast<unsigned char>(byte);
  value = static_cast<int128>(bits);
  return true;
}

}  // namespace

AvroRowReader::Result AvroRowReader::read(const AvroProgram& program, AvroCursor& cursor, int32_t row, bool kept) {
  program_ = &program;
  cursor_ = cursor;
  depth_ = 0;
  outer_slot_ = -1;
  empty_left_ = kAvroEmptyEntriesMax;
  rejected_ = absent_ = nulled_ = false;
  marks_.fill(std::nullopt);
  in_rows_.clear();
  ColumnTarget target(rows_, row, kept);
  const bool whole = run(0, target);
  cursor = cursor_;
  if (!whole) return Result::kBroken;
  if (absent_) return Result::kAbsent;
  return rejected_ ? Result::kRejected : Result::kRow;
}

bool AvroRowReader::broken(int32_t slot, std::string_view what) {
  failed_slot_ = outer_slot_ >= 0 ? outer_slot_ : slot;
  failure_ = fmt::format("{}, at byte {}", what, cursor_.offset());
  return false;
}

void AvroRowReader::refuse(int32_t slot, std::string what) {
  if (std::exchange(rejected_, true)) return;
  failed_slot_ = outer_slot_ >= 0 ? outer_slot_ : slot;
  failure_ = std::move(what);
}

template <class T, class Target>
bool AvroRowReader::read_whole(const AvroStep& step, Target& target) {
  int64_t value = 0;
  if (!cursor_.read_long(value)) return broken(step.slot, "a number is cut off");
  if constexpr (sizeof(T) < sizeof(int64_t)) {
    if (value != static_cast<T>(value)) {
      refuse(step.slot, fmt::format("{} is out of range", value));
      value = 0;
    }
  }
  target.set(step.slot, static_cast<T>(value));
  return true;
}

template <class Target>
bool AvroRowReader::read_time(const AvroStep& step, Target& target) {
  int64_t written = 0;
  if (!cursor_.read_long(written)) return broken(step.slot, "a time is cut off");
  if (step.code == AvroCode::kTimestamp128) {
    const int128 value = static_cast<int128>(written) * step.number;  // nanoseconds: never divided
    target.set(step.slot, value - floor_mod<int128>(value, step.target));
    return true;
  }
  int64_t value = written;
  bool fits = true;
  if (step.number < 0) value = floor_div(written, -step.number);
  if (step.number > 1) fits = !__builtin_mul_overflow(written, step.number, &value);
  if (step.code == AvroCode::kTime) fits = fits && value >= 0 && value < kMillisPerDay;
  if (!fits) {
    refuse(step.slot, fmt::format("{} is out of range", written));
    value = 0;
  }
  if (step.target > 1) value -= floor_mod<int64_t>(value, step.target);
  if (step.code == AvroCode::kTime) {
    target.set(step.slot, static_cast<int32_t>(value));
  } else {
    target.set(step.slot, value);
  }
  return true;
}

template <class Target>
bool AvroRowReader::read_decimal(const AvroStep& step, Target& target) {
  std::string_view bytes;
  const bool whole = step.code == AvroCode::kDecimal ? cursor_.read_sized(bytes)
                                                     : cursor_.read(static_cast<size_t>(step.number), bytes);
  if (!whole) return broken(step.slot, "a decimal is cut off");
  const AvroProgram::Decimal& decimal = program_->decimals[static_cast<size_t>(step.target)];
  int128 unscaled = 0;
  std::optional<int128> value;
  if (read_big_endian(bytes, unscaled))
    value = rescale_decimal(unscaled, decimal.written_scale, {decimal.precision, decimal.scale});
  if (value) {
    if (decimal.precision <= kDecimalPrecisionInt64Max) {
      target.set(step.slot, static_cast<int64_t>(*value));
    } else {
      target.set(step.slot, *value);
    }
    return true;
  }
  if (target.nullable(step.slot)) {
    nulled_ = true;
  } else {
    refuse(step.slot, fmt::format("a decimal has more than {} digits", decimal.precision));
  }
  target.set_null(step.slot);
  return true;
}

template <class Target>
bool AvroRowReader::read_default(const AvroStep& step, size_t body, Target& target) {
  const AvroCursor outer = std::exchange(cursor_, AvroCursor(program_->defaults[static_cast<size_t>(step.number)]));
  const bool kept = target.keeps(false);
  const bool whole = run(body, target);
  target.keeps(kept);
  cursor_ = outer;
  return whole;
}

template <class Target>
bool AvroRowReader::read_floating(const AvroStep& step, Target& target) {
  if (step.code == AvroCode::kDouble) {
    double value = 0;
    if (!cursor_.read_fixed(value)) return broken(step.slot, "a double is cut off");
    target.set(step.slot, value);
    return true;
  }
  float value = 0;
  if (!cursor_.read_fixed(value)) return broken(step.slot, "a float is cut off");
  if (step.code == AvroCode::kFloat) {
    target.set(step.slot, value);
  } else {
    target.set(step.slot, static_cast<double>(value));
  }
  return true;
}

template <class Target>
bool AvroRowReader::read_symbol(const AvroStep& step, Target& target) {
  int64_t index = 0;
  if (!cursor_.read_long(index)) return broken(step.slot, "an enum is cut off");
  if (index < 0 || index >= step.number) return broken(step.slot, fmt::format("an enum has no symbol {}", index));
  const std::string& symbol = program_->texts[static_cast<size_t>(step.target + index)];
  if (symbol.empty()) refuse(step.slot, fmt::format("the reader's enum has no symbol {}, and no default", index));
  const bool kept = target.keeps(false);  // the program may be gone before the rows
  target.set_text(step.slot, symbol);
  target.keeps(kept);
  return true;
}

template <class Target>
bool AvroRowReader::read_value(const AvroStep& step, Target& target) {
  int64_t whole = 0;
  std::string_view bytes;
  switch (step.code) {
    case AvroCode::kBoolean: {
      uint8_t value = 0;
      if (!cursor_.read_fixed(value)) return broken(step.slot, "a boolean is cut off");
      if (value > 1) return broken(step.slot, fmt::format("{} is no boolean", value));
      target.set(step.slot, value);
      return true;
    }
    case AvroCode::kWhole8:
      return read_whole<int8_t>(step, target);
    case AvroCode::kWhole16:
      return read_whole<int16_t>(step, target);
    case AvroCode::kWhole32:
      return read_whole<int32_t>(step, target);
    case AvroCode::kWhole64:
      return read_whole<int64_t>(step, target);
    case AvroCode::kFloatOfWhole:
    case AvroCode::kDoubleOfWhole:
      if (!cursor_.read_long(whole)) return broken(step.slot, "a number is cut off");
      if (step.code == AvroCode::kFloatOfWhole) {
        target.set(step.slot, static_cast<float>(whole));
      } else {
        target.set(step.slot, static_cast<double>(whole));
      }
      return true;
    case AvroCode::kFloat:
    case AvroCode::kDoubleOfFloat:
    case AvroCode::kDouble:
      return read_floating(step, target);
    case AvroCode::kText:
      if (!cursor_.read_sized(bytes)) return broken(step.slot, "a string is cut off");
      if (!is_avro_text(bytes)) refuse(step.slot, "a string is no UTF-8");
      target.set_text(step.slot, bytes);
      return true;
    case AvroCode::kBytes:
      if (!cursor_.read_sized(bytes)) return broken(step.slot, "bytes are cut off");
      target.set_text(step.slot, bytes);
      return true;
    case AvroCode::kFixed:
      if (!cursor_.read(static_cast<size_t>(step.number), bytes)) return broken(step.slot, "a fixed is cut off");
      target.set_text(step.slot, bytes);
      return true;
    case AvroCode::kSymbol:
      return read_symbol(step, target);
    case AvroCode::kTime:
    case AvroCode::kTimestamp64:
    case AvroCode::kTimestamp128:
      return read_time(step, target);
    default:
      return read_decimal(step, target);
  }
}

void AvroRowReader::note_mark(const AvroStep& step) {
  std::optional<AvroMark>& mark = marks_[static_cast<size_t>(step.slot)];
  if (step.code == AvroCode::kMark) mark = {cursor_.offset(), cursor_.offset()};
  mark->end = cursor_.offset();
}

inline bool AvroRowReader::skip_value(const AvroStep& step) {
  int64_t number = 0;
  std::string_view bytes;
  if (step.code == AvroCode::kSkipLong) return cursor_.read_long(number) || broken(-1, "a number is cut off");
  if (step.code == AvroCode::kSkipSized) return cursor_.read_sized(bytes) || broken(-1, "a string is cut off");
  return cursor_.skip(static_cast<size_t>(step.number)) || broken(-1, "a value is cut off");
}

template <class Target>
bool AvroRowReader::run(size_t at, Target& target) {
  for (;; ++at) {
    const AvroStep& step = program_->steps[at];
    int64_t index = 0;
    switch (step.code) {
      case AvroCode::kEnd:
        return true;
      case AvroCode::kJump:
        at = static_cast<size_t>(step.target) - 1;
        continue;
      case AvroCode::kNullable:
        if (!cursor_.read_long(index)) return broken(step.slot, "a union is cut off");
        if (index == step.flag) {
          if (step.slot >= 0) target.set_null(step.slot);
          at = static_cast<size_t>(step.target) - 1;
        } else if (index != 1 - step.flag) {
          return broken(step.slot, fmt::format("a union of 2 branches has no branch {}", index));
        }
        continue;
      case AvroCode::kUnion:
        if (!cursor_.read_long(index)) return broken(step.slot, "a union is cut off");
        if (index < 0 || index >= step.number)
          return broken(step.slot, fmt::format("a union of {} branches has no branch {}", step.number, index));
        at = static_cast<size_t>(program_->branches[static_cast<size_t>(step.target + index)]) - 1;
        continue;
      case AvroCode::kFail:
        refuse(step.slot, program_->texts[static_cast<size_t>(step.target)]);
        continue;
      case AvroCode::kAbsent:
        absent_ = true;
        continue;
      case AvroCode::kMark:
      case AvroCode::kMarkEnd:
        note_mark(step);
        continue;
      case AvroCode::kField:
        target.begin_field(*this, step.slot);
        continue;
      case AvroCode::kSkipLong:
      case AvroCode::kSkipFixed:
      case AvroCode::kSkipSized:
        if (!skip_value(step)) return false;
        continue;
      case AvroCode::kSkipBlocks:
        if (!skip_blocks(step, at + 1)) return false;
        at = static_cast<size_t>(step.target) - 1;
        continue;
      case AvroCode::kCall:
        if (!call(step)) return false;
        continue;
      case AvroCode::kNull:
        target.set_null(step.slot);
        continue;
      case AvroCode::kArray:
      case AvroCode::kMap:
      case AvroCode::kMultiset:
      case AvroCode::kRow:
        if (!target.read_nested(*this, step, at + 1)) return false;
        at = static_cast<size_t>(step.target) - 1;
        continue;
      case AvroCode::kDefault:
        if (!read_default(step, at + 1, target)) return false;
        at = static_cast<size_t>(step.target) - 1;
        continue;
      default:
        if (!read_value(step, target)) return false;
    }
  }
}

template bool AvroRowReader::run(size_t at, EncodedTarget& target);

}  // namespace tidemill
