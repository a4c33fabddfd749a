#include "data/arrow_array.h"

#include <algorithm>
#include <limits>
#include <memory>

#include "base/error.h"
#include "data/dispatch.h"
#include "data/nested.h"
#include "data/value.h"

namespace tidemill {
namespace {

// What a released ArrowArray gives back. Children and dictionary are embedded; the consumer may have moved them out,
// which leaves their `release` null.
struct ArrayOwner {
  ColumnPtr column;                   // whose buffers are shared
  std::vector<BufferPtr> own;         // those that were written for Arrow
  std::vector<const void*> pointers;  // in Arrow's order
  std::vector<ArrowArray> children;
  std::vector<ArrowArray*> child_pointers;
  ArrowArray dictionary{};

  // The consumer has not seen it yet: an error came first.
  ~ArrayOwner() {
    for (ArrowArray& child : children)
      if (child.release != nullptr) child.release(&child);
    if (dictionary.release != nullptr) dictionary.release(&dictionary);
  }
  void add_shared(const BufferPtr& buffer) { pointers.push_back(buffer ? buffer->data() : nullptr); }
  void add_own(BufferPtr buffer) {
    add_shared(buffer);
    own.push_back(std::move(buffer));
  }
};

void release_array(ArrowArray* array) {
  const std::unique_ptr<ArrayOwner> owner(static_cast<ArrayOwner*>(array->private_data));
  array->release = nullptr;
}

int64_t null_count(const Column& column) {
  int64_t count = 0;
  for (int32_t row = 0; column.may_have_nulls() && row < column.num_rows(); ++row) count += column.is_null(row) ? 1 : 0;
  return count;
}

void hand_over(std::unique_ptr<ArrayOwner> owner, int64_t length, int64_t nulls, ArrowArray& array) {
  for (ArrowArray& child : owner->children) owner->child_pointers.push_back(&child);
  array = {.length = length,
           .null_count = nulls,
           .offset = 0,
           .n_buffers = static_cast<int64_t>(owner->pointers.size()),
           .n_children = static_cast<int64_t>(owner->children.size()),
           .buffers = owner->pointers.empty() ? nullptr : owner->pointers.data(),
           .children = owner->children.empty() ? nullptr : owner->child_pointers.data(),
           .dictionary = owner->dictionary.release == nullptr ? nullptr : &owner->dictionary,
           .release = release_array,
           .private_data = owner.get()};
  owner.release();
}

BufferPtr boolean_bits(const Column& column) {
  const Decoded<uint8_t> values = column.decode<uint8_t>();
  auto bits = Buffer::allocate(bitmap_bytes(column.num_rows()));
  std::memset(bits->mutable_data(), 0, bits->size());
  for (int32_t row = 0; row < column.num_rows(); ++row)
    if (!values.is_null(row) && values[row] != 0) set_bit(reinterpret_cast<uint8_t*>(bits->mutable_data()), row);
  return bits;
}

template <class To, class From>
BufferPtr converted(const Column& column) {
  const Decoded<From> values = column.decode<From>();
  auto buffer = Buffer::allocate(static_cast<size_t>(column.num_rows()) * sizeof(To));
  auto* out = reinterpret_cast<To*>(buffer->mutable_data());
  for (int32_t row = 0; row < column.num_rows(); ++row) {
    const From value = values.is_null(row) ? From{0} : values[row];
    if constexpr (sizeof(To) < sizeof(From)) {
      if (value < std::numeric_limits<To>::min() || value > std::numeric_limits<To>::max())
        throw UserError(
            fmt::format("{} is beyond what Arrow's timestamps in nanoseconds can say (1677-09-21 to 2262-04-11)",
                        Value::at(column, row).to_string()),
            "Cast the column to TIMESTAMP(6).");
    }
    out[row] = static_cast<To>(value);
  }
  return buffer;
}

// Arrow's view of a string: where ours points, it has the number of a buffer and an offset.
struct ArrowView {
  int32_t size;
  union {
    char inlined[12];
    struct {
      char prefix[4];
      int32_t buffer;
      int32_t offset;
    };
  };
};
static_assert(sizeof(ArrowView) == sizeof(Text));

// Finds the buffer that a long text lies in.
class TextBuffers {
 public:
  explicit TextBuffers(const std::vector<BufferPtr>& buffers) {
    for (const BufferPtr& buffer : buffers)
      if (buffer->size() > 0) sorted_.push_back(buffer.get());
    const auto by_address = [](const Buffer* a, const Buffer* b) { return a->data() < b->data(); };
    std::sort(sorted_.begin(), sorted_.end(), by_address);
    const auto same = [](const Buffer* a, const Buffer* b) { return a->data() == b->data() && a->size() == b->size(); };
    sorted_.erase(std::unique(sorted_.begin(), sorted_.end(), same), sorted_.end());
  }

  const std::vector<const Buffer*>& all() const { return sorted_; }
  // Returns false where no buffer has the bytes within the first 2 GiB, which is what an offset can say.
  bool locate(const Text& text, ArrowView& view) const {
    const auto* data = reinterpret_cast<const std::byte*>(text.data());
    const auto starts_after = [](const std::byte* at, const Buffer* buffer) { return at < buffer->data(); };
    auto found = std::upper_bound(sorted_.begin(), sorted_.end(), data, starts_after);
    if (found == sorted_.begin()) return false;
    --found;
    const ptrdiff_t offset = data - (*found)->data();
    if (offset + static_cast<ptrdiff_t>(text.size()) > static_cast<ptrdiff_t>((*found)->size())) return false;
    if (offset > std::numeric_limits<int32_t>::max()) return false;
    view.buffer = static_cast<int32_t>(found - sorted_.begin());
    view.offset = static_cast<int32_t>(offset);
    return true;
  }

 private:
  std::vector<const Buffer*> sorted_;  // by address
};

// Writes the views, and shares the buffers they lie in; returns false where one lies in none of them.
bool add_views(const Column& column, ArrayOwner& owner) {
  const Decoded<Text> values = column.decode<Text>();
  const TextBuffers buffers(column.text_buffers());
  auto views = Buffer::allocate(static_cast<size_t>(column.num_rows()) * sizeof(ArrowView));
  auto* out = reinterpret_cast<ArrowView*>(views->mutable_data());
  for (int32_t row = 0; row < column.num_rows(); ++row) {
    const Text text = values.is_null(row) ? Text() : values[row];
    std::memcpy(&out[row], &text, sizeof(text));  // size, and the bytes or the first four of them, lie alike
    if (!text.is_inline() && !buffers.locate(text, out[row])) return false;
  }
  owner.add_own(std::move(views));
  for (const Buffer* buffer : buffers.all()) owner.pointers.push_back(buffer->data());
  const size_t size_bytes = buffers.all().size() * sizeof(int64_t);
  auto sizes = Buffer::allocate(size_bytes);
  for (size_t i = 0; i < buffers.all().size(); ++i)
    reinterpret_cast<int64_t*>(sizes->mutable_data())[i] = static_cast<int64_t>(buffers.all()[i]->size());
  owner.add_own(std::move(sizes));
  return true;
}

ColumnPtr with_copied_texts(const Column& column) {
  ColumnBuilder builder(column.type());
  for (int32_t row = 0; row < column.num_rows(); ++row) builder.append_from(column, row);
  return builder.finish();
}

void export_column(const ColumnPtr& given, ArrowArray& array);

void add_values(ArrayOwner& owner) {
  const Column& column = *owner.column;
  const Type& type = column.type();
  switch (type.physical()) {
    case PhysicalType::kBool:
      return owner.add_own(boolean_bits(column));
    case PhysicalType::kText:
      if (add_views(column, owner)) return;
      owner.column = with_copied_texts(column);
      owner.pointers.resize(1);  // the validity of the first attempt is replaced too
      owner.pointers[0] = owner.column->may_have_nulls() ? owner.column->validity_buffer()->data() : nullptr;
      CHECK(add_views(*owner.column, owner));
      return;
    case PhysicalType::kInt64:
      if (type.kind == TypeKind::kDecimal) return owner.add_own(converted<int128, int64_t>(column));
      return owner.add_shared(column.values_buffer());
    case PhysicalType::kInt128:
      if (type.is_timestamp()) return owner.add_own(converted<int64_t, int128>(column));
      return owner.add_shared(column.values_buffer());
    default:
      return owner.add_shared(column.values_buffer());
  }
}

void export_dictionary(const ColumnPtr& column, ArrowArray& array) {
  auto owner = std::make_unique<ArrayOwner>();
  owner->column = column;
  // NULL is an entry of the dictionary, which Arrow allows; but most readers count the NULLs of the indices only.
  const bool nulls = column->may_have_nulls();
  std::shared_ptr<Buffer> validity = nulls ? Buffer::allocate(bitmap_bytes(column->num_rows())) : nullptr;
  if (nulls) {
    auto* bits = reinterpret_cast<uint8_t*>(validity->mutable_data());
    std::memset(bits, 0, validity->size());
    for (int32_t row = 0; row < column->num_rows(); ++row)
      if (!column->is_null(row)) set_bit(bits, row);
  }
  owner->add_own(std::move(validity));
  owner->add_shared(column->indices_buffer());
  export_column(column->dictionary(), owner->dictionary);
  hand_over(std::move(owner), column->num_rows(), null_count(*column), array);
}

void export_struct(std::span<const ColumnPtr> columns, std::unique_ptr<ArrayOwner> owner, int32_t num_rows,
                   int64_t nulls, ArrowArray& array) {
  owner->children.resize(columns.size());
  for (size_t i = 0; i < columns.size(); ++i) export_column(columns[i], owner->children[i]);
  hand_over(std::move(owner), num_rows, nulls, array);
}

// The parts of a nested column as children, behind its validity and offsets.
void export_nested(const Column& column, std::unique_ptr<ArrayOwner> owner, int64_t nulls, ArrowArray& array) {
  const NestedColumns parts = split_nested(column);
  if (column.type().kind == TypeKind::kRow)
    return export_struct(parts.columns, std::move(owner), column.num_rows(), nulls, array);
  auto offsets = Buffer::allocate(parts.offsets.size() * sizeof(int32_t));
  std::memcpy(offsets->mutable_data(), parts.offsets.data(), offsets->size());
  owner->add_own(std::move(offsets));
  owner->children.resize(1);
  if (column.type().is_map_like()) {
    auto entries = std::make_unique<ArrayOwner>();
    entries->pointers.push_back(nullptr);
    export_struct(parts.columns, std::move(entries), parts.columns.front()->num_rows(), 0, owner->children[0]);
  } else {
    export_column(parts.columns.front(), owner->children[0]);
  }
  hand_over(std::move(owner), column.num_rows(), nulls, array);
}

void export_column(const ColumnPtr& given, ArrowArray& array) {
  if (given->encoding() == ColumnEncoding::kDictionary) return export_dictionary(given, array);
  auto owner = std::make_unique<ArrayOwner>();
  owner->column = Column::flatten(given);
  const Column& column = *owner->column;
  const int32_t rows = column.num_rows();
  if (column.type().kind == TypeKind::kNull) return hand_over(std::move(owner), rows, rows, array);
  const int64_t nulls = null_count(column);
  owner->add_shared(column.validity_buffer());
  if (column.type().is_nested()) return export_nested(column, std::move(owner), nulls, array);
  add_values(*owner);
  hand_over(std::move(owner), rows, nulls, array);
}

}  // namespace

void export_columns(std::span<const ColumnPtr> columns, int32_t num_rows, ArrowArray& array) {
  auto owner = std::make_unique<ArrayOwner>();
  owner->pointers.push_back(nullptr);  // no row of a batch is NULL as a whole
  for (const ColumnPtr& column : columns) CHECK_EQ(column->num_rows(), num_rows);
  export_struct(columns, std::move(owner), num_rows, 0, array);
}

}  // namespace tidemill
