#include "data/column.h"

#include <gtest/gtest.h>

#include "data/batch.h"
#include "data/column_builder.h"

namespace tidemill {
namespace {

ColumnPtr strings(const std::vector<std::optional<std::string>>& values) {
  ColumnBuilder builder(Type::string());
  for (const auto& value : values) value ? builder.append_text(*value) : builder.append_null();
  return builder.finish();
}

ColumnPtr integers(const std::vector<int32_t>& values) {
  ColumnBuilder builder(Type::integer());
  for (const int32_t value : values) builder.append(value);
  return builder.finish();
}

TEST(Column, TakesRowsOfAnyEncodingAndPadsMinusOneWithNull) {
  const ColumnPtr flat = strings({"a", std::nullopt, "a long text beyond twelve bytes"});
  const std::vector<int32_t> rows = {2, -1, 0, 1};
  const ColumnPtr taken = flat->take(rows);
  EXPECT_EQ(taken->text(0), "a long text beyond twelve bytes");
  EXPECT_TRUE(taken->is_null(1));
  EXPECT_EQ(taken->text(2), "a");
  EXPECT_TRUE(taken->is_null(3));

  const ColumnPtr constant = Column::constant(*flat, 5);
  EXPECT_EQ(constant->take(rows)->text(3), "a");
  auto indices = Buffer::allocate(4 * sizeof(int32_t));
  const int32_t positions[] = {2, 2, 1, 0};
  std::memcpy(indices->mutable_data(), positions, sizeof(positions));
  const ColumnPtr dictionary = Column::dictionary(flat, indices, 4);
  EXPECT_EQ(dictionary->text(1), "a long text beyond twelve bytes");
  EXPECT_TRUE(dictionary->is_null(2));
  EXPECT_EQ(Column::flatten(dictionary)->text(3), "a");
}

TEST(Text, HoldsTextsOfEveryLengthPaddedWithZeros) {
  const std::string letters = "\xF0\x9F\x99\x82-abcdefghijklmnop";
  for (size_t size = 0; size <= letters.size(); ++size) {
    // In memory of exactly this size: a sanitizer sees what is read beyond it.
    const std::unique_ptr<char[]> exact = std::make_unique_for_overwrite<char[]>(size);
    std::memcpy(exact.get(), letters.data(), size);
    const Text text(std::string_view(exact.get(), size));
    EXPECT_EQ(text.view(), letters.substr(0, size));
    EXPECT_EQ(text.is_inline(), size <= Text::kInlineBytesMax);
    if (!text.is_inline()) continue;
    char words[sizeof(Text)] = {};
    const auto size32 = static_cast<uint32_t>(size);
    std::memcpy(words, &size32, sizeof(size32));
    std::memcpy(words + sizeof(size32), letters.data(), size);
    EXPECT_EQ(std::memcmp(&text, words, sizeof(Text)), 0) << size;
  }
}

TEST(Text, ComparesByBytes) {
  EXPECT_EQ(Text("abc"), Text("abc"));
  EXPECT_NE(Text("abc"), Text("abd"));
  EXPECT_LT(Text("abc"), Text("abcd"));
  EXPECT_LT(Text("a long text beyond twelve A"), Text("a long text beyond twelve B"));
  EXPECT_NE(Text("a long text beyond twelve A"), Text("a long text beyond twelve B"));
}

TEST(Batch, TakeKeepsKindsProgressAndOrigin) {
  Batch batch(make_schema({{"x", Type::integer()}}), {integers({10, 20, 30})}, 3,
              {RowKind::kInsert, RowKind::kUpdateBefore, RowKind::kUpdateAfter});
  RowProgress progress;
  progress.from_split = true;
  progress.watermarks = std::make_shared<const std::vector<EpochMillis>>(std::vector<EpochMillis>{1, 2, 3});
  progress.other_splits = 2;
  batch.set_progress(progress);
  batch.set_origin({std::make_shared<const std::string>("f.jsonl"), 100, nullptr});
  const std::vector<int32_t> rows = {2, 0};
  const Batch taken = batch.take(rows);
  EXPECT_EQ(taken.column(0)->decode<int32_t>()[0], 30);
  EXPECT_EQ(taken.kind(0), RowKind::kUpdateAfter);
  EXPECT_EQ(taken.progress().at(0), 3);
  EXPECT_EQ(taken.progress().merged_at(0), 2);
  EXPECT_EQ(taken.progress().merged_at(1), 1);
  EXPECT_EQ(taken.origin().at(0), 102);
}

TEST(Batch, RefusesAColumnOfAnotherType) {
  EXPECT_THROW(Batch(make_schema({{"x", Type::big_int()}}), {integers({1})}, 1), EngineError);
}

TEST(Batch, CountsABlockOnceThatItsColumnsShare) {
  const std::string block = "one text of a file, another text of the same file";
  const BufferPtr shared = [&] {
    auto buffer = Buffer::allocate(block.size());
    std::memcpy(buffer->mutable_data(), block.data(), block.size());
    return buffer;
  }();
  const auto texts = [&](size_t begin, size_t size) {
    auto values = Buffer::allocate(sizeof(Text));
    const Text text(std::string_view(reinterpret_cast<const char*>(shared->data()) + begin, size));
    std::memcpy(values->mutable_data(), &text, sizeof(Text));
    return Column::flat(Type::string(), 1, std::move(values), nullptr, {shared});
  };
  const Batch batch(make_schema({{"a", Type::string()}, {"b", Type::string()}, {"c", Type::integer()}}),
                    {texts(0, 18), texts(20, 29), integers({1})}, 1);
  EXPECT_EQ(batch.memory_bytes(), 2 * sizeof(Text) + block.size() + batch.column(2)->memory_bytes());
}

}  // namespace
}  // namespace tidemill
