// data/join_type.h - the kinds of joins. Rule: the side whose rows come out whether or not they fit is called outer.
#pragma once
#include <cstdint>
#include <string_view>

#include "base/check.h"

namespace tidemill {

enum class JoinType : uint8_t {
  kInner,
  kLeft,   // left rows that fit nothing come out with NULLs for the right columns
  kRight,  // the same of right rows
  kFull,   // both
  kSemi,   // left rows that fit something, once
  kAnti,   // left rows that fit nothing
};

inline bool left_is_outer(JoinType type) { return type == JoinType::kLeft || type == JoinType::kFull; }
inline bool right_is_outer(JoinType type) { return type == JoinType::kRight || type == JoinType::kFull; }
// True where only left rows come out.
inline bool left_only(JoinType type) { return type == JoinType::kSemi || type == JoinType::kAnti; }

// Returns the name as plans show it, after Flink: "InnerJoin".
inline std::string_view join_type_name(JoinType type) {
  switch (type) {
    case JoinType::kInner:
      return "InnerJoin";
    case JoinType::kLeft:
      return "LeftOuterJoin";
    case JoinType::kRight:
      return "RightOuterJoin";
    case JoinType::kFull:
      return "FullOuterJoin";
    case JoinType::kSemi:
      return "LeftSemiJoin";
    case JoinType::kAnti:
      return "LeftAntiJoin";
  }
  CHECK(false);
}

}  // namespace tidemill
