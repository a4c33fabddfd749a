// builtins/flink_extensions.h - what Tidemill takes and Apache Flink 2.3 does not: for `tidemill check --target flink`,
// and for the list in docs/flink-compatibility.md. Rule: whoever adds a connector, an option or a setting that Flink
// does not have names it here; a test holds each entry against the registries.
#pragma once
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "sql/ast.h"

namespace tidemill {

// A connector, an option or a setting that is Tidemill's own.
struct FlinkExtension {
  enum class Kind : uint8_t {
    kConnector,  // `name`
    kOption,     // `name` of `owner`: a connector or a format; empty: of every connector with a format
    kSetting,    // `name`
  };
  Kind kind;
  std::string_view owner;
  std::string_view name;
  std::string_view effect;  // what Flink does with it: "refuses", "ignores"
  std::string_view hint;    // what to do
};
std::span<const FlinkExtension> flink_extensions();

// Statements of a script, one after the other: what of each real Flink would refuse, or take for something else. What
// depends on types and plans is not looked at (planner/flink_limits.h does).
class FlinkCheck {
 public:
  // `batch`: whether the job that the statement begins runs in batch mode. Returns an error for each finding, in the
  // order of the text; none is thrown.
  std::vector<UserError> check(const ast::Statement& statement, bool batch);

 private:
  void check_table(const ast::CreateTable& table, std::vector<UserError>& found);

  std::set<std::string, std::less<>> time_columns_ = {"window_time"};  // that the script declares watermarks for
};

}  // namespace tidemill
