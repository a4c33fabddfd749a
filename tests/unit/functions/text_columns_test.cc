// Functions of texts over columns: short and long texts, every place of a letter beyond ASCII, NULLs, selections.
#include <gtest/gtest.h>

#include "data/column_builder.h"
#include "functions/letter_case.h"
#include "tests/unit/functions/function_harness.h"

namespace tidemill {
namespace {

using Texts = std::vector<std::optional<std::string>>;

constexpr size_t kBytesMax = 40;  // beyond what lies in a column's value, and two blocks of sixteen

// Texts of each size: with letters and what stands beside them in ASCII; and with one character beyond it at each
// place.
Texts texts_of_all_sizes() {
  const std::string_view ascii = "AZaz@[`{09-Channel_ID=/ZzYyXx\x7F&%AppleGOOGLE0123456789";
  Texts texts = {std::nullopt, ""};
  for (size_t size = 1; size <= kBytesMax; ++size) {
    texts.emplace_back(ascii.substr(0, size));
    texts.emplace_back(std::string(size, 'q'));
    for (size_t at = 0; at < size; ++at) {
      std::string text(ascii.substr(0, size));
      text.replace(at, 1, at % 3 == 0 ? "\u00c4" : at % 3 == 1 ? "\u00df" : "\xE4");
      texts.push_back(std::move(text));
      if (at % 8 == 5) texts.emplace_back(std::nullopt);
    }
  }
  return texts;
}

ColumnPtr column_of(const Texts& texts) {
  ColumnBuilder builder(Type::string());
  for (const auto& text : texts) text ? builder.append_text(*text) : builder.append_null();
  return builder.finish();
}

// Runs a function of column 0 over texts, for all rows or every third.
class TextColumns : public testing::Test {
 protected:
  TextColumns() : texts_(texts_of_all_sizes()) {
    batch_ = Batch(make_schema({{"t", Type::string()}}), {column_of(texts_)}, static_cast<int32_t>(texts_.size()));
    for (int32_t row = 0; row < batch_.num_rows(); row += 3) third_.push_back(row);
  }

  // Calls check(row, text, result) for each selected row whose text is not NULL; the others must be NULL.
  template <class Check>
  void for_each_result(const ExpressionPtr& call, Check check) {
    for (const Selection& selection : {Selection::all(batch_.num_rows()), Selection::of(third_, batch_.num_rows())}) {
      RowErrors errors;
      const ColumnPtr result = evaluate(*call, {batch_, harness_.context()}, selection, errors);
      selection.for_each([&](int32_t row) {
        const auto& text = texts_[static_cast<size_t>(row)];
        ASSERT_EQ(result->is_null(row) && !text, !text) << row;
        if (text) check(row, *text, *result);
      });
    }
  }
  ExpressionPtr text() const { return make_column(0, Type::string()); }

  FunctionHarness harness_;
  Texts texts_;
  Batch batch_;
  std::vector<int32_t> third_;
};

TEST_F(TextColumns, LowerAndUpperAreThoseOfEachCharacter) {
  for_each_result(harness_.call("LOWER", {text()}), [](int32_t row, const std::string& text, const Column& result) {
    std::string expected;
    append_lower(expected, text);
    EXPECT_EQ(result.text(row), expected);
  });
  for_each_result(harness_.call("UPPER", {text()}), [](int32_t row, const std::string& text, const Column& result) {
    std::string expected;
    append_upper(expected, text);
    EXPECT_EQ(result.text(row), expected);
  });
}

TEST_F(TextColumns, EqualityComparesWithConstantsOfAnySize) {
  for (const size_t size : {0U, 1U, 3U, 4U, 5U, 11U, 12U, 13U, 40U}) {
    const std::string constant(texts_[1]->empty() && size == 0 ? "" : std::string(size, 'q'));
    const ExpressionPtr literal = make_literal(Value::string(constant));
    for (const bool constant_first : {false, true}) {
      const auto arguments = constant_first ? std::vector{literal, text()} : std::vector{text(), literal};
      int32_t equal = 0;
      for_each_result(harness_.call("=", arguments), [&](int32_t row, const std::string& text, const Column& result) {
        ASSERT_EQ(result.decode<uint8_t>()[row], text == constant ? 1 : 0) << text;
        equal += text == constant ? 1 : 0;
      });
      EXPECT_GT(equal, 0) << size;
      for_each_result(harness_.call("<>", arguments), [&](int32_t row, const std::string& text, const Column& result) {
        ASSERT_EQ(result.decode<uint8_t>()[row], text == constant ? 0 : 1) << text;
      });
    }
  }
  for_each_result(harness_.call("=", {text(), text()}), [](int32_t row, const std::string&, const Column& result) {
    ASSERT_EQ(result.decode<uint8_t>()[row], 1);
  });
}

TEST_F(TextColumns, InLooksForShortAndLongTexts) {
  const std::vector<std::vector<std::string>> lists = {
      {"q", "qqqq", "AZaz", ""}, {std::string(13, 'q'), "qq"}, {"1", "2", "3", "4", "5", "6", "7", "8", "qqq"}};
  for (const auto& list : lists) {
    std::vector<ExpressionPtr> arguments = {text()};
    for (const std::string& member : list) arguments.push_back(make_literal(Value::string(member)));
    for_each_result(harness_.call("IN", arguments), [&](int32_t row, const std::string& text, const Column& result) {
      ASSERT_EQ(result.decode<uint8_t>()[row], std::ranges::find(list, text) != list.end() ? 1 : 0) << text;
    });
  }
}

// By the definition: what is left behind the delimiters before it, up to the next one.
std::optional<std::string> split_part(std::string text, const std::string& delimiter, int32_t index) {
  if (text.empty()) return std::nullopt;
  for (; index > 0; --index) {
    const size_t at = text.find(delimiter);
    if (at == std::string::npos) return std::nullopt;
    text.erase(0, at + delimiter.size());
  }
  return text.substr(0, text.find(delimiter));
}

TEST_F(TextColumns, SplitIndexTakesThePartBetweenDelimiters) {
  for (const std::string delimiter : {"Z", "q", "qq", "AZ"}) {
    for (const int32_t index : {0, 1, 2, 7, 39}) {
      const auto arguments = std::vector{text(), make_literal(Value::string(delimiter)), literal(index)};
      for_each_result(harness_.call("SPLIT_INDEX", arguments),
                      [&](int32_t row, const std::string& text, const Column& result) {
                        const auto expected = split_part(text, delimiter, index);
                        ASSERT_EQ(result.is_null(row), !expected.has_value()) << text;
                        if (expected) {
                          ASSERT_EQ(result.text(row), *expected) << text;
                        }
                      });
    }
  }
}

TEST_F(TextColumns, ReplaceReplacesEachOccurrence) {
  for (const auto& [search, replacement] : std::vector<std::pair<std::string, std::string>>{
           {"q", ""}, {"Z", ""}, {"qq", ""}, {"q", "xy"}, {"AZ", "q"}, {"\u00c4", ""}}) {
    const auto arguments =
        std::vector{text(), make_literal(Value::string(search)), make_literal(Value::string(replacement))};
    for_each_result(harness_.call("REPLACE", arguments),
                    [&](int32_t row, const std::string& text, const Column& result) {
                      std::string expected = text;
                      for (size_t at = expected.find(search); at != std::string::npos;
                           at = expected.find(search, at + replacement.size()))
                        expected.replace(at, search.size(), replacement);
                      ASSERT_EQ(result.text(row), expected) << text;
                    });
  }
}

TEST_F(TextColumns, LengthCountsCharactersAndStrayBytes) {
  for_each_result(harness_.call("CHAR_LENGTH", {text()}),
                  [](int32_t row, const std::string& text, const Column& result) {
                    // Both letters beyond ASCII are two bytes, of which the second goes on; the stray byte is one.
                    const auto second = std::ranges::count_if(text, [](char c) { return c == '\x84' || c == '\x9F'; });
                    ASSERT_EQ(result.decode<int32_t>()[row], static_cast<int32_t>(text.size()) - second) << text;
                  });
}

TEST_F(TextColumns, SubstringTakesCharacters) {
  for (const int32_t start : {1, 2, 6, 17, 33}) {
    for_each_result(harness_.call("SUBSTRING", {text(), literal(start), literal(2)}),
                    [&](int32_t row, const std::string& text, const Column& result) {
                      std::vector<std::string> characters;
                      for (size_t at = 0; at < text.size();) {
                        const size_t bytes = text[at] == '\xC3' ? 2 : 1;
                        characters.push_back(text.substr(at, bytes));
                        at += bytes;
                      }
                      std::string expected;
                      for (size_t i = static_cast<size_t>(start) - 1;
                           i < characters.size() && i <= static_cast<size_t>(start); ++i)
                        expected += characters[i];
                      ASSERT_EQ(result.text(row), expected) << text << " from " << start;
                    });
  }
}

}  // namespace
}  // namespace tidemill
