#include "data/arrow_export.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "data/column_builder.h"
#include "data/nested.h"
#include "data/pretty.h"
#include "tests/unit/data/arrow_sample.h"
#include "tests/unit/data/random_batch.h"

namespace tidemill {
namespace {

struct Exported {
  Exported(const Batch& batch, const ArrowExportOptions& options) { export_arrow(batch, options, schema, array); }
  Exported(const Exported&) = delete;
  Exported& operator=(const Exported&) = delete;
  ~Exported() {
    if (schema.release != nullptr) schema.release(&schema);
    if (array.release != nullptr) array.release(&array);
  }
  ArrowSchema schema{};
  ArrowArray array{};
};

std::string hex(const void* data, size_t size) {
  std::string text;
  for (size_t i = 0; i < size; ++i)
    text += fmt::format("{}{:02x}", i % 8 == 0 ? " " : "", static_cast<const unsigned char*>(data)[i]);
  return text;
}

size_t value_bits(std::string_view format) {
  if (format == "b") return 1;
  if (format == "c") return 8;
  if (format == "s") return 16;
  if (format == "i" || format == "f" || format == "tdD" || format == "ttm" || format == "tiM") return 32;
  if (format.starts_with("d:") || format.starts_with("v")) return 128;
  return 64;
}

// Every field and byte that a reader sees, one line a thing.
std::string dump(const ArrowSchema& schema, const ArrowArray& array, const std::string& indent = "") {
  const std::string_view format = schema.format;
  std::string text =
      fmt::format("{}{} '{}' flags {} length {} nulls {} buffers {}\n", indent, format, schema.name ? schema.name : "",
                  schema.flags, array.length, array.null_count, array.n_buffers);
  if (schema.metadata != nullptr) {
    int32_t key = 0, value = 0;
    std::memcpy(&key, schema.metadata + 4, 4);
    std::memcpy(&value, schema.metadata + 8 + key, 4);
    text +=
        fmt::format("{}  metadata {} = {}\n", indent, std::string_view(schema.metadata + 8, static_cast<size_t>(key)),
                    std::string_view(schema.metadata + 12 + key, static_cast<size_t>(value)));
  }
  const auto length = static_cast<size_t>(array.length);
  if (array.n_buffers > 0 && array.buffers[0] != nullptr)
    text += fmt::format("{}  validity{}\n", indent, hex(array.buffers[0], (length + 7) / 8));
  if (array.n_buffers > 1 && format[0] != 'v')
    text += fmt::format("{}  values{}\n", indent, hex(array.buffers[1], (length * value_bits(format) + 7) / 8));
  for (size_t row = 0; format[0] == 'v' && row < length; ++row) {
    int32_t view[4];
    std::memcpy(view, static_cast<const char*>(array.buffers[1]) + row * 16, 16);
    const char* bytes = reinterpret_cast<const char*>(&view[1]);
    if (view[0] > 12) bytes = static_cast<const char*>(array.buffers[2 + view[2]]) + view[3];
    const std::string_view shown(bytes, static_cast<size_t>(view[0]));
    text += fmt::format("{}  view '{}'\n", indent, format == "vz" ? hex(shown.data(), shown.size()) : shown);
  }
  for (int64_t i = 0; i < array.n_children; ++i) text += dump(*schema.children[i], *array.children[i], indent + "  ");
  if (schema.dictionary != nullptr) text += dump(*schema.dictionary, *array.dictionary, indent + "  dictionary ");
  return text;
}

TEST(ArrowExport, IsThatOfTheGoldenFile) {
  const Exported flat(arrow_sample(), {.row_kinds = true});
  const Exported encoded(arrow_sample_encoded(), {.keep_dictionaries = true});
  const std::string text = dump(flat.schema, flat.array) + dump(encoded.schema, encoded.array);
  std::ifstream file("tests/unit/data/golden/arrow_export.txt");
  const std::string golden((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  EXPECT_EQ(text, golden);
}

// A batch whose only column lies in a buffer that says when it is freed.
Batch watched(bool& freed) {
  std::shared_ptr<const void> owner(std::malloc(64), [&freed](const void* memory) {
    freed = true;
    std::free(const_cast<void*>(memory));
  });
  const BufferPtr values = Buffer::wrap(owner.get(), 64, owner);
  return Batch(make_schema({{"x", Type::big_int()}}), {Column::flat(Type::big_int(), 8, values)}, 8);
}

TEST(ArrowExport, KeepsBuffersUntilTheArrayIsReleased) {
  bool freed = false;
  ArrowSchema schema{};
  ArrowArray array{};
  export_arrow(watched(freed), {}, schema, array);
  schema.release(&schema);
  EXPECT_EQ(schema.release, nullptr);
  EXPECT_FALSE(freed);
  array.release(&array);
  EXPECT_EQ(array.release, nullptr);
  EXPECT_TRUE(freed);
}

TEST(ArrowExport, ChildrenThatAreMovedOutLiveOn) {
  bool freed = false;
  ArrowSchema schema{};
  ArrowArray array{};
  export_arrow(watched(freed), {}, schema, array);
  ArrowArray moved = *array.children[0];
  array.children[0]->release = nullptr;
  ArrowSchema moved_schema = *schema.children[0];
  schema.children[0]->release = nullptr;
  array.release(&array);
  schema.release(&schema);
  EXPECT_FALSE(freed);
  EXPECT_STREQ(moved_schema.name, "x");
  EXPECT_EQ(moved.length, 8);
  moved.release(&moved);
  moved_schema.release(&moved_schema);
  EXPECT_TRUE(freed);
}

TEST(ArrowExport, SharesBuffersOfTheSameLayout) {
  const Batch batch = parse_batch(parse_schema("n BIGINT, s STRING"), "1 | 'a text beyond twelve bytes'");
  const Exported exported(batch, {});
  EXPECT_EQ(exported.array.children[0]->buffers[1], batch.column(0)->values_buffer()->data());
  EXPECT_EQ(exported.array.children[1]->buffers[2], batch.column(1)->text_buffers()[0]->data());
}

TEST(ArrowExport, CopiesTextThatLiesInNoBufferOfItsColumn) {
  static constexpr std::string_view kForeign = "bytes that nobody owns, and more than twelve";
  ColumnBuilder builder(Type::string());
  builder.append(Text(kForeign));
  builder.append_null();
  const Exported exported(Batch(make_schema({{"s", Type::string()}}), {builder.finish()}, 2), {});
  EXPECT_NE(dump(exported.schema, exported.array).find("view 'bytes that nobody owns, and more than twelve'"),
            std::string::npos);
}

TEST(ArrowExport, RefusesATimestampThatNanosecondsCannotReach) {
  const Batch batch =
      parse_batch(parse_schema("n BIGINT, t TIMESTAMP(9)"), "1 | 2024-01-01 00:00:00\n2 | 2500-01-01 00:00:00\n");
  ArrowSchema schema{};
  ArrowArray array{};
  try {
    export_arrow(batch, {}, schema, array);
    FAIL() << "the year 2500 was exported";
  } catch (const UserError& error) {
    EXPECT_STREQ(error.what(),
                 "TIMESTAMP '2500-01-01 00:00:00.000000000' is beyond what Arrow's timestamps in nanoseconds can say "
                 "(1677-09-21 to 2262-04-11)");
  }
  EXPECT_EQ(schema.release, nullptr);
  EXPECT_EQ(array.release, nullptr);
}

// [1, NULL], NULL, [3]; {a=1}, {}, NULL
TEST(ArrowExport, NestedColumnsAreListsMapsAndStructs) {
  ColumnBuilder numbers(Type::integer());
  numbers.append(1);
  numbers.append_null();
  numbers.append(3);
  const ColumnPtr elements = numbers.finish();
  ColumnBuilder present(Type::boolean());
  for (int32_t row = 0; row < 3; ++row) row == 1 ? present.append_null() : present.append(uint8_t{1});
  const ColumnPtr nulls = present.finish();
  ColumnBuilder keys(Type::string());
  keys.append_text("a");
  const Type array = Type::array(Type::integer());
  const Type map = Type::map(Type::string(), Type::integer());
  const Type row = Type::row({{"n", Type::integer()}});
  const Batch batch(make_schema({{"a", array}, {"m", map}, {"r", row}}),
                    {join_nested(array, {{0, 2, 2, 3}, {elements}}, *nulls),
                     join_nested(map, {{0, 1, 1, 1}, {keys.finish(), elements->slice(0, 1)}}, *nulls),
                     join_nested(row, {{}, {elements}}, *nulls)},
                    3);
  const Exported exported(batch, {});
  const ArrowArray& list = *exported.array.children[0];
  EXPECT_STREQ(exported.schema.children[0]->format, "+l");
  EXPECT_EQ(list.null_count, 1);
  ASSERT_EQ(list.n_buffers, 2);
  const auto* offsets = static_cast<const int32_t*>(list.buffers[1]);
  EXPECT_EQ(std::vector<int32_t>(offsets, offsets + 4), (std::vector<int32_t>{0, 2, 2, 3}));
  EXPECT_EQ(list.children[0]->length, 3);
  EXPECT_EQ(list.children[0]->null_count, 1);
  const ArrowArray& entries = *exported.array.children[1]->children[0];
  EXPECT_STREQ(exported.schema.children[1]->format, "+m");
  EXPECT_STREQ(exported.schema.children[1]->children[0]->children[0]->format, "vu");
  EXPECT_EQ(entries.length, 1);
  EXPECT_EQ(entries.n_children, 2);
  const ArrowArray& fields = *exported.array.children[2];
  EXPECT_STREQ(exported.schema.children[2]->format, "+s");
  EXPECT_STREQ(exported.schema.children[2]->children[0]->name, "n");
  EXPECT_EQ(fields.n_buffers, 1);
  EXPECT_EQ(fields.children[0]->null_count, 1);
}

TEST(ArrowExport, RefusesToLoseTheKindsOfRows) {
  ArrowSchema schema{};
  ArrowArray array{};
  EXPECT_THROW(export_arrow(parse_batch(parse_schema("n INT"), "-D | 1"), {}, schema, array), EngineError);
}

TEST(ArrowExport, TakesRandomBatches) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    SeededRandom random(seed);
    const Batch batch = random_batch(random);
    const Exported exported(batch, {.keep_dictionaries = seed % 2 == 0, .row_kinds = true});
    ASSERT_EQ(exported.array.n_children, batch.num_columns() + 1);
    ASSERT_FALSE(dump(exported.schema, exported.array).empty());
  }
}

}  // namespace
}  // namespace tidemill
