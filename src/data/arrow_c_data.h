// data/arrow_c_data.h - the two structs by which Arrow data passes between libraries of one process. Rule: the layout
// is Arrow's published C data interface (https://arrow.apache.org/docs/format/CDataInterface.html) and never changes.
#pragma once
#include <cstdint>

namespace tidemill {

constexpr int64_t kArrowFlagNullable = 2;

// Describes the type of an array. Whoever gets one calls `release` once, unless it is null: then it is already
// released, or was moved elsewhere.
struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  int64_t flags;
  int64_t n_children;
  ArrowSchema** children;
  ArrowSchema* dictionary;
  void (*release)(ArrowSchema*);
  void* private_data;
};

// The buffers of an array; they live until `release` is called.
struct ArrowArray {
  int64_t length;
  int64_t null_count;  // -1: not counted
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void** buffers;
  ArrowArray** children;
  ArrowArray* dictionary;
  void (*release)(ArrowArray*);
  void* private_data;
};

static_assert(sizeof(ArrowSchema) == 72 && sizeof(ArrowArray) == 80);

}  // namespace tidemill
