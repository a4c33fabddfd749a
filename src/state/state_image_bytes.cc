// The catalogue of a snapshot: a StateImage as bytes. Strings and lists have their length (uint64) before them.
//
//   image    := scalar list, table list
//   scalar   := string name, uint8 merge, int64 value
//   table    := format, instance list, uint64 timer node, int64 timers, (string split, string bytes) list
//   format   := uint8 kind, uint8 sub-key kind, string name, uint32 version, int64 time to live, type list (key),
//               int32 partition columns, type list (values), field list, uint32 stride, uint32 capacity, uint32 first
//               record, uint32 tree offset, format list (companions)
//   type     := as in data/column_bytes.cc
//   field    := string name, uint32 size, uint32 align, uint8 kind, uint32 offset, uint32 list (texts in the field)
//   instance := int64 slice end, int64 first window end, uint32 first page, int64 records, instance list (companions)
#include "base/check.h"
#include "data/column_bytes.h"
#include "state/state_image.h"

namespace tidemill {
namespace {

constexpr int kNestingMax = 4;  // companions of a slice of a table: two, and room

template <class List, class Write>
void put_list(ByteWriter& out, const List& list, Write write) {
  out.put(static_cast<uint64_t>(list.size()));
  for (const auto& element : list) write(element);
}

template <class Element, class Read>
std::vector<Element> get_list(ByteReader& in, Read read) {
  std::vector<Element> list;
  for (uint64_t count = in.get_count(); count > 0; --count) list.push_back(read());
  return list;
}

void put_types(ByteWriter& out, const std::vector<Type>& types) {
  put_list(out, types, [&](const Type& type) { write_type(type, out); });
}

std::vector<Type> get_types(ByteReader& in) {
  return get_list<Type>(in, [&] { return read_type(in); });
}

void put_format(ByteWriter& out, const TableFormat& format) {
  out.put(format.kind);
  out.put(format.sub_key_kind);
  out.put_string(format.name);
  out.put(format.version);
  out.put(format.time_to_live_ms);
  put_types(out, format.key_types);
  out.put(format.partition_columns);
  put_types(out, format.value_types);
  out.put(static_cast<uint64_t>(format.fields.size()));
  for (size_t i = 0; i < format.fields.size(); ++i) {
    const RecordField& field = format.fields[i];
    out.put_string(field.name);
    out.put(field.size);
    out.put(field.align);
    out.put(field.kind);
    out.put(format.offsets[i]);
    put_list(out, field.text_slots, [&](uint32_t slot) { out.put(slot); });
  }
  out.put(format.shape.stride);
  out.put(format.shape.capacity);
  out.put(format.shape.first_record);
  out.put(format.tree_offset);
  put_list(out, format.companions, [&](const TableFormat& companion) { put_format(out, companion); });
}

TableFormat get_format(ByteReader& in, int nesting) {
  if (nesting > kNestingMax) in.fail("tables are nested too deep");
  TableFormat format;
  format.kind = in.get_enum(TableKind::kLists);
  format.sub_key_kind = in.get_enum(SubKeyKind::kBytes);
  format.name = in.get_string();
  format.version = in.get<uint32_t>();
  format.time_to_live_ms = in.get<int64_t>();
  format.key_types = get_types(in);
  format.partition_columns = in.get<int32_t>();
  format.value_types = get_types(in);
  for (uint64_t count = in.get_count(); count > 0; --count) {
    RecordField& field = format.fields.emplace_back();
    field.name = in.get_string();
    field.size = in.get<uint32_t>();
    field.align = in.get<uint32_t>();
    field.kind = in.get_enum(FieldKind::kText);
    format.offsets.push_back(in.get<uint32_t>());
    field.text_slots = get_list<uint32_t>(in, [&] { return in.get<uint32_t>(); });
  }
  format.shape.stride = in.get<uint32_t>();
  format.shape.capacity = in.get<uint32_t>();
  format.shape.first_record = in.get<uint32_t>();
  format.tree_offset = in.get<uint32_t>();
  const uint64_t end = format.shape.first_record + static_cast<uint64_t>(format.shape.capacity) * format.shape.stride;
  if (format.shape.stride == 0 || end > kPageBytes) in.fail("a page's layout is out of range");
  format.companions = get_list<TableFormat>(in, [&] { return get_format(in, nesting + 1); });
  return format;
}

void put_instance(ByteWriter& out, const InstanceImage& instance) {
  out.put(instance.slice.slice_end);
  out.put(instance.slice.first_window_end);
  out.put(instance.log.first);
  out.put(instance.log.live_records);
  put_list(out, instance.companions, [&](const InstanceImage& companion) { put_instance(out, companion); });
}

InstanceImage get_instance(ByteReader& in, const TableFormat& format, int nesting) {
  if (nesting > kNestingMax) in.fail("tables are nested too deep");
  InstanceImage instance;
  instance.slice.slice_end = in.get<int64_t>();
  instance.slice.first_window_end = in.get<int64_t>();
  instance.log.first = in.get<PageId>();
  instance.log.live_records = in.get<int64_t>();
  size_t companion = 0;
  instance.companions = get_list<InstanceImage>(in, [&] {
    if (companion == format.companions.size()) in.fail("a table has more companions than its format says");
    return get_instance(in, format.companions[companion++], nesting + 1);
  });
  if (companion != format.companions.size()) in.fail("a table has fewer companions than its format says");
  return instance;
}

}  // namespace

void write_image(const StateImage& image, ByteWriter& out) {
  put_list(out, image.scalars, [&](const auto& entry) {
    out.put_string(entry.first);
    out.put(entry.second.merge);
    out.put(entry.second.value);
  });
  put_list(out, image.tables, [&](const TableImage& table) {
    put_format(out, *table.format);
    put_list(out, table.instances, [&](const InstanceImage& instance) { put_instance(out, instance); });
    out.put(table.timers.node);
    out.put(table.timers.rows);
    put_list(out, table.splits, [&](const auto& entry) {
      out.put_string(entry.first);
      out.put_string(entry.second);
    });
  });
}

StateImage read_image(ByteReader& in) {
  StateImage image;
  for (uint64_t count = in.get_count(); count > 0; --count) {
    const std::string name = in.get_string();
    OperatorScalars::Scalar& scalar = image.scalars[name];
    scalar.merge = in.get_enum(ScalarMerge::kSum);
    scalar.value = in.get<int64_t>();
  }
  image.tables = get_list<TableImage>(in, [&] {
    TableImage table;
    table.format = std::make_shared<const TableFormat>(get_format(in, 0));
    table.instances = get_list<InstanceImage>(in, [&] { return get_instance(in, *table.format, 0); });
    table.timers.node = in.get<StateAddress>();
    table.timers.rows = in.get<int64_t>();
    for (uint64_t count = in.get_count(); count > 0; --count) {
      const std::string split = in.get_string();
      table.splits[split] = in.get_string();
    }
    return table;
  });
  if (!in.at_end()) in.fail("its catalogue has more bytes than it should");
  return image;
}

}  // namespace tidemill
