#include "tests/unit/planner/planning_case.h"

#include <fmt/ranges.h>

#include <fstream>
#include <sstream>

#include "base/check.h"
#include "sql/parser.h"
#include "tests/unit/planner/planning_session.h"

namespace tidemill {
namespace {

void trim_end(std::string& text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
}

std::string result_text(const TextResult& result) {
  if (result.is_text) return *result.rows.front().front();
  std::string text;
  const auto add = [&](const auto& cells, auto&& cell_text) {
    std::string line;
    for (const auto& cell : cells) line += (line.empty() ? "" : " | ") + cell_text(cell);
    text += line + "\n";
  };
  add(result.columns, [](const std::string& name) { return name; });
  for (const auto& row : result.rows) {
    add(row, [](const std::optional<std::string>& cell) { return cell.value_or("NULL"); });
  }
  return text;
}

std::string graph_text(const JobPlan& job) {
  std::string text;
  for (const Vertex& vertex : job.graph.vertices) {
    text += fmt::format("{} x{}", vertex.id, vertex.parallelism);
    for (const Edge& edge : vertex.inputs) {
      constexpr std::array<std::string_view, 4> kNames = {"forward", "hash", "rebalance", "gather"};
      text += fmt::format(" <- {}", kNames[static_cast<size_t>(edge.shipping)]);
      if (!edge.keys.empty()) text += fmt::format("[{}]", fmt::join(edge.keys, ", "));
      text += fmt::format(" {}", job.graph.vertices[static_cast<size_t>(edge.from)].id);
    }
    if (const auto* sink = std::get_if<SinkSpec>(&vertex.spec)) {
      if (sink->type_length == SinkSpec::TypeLength::kTrimPad) text += ", lengths: trim and pad";
      if (sink->type_length == SinkSpec::TypeLength::kError) text += ", lengths: error";
    }
    text += "\n";
  }
  return text;
}

// Returns the lines between two headings of EXPLAIN's text.
std::string section(const std::string& text, const std::string& heading) {
  const size_t start = text.find(heading);
  CHECK(start != std::string::npos);
  const size_t body = start + heading.size() + 1;
  const size_t end = text.find("\n==", body);
  return text.substr(body, end == std::string::npos ? end : end - body);
}

std::string plan_text(PlanningSession& session, const std::string& sql, const std::string& mode) {
  const std::vector<ast::StatementPtr> statements = parse_script(sql);
  CHECK(!statements.empty());
  for (size_t i = 0; i + 1 < statements.size(); ++i) session.plan(*statements[i]);
  const PlannedStatement planned = session.plan(*statements.back());
  if (const auto* nothing = std::get_if<NothingToRun>(&planned)) {
    std::string text = "done\n";
    for (const std::string& note : nothing->notes) text += "note: " + note + "\n";
    return text;
  }
  if (const auto* result = std::get_if<TextResult>(&planned)) return result_text(*result);
  const auto& job = std::get<JobPlan>(planned);
  if (mode == "graph") return graph_text(job);
  const std::string explain = "EXPLAIN CHANGELOG_MODE " + statements.back()->text;
  const std::string text = result_text(std::get<TextResult>(session.plan(*parse_script(explain).front())));
  std::string plan = section(text, mode == "logical" ? "== Abstract Syntax Tree ==" : "== Optimized Physical Plan ==");
  for (const std::string& warning : job.warnings) plan += "warning: " + warning + "\n";
  return plan;
}

std::string error_text(const UserError& error) {
  std::string text = "error";
  if (error.location()) text += fmt::format(" {}:{}", error.location()->line, error.location()->column);
  text += fmt::format(": {}\n", error.what());
  if (!error.hint().empty()) text += fmt::format("hint: {}\n", error.hint());
  return text;
}

}  // namespace

PlanningFile read_planning_file(const std::string& path) {
  std::ifstream stream(path);
  CHECK_MSG(stream.good(), "cannot read {}", path);
  PlanningFile file;
  std::string line;
  std::string* part = nullptr;
  while (std::getline(stream, line)) {
    if (line.starts_with("=== ")) {
      const std::string title = line.substr(4);
      if (title == "prelude") {
        part = &file.prelude;
        continue;
      }
      file.cases.push_back({title, "", ""});
      part = &file.cases.back().sql;
    } else if (line == "----") {
      CHECK(!file.cases.empty() && part == &file.cases.back().sql);
      part = &file.cases.back().expected;
    } else {
      CHECK_MSG(part != nullptr, "{}: text before the first case", path);
      *part += line + "\n";
    }
  }
  trim_end(file.prelude);
  for (PlanningCase& one : file.cases) {
    trim_end(one.sql);
    trim_end(one.expected);
  }
  return file;
}

void write_planning_file(const std::string& path, const PlanningFile& file) {
  std::ofstream stream(path);
  if (!file.prelude.empty()) stream << "=== prelude\n" << file.prelude << "\n\n";
  for (size_t i = 0; i < file.cases.size(); ++i) {
    const PlanningCase& one = file.cases[i];
    stream << (i == 0 ? "" : "\n") << "=== " << one.title << "\n" << one.sql << "\n----\n" << one.expected << "\n";
  }
}

std::string run_planning_case(const std::string& prelude, const PlanningCase& one) {
  std::string mode;
  if (one.title.ends_with(']')) {
    const size_t open = one.title.rfind('[');
    mode = one.title.substr(open + 1, one.title.size() - open - 2);
  }
  PlanningSession session;
  for (const ast::StatementPtr& statement : parse_script(prelude)) session.plan(*statement);
  std::string text;
  try {
    text = plan_text(session, one.sql, mode);
  } catch (const UserError& error) {
    text = error_text(error);
  }
  trim_end(text);
  return text;
}

}  // namespace tidemill
