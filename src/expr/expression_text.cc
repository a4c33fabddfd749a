// expr/expression_text.cc - expressions as SQL-like text, for EXPLAIN and error messages; declared in
// expr/expression.h.
#include <cctype>

#include "expr/expression.h"

namespace tidemill {
namespace {

class Printer {
 public:
  explicit Printer(std::span<const std::string> column_names) : names_(column_names) {}

  std::string print(const Expression& expression) const {
    switch (expression.kind()) {
      case ExpressionKind::kColumn:
        return column(expression.as<ColumnReference>().index());
      case ExpressionKind::kLiteral:
        return expression.as<Literal>().value().to_string();
      case ExpressionKind::kCall:
        return call(expression.as<Call>());
      case ExpressionKind::kCast:
        return fmt::format("{}({} AS {})", expression.as<Cast>().is_try() ? "TRY_CAST" : "CAST",
                           print(*expression.child(0)), expression.type().with_nullable(true).to_string());
      case ExpressionKind::kAnd:
        return "(" + joined(expression.children(), " AND ") + ")";
      case ExpressionKind::kOr:
        return "(" + joined(expression.children(), " OR ") + ")";
      case ExpressionKind::kNot:
        return "NOT " + print(*expression.child(0));
      case ExpressionKind::kCase:
        return print_case(expression.as<Case>());
      case ExpressionKind::kCoalesce:
        return "COALESCE(" + joined(expression.children(), ", ") + ")";
      case ExpressionKind::kShared:
        return print(*expression.child(0));
    }
    CHECK_MSG(false, "expression kind {}", static_cast<int>(expression.kind()));
  }

 private:
  std::string column(int32_t index) const {
    const auto at = static_cast<size_t>(index);
    return at < names_.size() ? names_[at] : fmt::format("${}", index);
  }
  std::string joined(std::span<const ExpressionPtr> expressions, std::string_view separator) const {
    std::string text;
    for (const ExpressionPtr& expression : expressions) {
      if (!text.empty()) text += separator;
      text += print(*expression);
    }
    return text;
  }
  static std::string field_name(const Expression& row, const Expression& index) {
    return (*row.type().parts)[static_cast<size_t>(index.as<Literal>().value().as_integer())].name;
  }
  std::string call(const Call& node) const {
    const std::string& name = node.name();
    const auto& arguments = node.children();
    if (name == "[]") return fmt::format("{}[{}]", print(*arguments[0]), print(*arguments[1]));
    if (name == ".") return print(*arguments[0]) + "." + field_name(*arguments[0], *arguments[1]);
    if (name == "ARRAY" || name == "MAP") return name + "[" + joined(arguments, ", ") + "]";
    const bool is_word = std::isalpha(static_cast<unsigned char>(name.front())) != 0;
    const bool is_operator = !is_word || name.find(' ') != std::string::npos || name == "LIKE";
    if (!is_operator && name != "IN") return name + "(" + joined(arguments, ", ") + ")";
    if (name == "IN" || name == "NOT IN") {
      return fmt::format("{} {} ({})", print(*arguments.front()), name, joined(std::span(arguments).subspan(1), ", "));
    }
    if (arguments.size() == 1) {
      return is_word ? print(*arguments.front()) + " " + name : name + print(*arguments.front());  // x IS NULL, -x
    }
    std::string text = "(" + print(*arguments[0]) + " " + name + " " + print(*arguments[1]);
    if (arguments.size() == 3) text += " ESCAPE " + print(*arguments[2]);
    return text + ")";
  }
  std::string print_case(const Case& node) const {
    std::string text = "CASE";
    for (size_t i = 0; i < node.num_branches(); ++i) {
      text += fmt::format(" WHEN {} THEN {}", print(*node.condition(i)), print(*node.result(i)));
    }
    return text + " ELSE " + print(*node.otherwise()) + " END";
  }

  std::span<const std::string> names_;
};

}  // namespace

std::string Expression::to_string(std::span<const std::string> column_names) const {
  return Printer(column_names).print(*this);
}

}  // namespace tidemill
