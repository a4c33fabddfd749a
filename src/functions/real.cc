// Functions of real numbers: arguments are cast to DOUBLE, results follow IEEE 754.
#include <cmath>
#include <numbers>

#include "functions/families.h"

namespace tidemill {
namespace {

void register_powers(FunctionRegistry& registry) {
  registry.scalar("POWER", {"POWER(base, exponent)", "Base to the power of exponent.", "POWER(2, 10) = 1024.0"},
                  [](double base, double exponent) { return std::pow(base, exponent); });
  registry.scalar("SQRT", {"SQRT(x)", "Square root.", "SQRT(16) = 4.0"}, [](double x) { return std::sqrt(x); });
  registry.scalar("EXP", {"EXP(x)", "e to the power of x.", "EXP(0) = 1.0"}, [](double x) { return std::exp(x); });
  registry.scalar("LN", {"LN(x)", "Natural logarithm.", "LN(1) = 0.0"}, [](double x) { return std::log(x); });
  registry.scalar("LOG10", {"LOG10(x)", "Logarithm to base 10.", "LOG10(1000) = 3.0"},
                  [](double x) { return std::log10(x); });
  registry.scalar("LOG2", {"LOG2(x)", "Logarithm to base 2.", "LOG2(8) = 3.0"}, [](double x) { return std::log2(x); });
  const FunctionDoc log = {"LOG(x) | LOG(base, x)", "Natural logarithm, or to a base.", "LOG(2, 8) = 3.0"};
  registry.scalar("LOG", log, [](double x) { return std::log(x); });
  registry.scalar("LOG", log, [](double base, double x) { return std::log(x) / std::log(base); });
}

void register_trigonometry(FunctionRegistry& registry) {
  registry.scalar("SIN", {"SIN(x)", "Sine of an angle in radians.", "SIN(0) = 0.0"},
                  [](double x) { return std::sin(x); });
  registry.scalar("COS", {"COS(x)", "Cosine of an angle in radians.", "COS(0) = 1.0"},
                  [](double x) { return std::cos(x); });
  registry.scalar("TAN", {"TAN(x)", "Tangent of an angle in radians.", "TAN(0) = 0.0"},
                  [](double x) { return std::tan(x); });
  registry.scalar("COT", {"COT(x)", "Cotangent of an angle in radians.", "COT(1) = 0.6420926159343306"},
                  [](double x) { return 1 / std::tan(x); });
  registry.scalar("ASIN", {"ASIN(x)", "Angle in radians of this sine.", "ASIN(0) = 0.0"},
                  [](double x) { return std::asin(x); });
  registry.scalar("ACOS", {"ACOS(x)", "Angle in radians of this cosine.", "ACOS(1) = 0.0"},
                  [](double x) { return std::acos(x); });
  registry.scalar("ATAN", {"ATAN(x)", "Angle in radians of this tangent.", "ATAN(0) = 0.0"},
                  [](double x) { return std::atan(x); });
  registry.scalar("ATAN2", {"ATAN2(y, x)", "Angle in radians of the point (x, y).", "ATAN2(0, 1) = 0.0"},
                  [](double y, double x) { return std::atan2(y, x); });
  registry.scalar("SINH", {"SINH(x)", "Hyperbolic sine.", "SINH(0) = 0.0"}, [](double x) { return std::sinh(x); });
  registry.scalar("COSH", {"COSH(x)", "Hyperbolic cosine.", "COSH(0) = 1.0"}, [](double x) { return std::cosh(x); });
  registry.scalar("TANH", {"TANH(x)", "Hyperbolic tangent.", "TANH(0) = 0.0"}, [](double x) { return std::tanh(x); });
  // The order of operations is Java's, since its rounding shows: Math.toDegrees multiplies once by a constant.
  registry.scalar("DEGREES", {"DEGREES(x)", "Radians in degrees.", "DEGREES(PI()) = 180.0"},
                  [](double x) { return x * (180.0 / std::numbers::pi); });
  registry.scalar("RADIANS", {"RADIANS(x)", "Degrees in radians.", "RADIANS(180) = 3.141592653589793"},
                  [](double x) { return x * (std::numbers::pi / 180.0); });
}

void register_constants(FunctionRegistry& registry) {
  const auto constant = [&](const char* name, FunctionDoc doc, double value) {
    registry.with_rule(name, doc, [value](const CallSite& call) {
      return call.size() == 0 ? make_literal(Value::float64(value)) : nullptr;
    });
  };
  constant("PI", {"PI()", "The number pi.", "PI() = 3.141592653589793"}, std::numbers::pi);
  constant("E", {"E()", "The number e.", "E() = 2.718281828459045"}, std::numbers::e);
}

}  // namespace

void register_real_functions(FunctionRegistry& registry) {
  register_powers(registry);
  register_trigonometry(registry);
  register_constants(registry);
}

}  // namespace tidemill
