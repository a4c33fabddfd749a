// functions/java_format.h - formats as Java's java.util.Formatter has them: %5d, %-10s, %,.2f, %2$s. Rule: what Java
// answers with an exception is nullopt or false here. Times (%t) are in UTC and English.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tidemill {

// An integer of 1, 2, 4 or 8 bytes: %x shows a negative one by its own width.
struct FormatInteger {
  int64_t value = 0;
  int32_t bytes = 8;
};
struct FormatReal {
  double value = 0;
  std::string text;     // as %s shows it
  bool single = false;  // a FLOAT
};
// What only %s, %b and %h take: a decimal, a timestamp.
struct FormatOther {
  std::string text;
  uint32_t hash = 0;  // Java's hashCode
};
// NULL, BOOLEAN, integers, reals, text, the rest.
using FormatValue = std::variant<std::monostate, bool, FormatInteger, FormatReal, std::string, FormatOther>;

class JavaFormat {
 public:
  // Returns the format, or nullopt where the text is none.
  static std::optional<JavaFormat> parse(std::string_view text);

  // Appends the values in this format. Returns false where one is missing or not of its conversion's kind.
  bool append(std::string& out, std::span<const FormatValue> values) const;

 private:
  struct Piece {
    std::string literal;     // stands as it is, where conversion is '\0'
    char conversion = '\0';  // in lower case; 'n' and '%' take no value
    char of_time = '\0';     // of %t: what of the time
    bool upper = false;      // %S, %X: the result in upper case
    int32_t index = 0;       // 1: the first value; 0: the next one; -1: the same as before
    int32_t width = -1;      // -1: not given
    int32_t precision = -1;  // -1: not given
    bool left = false, alternate = false, plus = false, space = false, zero = false, grouped = false, bracketed = false;
  };

  static bool parse_piece(std::string_view text, size_t& at, Piece& piece);
  static bool is_consistent(const Piece& piece);
  static bool append_value(const Piece& piece, const FormatValue& value, std::string& out);

  std::vector<Piece> pieces_;
};

}  // namespace tidemill
