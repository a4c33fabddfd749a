// benchmarks/support/bids.h - bids of an auction house as text files, made up from a seed. Rule: records of about 240
// bytes with eight fields, event times nearly in order, as in the Nexmark benchmark.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace tidemill::bench {

enum class BidFormat : uint8_t { kJson, kCsv };

// A file of bids in the folder for temporary files, removed with this object.
class BidFile {
 public:
  // Throws std::runtime_error where it cannot be written.
  BidFile(BidFormat format, int64_t rows);
  BidFile(const BidFile&) = delete;
  BidFile& operator=(const BidFile&) = delete;
  ~BidFile();

  const std::string& path() const { return path_; }
  int64_t rows() const { return rows_; }
  // Returns the CREATE TABLE of a table `bids` over this file, with a watermark four seconds behind `date_time`.
  std::string create_table() const;

 private:
  BidFormat format_;
  int64_t rows_;
  std::string path_;
};

// Bids in a file of the benchmarks: BENCH_FILE_ROWS, or a million.
int64_t bid_rows();

}  // namespace tidemill::bench
