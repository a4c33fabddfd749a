// functions/letter_case_kernel.h - LOWER and UPPER over columns. Rule: a text that is as it should be is not copied.
#pragma once
#include "expr/scalar_function.h"

namespace tidemill {

enum class LetterCase : uint8_t { kLower, kUpper };

// Returns the kernel that gives a text in this case; of letters beyond ASCII as letter_case.h has it.
ScalarFunctionPtr make_letter_case_kernel(LetterCase wanted);

}  // namespace tidemill
