#include "formats/avro/registry/envelope_encoder.h"

#include <algorithm>

#include "base/error.h"
#include "formats/avro/avro_json.h"

namespace tidemill {
namespace {

[[noreturn]] void refuse(std::string_view table, std::string_view what) {
  throw UserError(
      fmt::format("Table '{}': the schema given for 'debezium-avro-confluent' must be a record, or null and "
                  "one, of 'before', 'after', 'op': {}",
                  table, what),
      "Take 'schema' out, or give such a schema.");
}

// Returns the branch of a union that is of this kind, and goes to it; -1: the type itself is.
int32_t enter(const AvroType*& type, AvroKind kind, std::string_view table) {
  if (type->kind == kind) return -1;
  const auto found = std::ranges::find(type->parts, kind, [](const AvroType* part) { return part->kind; });
  if (type->kind != AvroKind::kUnion || found == type->parts.end()) refuse(table, type->to_string());
  const auto branch = static_cast<int32_t>(found - type->parts.begin());
  type = *found;
  return branch;
}

}  // namespace

EnvelopeEncoder::EnvelopeEncoder(AvroSchemaPtr schema, const Schema& columns, std::string_view table)
    : schema_(std::move(schema)) {
  const AvroType* envelope = &schema_->root();
  const int32_t branch = enter(envelope, AvroKind::kRecord, table);
  if (branch >= 0) put_avro_long(head_, branch);
  int32_t known = 0;
  for (const AvroField& described : envelope->fields) {
    Field field;
    const AvroType* type = described.type;
    if (described.name == "before" || described.name == "after") {
      field.null_branch = type->kind == AvroKind::kUnion ? type->null_branch() : -1;
      if (field.null_branch < 0) refuse(table, fmt::format("'{}' cannot be null", described.name));
      field.branch = enter(type, AvroKind::kRecord, table);
      field.rows = std::make_unique<AvroRowWriter>(schema_, *type, columns, table);
      field.is_before = described.name == "before";
      ++known;
    } else if (described.name == "op") {
      const int32_t text = enter(type, AvroKind::kString, table);
      if (text >= 0) put_avro_long(field.inserted, text);
      field.deleted = field.inserted;
      put_avro_sized(field.inserted, "c");
      put_avro_sized(field.deleted, "d");
      ++known;
    } else {
      if (!described.default_json) refuse(table, fmt::format("'{}' has no default", described.name));
      field.inserted = field.deleted = avro_default(described);
    }
    fields_.push_back(std::move(field));
  }
  if (known != 3) refuse(table, "one of them is missing");
}

void EnvelopeEncoder::begin(const Batch& batch) {
  batch_ = &batch;
  for (const Field& field : fields_)
    if (field.rows) field.rows->begin(batch);
}

void EnvelopeEncoder::append(int32_t row, std::string& out) {
  const bool deleted = retracts(batch_->kind(row));
  out += head_;
  for (const Field& field : fields_) {
    if (!field.rows) {
      out += deleted ? field.deleted : field.inserted;
    } else if (field.is_before == deleted) {
      put_avro_long(out, field.branch);
      field.rows->append(row, out);
    } else {
      put_avro_long(out, field.null_branch);
    }
  }
}

}  // namespace tidemill
