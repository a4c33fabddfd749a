// connectors/filesystem/indexed_file.h - a file that its format reads by an index of its own (FileDecoder). Rule: at
// most one piece is read ahead, on the I/O pool where the reader may use it; the rows are the same either way.
#pragma once
#include <atomic>
#include <memory>

#include "connectors/filesystem/file_rows.h"
#include "env/environment.h"

namespace tidemill {

class IndexedFile final : public FileRows {
 public:
  // `executor` and `allowance` are borrowed.
  IndexedFile(std::unique_ptr<FileDecoder> decoder, Executor& executor, ChunkAllowance& allowance)
      : decoder_(std::move(decoder)), executor_(executor), allowance_(allowance) {}
  IndexedFile(const IndexedFile&) = delete;
  IndexedFile& operator=(const IndexedFile&) = delete;
  // Does not wait for what is being read.
  ~IndexedFile() override;

  Step next(int32_t max_rows) override;
  DecoderPosition position() const override { return decoder_->position(); }
  size_t memory_bytes() const override { return decoder_->memory_bytes(); }

 private:
  // What the pool is at.
  struct Pending {
    std::atomic<bool> done = false;
    std::atomic<bool> awaited = false;
  };

  void read_ahead(int32_t max_rows);
  // Gives back what the pool has used once it is done. Returns false where it is still at it.
  bool settle();

  const std::unique_ptr<FileDecoder> decoder_;
  Executor& executor_;
  ChunkAllowance& allowance_;
  std::shared_ptr<Pending> pending_;  // null: the pool does nothing for this file
};

}  // namespace tidemill
