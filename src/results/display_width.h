// results/display_width.h - how wide text stands on a terminal. Rule: never throws; bytes that are not UTF-8 count one
// each.
#pragma once
#include <cstdint>
#include <string_view>

namespace tidemill {

// Returns terminal columns: a code point takes one, East Asian wide and emoji two, combining marks none (after Unicode
// TR 11, in ranges).
int32_t display_width(std::string_view text);

}  // namespace tidemill
