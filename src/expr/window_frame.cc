#include "expr/window_frame.h"

namespace tidemill {
namespace {

bool same_expression(const ExpressionPtr& a, const ExpressionPtr& b) {
  return a == nullptr || b == nullptr ? a == b : *a == *b;
}

}  // namespace

bool operator==(const FrameBound& a, const FrameBound& b) {
  return a.kind == b.kind && a.offset == b.offset && a.text == b.text && same_expression(a.value, b.value);
}

bool operator==(const WindowFrame& a, const WindowFrame& b) {
  return a.rows == b.rows && a.start == b.start && a.end == b.end && same_expression(a.value, b.value);
}

std::optional<OverFrame> frame_by_time(const WindowFrame& frame) {
  if (frame.end.kind != FrameBound::Kind::kCurrentRow) return std::nullopt;
  switch (frame.start.kind) {
    case FrameBound::Kind::kUnbounded:
      return OverFrame{frame.rows, std::nullopt};
    case FrameBound::Kind::kCurrentRow:
      return OverFrame{frame.rows, 0};
    case FrameBound::Kind::kOffset:
      if (frame.start.offset > 0) return std::nullopt;
      return OverFrame{frame.rows, -frame.start.offset};
  }
  CHECK(false);
}

}  // namespace tidemill
