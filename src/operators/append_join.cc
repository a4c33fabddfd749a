#include "operators/append_join.h"

#include <algorithm>

#include "operators/emit_in_steps.h"

namespace tidemill {
namespace {

// Whether the side must know how many rows of the other one each of its rows fits.
bool counts_matches(JoinType type, int32_t port) {
  if (left_only(type)) return port == 0;
  return port == 0 ? left_is_outer(type) : right_is_outer(type);
}

}  // namespace

bool AppendJoin::takes(const RegularJoinSpec& spec) {
  return spec.append_only && (spec.join.type == JoinType::kInner || !spec.final_only) && spec.state_ttl_ms[0] == 0 &&
         spec.state_ttl_ms[1] == 0;
}

AppendJoin::AppendJoin(const RegularJoinSpec& spec)
    : type_(spec.join.type),
      schema_(spec.join.schema),
      sides_{AppendedSide(spec.join, 0, counts_matches(spec.join.type, 0)),
             AppendedSide(spec.join, 1, counts_matches(spec.join.type, 1))},
      fitting_(spec.join) {
  CHECK(takes(spec));
}

void AppendJoin::open(OperatorContext& context) {
  context_ = &context;
  for (AppendedSide& side : sides_) side.open(context.state());
}

bool AppendJoin::is_outer(int32_t port) const { return port == 0 ? left_is_outer(type_) : right_is_outer(type_); }

void AppendJoin::process(Batch input, int32_t port, Output& output) {
  CHECK_MSG(std::ranges::none_of(input.kinds(), retracts), "a row is taken back of an input that only inserts");
  port_ = port;
  own().begin(input);
  if (!own().counts_matches()) own().append(own().fitting());
  pairs().begin(std::move(input), port, own(), other());
  for (const int32_t row : own().never_fitting()) resolve_row(row);
  emit_in_steps(*context_, output, [this](Output& more) { return join_some(more); });
}

bool AppendJoin::join_some(Output& output) {
  const bool inner = type_ == JoinType::kInner;
  fitting_.read(inner ? kBatchRowsMax : kBatchRowsTarget, *context_);
  if (inner) {
    fitting_.emit(output);
  } else {
    resolve();
    emit_outcomes(output);
  }
  context_->state().release();
  if (!pairs().done()) return true;
  pairs().end();
  own().end();
  return false;
}

void AppendJoin::add(RowKind kind, int32_t input_row, int32_t pair) {
  kinds_.push_back(kind);
  input_rows_.push_back(input_row);
  of_pairs_.push_back(pair);
}

void AppendJoin::resolve() {
  const std::span<const int32_t> rows = pairs().rows();
  complete_.clear();
  int32_t pair = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    for (; pair < pairs().size() && pairs().input_row(pair) == rows[i]; ++pair) resolve_pair(pair);
    if (i + 1 == rows.size() && !pairs().last_complete()) break;
    resolve_row(rows[i]);
    complete_.push_back(matches_);
    matches_ = 0;
  }
  if (own().counts_matches()) own().append(rows.first(complete_.size()), complete_);
}

// The other side's row is shown alone until its first pair comes. Of SEMI and ANTI joins a right row decides of the
// left rows that it fits.
void AppendJoin::resolve_pair(int32_t pair) {
  ++matches_;
  const bool first = other().counts_matches() && other().count_match(pairs().record(pair)) == 0;
  if (left_only(type_)) {
    if (first) add(type_ == JoinType::kSemi ? RowKind::kInsert : RowKind::kDelete, -1, pair);
    return;
  }
  if (first) add(RowKind::kDelete, -1, pair);
  add(RowKind::kInsert, pairs().input_row(pair), pair);
}

// All pairs of the row are known.
void AppendJoin::resolve_row(int32_t row) {
  const bool alone = is_outer(port_) || (type_ == JoinType::kAnti && port_ == 0);
  const bool semi = type_ == JoinType::kSemi && port_ == 0;
  if (matches_ == 0 ? alone : semi) add(RowKind::kInsert, row, -1);
}

void AppendJoin::emit_outcomes(Output& output) {
  for (size_t first = 0; first < kinds_.size(); first += kBatchRowsMax) {
    const size_t count = std::min<size_t>(kBatchRowsMax, kinds_.size() - first);
    std::vector<ColumnPtr>& columns = fitting_.columns();
    pairs().make_columns(std::span(input_rows_).subspan(first, count), std::span(of_pairs_).subspan(first, count),
                         fitting_.shown(), columns);
    columns.resize(static_cast<size_t>(schema_->size()));
    const auto begin = kinds_.begin() + static_cast<ptrdiff_t>(first);
    std::vector<RowKind> kinds(begin, begin + static_cast<ptrdiff_t>(count));
    if (std::ranges::all_of(kinds, [](RowKind kind) { return kind == RowKind::kInsert; })) kinds.clear();
    output.emit(Batch(schema_, std::move(columns), static_cast<int32_t>(count), std::move(kinds)));
  }
  kinds_.clear();
  input_rows_.clear();
  of_pairs_.clear();
}

}  // namespace tidemill
