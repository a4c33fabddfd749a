#include "formats/json/json_index.h"

#include <simdjson.h>

#include <algorithm>
#include <bit>

#include "base/check.h"

namespace tidemill {

struct JsonIndex::Parser {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> implementation;
  size_t capacity = 0;
};

JsonIndex::JsonIndex() : parser_(std::make_unique<Parser>()) {}
JsonIndex::~JsonIndex() = default;

size_t JsonIndex::memory_bytes() const { return parser_->capacity * sizeof(uint32_t); }

bool JsonIndex::build(const char* text, size_t size) {
  constexpr size_t kCapacityMin = size_t{1} << 16;
  constexpr size_t kDepth = 1;  // the second stage, which nests, is not used
  offsets_ = {};
  if (size == 0) return true;
  if (size > parser_->capacity) {
    const size_t capacity = std::max(kCapacityMin, std::bit_ceil(size));
    const simdjson::error_code error = simdjson::get_active_implementation()->create_dom_parser_implementation(
        capacity, kDepth, parser_->implementation);
    CHECK_MSG(error == simdjson::SUCCESS, "simdjson: {}", simdjson::error_message(error));
    parser_->capacity = capacity;
  }
  auto& implementation = *parser_->implementation;
  const simdjson::error_code error =
      implementation.stage1(reinterpret_cast<const uint8_t*>(text), size, simdjson::stage1_mode::regular);
  if (error == simdjson::EMPTY) return true;
  if (error != simdjson::SUCCESS) return false;
  offsets_ = {implementation.structural_indexes.get(), implementation.n_structural_indexes};
  return true;
}

}  // namespace tidemill
