#include "data/buffer.h"

#include <new>

namespace tidemill {

std::shared_ptr<Buffer> Buffer::allocate(size_t size) {
  constexpr std::align_val_t kAlignment{16};
  void* memory = ::operator new(size + kPaddingBytes, kAlignment);
  std::shared_ptr<const void> owner(memory,
                                    [](const void* block) { ::operator delete(const_cast<void*>(block), kAlignment); });
  return std::make_shared<Buffer>(static_cast<std::byte*>(memory), size, std::move(owner));
}

std::shared_ptr<Buffer> Buffer::wrap(const void* data, size_t size, std::shared_ptr<const void> owner) {
  return std::make_shared<Buffer>(static_cast<std::byte*>(const_cast<void*>(data)), size, std::move(owner));
}

}  // namespace tidemill
