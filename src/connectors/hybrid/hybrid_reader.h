// connectors/hybrid/hybrid_reader.h - reads splits of two sources. Rule: a split is read by the reader whose source
// gave it; the second has some only when the first has none.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/spi/source.h"

namespace tidemill {

// Takes away the mark in front of a position that says which source it is of. Returns whether that is the second;
// nullopt: there is no mark.
std::optional<bool> take_source_mark(std::string& position);
void put_source_mark(std::string& position, bool second);

class HybridReader final : public Reader {
 public:
  HybridReader(std::unique_ptr<Reader> first, std::unique_ptr<Reader> second)
      : first_(std::move(first)), second_(std::move(second)) {}
  void add_splits(std::vector<Split> splits) override;
  ReadResult poll(int32_t max_rows, std::string_view preferred) override;
  void hold(std::set<std::string, std::less<>> splits) override;
  std::vector<Split> positions() const override;
  int64_t records_in_errors() const override { return first_->records_in_errors() + second_->records_in_errors(); }
  std::optional<int64_t> pending_records() const override { return at_hand().pending_records(); }
  std::string problem() const override { return at_hand().problem(); }
  void set_wake(std::function<void()> wake) override;
  size_t memory_bytes() const override { return first_->memory_bytes() + second_->memory_bytes(); }

 private:
  Reader& at_hand() const { return open_first_ > 0 ? *first_ : *second_; }

  const std::unique_ptr<Reader> first_;
  const std::unique_ptr<Reader> second_;
  size_t open_first_ = 0;  // splits of the first source
};

}  // namespace tidemill
