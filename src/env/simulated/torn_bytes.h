// env/simulated/torn_bytes.h - what a power cut leaves of a file. Rule: a sector reached the disk whole or not at all.
#pragma once
#include <string>

#include "env/random.h"

namespace tidemill {

// Returns a file of which `durable` was synced and `cached` was written: its length anywhere between the two, each
// sector of 512 bytes of the one or the other, zeros where neither has any.
std::string torn_bytes(const std::string& durable, const std::string& cached, Random& random);

}  // namespace tidemill
