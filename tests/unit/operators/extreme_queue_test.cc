#include "operators/extreme_queue.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <random>

#include "state/state_store.h"

namespace tidemill {
namespace {

enum class Course : uint8_t { kRandom, kRises, kFalls, kWaves };

int64_t value_at(Course course, int64_t position, std::mt19937& random) {
  switch (course) {
    case Course::kRandom:
      return static_cast<int64_t>(random() % 1000);
    case Course::kRises:
      return position;
    case Course::kFalls:
      return -position;
    case Course::kWaves:
      return std::abs(position % 400 - 200);
  }
  return 0;
}

template <class T>
void append_number(int64_t number, ColumnBuilder& column) {
  if constexpr (std::is_same_v<T, Text>) {
    column.append_text(fmt::format("{:08} and more than lies inline", number + 1'000'000));
  } else if constexpr (std::is_floating_point_v<T>) {
    column.append(number % 97 == 5 ? std::numeric_limits<T>::quiet_NaN() : static_cast<T>(number) / 4);
  } else {
    column.append(static_cast<T>(number));
  }
}

// A frame of `length` positions that moves over values, some dozen a batch, and sometimes by leaps.
template <class T>
class MovingFrame {
 public:
  MovingFrame(const Type& type, bool least, int64_t length)
      : least_(least),
        length_(length),
        type_(type),
        table_(store_.record_table(descriptor(type))),
        key_(table_.key_layout()) {
    ColumnBuilder key(Type::big_int());
    key.append<int64_t>(7);
    key_.assign(std::vector<ColumnPtr>{key.finish()}, 1);
  }

  // Takes the next rows; every result must be the extreme of the frame.
  void take(int32_t rows, Course course, std::mt19937& random) {
    ColumnBuilder builder(type_);
    for (int32_t row = 0; row < rows; ++row) append_number<T>(value_at(course, position_ + row, random), builder);
    const ColumnPtr column = builder.finish();
    kept_.push_back(column);
    const Decoded<T> values = column->decode<T>();
    ExtremeQueue<T> queue(table_.ordered_sequence(0), key_[0], least_);
    for (int32_t row = 0; row < rows; ++row) {
      const int64_t position = position_ + row;
      queue.expire(position - length_);
      queue.push(position, values[row], row);
      frame_.push_back({position, values[row]});
      std::erase_if(frame_, [&](const Row& old) { return old.position < position - length_; });
      if (row % 16 != 0 && row != rows - 1) continue;  // the model takes long
      ASSERT_NE(queue.extreme(), nullptr);
      ASSERT_TRUE(is_same(*queue.extreme(), extreme())) << "at position " << position;
    }
    queue.save(column);
    position_ += rows;
    store_.release();
  }
  void leap(int64_t positions) { position_ += positions; }
  // No value may be kept that a later one beats, nor one that has left.
  void expect_nothing_in_vain() {
    size_t useful = 0;
    for (size_t i = frame_.size(); i-- > 0;) {
      const bool beaten = useful > 0 && !is_better(frame_[i].value, best_);
      if (beaten) continue;
      best_ = frame_[i].value;
      ++useful;
    }
    EXPECT_EQ(table_.ordered_sequence(0).size(key_[0]), static_cast<int64_t>(useful));
    store_.release();
  }

 private:
  struct Row {
    int64_t position;
    T value;
  };
  static TableDescriptor descriptor(const Type& type) {
    TableDescriptor descriptor;
    descriptor.name = "partitions";
    descriptor.key_types = {Type::big_int()};
    descriptor.companions = {{"values", CompanionKind::kOrderedSequence, {type}}};
    return descriptor;
  }
  static bool is_same(const T& a, const T& b) { return !is_less(a, b) && !is_less(b, a); }
  bool is_better(const T& a, const T& b) const { return least_ ? is_less(a, b) : is_less(b, a); }
  T extreme() const {
    T best = frame_.front().value;
    for (const Row& row : frame_)
      if (is_better(row.value, best)) best = row.value;
    return best;
  }

  bool least_;
  int64_t length_;
  Type type_;
  StateStore store_;
  RecordTable& table_;
  KeyBatch key_;
  int64_t position_ = 0;
  std::vector<Row> frame_;
  T best_ = {};
  std::vector<ColumnPtr> kept_;  // what the model's texts are in
};

template <class T>
void expect_extremes(const Type& type) {
  for (const bool least : {true, false}) {
    for (const int64_t length : {0, 3, 90, 2500}) {
      for (const Course course : {Course::kRandom, Course::kRises, Course::kFalls, Course::kWaves}) {
        SCOPED_TRACE(fmt::format("{} of {}, course {}", least ? "MIN" : "MAX", length, static_cast<int>(course)));
        std::mt19937 random(static_cast<uint32_t>(length + 1));
        MovingFrame<T> frame(type, least, length);
        for (int32_t batch = 0; batch < 60; ++batch) {
          frame.take(1 + static_cast<int32_t>(random() % (batch % 10 == 9 ? 1000 : 100)), course, random);
          if (::testing::Test::HasFatalFailure()) return;
          frame.expect_nothing_in_vain();
          if (random() % 8 == 0) frame.leap(static_cast<int64_t>(random() % 1000));
        }
      }
    }
  }
}

TEST(ExtremeQueue, WhatWasDroppedFromTheEndDoesNotComeAtTheFront) {
  StateStore store;
  TableDescriptor descriptor;
  descriptor.name = "partitions";
  descriptor.companions = {{"values", CompanionKind::kOrderedSequence, {Type::big_int()}}};
  OrderedSequence& stored = store.record_table(descriptor).ordered_sequence(0);
  KeyBatch key(stored.key_layout());
  key.assign({}, 1);
  ColumnBuilder builder(Type::big_int());
  for (int64_t position = 0; position < 120; ++position) builder.append(position * 10);
  const ColumnPtr column = builder.finish();
  ExtremeQueue<int64_t> first(stored, key[0], true);
  for (int32_t row = 0; row < 120; ++row) first.push(row, row * 10, row);
  first.save(column);
  ExtremeQueue<int64_t> second(stored, key[0], true);
  second.push(120, 95, 0);  // of what is read at the front, only ten are left
  for (int64_t position = 0; position < 10; ++position) {
    second.expire(position);
    EXPECT_EQ(*second.extreme(), position * 10);
  }
  second.expire(10);
  EXPECT_EQ(*second.extreme(), 95);
  second.expire(121);
  EXPECT_EQ(second.extreme(), nullptr);
}

TEST(ExtremeQueue, IsTheExtremeOfEveryFrameWhateverComes) {
  expect_extremes<int64_t>(Type::big_int());
  expect_extremes<double>(Type::float64());
  expect_extremes<Text>(Type::string());
}

}  // namespace
}  // namespace tidemill
