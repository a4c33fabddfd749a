// state/damaged.h - the one error of state that cannot be read back. Rule: it names the part and the byte.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace tidemill {

// Throws UserError: a part of a checkpoint is damaged at this offset.
[[noreturn]] void throw_damaged(const std::string& part, uint64_t offset, std::string_view what);

}  // namespace tidemill
