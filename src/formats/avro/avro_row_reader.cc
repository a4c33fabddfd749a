#include "formats/avro/avro_row_reader.h"

#include <algorithm>
#include <unordered_map>

#include "base/check.h"
#include "data/calendar.h"
#include "data/decimal.h"
#include "data/nested.h"
#include "data/packed.h"
#include "data/utf8.h"
#include "formats/avro/avro_schema.h"

namespace tidemill {
namespace {

constexpr int64_t kEmptyEntriesMax = int64_t{1} << 20;  // of one record: each takes memory and none of its bytes

bool is_text(std::string_view bytes) {
  uint64_t high = 0;
  size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    uint64_t word;
    std::memcpy(&word, bytes.data() + at, 8);
    high |= word;
  }
  for (; at < bytes.size(); ++at) high |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[at]));
  return (high & 0x8080808080808080ULL) == 0 || is_valid_utf8(bytes);
}

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

// Values go to one row of the columns.
class AvroRowReader::ColumnTarget {
 public:
  ColumnTarget(RowsBuilder& rows, int32_t row, bool kept) : rows_(rows), row_(row), kept_(kept) {}

  template <class T>
  void set(int32_t slot, T value) {
    rows_.column(slot).set(row_, value);
  }
  void set_null(int32_t slot) { rows_.column(slot).set_null(row_); }
  void set_text(int32_t slot, std::string_view bytes) {
    kept_ ? rows_.column(slot).set_text(row_, bytes) : rows_.column(slot).copy_text(row_, bytes);
  }
  bool nullable(int32_t slot) const { return rows_.column(slot).type().nullable; }
  bool read_nested(AvroRowReader& reader, const AvroStep& step, size_t body) {
    reader.nested_.clear();
    reader.outer_slot_ = step.slot;
    const bool whole = reader.read_nested(step, body, reader.nested_);
    reader.outer_slot_ = -1;
    if (whole) rows_.column(step.slot).copy_text(row_, reader.nested_);
    return whole;
  }
  bool keeps(bool kept) { return std::exchange(kept_, kept); }
  void begin_field(AvroRowReader&, int32_t) {}

 private:
  RowsBuilder& rows_;
  const int32_t row_;
  bool kept_;
};

// Values are appended, encoded.
class AvroRowReader::EncodedTarget {
 public:
  explicit EncodedTarget(std::string& out) : out_(out) {}

  template <class T>
  void set(int32_t, T value) {
    out_ += '\1';
    put_packed(out_, value);
  }
  void set_null(int32_t) { append_encoded_null(out_); }
  void set_text(int32_t, std::string_view bytes) { append_encoded_text(out_, bytes); }
  bool nullable(int32_t) const { return true; }
  bool read_nested(AvroRowReader& reader, const AvroStep& step, size_t body) {
    append_encoded_text(out_, "");
    const size_t begin = out_.size();
    if (!reader.read_nested(step, body, out_)) return false;
    const auto bytes = static_cast<uint32_t>(out_.size() - begin);
    std::memcpy(out_.data() + begin - sizeof(bytes), &bytes, sizeof(bytes));
    return true;
  }
  bool keeps(bool) { return false; }
  void begin_field(AvroRowReader& reader, int32_t slot) { reader.in_rows_.emplace_back(slot, out_.size()); }

 private:
  std::string& out_;
};

AvroRowReader::Result AvroRowReader::read(const AvroProgram& program, AvroCursor& cursor, int32_t row, bool kept) {
  program_ = &program;
  cursor_ = cursor;
  depth_ = 0;
  outer_slot_ = -1;
  empty_left_ = kEmptyEntriesMax;
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

bool AvroRowReader::read_count(int64_t bytes_min, int64_t& count, int64_t& bytes) {
  bytes = -1;
  if (!cursor_.read_long(count)) return broken(-1, "the count of a block is cut off");
  if (count < 0) {
    if (!cursor_.read_long(bytes) || bytes < 0 || static_cast<uint64_t>(bytes) > cursor_.left() || count == INT64_MIN)
      return broken(-1, "the size of a block is beyond the end");
    count = -count;
  }
  if (bytes_min > 0) {
    if (static_cast<uint64_t>(count) > cursor_.left() / static_cast<uint64_t>(bytes_min))
      return broken(-1, fmt::format("a block of {} entries is beyond the end", count));
  } else {
    if (count > empty_left_) return broken(-1, fmt::format("a block of {} empty entries is too large", count));
    empty_left_ -= count;
  }
  return true;
}

bool AvroRowReader::skip_blocks(const AvroStep& step, size_t body) {
  EncodedTarget nowhere(nested_);  // the steps skip
  for (;;) {
    int64_t count = 0;
    int64_t bytes = -1;
    if (!read_count(step.number, count, bytes)) return false;
    if (count == 0) return true;
    if (bytes >= 0) {
      if (!cursor_.skip(static_cast<size_t>(bytes))) return broken(-1, "a block is cut off");
      continue;
    }
    for (; count > 0; --count)
      if (!run(body, nowhere)) return false;
  }
}

bool AvroRowReader::call(const AvroStep& step) {
  if (depth_ == kAvroDepthMax) return broken(-1, fmt::format("records lie more than {} deep", kAvroDepthMax));
  ++depth_;
  EncodedTarget nowhere(nested_);
  const bool whole = run(static_cast<size_t>(step.target), nowhere);
  --depth_;
  return whole;
}

bool AvroRowReader::read_nested(const AvroStep& step, size_t body, std::string& out) {
  if (step.code == AvroCode::kRow) return read_row(step, body, out);
  if (step.code != AvroCode::kArray) return read_map(step, body, out);
  const size_t begin = out.size();
  uint32_t entries = 0;
  put_packed(out, entries);
  EncodedTarget target(out);
  for (int64_t count = 0, bytes = -1;;) {
    if (!read_count(step.number, count, bytes)) return false;
    if (count == 0) break;
    for (int64_t i = 0; i < count; ++i)
      if (!run(body, target)) return false;
    entries += static_cast<uint32_t>(count);
  }
  std::memcpy(out.data() + begin, &entries, sizeof(entries));
  return true;
}

// Of equal keys the last one counts.
bool AvroRowReader::read_map(const AvroStep& step, size_t body, std::string& out) {
  std::vector<std::pair<std::string, std::string>> entries;  // encoded
  std::unordered_map<std::string, size_t> places;
  for (int64_t count = 0, bytes = -1;;) {
    if (!read_count(step.number, count, bytes)) return false;
    if (count == 0) break;
    for (int64_t i = 0; i < count; ++i) {
      std::string_view text;
      if (!cursor_.read_sized(text)) return broken(step.slot, "a key is cut off");
      if (!is_text(text)) refuse(step.slot, "a key is no UTF-8");
      std::string key, value;
      append_encoded_text(key, text);
      EncodedTarget target(value);
      if (!run(body, target)) return false;
      const auto [place, is_new] = places.emplace(key, entries.size());
      if (is_new) entries.emplace_back(std::move(key), "");
      entries[place->second].second = std::move(value);
    }
  }
  if (step.code == AvroCode::kMultiset) std::ranges::sort(entries);
  put_packed(out, static_cast<uint32_t>(entries.size()));
  for (const auto& [key, value] : entries) {
    out += key;
    out += value;
  }
  return true;
}

bool AvroRowReader::read_row(const AvroStep& step, size_t body, std::string& out) {
  const size_t first = in_rows_.size();
  const size_t begin = out.size();
  EncodedTarget target(out);
  if (!run(body, target)) return false;
  const auto fields = in_rows_.begin() + static_cast<std::ptrdiff_t>(first);
  CHECK_EQ(static_cast<int64_t>(in_rows_.end() - fields), step.number);
  if (!std::is_sorted(fields, in_rows_.end())) {
    std::vector<std::string> values(static_cast<size_t>(step.number));
    for (auto field = fields; field != in_rows_.end(); ++field) {
      const size_t end = field + 1 == in_rows_.end() ? out.size() : (field + 1)->second;
      values[static_cast<size_t>(field->first)] = out.substr(field->second, end - field->second);
    }
    out.resize(begin);
    for (const std::string& value : values) out += value;
  }
  in_rows_.resize(first);
  return true;
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
    case AvroCode::kDoubleOfFloat: {
      float value = 0;
      if (!cursor_.read_fixed(value)) return broken(step.slot, "a float is cut off");
      if (step.code == AvroCode::kFloat) {
        target.set(step.slot, value);
      } else {
        target.set(step.slot, static_cast<double>(value));
      }
      return true;
    }
    case AvroCode::kDouble: {
      double value = 0;
      if (!cursor_.read_fixed(value)) return broken(step.slot, "a double is cut off");
      target.set(step.slot, value);
      return true;
    }
    case AvroCode::kText:
      if (!cursor_.read_sized(bytes)) return broken(step.slot, "a string is cut off");
      if (!is_text(bytes)) refuse(step.slot, "a string is no UTF-8");
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
    case AvroCode::kSymbol: {
      if (!cursor_.read_long(whole)) return broken(step.slot, "an enum is cut off");
      if (whole < 0 || whole >= step.number) return broken(step.slot, fmt::format("an enum has no symbol {}", whole));
      const std::string& symbol = program_->texts[static_cast<size_t>(step.target + whole)];
      if (symbol.empty()) refuse(step.slot, fmt::format("the reader's enum has no symbol {}, and no default", whole));
      const bool kept = target.keeps(false);  // the program may be gone before the rows
      target.set_text(step.slot, symbol);
      target.keeps(kept);
      return true;
    }
    case AvroCode::kTime:
    case AvroCode::kTimestamp64:
    case AvroCode::kTimestamp128:
      return read_time(step, target);
    default:
      return read_decimal(step, target);
  }
}

template <class Target>
bool AvroRowReader::run(size_t at, Target& target) {
  for (;; ++at) {
    const AvroStep& step = program_->steps[at];
    int64_t index = 0;
    std::string_view bytes;
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
        marks_[static_cast<size_t>(step.slot)] = {cursor_.offset(), cursor_.offset()};
        continue;
      case AvroCode::kMarkEnd:
        marks_[static_cast<size_t>(step.slot)]->end = cursor_.offset();
        continue;
      case AvroCode::kField:
        target.begin_field(*this, step.slot);
        continue;
      case AvroCode::kSkipLong:
        if (!cursor_.read_long(index)) return broken(-1, "a number is cut off");
        continue;
      case AvroCode::kSkipFixed:
        if (!cursor_.skip(static_cast<size_t>(step.number))) return broken(-1, "a value is cut off");
        continue;
      case AvroCode::kSkipSized:
        if (!cursor_.read_sized(bytes)) return broken(-1, "a string is cut off");
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

}  // namespace tidemill
