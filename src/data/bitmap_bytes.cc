// Sets of numbers in the portable format of Roaring bitmaps.
#include <bit>
#include <cstring>

#include "base/check.h"
#include "data/bitmap.h"

namespace tidemill {
namespace {

constexpr uint32_t kCookie = 12346;          // no runs; the number of chunks follows
constexpr uint32_t kCookieWithRuns = 12347;  // with the number of chunks, less 1, in the high 16 bits
constexpr uint32_t kChunksMax = 1 << 16;
constexpr size_t kOffsetsMin = 4;  // with runs, and fewer chunks, no offsets are written
constexpr size_t kHeadBytes = 4;   // of a chunk
constexpr size_t kOffsetBytes = 4;
constexpr size_t kRunBytes = 4;

template <class Number>
void put(std::string& out, size_t number) {
  const auto value = static_cast<Number>(number);
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

// Takes bytes from the front, and remembers that they ran out.
class Taker {
 public:
  explicit Taker(std::string_view bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  std::string_view take(size_t size) {
    ok_ = ok_ && size <= bytes_.size();
    if (!ok_) return {};
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  template <class Number>
  uint32_t number() {
    Number value = 0;
    const std::string_view taken = take(sizeof(value));
    if (ok_) std::memcpy(&value, taken.data(), sizeof(value));
    return value;
  }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

// The readers return false where numbers are not in order or not as many as the head of the chunk says.
bool read_runs(Taker& in, std::vector<uint16_t>& numbers) {
  const uint32_t runs = in.number<uint16_t>();
  uint32_t next = 0;  // a run starts here or behind
  for (uint32_t i = 0; i < runs && in.ok(); ++i) {
    const uint32_t first = in.number<uint16_t>();
    const uint32_t last = first + in.number<uint16_t>();
    if (first < next || last > UINT16_MAX) return false;
    for (uint32_t number = first; number <= last; ++number) numbers.push_back(static_cast<uint16_t>(number));
    next = last + 1;
  }
  return true;
}

bool read_array(Taker& in, uint32_t cardinality, std::vector<uint16_t>& numbers) {
  for (uint32_t i = 0; i < cardinality && in.ok(); ++i) {
    const auto number = static_cast<uint16_t>(in.number<uint16_t>());
    if (!numbers.empty() && number <= numbers.back()) return false;
    numbers.push_back(number);
  }
  return true;
}

void read_bits(Taker& in, std::vector<uint16_t>& numbers) {
  for (size_t word = 0; word < BitmapChunk::kWords && in.ok(); ++word) {
    uint64_t bits = in.number<uint32_t>();
    bits |= uint64_t{in.number<uint32_t>()} << 32;
    for (; bits != 0; bits &= bits - 1)
      numbers.push_back(static_cast<uint16_t>(word * 64 + static_cast<size_t>(std::countr_zero(bits))));
  }
}

size_t count_runs(const std::vector<uint16_t>& numbers) {
  size_t runs = numbers.empty() ? 0 : 1;
  for (size_t i = 1; i < numbers.size(); ++i) runs += numbers[i] != numbers[i - 1] + 1;
  return runs;
}

size_t plain_bytes(size_t cardinality) {
  return cardinality <= BitmapChunk::kArrayMax ? 2 * cardinality : sizeof(uint64_t) * BitmapChunk::kWords;
}

bool as_runs(size_t cardinality, size_t runs) { return sizeof(uint16_t) + kRunBytes * runs < plain_bytes(cardinality); }

void put_runs(std::string& out, const std::vector<uint16_t>& numbers, size_t runs) {
  put<uint16_t>(out, runs);
  for (size_t i = 0; i < numbers.size();) {
    size_t end = i + 1;
    while (end < numbers.size() && numbers[end] == numbers[end - 1] + 1) ++end;
    put<uint16_t>(out, numbers[i]);
    put<uint16_t>(out, end - i - 1);
    i = end;
  }
}

void put_plain(std::string& out, const std::vector<uint16_t>& numbers) {
  if (numbers.size() <= BitmapChunk::kArrayMax) {
    for (const uint16_t number : numbers) put<uint16_t>(out, number);
    return;
  }
  std::vector<uint64_t> words(BitmapChunk::kWords);
  for (const uint16_t number : numbers) words[number / 64] |= uint64_t{1} << (number % 64);
  out.append(reinterpret_cast<const char*>(words.data()), words.size() * sizeof(uint64_t));
}

}  // namespace

Bitmap::Bitmap(std::string_view bytes) {
  std::optional<Bitmap> bitmap = read(bytes);
  CHECK(bitmap.has_value());
  *this = std::move(*bitmap);
}

std::optional<Bitmap> Bitmap::read(std::string_view portable) {
  Taker in(portable);
  const uint32_t cookie = in.number<uint32_t>();
  const bool with_runs = (cookie & 0xFFFF) == kCookieWithRuns;
  if (!with_runs && cookie != kCookie) return std::nullopt;
  const uint32_t chunks = with_runs ? (cookie >> 16) + 1 : in.number<uint32_t>();
  if (chunks > kChunksMax) return std::nullopt;
  const std::string_view run_bits = in.take(with_runs ? (chunks + 7) / 8 : 0);
  Taker heads(in.take(kHeadBytes * chunks));
  if (!with_runs || chunks >= kOffsetsMin) in.take(kOffsetBytes * chunks);
  if (!in.ok()) return std::nullopt;
  Bitmap bitmap;
  for (uint32_t i = 0; i < chunks; ++i) {
    const auto key = static_cast<uint16_t>(heads.number<uint16_t>());
    const uint32_t cardinality = heads.number<uint16_t>() + 1;
    if (i > 0 && key <= bitmap.chunks_.back().key()) return std::nullopt;
    std::vector<uint16_t> numbers;
    if (with_runs && ((static_cast<uint8_t>(run_bits[i / 8]) >> (i % 8)) & 1) != 0) {
      if (!read_runs(in, numbers)) return std::nullopt;
    } else if (cardinality <= BitmapChunk::kArrayMax) {
      if (!read_array(in, cardinality, numbers)) return std::nullopt;
    } else {
      read_bits(in, numbers);
    }
    if (!in.ok() || numbers.size() != cardinality) return std::nullopt;
    bitmap.chunks_.emplace_back(key, std::move(numbers));
  }
  return bitmap;
}

std::string Bitmap::bytes() const {
  std::string heads, body, run_bits((chunks_.size() + 7) / 8, '\0');
  std::vector<size_t> offsets;  // in `body`
  bool with_runs = false;
  for (size_t i = 0; i < chunks_.size(); ++i) {
    const std::vector<uint16_t> numbers = chunks_[i].numbers();
    put<uint16_t>(heads, chunks_[i].key());
    put<uint16_t>(heads, numbers.size() - 1);
    offsets.push_back(body.size());
    const size_t runs = count_runs(numbers);
    if (as_runs(numbers.size(), runs)) {
      with_runs = true;
      run_bits[i / 8] = static_cast<char>(run_bits[i / 8] | 1 << (i % 8));
      put_runs(body, numbers, runs);
    } else {
      put_plain(body, numbers);
    }
  }
  std::string bytes;
  put<uint32_t>(bytes, with_runs ? kCookieWithRuns | (chunks_.size() - 1) << 16 : kCookie);
  with_runs ? void(bytes += run_bits) : put<uint32_t>(bytes, chunks_.size());
  bytes += heads;
  if (!with_runs || chunks_.size() >= kOffsetsMin) {
    const size_t body_offset = bytes.size() + kOffsetBytes * chunks_.size();
    for (const size_t offset : offsets) put<uint32_t>(bytes, body_offset + offset);
  }
  return bytes + body;
}

bool is_valid_bitmap(std::string_view bytes) {
  const std::optional<Bitmap> bitmap = Bitmap::read(bytes);
  return bitmap && bitmap->bytes() == bytes;
}

}  // namespace tidemill
