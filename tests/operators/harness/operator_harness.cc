#include "tests/operators/harness/operator_harness.h"

#include "base/check.h"

namespace tidemill {

OperatorHarness::OperatorHarness(MakeOperator make, HarnessOptions options)
    : make_(std::move(make)),
      options_(std::move(options)),
      checker_("the operator", options_.output, true, *this),
      merger_(static_cast<int32_t>(options_.inputs.size())),
      splits_(options_.inputs.size()),
      split_time_(options_.inputs.size(), kNoWatermark),
      offsets_(options_.inputs.size(), 0) {
  make_node();
  node_->start();
}

OperatorHarness::~OperatorHarness() = default;

void OperatorHarness::make_node() {
  OperatorNodeOptions options;
  options.id = "operator";
  options.name = "the operator";
  options.subtask = options_.subtask;
  options.evaluation.time_zone = options_.time_zone;
  options.evaluation.now = options_.now;
  options.state.max_parallelism = options_.max_parallelism;
  options.state.key_groups =
      key_groups_of_subtask(options_.max_parallelism, options_.subtask.parallelism, options_.subtask.index);
  options.state.pages.move_pages_at_release = true;  // an address kept too long is seen
  node_ = std::make_unique<OperatorNode>(make_(), std::move(options), checker_);
  node_->open();
}

void OperatorHarness::read_from_split(int32_t port, SplitWatermark split) {
  splits_[static_cast<size_t>(port)] = split;
}

void OperatorHarness::push(std::string_view rows, int32_t port) {
  push(parse_batch(options_.inputs[static_cast<size_t>(port)], rows), port);
}

void OperatorHarness::push(Batch batch, int32_t port) {
  CHECK(batch.num_rows() > 0);
  if (splits_[static_cast<size_t>(port)]) batch = with_progress(std::move(batch), port);
  node_->accept(std::move(batch), port);
}

// Gives every row the maximum of the watermark expression over the earlier rows of its split.
Batch OperatorHarness::with_progress(Batch batch, int32_t port) {
  const SplitWatermark& split = *splits_[static_cast<size_t>(port)];
  EpochMillis& seen = split_time_[static_cast<size_t>(port)];
  auto watermarks = std::make_shared<std::vector<EpochMillis>>();
  const Column& column = *batch.column(split.time_column);
  const auto times = column.decode<int64_t>();
  for (int32_t row = 0; row < batch.num_rows(); ++row) {
    watermarks->push_back(seen);
    if (!column.is_null(row)) seen = std::max(seen, times[row] - split.delay_ms);
  }
  RowProgress progress;
  progress.from_split = true;
  progress.watermarks = std::move(watermarks);
  progress.other_splits = merger_.others(port);
  batch.set_progress(std::move(progress));
  int64_t& offset = offsets_[static_cast<size_t>(port)];
  batch.set_origin({std::make_shared<const std::string>(fmt::format("split{}", port)), offset, nullptr});
  offset += batch.num_rows();
  return batch;
}

void OperatorHarness::watermark(EpochMillis time, int32_t port) {
  merger_.advance(port, time);
  if (merger_.merged() <= merged_sent_) return;
  merged_sent_ = merger_.merged();
  node_->accept(Watermark{merged_sent_}, port);
}

void OperatorHarness::split_watermarks() {
  for (size_t port = 0; port < splits_.size(); ++port)
    if (splits_[port] && split_time_[port] != kNoWatermark) watermark(split_time_[port], static_cast<int32_t>(port));
}

void OperatorHarness::idle(bool idle, int32_t port) {
  merger_.set_idle(port, idle);
  if (merger_.merged() > merged_sent_) {
    merged_sent_ = merger_.merged();
    node_->accept(Watermark{merged_sent_}, port);
  }
}

void OperatorHarness::set_time(EpochMillis now) {
  CHECK(now >= options_.now);
  options_.now = now;
  node_->set_now(now);
  node_->fire_processing_timers();
}

void OperatorHarness::barrier(BarrierKind kind) { node_->accept(Barrier{next_barrier_++, kind}, 0); }

void OperatorHarness::snapshot_and_restore() {
  barrier();
  SnapshotBuffer buffer("snapshot");
  node_->freeze(next_barrier_ - 1, 0)->write(buffer);
  make_node();
  checker_.restarted();
  const SnapshotReader* const parts[] = {&buffer};
  const RestoreReport report = node_->restore(parts, [](std::string_view) { return true; });
  CHECK_MSG(report.tables_lost.empty() && report.tables_new.empty(), "the restored operator declares other tables");
}

void OperatorHarness::finish() {
  for (size_t port = 0; port < splits_.size(); ++port) watermark(kMaxWatermark, static_cast<int32_t>(port));
  node_->accept(EndOfInput{}, 0);
}

void OperatorHarness::accept(Event event) {
  if (auto* batch = std::get_if<Batch>(&event)) {
    for (int32_t row = 0; row < batch->num_rows(); ++row) rows_.push_back(row_to_pretty(*batch, row));
    batches_.push_back(std::move(*batch));
  } else if (const auto* watermark = std::get_if<Watermark>(&event)) {
    output_watermark_ = watermark->time;
  }
}

}  // namespace tidemill
