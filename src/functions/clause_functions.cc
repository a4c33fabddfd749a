// Functions that stand in a clause only: what SHOW FUNCTIONS and the reference say of them. The binders of the clauses
// know what they mean.
#include "functions/families.h"

namespace tidemill {
namespace {

constexpr std::string_view kGroupBy = "a query with GROUP BY";
constexpr std::string_view kWindows = "FROM TABLE(…) or GROUP BY";
constexpr std::string_view kSameWindow = "a query with GROUP BY of the same window";
constexpr std::string_view kMatch = "MATCH_RECOGNIZE";

struct ClauseFunction {
  std::string_view clause, name, syntax, text;
};

constexpr ClauseFunction kFunctions[] = {
    {kOverClause, "ROW_NUMBER", "ROW_NUMBER() OVER (…)", "The row's number in its partition, from 1."},
    {kOverClause, "RANK", "RANK() OVER (…)", "The number of the row's first peer: of equal values of ORDER BY."},
    {kOverClause, "DENSE_RANK", "DENSE_RANK() OVER (…)", "The same without gaps."},
    {kOverClause, "PERCENT_RANK", "PERCENT_RANK() OVER (…)", "(rank - 1) / (rows - 1)."},
    {kOverClause, "CUME_DIST", "CUME_DIST() OVER (…)", "The share of rows up to and with the row's peers."},
    {kOverClause, "NTILE", "NTILE(n) OVER (…)", "In which of n buckets of about equal size the row is, from 1."},
    {kOverClause, "LAG", "LAG(x [, n [, value]]) OVER (…)", "x of the n-th row before, or the value if there is none."},
    {kOverClause, "LEAD", "LEAD(x [, n [, value]]) OVER (…)",
     "x of the n-th row behind, or the value if there is none."},
    {kGroupBy, "GROUPING", "GROUPING(key, …)", "One bit a key: 1 where the row's grouping set lacks it."},
    {kGroupBy, "GROUPING_ID", "GROUPING_ID(key, …)", "The same."},
    {kGroupBy, "GROUP_ID", "GROUP_ID()", "How many equal grouping sets stand before."},
    {kWindows, "TUMBLE", "TUMBLE(TABLE t, DESCRIPTOR(ts), size [, offset])", "The rows, with windows of one size."},
    {kWindows, "HOP", "HOP(TABLE t, DESCRIPTOR(ts), slide, size [, offset])", "The same; the windows overlap."},
    {kWindows, "CUMULATE", "CUMULATE(TABLE t, DESCRIPTOR(ts), step, max_size [, offset])", "The same; they grow."},
    {kWindows, "SESSION", "SESSION(TABLE t [PARTITION BY k], DESCRIPTOR(ts), gap)", "The same; a gap ends them."},
    {kSameWindow, "TUMBLE_START", "TUMBLE_START(ts, size)", "Where the window starts."},
    {kSameWindow, "TUMBLE_END", "TUMBLE_END(ts, size)", "Where the window ends."},
    {kSameWindow, "TUMBLE_ROWTIME", "TUMBLE_ROWTIME(ts, size)", "Its last moment, as a time attribute."},
    {kSameWindow, "TUMBLE_PROCTIME", "TUMBLE_PROCTIME(ts, size)", "Processing time, as a time attribute."},
    {kSameWindow, "HOP_START", "HOP_START(ts, slide, size)", "Where the window starts."},
    {kSameWindow, "HOP_END", "HOP_END(ts, slide, size)", "Where the window ends."},
    {kSameWindow, "HOP_ROWTIME", "HOP_ROWTIME(ts, slide, size)", "Its last moment, as a time attribute."},
    {kSameWindow, "HOP_PROCTIME", "HOP_PROCTIME(ts, slide, size)", "Processing time, as a time attribute."},
    {kSameWindow, "SESSION_START", "SESSION_START(ts, gap)", "Where the window starts."},
    {kSameWindow, "SESSION_END", "SESSION_END(ts, gap)", "Where the window ends."},
    {kSameWindow, "SESSION_ROWTIME", "SESSION_ROWTIME(ts, gap)", "Its last moment, as a time attribute."},
    {kSameWindow, "SESSION_PROCTIME", "SESSION_PROCTIME(ts, gap)", "Processing time, as a time attribute."},
    {kMatch, "FIRST", "FIRST(A.x [, n])", "x of the first row of A, or of the n-th behind it."},
    {kMatch, "LAST", "LAST(A.x [, n])", "x of the last row of A, or of the n-th before it."},
    {kMatch, "PREV", "PREV(A.x [, n])", "x of the row before that one, or of the n-th before."},
    {kMatch, "NEXT", "NEXT(A.x [, n])", "x of the row behind that one, or of the n-th behind."},
    {kMatch, "CLASSIFIER", "CLASSIFIER()", "The variable of the row."},
    {kMatch, "MATCH_NUMBER", "MATCH_NUMBER()", "The match's number in its partition, from 1."},
    {kMatch, "MATCH_ROWTIME", "MATCH_ROWTIME()", "The event time of the match, as a time attribute."},
    {kMatch, "MATCH_PROCTIME", "MATCH_PROCTIME()", "Processing time, as a time attribute."},
    {kMatch, "MATCH_TIMED_OUT", "MATCH_TIMED_OUT()", "TRUE where the match ran out of time."},
    {"WATERMARK FOR", "SOURCE_WATERMARK", "SOURCE_WATERMARK()", "The watermarks that the source itself gives."},
};

}  // namespace

void register_clause_functions(FunctionRegistry& registry) {
  for (const auto& [clause, name, syntax, text] : kFunctions) registry.of_clause(clause, name, {syntax, text, ""});
}

}  // namespace tidemill
