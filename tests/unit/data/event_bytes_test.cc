#include "data/event_bytes.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "base/hash.h"
#include "data/pretty.h"
#include "tests/unit/data/random_batch.h"

namespace tidemill {
namespace {

constexpr const char* kGolden = "tests/unit/data/golden/events_v1.txt";

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

std::string unhex(std::string_view text) {
  std::string bytes;
  for (size_t i = 0; i + 1 < text.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16));
  return bytes;
}

ColumnPtr dictionary_of(const ColumnPtr& entries, const std::vector<int32_t>& positions) {
  auto indices = Buffer::allocate(positions.size() * sizeof(int32_t));
  std::memcpy(indices->mutable_data(), positions.data(), positions.size() * sizeof(int32_t));
  return Column::dictionary(entries, indices, static_cast<int32_t>(positions.size()));
}

// Every kind of event; batches with every type, encoding and optional part.
std::vector<Event> sample_events() {
  const Batch all = parse_batch(
      parse_schema("a BOOLEAN, b TINYINT, c SMALLINT NOT NULL, d INT, e BIGINT, f FLOAT, g DOUBLE, h DECIMAL(10, 2), i "
                   "DECIMAL(38, 4), j STRING, k BYTES, l DATE, m TIME(3), n TIMESTAMP(3) *ROWTIME*, o TIMESTAMP(9), p "
                   "TIMESTAMP_LTZ(6), q INTERVAL MONTH, r INTERVAL SECOND"),
      "+I | TRUE | -1 | 300 | -70000 | 5000000000 | 1.5 | -0.25 | 12.34 | -1.0001 | short | x'00ff' | 2024-02-29 | "
      "23:59:59.5 | 1969-12-31 23:59:59.999 | 2024-02-29 00:00:00.000000001 | 2024-02-29 12:00:00.123456 | 14 | 1500\n"
      "-D | NULL | NULL | 0 | NULL | NULL | NaN | NULL | NULL | NULL | 'a text beyond twelve bytes' | NULL | NULL | "
      "NULL | "
      "NULL | NULL | NULL | NULL | NULL\n");
  Batch split = parse_batch(parse_schema("word STRING, n BIGINT"), "one | 1\nNULL | 2\n'three, which is long' | 3\n");
  const int32_t first[] = {0, 0, 0};
  split = split.with_columns(
      split.schema(), {dictionary_of(split.column(0), {2, 1, 0}), Column::constant(*split.column(1)->take(first), 3)});
  RowProgress progress;
  progress.from_split = true;
  progress.other_splits = 7;
  progress.watermarks = std::make_shared<const std::vector<int64_t>>(std::vector<int64_t>{kNoWatermark, 5, 6});
  split.set_progress(progress);
  split.set_origin({std::make_shared<const std::string>("a.jsonl"), 10, nullptr});
  Batch again = split.slice(1, 2);
  again.set_progress(
      {.from_split = true, .watermark = 9, .watermarks = nullptr, .other_splits = kMaxWatermark, .merged = true});
  return {all,
          split,
          again,
          Batch(make_schema({}), {}, 3),
          Watermark{-1},
          Watermark{kMaxWatermark},
          Idleness{true},
          Idleness{false},
          Barrier{1, BarrierKind::kPublish},
          Barrier{2, BarrierKind::kCheckpoint},
          Barrier{3, BarrierKind::kSavepoint},
          Barrier{4, BarrierKind::kFinal},
          EndOfInput{}};
}

std::string difference(const Event& a, const Event& b) {
  if (a.index() != b.index()) return "kind of event";
  if (const auto* batch = std::get_if<Batch>(&a)) return difference(*batch, std::get<Batch>(b));
  const bool equal = std::visit(
      [&]<class T>(const T& one) {
        if constexpr (std::is_same_v<T, Batch>) {
          return false;
        } else {
          return one == std::get<T>(b);
        }
      },
      a);
  return equal ? "" : "value";
}

std::vector<Event> read_all(std::string_view bytes) {
  EventReader reader("the test");
  std::vector<Event> events;
  while (std::optional<Event> event = reader.next(bytes)) events.push_back(std::move(*event));
  return events;
}

std::string write_all(const std::vector<Event>& events) {
  EventWriter writer;
  std::string bytes;
  for (const Event& event : events) writer.write(event, bytes);
  return bytes;
}

TEST(EventBytes, AreThoseOfTheGoldenFile) {
  EventWriter writer;
  std::string text;
  for (const Event& event : sample_events()) {
    std::string bytes;
    writer.write(event, bytes);
    text += hex(bytes) + "\n";
  }
  std::ifstream file(kGolden);
  const std::string golden((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  EXPECT_EQ(text, golden) << "the bytes of version 1 are frozen: a change needs a new version, and a reader of both";
}

TEST(EventBytes, OfTheGoldenFileAreReadBack) {
  std::ifstream file(kGolden);
  std::string bytes;
  for (std::string line; std::getline(file, line);) bytes += unhex(line);
  const std::vector<Event> expected = sample_events();
  const std::vector<Event> events = read_all(bytes);
  ASSERT_EQ(events.size(), expected.size());
  for (size_t i = 0; i < events.size(); ++i) EXPECT_EQ(difference(expected[i], events[i]), "") << i;
}

TEST(EventBytes, CarryRandomBatchesOfEveryTypeAndEncoding) {
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    SeededRandom random(seed);
    const std::vector<Event> events = {random_batch(random), random_batch(random)};
    const std::vector<Event> again = read_all(write_all(events));
    ASSERT_EQ(again.size(), 2U);
    for (size_t i = 0; i < 2; ++i) ASSERT_EQ(difference(events[i], again[i]), "") << "seed " << seed;
  }
}

TEST(EventBytes, OwnTheirMemory) {
  const std::vector<Event> events = sample_events();
  std::string bytes = write_all(events);
  const std::vector<Event> again = read_all(bytes);
  std::fill(bytes.begin(), bytes.end(), 'x');
  for (size_t i = 0; i < events.size(); ++i) EXPECT_EQ(difference(events[i], again[i]), "") << i;
}

TEST(EventBytes, DoNotDependOnWhatLiesUnderANull) {
  const auto with_hidden = [](int32_t hidden) {
    auto values = Buffer::allocate(2 * sizeof(int32_t));
    const int32_t numbers[] = {1, hidden};
    std::memcpy(values->mutable_data(), numbers, sizeof(numbers));
    auto validity = Buffer::allocate(1);
    *reinterpret_cast<uint8_t*>(validity->mutable_data()) = static_cast<uint8_t>(hidden << 2 | 1);
    const ColumnPtr column = Column::flat(Type::integer(), 2, values, validity);
    return write_all({Batch(make_schema({{"x", Type::integer()}}), {column}, 2)});
  };
  EXPECT_EQ(with_hidden(0), with_hidden(42));
}

TEST(EventBytes, EndInAnErrorWhereTheyAreCutOff) {
  const std::string bytes = write_all(sample_events());
  size_t whole = 0;  // bytes that are whole frames
  for (size_t size = 0; size < bytes.size(); ++size) {
    const std::string_view frame = std::string_view(bytes).substr(whole);
    if (size == whole + EventReader::frame_bytes(frame).value()) whole = size;
    if (size == whole) {
      EXPECT_NO_THROW(read_all(std::string_view(bytes).substr(0, size))) << size;
    } else {
      EXPECT_THROW(read_all(std::string_view(bytes).substr(0, size)), UserError) << size;
    }
  }
}

TEST(EventBytes, EndInAnErrorWhereAByteIsAnother) {
  const std::string bytes = write_all(sample_events());
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (const int flip : {0x01, 0x80, 0xff}) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ flip);
      EXPECT_THROW(read_all(damaged), UserError) << at;
    }
  }
}

// Whoever makes bytes with the right checksum must not bring the reader down either.
TEST(EventBytes, WithARightChecksumOverWrongContentAreReadOrRefused) {
  int refused = 0;
  for (uint64_t seed = 0; seed < 20000; ++seed) {
    SeededRandom random(seed);
    EventWriter writer;
    std::string bytes;
    writer.write(random_batch(random), bytes);
    const size_t schema = EventReader::frame_bytes(bytes).value();
    const size_t begin = random.below(2) == 0 ? 0 : schema;
    const size_t body = EventReader::frame_bytes(std::string_view(bytes).substr(begin)).value() - 16;
    for (uint64_t changes = 1 + random.below(3); changes > 0; --changes)
      bytes[begin + 8 + random.below(body)] = static_cast<char>(random.next());
    const uint64_t checksum = hash_bytes(bytes.data() + begin, body + 8);
    std::memcpy(bytes.data() + begin + 8 + body, &checksum, sizeof(checksum));
    try {
      for (const Event& event : read_all(bytes)) {
        const Batch& batch = std::get<Batch>(event);
        if (batch.num_rows() > 0) row_to_pretty(batch, batch.num_rows() - 1);
      }
    } catch (const UserError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 1000);
}

TEST(EventBytes, OfAnotherVersionAreRefusedByIt) {
  std::string bytes = write_all({Watermark{1}});
  bytes[0] = 2;
  try {
    read_all(bytes);
    FAIL() << "version 2 was read";
  } catch (const UserError& error) {
    EXPECT_STREQ(error.what(), "Events in the test are of version 2 at byte 0, this program knows version 1");
  }
}

TEST(EventBytes, WriteASchemaOnce) {
  const Batch batch = parse_batch(parse_schema("x INT"), "1");
  const Batch alike = parse_batch(parse_schema("x INT"), "1");
  EventWriter writer;
  std::string first, second;
  writer.write(batch, first);
  writer.write(alike, second);
  EXPECT_LT(second.size(), first.size());
  EXPECT_EQ(first.substr(first.size() - second.size()), second);
}

}  // namespace
}  // namespace tidemill
