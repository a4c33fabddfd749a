#include "formats/avro/registry/envelope_decoder.h"

#include <algorithm>

#include "base/error.h"

namespace tidemill {
namespace {

enum Mark : size_t { kBefore, kAfter, kOp, kSource };
constexpr std::string_view kMarks[] = {"before", "after", "op", "source"};
constexpr std::string_view kReplicaIdentity =
    "A PostgreSQL table gives its old rows after ALTER TABLE … REPLICA IDENTITY FULL.";

const AvroType* record_of(const AvroType& type) {
  if (type.kind == AvroKind::kRecord) return &type;
  const auto found = std::ranges::find(type.parts, AvroKind::kRecord, [](const AvroType* part) { return part->kind; });
  return type.kind != AvroKind::kUnion || found == type.parts.end() ? nullptr : *found;
}

// Returns the text that a string, an enum or a union with one of them holds.
std::optional<std::string_view> text_of(const AvroType& type, AvroCursor cursor) {
  const AvroType* held = &type;
  int64_t index = 0;
  if (type.kind == AvroKind::kUnion) {
    if (!cursor.read_long(index) || index < 0 || index >= static_cast<int64_t>(type.parts.size())) return std::nullopt;
    held = type.parts[static_cast<size_t>(index)];
  }
  std::string_view text;
  if (held->kind == AvroKind::kString && cursor.read_sized(text)) return text;
  if (held->kind == AvroKind::kEnum && cursor.read_long(index) && index >= 0 &&
      index < static_cast<int64_t>(held->symbols.size()))
    return held->symbols[static_cast<size_t>(index)];
  return std::nullopt;
}

}  // namespace

EnvelopeDecoder::EnvelopeDecoder(const EnvelopeSettings& settings, std::unique_ptr<WriterSchemas> schemas,
                                 RecordErrorTarget& errors)
    : settings_(settings),
      schemas_(std::move(schemas)),
      rejection_("Debezium Avro", errors),
      rows_(settings.types),
      reader_(rows_) {}

void EnvelopeDecoder::begin(std::string_view split, std::span<const Record> records) {
  split_ = split;
  records_ = records;
  taken_ = 0;
  changes_.clear();
  done_ = 0;
  rows_.clear();
}

std::optional<DecodedRows> EnvelopeDecoder::next(int32_t max_rows) {
  rows_.reserve(max_rows);
  while (!rows_.full()) {
    if (done_ == changes_.size()) {
      if (taken_ == records_.size()) break;
      open(records_[taken_++]);
      continue;
    }
    commit(records_[taken_ - 1], changes_[done_++]);
  }
  if (rows_.num_rows() == 0) return std::nullopt;
  return rows_.take();
}

const EnvelopeDecoder::Compiled& EnvelopeDecoder::compiled(const WriterSchema& schema) {
  const auto [entry, is_new] = compiled_.try_emplace(schema.id);
  Compiled& out = entry->second;
  if (!is_new) return out;
  out.complaint = schema.complaint;
  if (schema.schema == nullptr) return out;
  try {
    compile(schema, out);
  } catch (const UserError& error) {
    out.complaint = error.what();
    out.hint = error.hint();
  }
  return out;
}

void EnvelopeDecoder::compile(const WriterSchema& schema, Compiled& out) const {
  out.schema = schema.schema;
  const AvroType* const envelope = record_of(schema.schema->root());
  const auto field = [&](std::string_view name) -> const AvroType* {
    if (envelope == nullptr) return nullptr;
    const auto found = std::ranges::find(envelope->fields, name, &AvroField::name);
    return found == envelope->fields.end() ? nullptr : found->type;
  };
  const AvroType* const before = field("before");
  const AvroType* const after = field("after");
  out.op = field("op");
  if (before == nullptr || after == nullptr || out.op == nullptr) {
    out.complaint = fmt::format("{} is not that of an envelope: a record of before, after and op", schema.name);
    out.hint = "Use format 'avro-confluent' for records that are rows themselves.";
    return;
  }
  const AvroType& row = settings_.rows.reader->root();
  const auto rows = [&](const AvroType& writer) {
    return compile_avro_rows({writer, row, settings_.rows.table, schema.name, true}, settings_.rows.columns);
  };
  out.envelope = compile_avro_marks(schema.schema->root(), kMarks);
  out.before = rows(*before);
  out.after = rows(*after);
  const AvroType& reader = *record_of(settings_.envelope->root());
  if (!settings_.of_message.empty())
    out.message = compile_avro_rows({schema.schema->root(), reader, settings_.rows.table, schema.name, true},
                                    settings_.of_message);
  const AvroType* const source = field("source");
  if (settings_.of_source.empty() || source == nullptr || record_of(*source) == nullptr) return;
  const AvroType& source_reader = *std::ranges::find(reader.fields, "source", &AvroField::name)->type;
  out.source =
      compile_avro_rows({*source, source_reader, settings_.rows.table, schema.name, true}, settings_.of_source);
  out.has_source = true;
}

void EnvelopeDecoder::open(const Record& record) {
  changes_.clear();
  done_ = 0;
  if (record.null || record.bytes.empty()) return;  // a tombstone
  std::string_view bytes = record.bytes;
  std::string complaint;
  const WriterSchema* const schema = schemas_->take(bytes, complaint);
  if (schema == nullptr) return reject(record, "", std::move(complaint));
  program_ = &compiled(*schema);
  if (!program_->complaint.empty()) return reject(record, "", program_->complaint, program_->hint);
  message_ = bytes;
  AvroCursor cursor(bytes);
  const AvroRowReader::Result result = reader_.read(program_->envelope, cursor, rows_.num_rows(), false);
  if (result == AvroRowReader::Result::kAbsent) return;
  if (result != AvroRowReader::Result::kRow) return reject(record, "", reader_.failure());
  if (cursor.left() > 0)
    return reject(record, "", fmt::format("{} bytes are left behind the record", cursor.left()),
                  std::string(avro_rest_hint()));
  const AvroMark op = *reader_.marks()[kOp];
  const std::optional<std::string_view> text = text_of(*program_->op, AvroCursor(bytes.substr(op.begin)));
  if (!text) return reject(record, "", "its \"op\" is NULL");
  find_changes(record, *text, bytes);
}

void EnvelopeDecoder::find_changes(const Record& record, std::string_view op, std::string_view bytes) {
  const auto change = [&](RowKind kind, Mark mark) {
    const AvroMark place = *reader_.marks()[mark];
    changes_.push_back({kind, mark == kBefore ? &program_->before : &program_->after,
                        bytes.substr(place.begin, place.end - place.begin)});
  };
  if (op == "c" || op == "r") {
    change(RowKind::kInsert, kAfter);
  } else if (op == "u") {
    change(RowKind::kUpdateBefore, kBefore);
    change(RowKind::kUpdateAfter, kAfter);
  } else if (op == "d") {
    change(RowKind::kDelete, kBefore);
  } else {
    return reject(record, "", fmt::format("Unknown \"op\" value \"{}\"", op), "c, r, u and d are known.");
  }
  source_ = reader_.marks()[kSource];
  // All rows must be readable before one of them goes out.
  for (const Change& one : changes_) {
    if (read_row(record, one)) continue;
    changes_.clear();
    return;
  }
}

bool EnvelopeDecoder::read_row(const Record& record, const Change& change) {
  AvroCursor cursor(change.bytes);
  switch (reader_.read(*change.program, cursor, rows_.num_rows(), false)) {
    case AvroRowReader::Result::kRow:
      return true;
    case AvroRowReader::Result::kAbsent:
      break;
    default:
      reject(record, settings_.rows.name_of(reader_.failed_slot()), reader_.failure());
      return false;
  }
  if (change.kind == RowKind::kInsert || change.kind == RowKind::kUpdateAfter) {
    reject(record, "", "its \"after\" is null");
    return false;
  }
  reject(record, "",
         fmt::format("The \"before\" field of {} message is null, if you are using Debezium Postgres Connector, please "
                     "check the Postgres table has been set REPLICA IDENTITY to FULL level",
                     change.kind == RowKind::kDelete ? "DELETE" : "UPDATE"),
         std::string(kReplicaIdentity));
  return false;
}

void EnvelopeDecoder::read_metadata(std::string_view bytes) {
  const int32_t row = rows_.num_rows();
  for (const auto* columns : {&settings_.of_message, &settings_.of_source})
    for (const AvroColumn& column : *columns) rows_.column(column.slot).set_null(row);
  const auto read = [&](const AvroProgram& program, std::string_view of) {
    AvroCursor cursor(of);
    const AvroRowReader::Result result = reader_.read(program, cursor, row, false);
    if (result != AvroRowReader::Result::kRow && result != AvroRowReader::Result::kAbsent) rejection_.ignore_value();
  };
  if (!settings_.of_message.empty()) read(program_->message, bytes);
  if (program_->has_source && source_)
    read(program_->source, bytes.substr(source_->begin, source_->end - source_->begin));
}

void EnvelopeDecoder::commit(const Record& record, const Change& change) {
  CHECK(read_row(record, change));
  if (reader_.nulled()) rejection_.ignore_value();
  read_metadata(message_);
  rows_.commit_row(record.number, change.kind);
}

void EnvelopeDecoder::reject(const Record& record, std::string column, std::string message, std::string hint) {
  rejection_.reject(split_, record.number, std::move(column), std::move(message), std::move(hint), record.bytes);
}

}  // namespace tidemill
