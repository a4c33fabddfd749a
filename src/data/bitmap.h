// data/bitmap.h - values of BITMAP: sets of unsigned numbers of 32 bits, compressed (Roaring). Rule: one set has one
// form as bytes, so that two are the same exactly where their bytes are; frozen, for keys and checkpoints hold it.
//
// The bytes are those of the portable format of Roaring bitmaps (RoaringFormatSpec), which RoaringBitmap of Java and
// CRoaring read and write. Numbers with the same high 16 bits are a chunk. It is written as the first of these that is
// smallest:
//
//   array  := its low 16 bits in order (at most 4,096 numbers) | bits := 8,192 bytes (more than that)
//   runs   := uint16 number of runs, {uint16 first, uint16 how many more} each
//   bitmap := cookie, [a bit a chunk: written as runs], {uint16 key, uint16 numbers - 1} a chunk,
//             [uint32 offset of each chunk], the chunks; little-endian
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tidemill {

// The numbers of a set that have their high 16 bits in common, as their low ones.
class BitmapChunk {
 public:
  static constexpr int32_t kArrayMax = 4096;  // more are kept as bits
  static constexpr size_t kWords = 1024;

  explicit BitmapChunk(uint16_t key) : key_(key) {}
  // Requires: in order, each once.
  BitmapChunk(uint16_t key, std::vector<uint16_t> numbers);

  uint16_t key() const { return key_; }  // the high bits
  int32_t cardinality() const { return cardinality_; }
  bool contains(uint16_t number) const;
  void add(uint16_t number);
  void remove(uint16_t number);
  // Returns the numbers in order.
  std::vector<uint16_t> numbers() const;

  enum class Operation : uint8_t { kUnite, kIntersect, kSubtract, kExclusiveOr };
  // Makes the chunk what the operation makes of it and `other`. Requires: the same key.
  void combine(Operation operation, const BitmapChunk& other);

 private:
  std::vector<uint64_t> words() const;
  void set_numbers(std::vector<uint16_t> numbers);
  void set_words(std::vector<uint64_t> words);

  uint16_t key_;
  int32_t cardinality_ = 0;
  std::vector<uint16_t> array_;  // in order; empty where there are bits
  std::vector<uint64_t> bits_;   // kWords of more than kArrayMax numbers
};

class Bitmap {
 public:
  // The empty set.
  Bitmap() = default;
  // Requires: bytes() of a set.
  explicit Bitmap(std::string_view bytes);
  // Reads any bytes in the portable format; what stands behind them does not count. nullopt where they are none.
  static std::optional<Bitmap> read(std::string_view portable);

  // The number of these bits: -1 is 4294967295.
  void add(int32_t number);
  void remove(int32_t number);
  void unite(const Bitmap& other) { combine(BitmapChunk::Operation::kUnite, other); }
  void intersect(const Bitmap& other) { combine(BitmapChunk::Operation::kIntersect, other); }
  void subtract(const Bitmap& other) { combine(BitmapChunk::Operation::kSubtract, other); }
  // Keeps what is in one of both only.
  void exclusive_or(const Bitmap& other) { combine(BitmapChunk::Operation::kExclusiveOr, other); }

  int64_t cardinality() const;
  // Returns the numbers, as unsigned ones in order.
  std::vector<uint32_t> numbers() const;
  // Returns the one form of the set.
  std::string bytes() const;

 private:
  // Returns the place of the chunk with this key, or where it would stand.
  std::vector<BitmapChunk>::iterator find(uint16_t key);
  void combine(BitmapChunk::Operation operation, const Bitmap& other);

  std::vector<BitmapChunk> chunks_;  // by key, none empty
};

// Appends the set as text: {1,2,4294967295}. Requires: bytes() of a set.
void append_bitmap_text(std::string& out, std::string_view bytes);

// True where `bytes` are bytes() of a set: for what comes from outside.
bool is_valid_bitmap(std::string_view bytes);

}  // namespace tidemill
