// base/flink_settings.h - settings that Apache Flink 2.3 has and this engine has no use for. Rule: a script written for
// Flink may set them; it is told that they change nothing.
#pragma once
#include <string_view>

namespace tidemill {

// Returns whether Flink has this setting, or a family of settings that it would belong to.
bool is_flink_setting(std::string_view key);

}  // namespace tidemill
