// formats/avro/avro_row_nested.cc - the parts of AvroRowReader that read, or skip, what has parts itself.
#include <algorithm>
#include <unordered_map>

#include "base/check.h"
#include "formats/avro/avro_row_targets.h"

namespace tidemill {

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
      if (!is_avro_text(text)) refuse(step.slot, "a key is no UTF-8");
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

}  // namespace tidemill
