// testing/test_tables.h - the tables of one test case: what their sources may read so far, and what their sinks were
// given. Rule: used on one thread (the simulated executor); a restore takes back what no decided epoch holds.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "results/result_table.h"
#include "testing/test_file.h"

namespace tidemill {

// One entry of a source's log: a row, or a promise of the source.
struct TestLogEntry {
  std::optional<std::string> watermark;  // as written; set: no row
  TestRow row;
};

struct TestInput {
  std::vector<TestLogEntry> log;
  size_t released = 0;  // entries that the reader may see now
  bool ended = false;   // nothing will follow the released entries
};

// What one sink was given, with the epoch in which it was.
class TestOutput {
 public:
  void add(int64_t epoch, ResultChange change) { changes_.push_back({epoch, std::move(change)}); }
  // Forgets what was written after epoch `decided`: the job goes on from there.
  void roll_back(int64_t decided);
  std::vector<ResultChange> changes() const;
  void clear() { changes_.clear(); }

  // Columns that identify a row of an upsert stream; empty: the whole row does.
  const std::vector<int32_t>& key() const { return key_; }
  void set_key(std::vector<int32_t> key) { key_ = std::move(key); }

 private:
  struct Entry {
    int64_t epoch;
    ResultChange change;
  };
  std::vector<Entry> changes_;
  std::vector<int32_t> key_;
};

// Made anew for every run of a case; outlives the job.
struct TestTables {
  std::map<std::string, TestInput, std::less<>> inputs;
  std::map<std::string, TestOutput, std::less<>> outputs;
  std::string path;  // of the test file, for errors about cells
};

}  // namespace tidemill
