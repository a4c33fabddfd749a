#include "state/byte_stream.h"

#include "base/error.h"

namespace tidemill {

void ByteReader::fail(std::string_view what) const { throw_damaged(*name_, offset_ + position_, what); }

void throw_damaged(const std::string& part, uint64_t offset, std::string_view what) {
  throw UserError(fmt::format("State is damaged: {}, in part {} at byte {}", what, part, offset),
                  "Restore from an older checkpoint, or from an intact copy of this file.");
}

}  // namespace tidemill
