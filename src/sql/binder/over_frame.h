// sql/binder/over_frame.h - the frame of OVER as written. Rule: its offsets are constants, and it does not end before
// it begins.
#pragma once
#include <vector>

#include "sql/binder/binding_context.h"
#include "sql/binder/over_calls.h"

namespace tidemill {

// Returns the frame. Throws UserError at the bound that is wrong: of a type that the column of `order` does not go
// with, negative, behind the other one.
WindowFrame bind_frame(const ast::Frame& written, const std::vector<BoundOver::Order>& order,
                       const BindingContext& context);

}  // namespace tidemill
