#include "formats/avro/avro_resolution.h"

#include <algorithm>
#include <unordered_map>

#include "base/check.h"
#include "base/error.h"
#include "formats/avro/avro_json.h"
#include "formats/avro/avro_promotion.h"

namespace tidemill {
namespace {

constexpr size_t kStepsMax = size_t{1} << 20;  // a schema whose steps are more was made to be large

// Why a value cannot be read; empty: it can.
using Complaint = std::string;

class AvroCompiler {
 public:
  AvroCompiler(std::string_view table, std::string_view source, bool null_is_no_row)
      : table_(table), source_(source), null_is_no_row_(null_is_no_row) {}

  AvroProgram rows(const AvroType& writer, const AvroType& reader, const std::vector<AvroColumn>& columns) {
    const AvroType* record = &reader;
    if (reader.kind == AvroKind::kUnion) record = record_branch(reader);
    if (record == nullptr || record->kind != AvroKind::kRecord) refuse("", "the reader's schema is no record");
    const Complaint complaint = root(writer, *record, columns);
    if (!complaint.empty()) refuse("", complaint);
    return finish();
  }

  AvroProgram marks(const AvroType& writer, std::span<const std::string_view> names) {
    const auto walk = [&](const AvroType& record) {
      for (const AvroField& field : record.fields) {
        const auto name = std::ranges::find(names, field.name);
        const auto slot = static_cast<int32_t>(name - names.begin());
        if (name != names.end()) emit({AvroCode::kMark, 0, slot});
        skip(*field.type);
        if (name != names.end()) emit({AvroCode::kMarkEnd, 0, slot});
      }
    };
    if (writer.kind == AvroKind::kRecord) {
      walk(writer);
    } else if (writer.kind == AvroKind::kUnion) {
      branches(writer, [&](const AvroType& branch) {
        if (branch.kind == AvroKind::kNull)
          emit({AvroCode::kAbsent});
        else if (branch.kind == AvroKind::kRecord)
          walk(branch);
        else
          emit_fail(branch, -1, fmt::format("it is {}, no record", branch.to_string()));
      });
    } else {
      refuse("", fmt::format("{} is written, no record", writer.to_string()));
    }
    return finish();
  }

 private:
  [[noreturn]] void refuse(std::string_view column, const std::string& why) const {
    const std::string what = column.empty() ? std::string() : fmt::format("column '{}': ", column);
    throw UserError(fmt::format("Table '{}' cannot be read from {}: {}{}", table_, source_, what, why),
                    "Declare the table as the data is written.");
  }

  int32_t here() const { return static_cast<int32_t>(program_.steps.size()); }
  int32_t emit(AvroStep step) {
    if (program_.steps.size() >= kStepsMax) refuse("", "the schema is too large");
    program_.steps.push_back(step);
    return here() - 1;
  }
  void land(int32_t step) { program_.steps[static_cast<size_t>(step)].target = here(); }
  int32_t add_text(std::string text) {
    program_.texts.push_back(std::move(text));
    return static_cast<int32_t>(program_.texts.size()) - 1;
  }
  // A record that has this value cannot be read.
  void emit_fail(const AvroType& written, int32_t slot, std::string why) {
    emit({AvroCode::kFail, 0, slot, add_text(std::move(why))});
    skip(written);
  }

  static const AvroType* record_branch(const AvroType& type) {
    const auto found =
        std::ranges::find(type.parts, AvroKind::kRecord, [](const AvroType* part) { return part->kind; });
    return found == type.parts.end() ? nullptr : *found;
  }

  AvroProgram finish() {
    emit({AvroCode::kEnd});
    for (size_t i = 0; i < calls_.size(); ++i) {
      const AvroType* const record = calls_[i].second;
      if (routines_.contains(record)) continue;
      routines_[record] = here();
      for (const AvroField& field : record->fields) skip(*field.type);
      emit({AvroCode::kEnd});
    }
    for (const auto& [step, record] : calls_) program_.steps[static_cast<size_t>(step)].target = routines_[record];
    return std::move(program_);
  }

  // Emits a union of which `branch` emits one after the other.
  template <class Branch>
  void branches(const AvroType& type, const Branch& branch) {
    const auto table = static_cast<int32_t>(program_.branches.size());
    program_.branches.resize(program_.branches.size() + type.parts.size());
    emit({AvroCode::kUnion, 0, -1, table, static_cast<int64_t>(type.parts.size())});
    std::vector<int32_t> jumps;
    for (size_t i = 0; i < type.parts.size(); ++i) {
      program_.branches[static_cast<size_t>(table) + i] = here();
      branch(*type.parts[i]);
      if (i + 1 < type.parts.size()) jumps.push_back(emit({AvroCode::kJump}));
    }
    for (const int32_t jump : jumps) land(jump);
  }

  void skip(const AvroType& type) {
    switch (type.kind) {
      case AvroKind::kNull:
        return;
      case AvroKind::kBoolean:
        emit({AvroCode::kSkipFixed, 0, -1, 0, 1});
        return;
      case AvroKind::kInt:
      case AvroKind::kLong:
      case AvroKind::kEnum:
        emit({AvroCode::kSkipLong});
        return;
      case AvroKind::kFloat:
      case AvroKind::kDouble:
        emit({AvroCode::kSkipFixed, 0, -1, 0, type.kind == AvroKind::kFloat ? 4 : 8});
        return;
      case AvroKind::kFixed:
        emit({AvroCode::kSkipFixed, 0, -1, 0, type.size});
        return;
      case AvroKind::kBytes:
      case AvroKind::kString:
        emit({AvroCode::kSkipSized});
        return;
      case AvroKind::kArray:
      case AvroKind::kMap: {
        const bool is_map = type.kind == AvroKind::kMap;
        const int32_t blocks = emit({AvroCode::kSkipBlocks, 0, -1, 0, type.parts[0]->bytes_min + (is_map ? 1 : 0)});
        if (is_map) emit({AvroCode::kSkipSized});
        skip(*type.parts[0]);
        emit({AvroCode::kEnd});
        land(blocks);
        return;
      }
      case AvroKind::kRecord:
        calls_.emplace_back(emit({AvroCode::kCall}), &type);
        return;
      case AvroKind::kUnion:
        if (type.parts.size() == 2 && type.null_branch() >= 0) {
          const int32_t nullable = emit({AvroCode::kNullable, static_cast<uint8_t>(type.null_branch())});
          skip(*type.parts[static_cast<size_t>(1 - type.null_branch())]);
          land(nullable);
        } else {
          branches(type, [&](const AvroType& branch) { skip(branch); });
        }
        return;
    }
  }

  Complaint root(const AvroType& writer, const AvroType& reader, const std::vector<AvroColumn>& columns) {
    if (writer.kind == AvroKind::kRecord) return fields(writer, reader, columns, false);
    if (writer.kind != AvroKind::kUnion) return fmt::format("{} is written, no record", writer.to_string());
    if (record_branch(writer) == nullptr) return "no record is written";
    Complaint worst;
    branches(writer, [&](const AvroType& branch) {
      if (branch.kind == AvroKind::kRecord) {
        const Complaint complaint = fields(branch, reader, columns, false);
        if (!complaint.empty()) worst = complaint;
      } else if (branch.kind == AvroKind::kNull && null_is_no_row_) {
        emit({AvroCode::kAbsent});
      } else {
        emit_fail(branch, -1, fmt::format("it is {}, no record", branch.to_string()));
      }
    });
    return worst;
  }

  // Returns, for each field of the writer's record, the reader's that takes it: that of its name, otherwise one that
  // has it as an alias.
  static std::vector<const AvroField*> match(const AvroType& writer, const AvroType& reader) {
    std::vector<const AvroField*> taken(writer.fields.size(), nullptr);
    for (const AvroField& field : reader.fields) {
      auto found = std::ranges::find(writer.fields, field.name, &AvroField::name);
      for (size_t i = 0; i < field.aliases.size() && found == writer.fields.end(); ++i)
        found = std::ranges::find(writer.fields, field.aliases[i], &AvroField::name);
      if (found == writer.fields.end()) continue;
      const AvroField*& place = taken[static_cast<size_t>(found - writer.fields.begin())];
      if (place == nullptr || field.name == found->name) place = &field;
    }
    return taken;
  }

  // `is_row`: of a ROW, whose fields may have to be put in order.
  Complaint fields(const AvroType& writer, const AvroType& reader, const std::vector<AvroColumn>& columns,
                   bool is_row) {
    const std::vector<const AvroField*> taken = match(writer, reader);
    const auto column_of = [&](const AvroField* field) -> const AvroColumn* {
      if (field == nullptr) return nullptr;
      const auto found = std::ranges::find(columns, field->name, &AvroColumn::name);
      return found == columns.end() ? nullptr : &*found;
    };
    for (size_t i = 0; i < writer.fields.size(); ++i) {
      const AvroColumn* const column = column_of(taken[i]);
      if (column == nullptr) {
        skip(*writer.fields[i].type);
        continue;
      }
      if (is_row) emit({AvroCode::kField, 0, column->slot});
      const Complaint complaint = value(*writer.fields[i].type, *taken[i]->type, column->type, column->slot);
      if (!complaint.empty()) return describe(*column, complaint, is_row);
    }
    for (const AvroColumn& column : columns) {
      if (std::ranges::any_of(taken, [&](const AvroField* field) { return column_of(field) == &column; })) continue;
      const auto field = std::ranges::find(reader.fields, column.name, &AvroField::name);
      if (field == reader.fields.end()) return describe(column, "the schema has no field of this name", is_row);
      if (is_row) emit({AvroCode::kField, 0, column.slot});
      const Complaint complaint = missing(*field, column);
      if (!complaint.empty()) return describe(column, complaint, is_row);
    }
    return "";
  }

  Complaint describe(const AvroColumn& column, const Complaint& complaint, bool is_row) const {
    if (!is_row) refuse(column.name, complaint);
    return fmt::format("field '{}': {}", column.name, complaint);
  }

  Complaint missing(const AvroField& field, const AvroColumn& column) {
    if (!field.default_json)
      return column.type.nullable ? "it is not written, and has no default"
                                  : "it is not written, and the column is NOT NULL";
    if (*field.default_json == "null") return null(column.type, column.slot);
    const auto number = static_cast<int64_t>(program_.defaults.size());
    program_.defaults.push_back(avro_default(field));
    const int32_t step = emit({AvroCode::kDefault, 0, column.slot, 0, number});
    const Complaint complaint = value(*field.type, *field.type, column.type, column.slot);
    emit({AvroCode::kEnd});
    land(step);
    return complaint;
  }

  Complaint null(const Type& type, int32_t slot) {
    if (!type.nullable) return "it is NULL, and the column is NOT NULL";
    emit({AvroCode::kNull, 0, slot});
    return "";
  }

  // What `writer` writes, read by `reader` as `type`.
  Complaint value(const AvroType& writer, const AvroType& reader, const Type& type, int32_t slot) {
    if (writer.kind == AvroKind::kUnion) return value_of_union(writer, reader, type, slot);
    if (reader.kind == AvroKind::kUnion) {
      const AvroType* const branch = avro_matching_branch(writer, reader);
      if (branch == nullptr) return mismatch(writer, type);
      return value(writer, *branch, type, slot);
    }
    if (writer.kind == AvroKind::kNull) return reader.kind == AvroKind::kNull ? null(type, slot) : null_complaint(type);
    if (!avro_reads(writer, reader)) return mismatch(writer, type);
    if (type.is_nested()) return nested(writer, reader, type, slot);
    if (writer.logical == AvroLogical::kDuration) return "the logical type duration is not read";
    const AvroStep step = avro_value_step(writer, reader, type, slot, program_);
    if (step.code == AvroCode::kEnd) return mismatch(writer, type);
    emit(step);
    return "";
  }

  static Complaint null_complaint(const Type& type) {
    return fmt::format("it is NULL where {} belongs", type.to_string());
  }
  static Complaint mismatch(const AvroType& writer, const Type& type) {
    return fmt::format("{} is written, which is not read as {}", writer.to_string(), type.to_string());
  }

  Complaint value_of_union(const AvroType& writer, const AvroType& reader, const Type& type, int32_t slot) {
    const int32_t null_index = writer.null_branch();
    const bool reads_null = type.nullable && reader.kind == AvroKind::kUnion && reader.null_branch() >= 0;
    if (writer.parts.size() == 2 && null_index >= 0 && reads_null) {
      const int32_t step = emit({AvroCode::kNullable, static_cast<uint8_t>(null_index), slot});
      const Complaint complaint = value(*writer.parts[static_cast<size_t>(1 - null_index)], reader, type, slot);
      land(step);
      return complaint;
    }
    size_t read = 0;
    Complaint last;
    branches(writer, [&](const AvroType& branch) {
      const int32_t begin = here();
      const Complaint complaint = value(branch, reader, type, slot);
      read += complaint.empty() ? 1 : 0;
      if (complaint.empty()) return;
      std::erase_if(calls_, [&](const auto& call) { return call.first >= begin; });
      program_.steps.resize(static_cast<size_t>(begin));
      emit_fail(branch, slot, complaint);
      if (branch.kind != AvroKind::kNull) last = complaint;
    });
    if (read > 0) return "";
    return last.empty() ? null_complaint(type) : last;
  }

  Complaint nested(const AvroType& writer, const AvroType& reader, const Type& type, int32_t slot) {
    if (type.kind == TypeKind::kRow && writer.kind == AvroKind::kRecord) return row(writer, reader, type, slot);
    const bool is_array = type.kind == TypeKind::kArray && writer.kind == AvroKind::kArray;
    const bool is_map = type.is_map_like() && writer.kind == AvroKind::kMap && type.part(0).is_character();
    if (!is_array && !is_map) return mismatch(writer, type);
    const AvroCode code = is_array                      ? AvroCode::kArray
                          : type.kind == TypeKind::kMap ? AvroCode::kMap
                                                        : AvroCode::kMultiset;
    const Type part = is_array ? type.part(0) : type.kind == TypeKind::kMap ? type.part(1) : Type::integer().not_null();
    const int32_t step = emit({code, 0, slot, 0, writer.parts[0]->bytes_min + (is_map ? 1 : 0)});
    const Complaint complaint = value(*writer.parts[0], *reader.parts[0], part, 0);
    emit({AvroCode::kEnd});
    land(step);
    return complaint.empty() ? "" : fmt::format("{}: {}", is_array ? "an element" : "a value", complaint);
  }

  Complaint row(const AvroType& writer, const AvroType& reader, const Type& type, int32_t slot) {
    std::vector<AvroColumn> columns;
    for (const NestedField& field : *type.parts)
      columns.push_back({field.name, field.type, static_cast<int32_t>(columns.size())});
    const int32_t step = emit({AvroCode::kRow, 1, slot, 0, static_cast<int64_t>(columns.size())});
    const Complaint complaint = fields(writer, reader, columns, true);
    if (!complaint.empty()) return complaint;
    emit({AvroCode::kEnd});
    land(step);
    return "";
  }

  const std::string_view table_;
  const std::string_view source_;
  const bool null_is_no_row_;
  AvroProgram program_;
  std::vector<std::pair<int32_t, const AvroType*>> calls_;  // steps, and the records that they skip
  std::unordered_map<const AvroType*, int32_t> routines_;   // where the steps are that skip a record
};

}  // namespace

AvroProgram compile_avro_rows(const AvroReading& reading, const std::vector<AvroColumn>& columns) {
  return AvroCompiler(reading.table, reading.source, reading.null_is_no_row)
      .rows(reading.writer, reading.reader, columns);
}

AvroProgram compile_avro_marks(const AvroType& writer, std::span<const std::string_view> fields) {
  return AvroCompiler("", "", false).marks(writer, fields);
}

}  // namespace tidemill
