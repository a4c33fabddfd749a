// functions/integer_arithmetic.h - kernels of + - * / % on integers. Rule: they wrap as Java's do, every wrap is
// counted, and a division by zero fails its row.
#pragma once
#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "base/int128.h"
#include "expr/result_column.h"
#include "expr/scalar_function.h"

namespace tidemill {

// apply() wraps; wrapped() is negative where `result` did. Both are written so that loops over them become vector code.
template <class T>
struct WrappingAdd {
  using U = std::make_unsigned_t<T>;
  static T apply(T a, T b) { return static_cast<T>(static_cast<U>(static_cast<U>(a) + static_cast<U>(b))); }
  static T wrapped(T a, T b, T result) { return static_cast<T>((a ^ result) & (b ^ result)); }
};
template <class T>
struct WrappingSubtract {
  using U = std::make_unsigned_t<T>;
  static T apply(T a, T b) { return static_cast<T>(static_cast<U>(static_cast<U>(a) - static_cast<U>(b))); }
  static T wrapped(T a, T b, T result) { return static_cast<T>((a ^ b) & (a ^ result)); }
};
template <class T>
struct WrappingMultiply {
  static T apply(T a, T b) {
    return static_cast<T>(static_cast<uint64_t>(static_cast<int64_t>(a)) *
                          static_cast<uint64_t>(static_cast<int64_t>(b)));
  }
  static T wrapped(T a, T b, T result) {
    if constexpr (sizeof(T) < sizeof(int64_t)) {
      return static_cast<T>(-static_cast<int32_t>(static_cast<int64_t>(a) * static_cast<int64_t>(b) != result));
    } else {
      T unused;
      return -static_cast<T>(__builtin_mul_overflow(a, b, &unused));
    }
  }
};

template <class T, class Operation>
class WrappingArithmetic final : public ScalarFunction {
 public:
  ColumnPtr evaluate(const CallInput& call) const override {
    bool all_null = false;
    BufferPtr validity = combine_validity(call.arguments, call.num_rows(), all_null);
    if (all_null) return Column::all_null(call.result_type, call.num_rows());
    ResultColumn<T> out(call.result_type, call.num_rows());
    out.set_validity(validity);
    const Decoded<T> a = call.arguments[0]->template decode<T>();
    const Decoded<T> b = call.arguments[1]->template decode<T>();
    constexpr int32_t kDenseSelectedShare = 4;
    T wrapped = 0;
    if (call.selection.size() >= call.num_rows() / kDenseSelectedShare) {
      wrapped = dense(a, b, call.num_rows(), out.values());
    } else {
      call.selection.for_each([&](int32_t row) {
        out[row] = Operation::apply(a[row], b[row]);
        wrapped = static_cast<T>(wrapped | Operation::wrapped(a[row], b[row], out[row]));
      });
    }
    if (wrapped < 0) note_wraps(call, validity.get(), a, b, out.values());
    return out.finish();
  }

 private:
  template <class A, class B>
  static T loop(A a, B b, int32_t rows, T* out) {
    T wrapped = 0;
    for (int32_t row = 0; row < rows; ++row) {
      const T left = a(row), right = b(row);
      const T result = Operation::apply(left, right);
      out[row] = result;
      wrapped = static_cast<T>(wrapped | Operation::wrapped(left, right, result));
    }
    return wrapped;
  }
  static T dense(const Decoded<T>& a, const Decoded<T>& b, int32_t rows, T* out) {
    const T* left = a.values();
    const T* right = b.values();
    if (a.is_flat() && b.is_flat()) {
      return loop([left](int32_t row) { return left[row]; }, [right](int32_t row) { return right[row]; }, rows, out);
    }
    if (a.is_flat() && b.is_constant()) {
      return loop([left](int32_t row) { return left[row]; }, [value = *right](int32_t) { return value; }, rows, out);
    }
    if (a.is_constant() && b.is_flat()) {
      return loop([value = *left](int32_t) { return value; }, [right](int32_t row) { return right[row]; }, rows, out);
    }
    return loop([&a](int32_t row) { return a[row]; }, [&b](int32_t row) { return b[row]; }, rows, out);
  }
  // Goes over the rows that count once more: the loop before also saw NULL and unselected ones.
  static void note_wraps(const CallInput& call, const Buffer* validity, const Decoded<T>& a, const Decoded<T>& b,
                         const T* out) {
    int64_t wraps = 0;
    for_each_valid(call.selection, validity, [&](int32_t row) {
      if (Operation::wrapped(a[row], b[row], out[row]) >= 0) return;
      ++wraps;
      if (call.input.context.overflow_is_error) {
        call.errors.add(row, "The result does not fit " + call.result_type.with_nullable(true).to_string());
      }
    });
    call.errors.count_overflows(wraps);
  }
};

// A divisor of many numbers: a multiplication takes the place of each division. Source: T. Granlund, P. Montgomery,
// Division by Invariant Integers using Multiplication (1994), for dividends of at most 2^63.
class RepeatedDivisor {
 public:
  static bool is_possible(int64_t divisor) { return divisor < -1 || divisor > 1; }
  // Requires: is_possible(divisor).
  explicit RepeatedDivisor(int64_t divisor)
      : divisor_(divisor), shift_(static_cast<uint32_t>(std::bit_width(magnitude(divisor) - 1)) - 1) {
    const uint128 positive = magnitude(divisor);
    multiplier_ = static_cast<uint64_t>(((uint128{1} << (shift_ + kDoubleBits)) + positive - 1) / positive);
  }
  // As number / divisor.
  int64_t quotient(int64_t number) const {
    const auto high = static_cast<uint64_t>(uint128{magnitude(number)} * multiplier_ >> kDoubleBits);
    const auto sign = static_cast<uint64_t>((number ^ divisor_) >> 63);  // all bits, or none
    return static_cast<int64_t>(((high >> shift_) ^ sign) - sign);
  }
  // As number % divisor.
  int64_t remainder(int64_t number) const {
    return static_cast<int64_t>(static_cast<uint64_t>(number) -
                                static_cast<uint64_t>(quotient(number)) * static_cast<uint64_t>(divisor_));
  }

 private:
  static constexpr uint32_t kDoubleBits = 64;
  static uint64_t magnitude(int64_t value) {
    return value < 0 ? uint64_t{0} - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  }

  int64_t divisor_;
  uint32_t shift_;
  uint64_t multiplier_ = 0;  // 2^(64 + shift) by the divisor, rounded up
};

template <class T>
struct QuotientOf {
  static T apply(T a, const RepeatedDivisor& b) { return static_cast<T>(b.quotient(a)); }
  static T apply(T a, T b) { return static_cast<T>(a / b); }
  static T by_minus_one(T a) { return WrappingSubtract<T>::apply(0, a); }  // the smallest number wraps to itself
};
template <class T>
struct RemainderOf {
  static T apply(T a, const RepeatedDivisor& b) { return static_cast<T>(b.remainder(a)); }
  static T apply(T a, T b) { return static_cast<T>(a % b); }
  static T by_minus_one(T) { return 0; }
};

// T is the result's and divisor's type in %, both operands' in /.
template <class T, class Operation>
class Division final : public ScalarFunction {
 public:
  ColumnPtr evaluate(const CallInput& call) const override {
    bool all_null = false;
    BufferPtr validity = combine_validity(call.arguments, call.num_rows(), all_null);
    if (all_null) return Column::all_null(call.result_type, call.num_rows());
    ResultColumn<T> out(call.result_type, call.num_rows());
    out.set_validity(validity);
    const Decoded<T> a = call.arguments[0]->template decode<T>();
    const Decoded<T> b = call.arguments[1]->template decode<T>();
    if (b.is_constant() && RepeatedDivisor::is_possible(b[0])) {
      const RepeatedDivisor divisor(b[0]);
      for_each_valid(call.selection, validity.get(),
                     [&](int32_t row) { out[row] = Operation::apply(a[row], divisor); });
      return out.finish();
    }
    for_each_valid(call.selection, validity.get(), [&](int32_t row) {
      const T divisor = b[row];
      if (divisor == 0) {
        call.errors.add(row, "Division by zero");
        out.set_null(row);
      } else if (divisor == -1) {  // the processor traps on the smallest number / -1
        out[row] = Operation::by_minus_one(a[row]);
        if (out[row] == a[row] && a[row] != 0) call.errors.count_overflows(1);
      } else {
        out[row] = Operation::apply(a[row], divisor);
      }
    });
    return out.finish();
  }
};

}  // namespace tidemill
