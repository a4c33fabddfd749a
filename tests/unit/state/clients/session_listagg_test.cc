// Client 2: LISTAGG over session windows: sessions have ids, and the smaller merges into the larger.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/unit/state/clients/client_tasks.h"

namespace tidemill::state_test {
namespace {

constexpr EpochMillis kGap = 10;

struct Row {
  std::string key;
  EpochMillis time = 0;
  int64_t offset = 0;  // place in the log: orders rows of one time
  std::string text;
};

using Results = std::multimap<std::string, std::string>;  // key ▸ "start..end: list"

std::string result_text(EpochMillis start, EpochMillis end, const std::string& list) {
  return fmt::format("{}..{}: {}", start, end, list);
}

class SessionListagg {
 public:
  explicit SessionListagg(StateStore& store)
      : store_(&store),
        sessions_(&store.ordered_table(sessions_descriptor(), SubKeyKind::kTimeSequence)),
        lists_(&store.record_table(lists_descriptor())),
        ends_(&store.timers({"ends", {Type::string()}})) {}

  // Rows one by one: a session may end between two. Returns how many came too late.
  int64_t process(const std::vector<Row>& rows, EpochMillis watermark) {
    std::vector<std::optional<std::string>> names, texts;
    for (const Row& row : rows) {
      names.emplace_back(row.key);
      texts.emplace_back(row.text);
    }
    const std::vector<ColumnPtr> key_columns = {strings(names)}, text_columns = {strings(texts)};
    KeyBatch keys(sessions_->key_layout());
    keys.assign(key_columns, static_cast<int32_t>(rows.size()));
    int64_t late = 0;
    for (size_t i = 0; i < rows.size(); ++i) {
      const auto row = static_cast<int32_t>(i);
      if (!add(keys[row], key_columns[0], text_columns, row, rows[i], watermark)) ++late;
    }
    store_->release();
    return late;
  }

  void advance(EpochMillis watermark, Results& results) {
    DueTimers due(ends_->key_layout());
    while (ends_->pop_due(watermark, 3, due)) {
      for (int32_t row = 0; row < due.size(); ++row) fire(due.keys, row, due.times[static_cast<size_t>(row)], results);
      store_->release();
    }
    store_->release();
  }

 private:
  struct Session {
    EpochMillis start = 0;
    int64_t id = 0;
    EpochMillis end = 0;
    int64_t rows = 0;
  };

  static TableDescriptor sessions_descriptor() {
    TableDescriptor descriptor;
    descriptor.name = "sessions";  // sub-key: start, id
    descriptor.key_types = {Type::string()};
    descriptor.fields = {RecordField::int64("end"), RecordField::int64("rows")};
    return descriptor;
  }
  static TableDescriptor lists_descriptor() {
    TableDescriptor descriptor;
    descriptor.name = "lists";
    descriptor.key_types = {Type::string(), Type::big_int()};  // key, session id
    descriptor.partition_columns = 1;
    descriptor.companions = {{"list", CompanionKind::kOrderedSequence, {Type::string()}}};
    return descriptor;
  }

  // The key of a session's list.
  KeyBatch list_key(const ColumnPtr& keys, int32_t row, int64_t id) const {
    KeyBatch key(lists_->key_layout());
    const std::vector<int32_t> one = {row};
    const std::vector<ColumnPtr> columns = {keys->take(one), big_ints({id})};
    key.assign(columns, 1);
    return key;
  }

  std::vector<Session> sessions_in(KeyRef key, EpochMillis start, EpochMillis end) const {
    std::vector<Session> found;
    // Sessions are apart, so that only the last one that starts before `start` may reach it.
    const auto read = [&](const SubKey& sub_key, const std::byte* record) {
      return Session{sub_key.time, sub_key.sequence,
                     *reinterpret_cast<const int64_t*>(record + sessions_->layout().offset("end")),
                     *reinterpret_cast<const int64_t*>(record + sessions_->layout().offset("rows"))};
    };
    sessions_->scan(key, SubKeyRange::times(kNoWatermark, start - 1), ScanDirection::kBackward,
                    [&](const SubKey& sub_key, const std::byte* record) {
                      const Session session = read(sub_key, record);
                      if (session.end >= start) found.push_back(session);
                      return false;
                    });
    sessions_->scan(key, SubKeyRange::times(start, end), ScanDirection::kForward,
                    [&](const SubKey& sub_key, const std::byte* record) {
                      found.push_back(read(sub_key, record));
                      return true;
                    });
    return found;
  }

  bool add(KeyRef key, const ColumnPtr& keys, const std::vector<ColumnPtr>& texts, int32_t row, const Row& input,
           EpochMillis watermark) {
    Session merged{input.time, input.offset, input.time + kGap, 1};
    const std::vector<Session> touched = sessions_in(key, merged.start, merged.end);
    const Session* largest = nullptr;
    for (const Session& session : touched) {
      if (largest == nullptr || session.rows > largest->rows) largest = &session;
      merged.start = std::min(merged.start, session.start);
      merged.end = std::max(merged.end, session.end);
      merged.rows += session.rows;
    }
    if (merged.end - 1 <= watermark) return false;
    if (largest != nullptr) merged.id = largest->id;
    OrderedSequence& list = lists_->ordered_sequence(0);
    const KeyBatch into = list_key(keys, row, merged.id);
    for (const Session& session : touched) {
      EXPECT_TRUE(sessions_->erase(key, SubKey::of_time(session.start, session.id)));
      EXPECT_TRUE(ends_->remove(key, session.end - 1));
      if (&session == largest) continue;
      const KeyBatch from = list_key(keys, row, session.id);
      list.merge_keys(from[0], into[0]);
      EXPECT_TRUE(lists_->erase(from[0]));
    }
    bool created = false;
    lists_->upsert(into[0], created);
    EXPECT_EQ(created, largest == nullptr);
    list.put(into[0], SubKey::of_time(input.time, input.offset), texts, row);
    std::byte* const record = sessions_->upsert(key, SubKey::of_time(merged.start, merged.id), created);
    EXPECT_TRUE(created);
    *reinterpret_cast<int64_t*>(record + sessions_->layout().offset("end")) = merged.end;
    *reinterpret_cast<int64_t*>(record + sessions_->layout().offset("rows")) = merged.rows;
    ends_->add(key, merged.end - 1);
    return true;
  }

  void fire(const KeyBatch& due, int32_t row, EpochMillis time, Results& results) {
    std::vector<ColumnBuilder> columns;
    columns.emplace_back(Type::string());
    due.decode(columns);
    const ColumnPtr keys = columns[0].finish();
    std::vector<Session> ended;
    sessions_->scan(due[row], SubKeyRange::all(), ScanDirection::kForward,
                    [&](const SubKey& sub_key, const std::byte* record) {
                      const int64_t end = *reinterpret_cast<const int64_t*>(record + sessions_->layout().offset("end"));
                      if (end - 1 == time) ended.push_back({sub_key.time, sub_key.sequence, end, 0});
                      return end - 1 < time;
                    });
    ASSERT_EQ(ended.size(), 1U);
    const Session& session = ended[0];
    const KeyBatch list_of = list_key(keys, row, session.id);
    std::vector<ColumnBuilder> texts;
    texts.emplace_back(Type::string());
    lists_->ordered_sequence(0).append_all(list_of[0], texts, nullptr);
    const ColumnPtr elements = texts[0].finish();
    std::string list;
    for (int32_t i = 0; i < elements->num_rows(); ++i)
      list += std::string(i == 0 ? "" : ",") + std::string(elements->text(i));
    results.emplace(std::string(keys->text(row)), result_text(session.start, session.end, list));
    lists_->ordered_sequence(0).erase(list_of[0]);
    EXPECT_TRUE(lists_->erase(list_of[0]));
    EXPECT_TRUE(sessions_->erase(due[row], SubKey::of_time(session.start, session.id)));
  }

  StateStore* store_;
  OrderedTable* sessions_;
  RecordTable* lists_;
  TimerQueue* ends_;
};

// Sessions as a list of rows each, searched from front to back.
class NaiveSessions {
 public:
  bool add(const Row& row, EpochMillis watermark) {
    std::vector<Session>& sessions = sessions_[row.key];
    Session merged{row.time, row.time + kGap, {row}};
    for (const Session& session : sessions) {
      if (session.end < row.time || session.start > row.time + kGap) continue;
      merged.start = std::min(merged.start, session.start);
      merged.end = std::max(merged.end, session.end);
    }
    if (merged.end - 1 <= watermark) return false;
    std::erase_if(sessions, [&](const Session& session) {
      const bool inside = session.end >= row.time && session.start <= row.time + kGap;
      if (inside) merged.rows.insert(merged.rows.end(), session.rows.begin(), session.rows.end());
      return inside;
    });
    sessions.push_back(merged);
    return true;
  }
  void advance(EpochMillis watermark, Results& results) {
    for (auto& [key, sessions] : sessions_) {
      for (Session& session : sessions) {
        if (session.end - 1 > watermark) continue;
        std::sort(session.rows.begin(), session.rows.end(),
                  [](const Row& a, const Row& b) { return std::pair(a.time, a.offset) < std::pair(b.time, b.offset); });
        std::string list;
        for (const Row& row : session.rows) list += (&row == session.rows.data() ? "" : ",") + row.text;
        results.emplace(key, result_text(session.start, session.end, list));
      }
      std::erase_if(sessions, [&](const Session& session) { return session.end - 1 <= watermark; });
    }
  }

 private:
  struct Session {
    EpochMillis start;
    EpochMillis end;
    std::vector<Row> rows;
  };
  std::map<std::string, std::vector<Session>> sessions_;
};

std::vector<std::pair<std::string, std::string>> sorted(const Results& results) {
  std::vector<std::pair<std::string, std::string>> rows(results.begin(), results.end());
  std::sort(rows.begin(), rows.end());
  return rows;
}

void run(uint64_t seed) {
  TestRandom random(seed);
  ClientTasks<SessionListagg> tasks(random.between(1, 3), random.chance(50));
  const KeyLayout layout({Type::string()});
  NaiveSessions naive;
  Results found, expected;
  EpochMillis watermark = 0;
  int64_t offset = 0, late = 0, expected_late = 0;
  for (int step = 0; step < 40; ++step) {
    std::map<SessionListagg*, std::vector<Row>> batches;
    for (int32_t i = random.below(30); i > 0; --i) {
      const int32_t number = random.below(6);
      Row row;
      row.key = number == 0 ? "" : std::string(static_cast<size_t>(number) * 5, 'k') + std::to_string(number);
      row.time = watermark + random.between(-40, 60);
      row.offset = offset++;
      row.text = random.chance(5) ? std::string(20000, 'T') : std::string(static_cast<size_t>(random.below(20)), 't');
      expected_late += naive.add(row, watermark) ? 0 : 1;
      std::string key;
      const ColumnPtr column = strings({row.key});
      append_key(layout, std::span(&column, 1), 0, key);
      batches[&tasks.of(hash_key(layout, key))].push_back(row);
    }
    for (auto& [task, rows] : batches) late += task->process(rows, watermark);
    if (random.chance(30)) tasks.restart(random.between(1, 3));
    watermark += random.between(0, 25);
    for (size_t task = 0; task < tasks.size(); ++task) tasks[task].advance(watermark, found);
    naive.advance(watermark, expected);
    ASSERT_EQ(late, expected_late) << "step " << step;
    ASSERT_TRUE(sorted(found) == sorted(expected)) << "step " << step;
    if (random.chance(20)) tasks.restart(random.between(1, 3));
  }
  for (size_t task = 0; task < tasks.size(); ++task) {
    tasks[task].advance(kMaxWatermark, found);
    EXPECT_EQ(tasks.store(task).pages().pages_allocated(), 0U);
  }
  naive.advance(kMaxWatermark, expected);
  EXPECT_TRUE(sorted(found) == sorted(expected));
}

TEST(StateClients, SessionsWithListagg) {
  for (uint64_t seed = 1; seed <= 40 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    run(seed);
  }
}

}  // namespace
}  // namespace tidemill::state_test
