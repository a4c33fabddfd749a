#include "data/two_columns.h"

#include "data/dispatch.h"

namespace tidemill {
namespace {

template <class T>
BufferPtr values_of_two(const Column& first, const Column& second, std::span<const int32_t> places) {
  const Decoded<T> a = first.decode<T>();
  const Decoded<T> b = second.decode<T>();
  auto values = Buffer::allocate(places.size() * sizeof(T));
  T* out = reinterpret_cast<T*>(values->mutable_data());
  for (const int32_t place : places) *out++ = place >= 0 ? a[place] : b[~place];
  return values;
}

BufferPtr validity_of_two(const Column& first, const Column& second, std::span<const int32_t> places) {
  if (!first.may_have_nulls() && !second.may_have_nulls()) return nullptr;
  const auto num_rows = static_cast<int32_t>(places.size());
  auto validity = Buffer::allocate(bitmap_bytes(num_rows));
  auto* const bits = reinterpret_cast<uint8_t*>(validity->mutable_data());
  std::memset(bits, 0, bitmap_bytes(num_rows));
  for (int32_t i = 0; i < num_rows; ++i) {
    const int32_t place = places[static_cast<size_t>(i)];
    if (!(place >= 0 ? first.is_null(place) : second.is_null(~place))) set_bit(bits, i);
  }
  return validity;
}

}  // namespace

ColumnPtr take_of_two(const Column& first, const Column& second, std::span<const int32_t> places) {
  CHECK(first.type().physical() == second.type().physical());
  std::vector<BufferPtr> texts = first.text_buffers();
  texts.insert(texts.end(), second.text_buffers().begin(), second.text_buffers().end());
  return Column::flat(
      first.type(), static_cast<int32_t>(places.size()),
      dispatch_physical(first.type().physical(), [&]<class T>() { return values_of_two<T>(first, second, places); }),
      validity_of_two(first, second, places), std::move(texts));
}

}  // namespace tidemill
