// plan/plan_node.cc - what plan texts share.
#include "plan/plan_node.h"

namespace tidemill {

std::string join_texts(const std::vector<std::string>& items) {
  std::string result;
  for (const std::string& item : items) {
    if (!result.empty()) result += ", ";
    result += item;
  }
  return result;
}

}  // namespace tidemill
