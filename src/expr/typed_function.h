// expr/typed_function.h - makes a column kernel of a typed C++ lambda. Rule: SQL types, NULL handling and loops follow
// from the lambda's signature.
//
//   [](int64_t a, int64_t b) { return a & b; }              BIGINT, BIGINT -> BIGINT; NULL where an argument is
//   [](double x) -> std::optional<double> { … }             may give NULL
//   [](std::optional<bool> x) { return !x; }                sees NULL
//   [](std::string_view s, int32_t n) { return s.substr(…); }   a piece of an argument (or static text): not copied
//   [](std::string& out, std::string_view s) { out += s; }  fresh text, appended to an empty `out`; result void, or
//                                                           bool where false gives NULL
//   [](RowContext& row, int32_t a) { … row.fail("…"); … }   reads time, zone, watermark; may fail; comes first
#pragma once
#include <fmt/format.h>

#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "expr/result_column.h"
#include "expr/scalar_function.h"
#include "expr/sql_types.h"

namespace tidemill {

// What a lambda that asks for it may know and do; `row` is the row at hand.
class RowContext {
 public:
  explicit RowContext(const CallInput& call) : call_(call) {}
  // Notes that this row failed; its result becomes NULL.
  void fail(std::string message) {
    call_.errors.add(row, std::move(message));
    failed = true;
  }
  // Notes that this row's result does not fit its type: counted, and failed where the setting asks for it. A decimal
  // result is then NULL, an integer one wraps.
  void overflow() {
    call_.errors.count_overflows(1);
    if (context().overflow_is_error) {
      fail(fmt::format("The result does not fit {}", result_type().with_nullable(true).to_string()));
    }
  }
  const EvaluationContext& context() const { return call_.input.context; }
  const Batch& batch() const { return call_.input.batch; }
  const Type& result_type() const { return call_.result_type; }

  int32_t row = 0;
  bool failed = false;

 private:
  const CallInput& call_;
};

// A kernel with the types that its lambda's signature gives it.
struct TypedFunction {
  std::vector<Type> parameters;  // nullable
  Type result;
  bool always_nullable = false;  // may give NULL where no argument is NULL
  bool handles_null = false;     // never NULL because an argument is
  bool may_fail = false;         // takes the RowContext that it would tell
  ScalarFunctionPtr kernel;
};

namespace typed_function_detail {

template <class... Ts>
struct TypeList {};

// What comes before the SQL arguments in a parameter list.
template <class... As>
struct Peel {
  using Arguments = TypeList<As...>;
  static constexpr bool kContext = false, kTextOut = false;
};
template <class... As>
struct Peel<RowContext&, As...> : Peel<As...> {
  static constexpr bool kContext = true;
};
template <class... As>
struct Peel<std::string&, As...> : Peel<As...> {
  static constexpr bool kTextOut = true;
};

template <class Member>
struct SignatureOf;
template <class C, class R, class... As>
struct SignatureOf<R (C::*)(As...) const> {
  using Result = R;
  using Peeled = Peel<As...>;
};

template <class T>
using Unwrapped = typename OptionalOf<T>::Value;
template <class T>
constexpr bool kOptional = OptionalOf<T>::kOptional;

// Reads one argument as the lambda's parameter type.
template <class T>
class Reader {
 public:
  using Sql = SqlType<Unwrapped<T>>;
  explicit Reader(const Column& column) : values_(column.decode<typename Sql::Physical>()) {}
  T operator[](int32_t row) const {
    if constexpr (kOptional<T>) {
      if (values_.is_null(row)) return std::nullopt;
    }
    return Sql::from(values_[row]);
  }
  const Decoded<typename Sql::Physical>& decoded() const { return values_; }

 private:
  Decoded<typename Sql::Physical> values_;
};

template <class T, bool kTotal>
constexpr bool kDenseNumber = std::is_arithmetic_v<T> || (kTotal && std::is_same_v<T, int128>);

// Cheap and total: evaluated for every row, in loops without branches, NULL and unselected rows included.
template <bool kTotal, class Result, class... As>
constexpr bool kDense =
    kDenseNumber<Result, kTotal> && (kDenseNumber<As, kTotal> && ...) && sizeof...(As) >= 1 && sizeof...(As) <= 2;
constexpr int32_t kDenseSelectedShare = 4;  // dense where at least one row in four is selected

template <class Out, class F, class A>
void dense_loop(Out* out, int32_t rows, const F& f, const Decoded<A>& a) {
  if (a.is_flat()) {
    const A* values = a.values();
    for (int32_t row = 0; row < rows; ++row) out[row] = static_cast<Out>(f(values[row]));
  } else {
    for (int32_t row = 0; row < rows; ++row) out[row] = static_cast<Out>(f(a[row]));
  }
}
template <class Out, class F, class A, class B>
void dense_loop(Out* out, int32_t rows, const F& f, const Decoded<A>& a, const Decoded<B>& b) {
  const A* left = a.values();
  const B* right = b.values();
  if (a.is_flat() && b.is_flat()) {
    for (int32_t row = 0; row < rows; ++row) out[row] = static_cast<Out>(f(left[row], right[row]));
  } else if (a.is_flat() && b.is_constant()) {
    const B constant = right[0];
    for (int32_t row = 0; row < rows; ++row) out[row] = static_cast<Out>(f(left[row], constant));
  } else if (a.is_constant() && b.is_flat()) {
    const A constant = left[0];
    for (int32_t row = 0; row < rows; ++row) out[row] = static_cast<Out>(f(constant, right[row]));
  } else {
    for (int32_t row = 0; row < rows; ++row) out[row] = static_cast<Out>(f(a[row], b[row]));
  }
}

template <class Body, class Result, bool kContext, bool kTextOut, bool kTotal, class... As>
class TypedKernel final : public ScalarFunction {
 public:
  explicit TypedKernel(Body body) : body_(std::move(body)) {}

  ColumnPtr evaluate(const CallInput& call) const override { return run(call, std::index_sequence_for<As...>()); }

 private:
  using Value = std::conditional_t<kTextOut, std::string_view, Unwrapped<Result>>;
  using Physical = typename SqlType<Value>::Physical;
  static constexpr bool kPieceOfArgument = !kTextOut && std::is_same_v<Physical, Text>;

  template <size_t... I>
  ColumnPtr run(const CallInput& call, std::index_sequence<I...>) const {
    BufferPtr validity;
    if (!null_free(call, validity)) return Column::all_null(call.result_type, call.num_rows());
    ResultColumn<Physical> out(call.result_type, call.num_rows());
    out.set_validity(validity);
    const std::tuple<Reader<As>...> readers(Reader<As>(*call.arguments[I])...);
    if constexpr (kPieceOfArgument) (out.keep_alive(call.arguments[I]->text_buffers()), ...);
    if constexpr (!kContext && !kTextOut && kDense<kTotal, Result, As...>) {
      if (call.selection.size() >= call.num_rows() / kDenseSelectedShare) {
        dense_loop(out.values(), call.num_rows(), body_, std::get<I>(readers).decoded()...);
        return out.finish();
      }
    }
    RowContext context(call);
    std::string scratch;
    for_each_valid(call.selection, validity.get(),
                   [&](int32_t row) { one_row(row, context, scratch, out, std::get<I>(readers)[row]...); });
    return out.finish();
  }

  // Finds the rows without a NULL in the arguments that must not be; false where a constant one is NULL.
  static bool null_free(const CallInput& call, BufferPtr& validity) {
    constexpr bool sees_null[] = {kOptional<As>..., false};
    std::vector<ColumnPtr> strict;
    for (size_t i = 0; i < sizeof...(As); ++i) {
      if (!sees_null[i]) strict.push_back(call.arguments[i]);
    }
    bool all_null = false;
    validity = combine_validity(strict, call.num_rows(), all_null);
    return !all_null;
  }

  template <class... Values>
  void one_row(int32_t row, RowContext& context, std::string& scratch, ResultColumn<Physical>& out,
               const Values&... values) const {
    context.row = row;
    const auto call = [&]() -> Result {
      if constexpr (kContext && kTextOut) {
        return body_(context, scratch, values...);
      } else if constexpr (kContext) {
        return body_(context, values...);
      } else if constexpr (kTextOut) {
        return body_(scratch, values...);
      } else {
        return body_(values...);
      }
    };
    if constexpr (kTextOut) {
      scratch.clear();
      bool present = true;
      if constexpr (std::is_void_v<Result>) {
        call();
      } else {
        present = call();
      }
      if (present) {
        out[row] = out.copy(scratch);
      } else {
        out.set_null(row);
      }
    } else if constexpr (kOptional<Result>) {
      const Result result = call();
      if (result) {
        out[row] = SqlType<Value>::to(*result);
      } else {
        out.set_null(row);
      }
    } else {
      out[row] = SqlType<Value>::to(call());
    }
    if constexpr (kContext) {
      if (context.failed) out.set_null(row);
      context.failed = false;
    }
  }

  Body body_;
};

template <class Body, class Peeled, class Result, bool kTotal, class... As>
TypedFunction make(Body body, TypeList<As...>) {
  constexpr bool kTextOut = Peeled::kTextOut;
  TypedFunction function;
  function.parameters = {SqlType<Unwrapped<As>>::type()...};
  if constexpr (kTextOut) {
    function.result = Type::string();
    function.always_nullable = std::is_same_v<Result, bool>;
  } else {
    function.result = SqlType<Unwrapped<Result>>::type();
    function.always_nullable = kOptional<Result>;
  }
  function.handles_null = (kOptional<As> && ...);
  function.may_fail = Peeled::kContext;
  using Kernel = TypedKernel<Body, Result, Peeled::kContext, kTextOut, kTotal, As...>;
  function.kernel = std::make_shared<Kernel>(std::move(body));
  return function;
}

}  // namespace typed_function_detail

// Returns the kernel of `body` with its types. For functions with a type rule only the kernel counts: the result column
// takes the call's type, whose physical type must be that of the lambda's result.
template <class Body, bool kTotal = false>
TypedFunction make_typed_function(Body body) {
  using Signature = typed_function_detail::SignatureOf<decltype(&Body::operator())>;
  using Peeled = typename Signature::Peeled;
  return typed_function_detail::make<Body, Peeled, typename Signature::Result, kTotal>(std::move(body),
                                                                                       typename Peeled::Arguments());
}
template <class Body>
ScalarFunctionPtr make_kernel(Body body) {
  return make_typed_function(std::move(body)).kernel;
}
// The same of a body that is defined for any int128 too, and cheap: evaluated for all rows, as bodies of other numbers
// are.
template <class Body>
ScalarFunctionPtr make_total_kernel(Body body) {
  return make_typed_function<Body, true>(std::move(body)).kernel;
}

}  // namespace tidemill
