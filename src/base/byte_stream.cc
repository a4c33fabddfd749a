#include "base/byte_stream.h"

#include "base/check.h"

namespace tidemill {

void ByteReader::fail(std::string_view what) const {
  throw_damaged_(*name_, offset_ + position_, what);
  CHECK_MSG(false, "the error of damaged bytes was not thrown: {}", what);
}

}  // namespace tidemill
