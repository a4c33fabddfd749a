#include "connectors/print/print_connector.h"

#include "data/value_text.h"

namespace tidemill {
namespace {

// Nothing is prepared: a line that was printed cannot be taken back, so that rows since the last checkpoint are printed
// again after a crash.
class NoCommitter final : public SinkCommitter {
 public:
  void finish(int64_t, std::span<const Committable>) override {}
  void recover(int64_t, std::span<const Committable>) override {}
};

struct PrintSettings {
  std::string identifier;
  bool standard_error = false;
};

class PrintWriter final : public SinkWriter {
 public:
  PrintWriter(const PrintSettings& settings, Environment& environment, const Subtask& subtask)
      : console_(environment.console), standard_error_(settings.standard_error) {
    const bool several = subtask.parallelism > 1;
    prefix_ = settings.identifier;
    if (several) prefix_ += fmt::format("{}{}", prefix_.empty() ? "" : ":", subtask.index + 1);
    if (!prefix_.empty()) prefix_ += "> ";
  }

  void write(const Batch& batch) override {
    lines_.clear();
    for (int32_t row = 0; row < batch.num_rows(); ++row) {
      lines_ += prefix_;
      append_row_text(lines_, batch, row);
      lines_ += '\n';
    }
    standard_error_ ? console_.write_error(lines_) : console_.write_out(lines_);
  }
  // Epochs come here: a reader at the other end of a pipe sees rows soon, not when a buffer is full.
  void flush() override { console_.flush(); }
  void seal(int64_t) override {}
  std::vector<Committable> prepare(int64_t) override { return {}; }
  size_t memory_bytes() const override { return lines_.capacity(); }

 private:
  Console& console_;
  const bool standard_error_;
  std::string prefix_;
  std::string lines_;
};

class PrintSink final : public Sink {
 public:
  explicit PrintSink(PrintSettings settings) : settings_(std::move(settings)) {}
  SinkChangelog accepts() const override { return SinkChangelog::kAny; }
  std::unique_ptr<SinkWriter> make_writer(Environment& environment, const Subtask& subtask) const override {
    return std::make_unique<PrintWriter>(settings_, environment, subtask);
  }
  std::unique_ptr<SinkCommitter> make_committer(Environment&, const std::string&) const override {
    return std::make_unique<NoCommitter>();
  }
  std::string description() const override { return "print"; }

 private:
  PrintSettings settings_;
};

class PrintConnector final : public Connector {
 public:
  std::string_view name() const override { return "print"; }
  std::string_view doc() const override { return "Prints each change as a line."; }
  bool can_write() const override { return true; }
  std::vector<OptionSpec> options() const override {
    return {
        {"print-identifier", OptionType::kString, "Stands in front of every line, followed by '> '."},
        {"standard-error", OptionType::kBool, "Whether to print to standard error.", "false"},
        {"sink.parallelism", OptionType::kInt, "Accepted for Flink's sake: sinks run at the job's parallelism."},
    };
  }
  std::shared_ptr<const Sink> make_sink(const TableDescription& table, const FormatRegistry& formats) const override {
    const Options options = check_options(*this, table.options, formats);
    PrintSettings settings;
    settings.identifier = options.find_text("print-identifier").value_or("");
    settings.standard_error = options.boolean("standard-error");
    return std::make_shared<PrintSink>(std::move(settings));
  }
};

}  // namespace

std::unique_ptr<const Connector> make_print_connector() { return std::make_unique<PrintConnector>(); }

}  // namespace tidemill
