#include "builtins/flink_extensions.h"

#include <fmt/format.h>

#include <algorithm>

#include "sql/ast_walk.h"

namespace tidemill {
namespace {

using Kind = FlinkExtension::Kind;

constexpr std::string_view kRefuses = "refuses";
constexpr std::string_view kIgnores = "ignores";

constexpr FlinkExtension kExtensions[] = {
    {Kind::kConnector, "", "hybrid", kRefuses,
     "Flink has a HybridSource for programs alone: read the history and the topic as two tables, and unite them."},
    {Kind::kConnector, "", "nexmark", kRefuses, "Add the library of the Nexmark project to the cluster."},
    {Kind::kConnector, "", "state", kRefuses, "Flink reads its own state with the State Processor API."},
    {Kind::kConnector, "", "test", kRefuses, "It is for test files; a job reads from and writes to other connectors."},
    {Kind::kOption, "datagen", "seed", kRefuses, "Leave it out: Flink makes other rows in every run."},
    {Kind::kOption, "nexmark", "nexmark.events", kRefuses, "The Nexmark project's library calls it 'events.num'."},
    {Kind::kOption, "nexmark", "nexmark.preload", kRefuses, "Leave it out: events are made as they are read."},
    {Kind::kOption, "nexmark", "nexmark.rate", kRefuses,
     "Set 'rate.limited' = 'true', and 'first-event.rate' to the pace, which then is that of event times too."},
    {Kind::kOption, "nexmark", "seed", kRefuses, "Leave it out."},
    {Kind::kOption, "csv", "header", kIgnores, "Take the header out of the files: Flink reads it as a row."},
    {Kind::kOption, "csv", "timestamp-format.standard", kIgnores, "Write times as SQL does: 2020-01-01 00:00:00."},
    {Kind::kOption, "protobuf", "descriptor-file", kRefuses,
     "Set 'protobuf.message-class-name' to the class that protoc makes of the message."},
    {Kind::kOption, "protobuf", "message-name", kRefuses,
     "Set 'protobuf.message-class-name' to the class that protoc makes of the message."},
    {Kind::kOption, "avro-confluent", "ssl.ca.location", kRefuses,
     "Flink takes a key store of Java: 'ssl.truststore.location'."},
    {Kind::kOption, "avro-confluent", "ssl.certificate.location", kRefuses,
     "Flink takes a key store of Java: 'ssl.truststore.location'."},
    {Kind::kOption, "avro-confluent", "ssl.key.location", kRefuses,
     "Flink takes a key store of Java: 'ssl.truststore.location'."},
    {Kind::kOption, "avro-confluent", "timestamp_mapping.legacy", kRefuses, "Flink has it for format 'avro' alone."},
    {Kind::kOption, "debezium-avro-confluent", "ssl.ca.location", kRefuses,
     "Flink takes a key store of Java: 'ssl.truststore.location'."},
    {Kind::kOption, "debezium-avro-confluent", "ssl.certificate.location", kRefuses,
     "Flink takes a key store of Java: 'ssl.truststore.location'."},
    {Kind::kOption, "debezium-avro-confluent", "ssl.key.location", kRefuses,
     "Flink takes a key store of Java: 'ssl.truststore.location'."},
    {Kind::kOption, "debezium-avro-confluent", "timestamp_mapping.legacy", kRefuses,
     "Flink has it for format 'avro' alone."},
    {Kind::kOption, "", "record.error-policy", kRefuses, "Flink knows the ignore-parse-errors of a format."},
    {Kind::kOption, "", "record.dead-letter.path", kRefuses, "Flink knows the ignore-parse-errors of a format."},
    {Kind::kSetting, "", "execution.epoch.interval", kIgnores, "Results then come when Flink emits them."},
    {Kind::kSetting, "", "late-rows", kIgnores,
     "Flink judges by the minimum over splits: 'late-rows' = 'MERGED' does so here."},
    {Kind::kSetting, "", "overflow", kIgnores, "Integers wrap around there."},
    {Kind::kSetting, "", "row-order", kIgnores,
     "Flink takes rows as they arrive: 'row-order' = 'ARRIVAL' does so here."},
    {Kind::kSetting, "", "state.checkpoint", kIgnores, "Flink reads its own state with the State Processor API."},
    {Kind::kSetting, "", "state.memory.size", kIgnores, "Flink's state backend is given memory by the cluster."},
    {Kind::kSetting, "", "state.spill.dir", kIgnores, "Flink's state backend is given directories by the cluster."},
};

// "csv.header" of table option keys, "seed" of a connector.
std::string written_name(const FlinkExtension& extension) {
  const bool of_format = extension.owner == "csv" || extension.owner == "json" || extension.owner == "protobuf" ||
                         extension.owner.ends_with("avro-confluent");
  return of_format ? fmt::format("{}.{}", extension.owner, extension.name) : std::string(extension.name);
}

UserError error_of(SourceLocation location, const std::string& what, std::string_view hint) {
  return {location, "Not in Flink: " + what, std::string(hint)};
}

bool same_word(std::string_view name, std::string_view word) {
  return std::ranges::equal(name, word, [](char a, char b) { return (a >= 'a' && a <= 'z' ? a - 'a' + 'A' : a) == b; });
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return same_word(name, word); });
}

// True where rows come from windows whose aggregates Flink makes of parts: overlapping ones, and sessions.
bool has_merged_windows(const ast::TableReference& table) {
  if (table.kind == ast::TableKind::kJoin) {
    const auto& join = table.as<ast::JoinedTable>();
    return has_merged_windows(*join.left) || has_merged_windows(*join.right);
  }
  return table.kind == ast::TableKind::kFunction &&
         is_one_of(table.as<ast::FunctionTable>().call->name.last().name, {"HOP", "CUMULATE", "SESSION"});
}

// Aggregates that cannot be made of parts in Flink.
class MergeFinder final : public AstVisitor {
 public:
  explicit MergeFinder(std::vector<UserError>& found) : found_(found) {}
  void visit(const ast::Expression& expression) override {
    const auto* call = expression.try_as<ast::FunctionCall>();
    if (call == nullptr || call->over) return;
    const std::string& name = call->name.last().name;
    if (is_one_of(name, {"FIRST_VALUE", "LAST_VALUE", "JSON_OBJECTAGG", "JSON_ARRAYAGG"}))
      found_.push_back(error_of(call->location, name + " in windows of HOP, CUMULATE or SESSION",
                                "TUMBLE has it; MIN, MAX, LISTAGG and ARRAY_AGG are in all windows."));
  }

 private:
  std::vector<UserError>& found_;
};

// Syntax that Flink does not have.
class SyntaxFinder final : public AstVisitor {
 public:
  SyntaxFinder(const std::set<std::string, std::less<>>& time_columns, bool batch, std::vector<UserError>& found)
      : time_columns_(time_columns), batch_(batch), found_(found) {}

  void visit(const ast::Query& query) override {
    if (batch_ || query.order_by.empty() || query.limit) return;
    const ast::OrderItem& first = query.order_by.front();
    const auto* column = first.expression->try_as<ast::ColumnReference>();
    if (column != nullptr && !first.descending && time_columns_.contains(column->parts.back().name)) return;
    add(first.expression->location, "ORDER BY of a stream by anything but its time, upwards, without LIMIT",
        "SET 'execution.runtime-mode' = 'BATCH', or add LIMIT.");
  }

  void visit(const ast::Select& select) override {
    if (!select.has_group_by || !select.from || !has_merged_windows(*select.from)) return;
    MergeFinder finder(found_);
    for (const ast::SelectItem& item : select.items) walk(item.expression, finder);
    walk(select.having, finder);
  }

  void visit(const ast::TableReference& table) override {
    if (table.kind == ast::TableKind::kNamed) {
      const auto& named = table.as<ast::NamedTable>();
      if (named.path) add_file(table.location);
      if (!named.path && named.name.last().name.ends_with("$late"))
        add(table.location, "a table of late rows", "Flink only counts them: numLateRecordsDropped.");
      if (!named.path && named.name.last().name.ends_with("$errors"))
        add(table.location, "a table of records that could not be read", "Flink skips them: ignore-parse-errors.");
    } else if (table.kind == ast::TableKind::kFunction) {
      const ast::QualifiedName& name = table.as<ast::FunctionTable>().call->name;
      for (const ast::FunctionArgument& argument : table.as<ast::FunctionTable>().call->arguments)
        if (argument.name && same_word(argument.name->name, "ALLOWED_LATENESS"))
          add(argument.name->location, "ALLOWED_LATENESS of a window",
              "Windows of GROUP BY TUMBLE(…) have table.exec.emit.late-fire.enabled there.");
      if (is_one_of(name.last().name, {"GENERATE_SERIES", "STRING_TO_TABLE", "REGEXP_SPLIT_TO_TABLE"}))
        add(table.location, "the table function " + name.last().name, "Register a class with this name there.");
      if (name.parts.size() == 1 && same_word(name.last().name, "STATE"))
        add(table.location, "a table of saved state, state('…')",
            "Flink reads its own state with the State Processor API.");
    } else if (table.kind == ast::TableKind::kMatch) {
      visit_match(table.as<ast::MatchTable>());
    }
  }

  void visit(const ast::Expression& expression) override {
    if (const auto* table = expression.try_as<ast::TableArgument>(); table != nullptr && table->path)
      add_file(expression.location);
    const auto* call = expression.try_as<ast::FunctionCall>();
    if (call != nullptr) visit_pattern_call(*call);
    if (call != nullptr && call->over && !batch_) visit_over(*call);
    if (call == nullptr || !call->filter) return;
    if (call->over) {
      add(call->filter->location, "FILTER before OVER", "Write a CASE in the argument: COUNT(CASE WHEN … THEN 1 END).");
    } else if (same_word(call->name.last().name, "JSON_OBJECTAGG") ||
               same_word(call->name.last().name, "JSON_ARRAYAGG")) {
      add(call->filter->location, "FILTER behind a JSON aggregate", "Filter in a sub-query.");
    }
  }

  void visit(const ast::WindowSpecification& window) override {
    if (!window.frame || batch_) return;
    using enum ast::FrameBoundKind;
    const ast::Frame& frame = *window.frame;
    if (frame.start.kind == kCurrentRow && frame.end.kind == kCurrentRow) {
      add(frame.location, "a frame from CURRENT ROW to CURRENT ROW", "Begin it with PRECEDING.");
    } else if (frame.end.kind != kCurrentRow) {
      add(frame.end.location, "a frame of a stream that does not end with the row", kInBatchMode);
    }
  }

 private:
  static constexpr std::string_view kInBatchMode = "SET 'execution.runtime-mode' = 'BATCH': Flink has it there.";

  void visit_over(const ast::FunctionCall& call) {
    const std::string& name = call.name.last().name;
    if (is_one_of(name, {"LEAD", "NTILE", "PERCENT_RANK", "CUME_DIST"}))
      add(call.location, name + " over a stream", kInBatchMode);
    const ast::WindowSpecification& window = *call.over;
    if (window.base || is_one_of(name, {"ROW_NUMBER"})) return;  // of Top-N, ordered by anything
    if (window.order_by.size() != 1) {
      add(window.location, "OVER a stream without ORDER BY of exactly one column", kInBatchMode);
    } else if (window.order_by[0].descending) {
      add(window.location, "OVER a stream in descending order", kInBatchMode);
    }
  }

  void visit_match(const ast::MatchTable& match) {
    constexpr std::string_view kHint = "Flink has ONE ROW PER MATCH of variables one after the other.";
    if (match.all_rows) add(match.location, "ALL ROWS PER MATCH", kHint);
    if (match.with_timeouts) add(match.location, "EMIT TIMEOUTS of a match", "Flink drops what times out.");
    if (!match.subsets.empty()) add(match.subsets.front().name.location, "SUBSET of a pattern", kHint);
    visit_pattern(match.pattern, kHint);
  }

  // What only MATCH_RECOGNIZE has.
  void visit_pattern_call(const ast::FunctionCall& call) {
    const std::string& name = call.name.last().name;
    if (call.name.parts.size() == 1 && is_one_of(name, {"PREV", "NEXT", "CLASSIFIER", "MATCH_NUMBER"}))
      add(call.location, name + " in MATCH_RECOGNIZE", "Flink has FIRST, LAST and aggregates of a variable's rows.");
    const auto* star = call.arguments.empty() ? nullptr : call.arguments.front().value->try_as<ast::Star>();
    if (star != nullptr && !star->qualifier.empty())
      add(star->location, "a variable before * in COUNT", "Count a column that is never NULL.");
  }

  void visit_pattern(const ast::RowPattern& pattern, std::string_view hint) {
    const bool group = pattern.kind == ast::RowPatternKind::kRepetition &&
                       pattern.parts.front().kind != ast::RowPatternKind::kVariable;
    if (group) return add(pattern.location, "a group in a pattern", hint);
    if (pattern.kind == ast::RowPatternKind::kAlternation)
      return add(pattern.location, "an alternative in a pattern", hint);
    for (const ast::RowPattern& part : pattern.parts) visit_pattern(part, hint);
  }

  void add(SourceLocation location, const std::string& what, std::string_view hint) {
    found_.push_back(error_of(location, what, hint));
  }
  void add_file(SourceLocation location) {
    add(location, "a path in place of a table", "DESCRIBE 'path' prints the CREATE TABLE that it amounts to.");
  }

  const std::set<std::string, std::less<>>& time_columns_;
  const bool batch_;
  std::vector<UserError>& found_;
};

}  // namespace

std::span<const FlinkExtension> flink_extensions() { return kExtensions; }

void FlinkCheck::check_table(const ast::CreateTable& table, std::vector<UserError>& found) {
  if (table.watermark) time_columns_.insert(table.watermark->column.last().name);
  const auto connector = std::ranges::find(table.options, "connector", &ast::TableOption::key);
  const std::string kind = connector == table.options.end() ? "" : connector->value;
  for (const FlinkExtension& extension : kExtensions) {
    if (extension.kind == Kind::kConnector && connector != table.options.end() && kind == extension.name)
      found.push_back(error_of(connector->value_location, fmt::format("connector '{}'", kind), extension.hint));
    if (extension.kind != Kind::kOption) continue;
    const std::string name = written_name(extension);
    const bool of_connector = extension.owner.empty() || name != extension.name || extension.owner == kind;
    const auto option = std::ranges::find(table.options, name, &ast::TableOption::key);
    if (of_connector && option != table.options.end())
      found.push_back(
          error_of(option->location, fmt::format("option '{}', which it {}", name, extension.effect), extension.hint));
  }
}

std::vector<UserError> FlinkCheck::check(const ast::Statement& statement, bool batch) {
  std::vector<UserError> found;
  if (statement.kind == ast::StatementKind::kCreateTable) check_table(statement.as<ast::CreateTable>(), found);
  if (statement.kind == ast::StatementKind::kCreateFunction)
    found.push_back(error_of(statement.location, "CREATE FUNCTION … LANGUAGE SQL",
                             "Write the expression where the function is called, or register a class."));
  if (statement.kind == ast::StatementKind::kDescribe && statement.as<ast::Describe>().path)
    found.push_back(error_of(statement.location, "DESCRIBE of a path", "Leave it out."));
  if (statement.kind == ast::StatementKind::kSet) {
    const auto& set = statement.as<ast::Set>();
    const auto extension = std::ranges::find_if(kExtensions, [&](const FlinkExtension& one) {
      return one.kind == Kind::kSetting && set.key && one.name == *set.key;
    });
    if (extension != std::end(kExtensions))
      found.push_back(error_of(set.key_location,
                               fmt::format("setting '{}', which it {}", extension->name, extension->effect),
                               extension->hint));
  }
  SyntaxFinder finder(time_columns_, batch, found);
  walk(statement, finder);
  std::ranges::stable_sort(found, {}, [](const UserError& error) {
    const SourceLocation place = error.location().value_or(SourceLocation());
    return std::pair(place.line, place.column);
  });
  return found;
}

}  // namespace tidemill
