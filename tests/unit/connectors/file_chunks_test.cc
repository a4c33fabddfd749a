// Files whose chunks are decoded on the I/O pool: whatever the sizes of blocks and chunks and the order in which chunks
// are done, rows, lines, positions and errors are those of the task decoding alone.
#include <gtest/gtest.h>

#include "connectors/filesystem/file_reader.h"
#include "env/real/real_environment.h"
#include "tests/unit/connectors/tables.h"

namespace tidemill {
namespace {

// Counts the work that is given to the I/O pool.
class CountingExecutor final : public Executor {
 public:
  explicit CountingExecutor(Executor& executor) : executor_(executor) {}
  TaskletId spawn(std::unique_ptr<Tasklet> tasklet, int32_t hint) override {
    return executor_.spawn(std::move(tasklet), hint);
  }
  void wake(TaskletId id) override { executor_.wake(id); }
  void at(EpochMillis time, std::function<void()> call) override { executor_.at(time, std::move(call)); }
  void block(std::function<void()> work, std::function<void(std::exception_ptr)> done) override {
    ++blocked_;
    executor_.block(std::move(work), std::move(done));
  }
  void run(const std::function<bool()>& stop) override { executor_.run(stop); }
  int64_t blocked() const { return blocked_; }

 private:
  Executor& executor_;
  int64_t blocked_ = 0;
};

FileSourceSettings settings_of(const TestTable& table, const FileReading& reading) {
  const TableDescription description = describe(table);
  const Options options = check_options(test_connectors().get("filesystem"), table.options, test_formats());
  FileSourceSettings settings;
  settings.table = "t";
  settings.path = options.text("path");
  settings.schema = description.physical;
  settings.format_name = options.text("format");
  settings.errors = record_error_settings(options);
  settings.format = test_formats()
                        .get(settings.format_name)
                        .make_decoding({"t", description.physical, description.projection,
                                        options.under(settings.format_name + "."), false});
  settings.reading = reading;
  return settings;
}

// What a reader gave.
struct Outcome {
  std::string rows;  // "split:line +I[…]", a line a row
  std::string error;
  std::vector<std::pair<std::string, std::vector<Split>>> stops;  // rows so far, and positions, after each poll
  int64_t records_in_errors = 0;
  bool operator==(const Outcome& other) const {
    return rows == other.rows && error == other.error && records_in_errors == other.records_in_errors;
  }
};

// Polls a reader to its end, as a source task does.
class Polling final : public Tasklet {
 public:
  Polling(Reader& reader, Random& random, int32_t max_rows, Outcome& outcome)
      : reader_(reader), random_(random), max_rows_(max_rows), outcome_(outcome) {}
  Progress step() override {
    try {
      // Now and then in batches of another size.
      const int32_t max_rows = max_rows_ > 0 ? max_rows_ : static_cast<int32_t>(1 + random_.below(2) * 2);
      const ReadResult result = reader_.poll(max_rows, "");
      if (result.batch) {
        outcome_.rows += to_text(*result.batch);
        EXPECT_LE(result.batch->num_rows(), max_rows);
      }
      outcome_.stops.emplace_back(outcome_.rows, reader_.positions());
      outcome_.records_in_errors = reader_.records_in_errors();
      if (result.next == ReadResult::Next::kEnd) return Progress::kDone;
      return result.next == ReadResult::Next::kMore ? Progress::kMade : Progress::kNone;
    } catch (const UserError& error) {
      outcome_.error = std::string(error.what()) + " | " + error.hint();
      outcome_.records_in_errors = reader_.records_in_errors();
      return Progress::kDone;
    }
  }

 private:
  Reader& reader_;
  Random& random_;
  const int32_t max_rows_;
  Outcome& outcome_;
};

struct Way {
  int32_t parallelism = 1;
  FileReading reading = {};
  int32_t max_rows = 4;  // 0: it changes
};

class FileChunksTest : public testing::Test {
 protected:
  Outcome read(uint64_t seed, const TestTable& table, const std::string& text, const Way& way,
               std::vector<Split> splits = {{"f", ""}}) {
    SimulatedEnvironment world(seed);
    world.files().put("f", text);
    CountingExecutor executor(world.executor());
    const Environment& inner = world.get();
    Environment environment{inner.clock,     executor,      inner.files,  inner.services, inner.kafka,
                            inner.libraries, inner.console, inner.random, inner.faults,   inner.http};
    const FileSourceSettings settings = settings_of(table, way.reading);
    Outcome outcome;
    FileReader reader(settings, environment, {0, way.parallelism});
    reader.add_splits(std::move(splits));
    const TaskletId id = executor.spawn(std::make_unique<Polling>(reader, inner.random, way.max_rows, outcome), 0);
    reader.set_wake([&executor, id] { executor.wake(id); });
    executor.run([] { return false; });  // says so when a wake-up is lost
    if (outcome.error.empty()) {
      EXPECT_EQ(reader.memory_bytes(), 0u);
    }
    if (world.files().exists("letters/t-0-0.jsonl")) outcome.rows += world.files().get("letters/t-0-0.jsonl");
    chunks_ += executor.blocked();
    return outcome;
  }

  // Reads `text` ahead in many ways and compares with the task alone.
  void expect_same(const TestTable& table, const std::string& text, uint64_t seed) {
    SeededRandom random(seed);
    const Outcome alone = read(seed, table, text, {});
    Way way;
    way.parallelism = 2 + static_cast<int32_t>(random.below(3));
    way.reading.block_bytes = 1 + random.below(60);
    way.reading.chunk_bytes = 10 + random.below(150);
    way.reading.chunks_ahead = 1 + static_cast<int32_t>(random.below(3));
    way.max_rows = static_cast<int32_t>(random.below(5));
    const Outcome ahead = read(seed, table, text, way);
    SCOPED_TRACE(fmt::format("seed {}, blocks of {}, chunks of {}, {} threads, max_rows {}, text:\n{}", seed,
                             way.reading.block_bytes, way.reading.chunk_bytes, way.parallelism, way.max_rows, text));
    ASSERT_EQ(ahead.error, alone.error);
    ASSERT_EQ(ahead.records_in_errors, alone.records_in_errors);
    if (!alone.error.empty()) {
      // Batches before the one with the bad record come out; how rows are cut into batches differs.
      ASSERT_TRUE(ahead.rows.starts_with(alone.rows) || alone.rows.starts_with(ahead.rows));
      return;
    }
    ASSERT_EQ(ahead.rows, alone.rows);
    // Any position leads to the rest, read by a task alone or ahead.
    const auto& [before, splits] = ahead.stops[random.below(ahead.stops.size())];
    if (splits.empty()) return;
    Way resumed = way;
    resumed.parallelism = static_cast<int32_t>(1 + random.below(2));
    const Outcome rest = read(seed + 1, table, text, resumed, splits);
    if (table.options.contains("record.dead-letter.path")) return;  // letters are among the rows
    ASSERT_EQ(before + rest.rows, alone.rows);
  }

  int64_t chunks_ = 0;  // decoded on the pool so far
};

TestTable json_table(OptionMap more = {}) {
  more.insert({{"connector", "filesystem"}, {"path", "f"}, {"format", "json"}});
  return {"a INT, s STRING", std::move(more)};
}

TestTable csv_table(OptionMap more = {}) {
  more.insert({{"connector", "filesystem"}, {"path", "f"}, {"format", "csv"}});
  return {"a INT, s STRING", std::move(more)};
}

// Lines of JSON with all that may stand between and in records; `bad`: one in 40 cannot be read.
std::string json_text(SeededRandom& random, bool bad) {
  std::string text = random.below(4) == 0 ? "\xEF\xBB\xBF" : "";
  const auto rows = static_cast<int32_t>(random.below(60));
  for (int32_t i = 0; i < rows; ++i) {
    const std::string object = fmt::format("{{\"a\":{},\"s\":\"text {}\"}}", i, std::string(random.below(40), 'x'));
    switch (random.below(12)) {
      case 0:
        text += random.below(2) ? "\n" : "  \r\n";
        break;
      case 1:
        text += fmt::format("[{},{},{}]\n", object, object, object);
        break;
      case 2:
        text += fmt::format("{{\"s\":\"{}\"}}\n", std::string(random.below(400), 'y'));  // longer than chunks
        break;
      default:
        text += object + (random.below(5) == 0 ? "\r\n" : "\n");
    }
    if (bad && random.below(40) == 0) text += random.below(2) ? "{\"a\":\"no number\"}\n" : "{\"a\":1\n";
  }
  if (random.below(2)) text += "{\"a\":-1}";  // no line break at the end
  return text;
}

std::string csv_text(SeededRandom& random, bool header, bool bad, bool comments) {
  std::string text = random.below(4) == 0 ? "\xEF\xBB\xBF" : "";
  if (header) text += random.below(2) ? "s,a\n" : "\"a\",other,\"s\"\n";
  const bool three = header && text.ends_with("\"s\"\n"), swapped = header && text.ends_with("s,a\n");
  const auto rows = static_cast<int32_t>(random.below(60));
  for (int32_t i = 0; i < rows; ++i) {
    std::string field = fmt::format("text {}", std::string(random.below(30), 'x'));
    switch (random.below(8)) {
      case 0:
        field = fmt::format("\"two\nlines, {}\"", i);
        break;
      case 1:
        field = "\"a \"\"quoted\"\" word\"";
        break;
      case 2:
        field = "a \" within";
        break;
      case 3:
        field = fmt::format("\"{}\n\n\"", std::string(random.below(200), 'z'));
        break;
    }
    text += swapped ? fmt::format("{},{}", field, i)
            : three ? fmt::format("{},,{}", i, field)
                    : fmt::format("{},{}", i, field);
    text += random.below(5) == 0 ? "\r\n" : "\n";
    if (random.below(20) == 0) text += "\n";
    if (comments && random.below(10) == 0) text += "# a \"comment\n";
    if (bad && random.below(40) == 0) text += random.below(2) ? "no number,x\n" : "1,\"broken\"x\n";
  }
  if (random.below(2)) text += swapped ? "\"last\",7" : three ? "7,,\"last\"" : "7,\"last\"";
  return text;
}

TEST_F(FileChunksTest, ReadsJsonAsTheTaskAloneDoes) {
  for (uint64_t seed = 0; seed < 150; ++seed) {
    SeededRandom random(seed);
    expect_same(json_table(), json_text(random, false), seed);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(chunks_, 1000);
}

TEST_F(FileChunksTest, ReadsCsvWithLineBreaksInQuotesAsTheTaskAloneDoes) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    SeededRandom random(seed);
    const bool header = seed % 2 == 1, comments = seed % 3 == 0;
    OptionMap options;
    if (header) options["csv.header"] = "true";
    if (comments) options["csv.allow-comments"] = "true";
    if (seed % 5 == 0) options["csv.escape-character"] = "\\";
    const std::string text = csv_text(random, header, false, comments);
    expect_same(csv_table(std::move(options)), text, seed);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(chunks_, 1000);
}

TEST_F(FileChunksTest, BadRecordsFailAreCountedAndKeptAsByTheTaskAlone) {
  const OptionMap policies[] = {{},
                                {{"record.error-policy", "skip"}},
                                {{"record.error-policy", "dead-letter"}, {"record.dead-letter.path", "letters"}}};
  for (uint64_t seed = 0; seed < 300; ++seed) {
    SeededRandom random(seed);
    const OptionMap& policy = policies[seed % 3];
    if (seed % 2 == 0) {
      expect_same(json_table(policy), json_text(random, true), seed);
    } else {
      OptionMap options = policy;
      if (seed % 4 == 1) options["csv.header"] = "true";
      expect_same(csv_table(std::move(options)), csv_text(random, seed % 4 == 1, true, false), seed);
    }
    if (HasFatalFailure()) return;
  }
}

TEST_F(FileChunksTest, IgnoredErrorsAreCountedAsByTheTaskAlone) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    SeededRandom random(seed);
    expect_same(json_table({{"json.ignore-parse-errors", "true"}}), json_text(random, true), seed);
    if (HasFatalFailure()) return;
  }
}

TEST_F(FileChunksTest, NamesTheLineOfABadRecordFarBehind) {
  std::string text;
  for (int32_t i = 1; i <= 500; ++i) text += i == 444 ? "{\"a\":1e99}\n" : fmt::format("{{\"a\":{}}}\n", i);
  Way way{3, {20, 60, 2}, 4};
  const Outcome ahead = read(1, json_table(), text, way);
  EXPECT_EQ(ahead.error,
            "Table 't': JSON record cannot be read: f line 444: column 'a': 1e99 is out of range for INT "
            "(-2147483648 to 2147483647); the record is: {\"a\":1e99} | Declare the column BIGINT.");
  EXPECT_TRUE(ahead.rows.ends_with("f:441 +I[441, null]\n")) << ahead.rows.substr(ahead.rows.size() - 60);
}

// Reads half of a file of the operating system and goes, while chunks are being decoded.
TEST(FileChunks, AReaderMayGoWhileItsChunksAreDecoded) {
  RealEnvironment environment(2);
  const std::string path = testing::TempDir() + "/tidemill_file_chunks_test.jsonl";
  {
    const auto file = environment.get().files.open_write(path);
    for (int32_t i = 0; i < 20000; ++i) file->append(fmt::format("{{\"a\":{},\"s\":\"a text of some length\"}}\n", i));
    file->close();
  }
  const FileSourceSettings settings = settings_of(json_table(), {1000, 4000, 4});
  class Halfway final : public Tasklet {
   public:
    Halfway(const FileSourceSettings& settings, const std::string& path, Environment& environment, int32_t polls)
        : reader_(std::make_unique<FileReader>(settings, environment, Subtask{0, 4})), polls_(polls) {
      reader_->add_splits({{path, ""}});
      reader_->set_wake([&environment] { environment.executor.wake(0); });
    }
    Progress step() override {
      const ReadResult result = reader_->poll(100, "");
      if (result.batch) rows_ += result.batch->num_rows();
      if (result.next == ReadResult::Next::kWait) return Progress::kNone;
      return --polls_ == 0 ? Progress::kDone : Progress::kMade;
    }

   private:
    std::unique_ptr<FileReader> reader_;
    int32_t polls_;
    int64_t rows_ = 0;
  };
  for (int32_t polls = 1; polls < 60; polls += 3) {
    RealEnvironment run(2);
    run.get().executor.spawn(std::make_unique<Halfway>(settings, path, run.get(), polls), 0);
    run.get().executor.run([] { return false; });
  }
  environment.get().files.remove(path);
}

}  // namespace
}  // namespace tidemill
