// connectors/state/state_reader.h - reads parts of a checkpoint, one after the other. Rule: one part is open at a time.
#pragma once
#include <atomic>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "connectors/state/state_source.h"

namespace tidemill {

class StateReader final : public Reader {
 public:
  // `environment` is borrowed.
  StateReader(std::shared_ptr<const StateSourceSettings> settings, Environment& environment);
  void add_splits(std::vector<Split> splits) override;
  ReadResult poll(int32_t max_rows, std::string_view preferred) override;
  std::vector<Split> positions() const override;
  void set_wake(std::function<void()> wake) override { wake_ = std::move(wake); }
  size_t memory_bytes() const override;

 private:
  // A part that is being opened on the I/O pool, or was. It outlives the reader where that goes meanwhile.
  struct Opening {
    std::shared_ptr<const StateSourceSettings> settings;
    FileSystem& files;
    int32_t split = 0;
    int64_t rows_before = 0;  // to be passed over
    PageTableOptions pages;
    std::unique_ptr<StateTableRows> rows;
    std::exception_ptr error;
    std::atomic<bool> done = false;  // set last

    void open();
  };

  void begin_opening();
  void give_rows(int32_t max_rows, ReadResult& result);

  std::shared_ptr<const StateSourceSettings> settings_;
  Environment& environment_;
  std::function<void()> wake_;
  std::vector<Split> splits_;                // not ended; the first one is open, or comes next
  std::shared_ptr<Opening> opening_;         // of the first split; null: it waits
  int64_t rows_given_ = 0;                   // of the first split
  std::shared_ptr<const std::string> name_;  // of the split that was read last
};

}  // namespace tidemill
