// expr/table_function.h - makes a function that gives rows of a typed C++ lambda. Rule: the rows of one call are an
// ARRAY, so that all that works on arrays works on them; SQL types follow from the lambda's signature.
//
//   [](TableRows<int64_t>& rows, int64_t first, int64_t last) { … rows.add(i); … }   one BIGINT column
//   [](TableRows<std::string_view, int32_t>& rows, std::string_view s) { … }         two columns
//   [](TableRows<std::optional<double>>& rows, std::optional<double> x) { … }        a column that may be NULL; sees
//   NULL
//
// A NULL argument that the lambda does not see gives no row.
#pragma once
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/nested.h"
#include "expr/function_registry.h"

namespace tidemill {

// How much the rows of one call may hold: they are in memory at once.
constexpr size_t kTableFunctionBytesMax = size_t{256} << 20;

// Takes the rows of one call, in their order.
template <class... Columns>
class TableRows {
 public:
  // Appends to `out`, which is empty.
  TableRows(RowContext& row, std::string& out) : row_(row), out_(out) { out_.assign(sizeof(uint32_t), '\0'); }

  // Adds a row; false where there are too many, which the row of the call has failed with.
  bool add(const Columns&... values) {
    if (out_.size() > kTableFunctionBytesMax) {
      if (!row_.failed) fail("The rows of one call of a table function do not fit in 256 MB");
      return false;
    }
    if constexpr (sizeof...(Columns) == 1) {
      (put(out_, values), ...);
    } else {
      fields_.clear();
      (put(fields_, values), ...);
      append_encoded_text(out_, fields_);
    }
    ++count_;
    return true;
  }
  // Notes that the row of the call failed.
  void fail(std::string message) { row_.fail(std::move(message)); }
  // Ends the rows.
  void finish() { std::memcpy(out_.data(), &count_, sizeof(count_)); }

 private:
  template <class T>
  static void put(std::string& out, const T& value) {
    if constexpr (OptionalOf<T>::kOptional) {
      value ? put(out, *value) : append_encoded_null(out);
    } else {
      const auto physical = SqlType<T>::to(value);
      if constexpr (std::is_same_v<typename SqlType<T>::Physical, Text>) {
        append_encoded_text(out, physical.view());
      } else {
        out.push_back('\1');
        out.append(reinterpret_cast<const char*>(&physical), sizeof(physical));
      }
    }
  }

  RowContext& row_;
  std::string& out_;
  std::string fields_;
  uint32_t count_ = 0;
};

namespace table_function_detail {

template <class Member>
struct Signature;
template <class C, class... Columns, class... As>
struct Signature<void (C::*)(TableRows<Columns...>&, As...) const> {
  template <class T>
  static Type column_type() {
    return SqlType<typename OptionalOf<T>::Value>::type().with_nullable(OptionalOf<T>::kOptional);
  }
  static std::vector<Type> column_types() { return {column_type<Columns>()...}; }
  // The rows as the bytes of an ARRAY.
  template <class Body>
  static auto as_array(Body body) {
    return [body = std::move(body)](RowContext& row, std::string& out, As... arguments) {
      TableRows<Columns...> rows(row, out);
      body(rows, arguments...);
      rows.finish();
    };
  }
};

}  // namespace table_function_detail

// Functions that give rows stand in the registry behind this word, so that no expression can name them.
constexpr std::string_view kTableFunctionPrefix = "TABLE ";

// Returns the name in the registry of a function as written; names are matched in upper case.
inline std::string table_function_name(std::string_view written) {
  return fmt::format("{}{}", kTableFunctionPrefix, written);
}

// Registers the call of `kernel` under table_function_name(name). It gives an ARRAY of the rows: of their values where
// there is one column, otherwise of ROWs with these names. Overloads as of any function.
void register_table_function(FunctionRegistry& registry, std::string_view name, FunctionDoc doc,
                             const std::vector<std::string>& columns, const std::vector<Type>& column_types,
                             TypedFunction function);

// The same of a typed C++ lambda.
template <class Body>
void register_table_function(FunctionRegistry& registry, std::string_view name, FunctionDoc doc,
                             const std::vector<std::string>& columns, Body body) {
  using Signature = table_function_detail::Signature<decltype(&Body::operator())>;
  register_table_function(registry, name, doc, columns, Signature::column_types(),
                          make_typed_function(Signature::as_array(std::move(body))));
}

}  // namespace tidemill
