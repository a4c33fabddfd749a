#include "connectors/nexmark/nexmark_fields.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <span>

#include "base/error.h"

namespace tidemill {
namespace {

struct KnownField {
  std::string_view name;
  NexmarkField field;
  TypeKind type;
};

constexpr std::array kPersonFields = std::to_array<KnownField>({
    {"id", NexmarkField::kId, TypeKind::kBigInt},
    {"name", NexmarkField::kName, TypeKind::kVarchar},
    {"emailAddress", NexmarkField::kEmailAddress, TypeKind::kVarchar},
    {"creditCard", NexmarkField::kCreditCard, TypeKind::kVarchar},
    {"city", NexmarkField::kCity, TypeKind::kVarchar},
    {"state", NexmarkField::kState, TypeKind::kVarchar},
    {"dateTime", NexmarkField::kDateTime, TypeKind::kTimestamp},
    {"extra", NexmarkField::kExtra, TypeKind::kVarchar},
});

constexpr std::array kAuctionFields = std::to_array<KnownField>({
    {"id", NexmarkField::kId, TypeKind::kBigInt},
    {"itemName", NexmarkField::kItemName, TypeKind::kVarchar},
    {"description", NexmarkField::kDescription, TypeKind::kVarchar},
    {"initialBid", NexmarkField::kInitialBid, TypeKind::kBigInt},
    {"reserve", NexmarkField::kReserve, TypeKind::kBigInt},
    {"dateTime", NexmarkField::kDateTime, TypeKind::kTimestamp},
    {"expires", NexmarkField::kExpires, TypeKind::kTimestamp},
    {"seller", NexmarkField::kSeller, TypeKind::kBigInt},
    {"category", NexmarkField::kCategory, TypeKind::kBigInt},
    {"extra", NexmarkField::kExtra, TypeKind::kVarchar},
});

constexpr std::array kBidFields = std::to_array<KnownField>({
    {"auction", NexmarkField::kAuction, TypeKind::kBigInt},
    {"bidder", NexmarkField::kBidder, TypeKind::kBigInt},
    {"price", NexmarkField::kPrice, TypeKind::kBigInt},
    {"channel", NexmarkField::kChannel, TypeKind::kVarchar},
    {"url", NexmarkField::kUrl, TypeKind::kVarchar},
    {"dateTime", NexmarkField::kDateTime, TypeKind::kTimestamp},
    {"extra", NexmarkField::kExtra, TypeKind::kVarchar},
});

struct KnownRow {
  std::string_view name;
  NexmarkKind kind;
  std::span<const KnownField> fields;
};

const std::array kRows = std::to_array<KnownRow>({
    {"person", NexmarkKind::kPerson, kPersonFields},
    {"auction", NexmarkKind::kAuction, kAuctionFields},
    {"bid", NexmarkKind::kBid, kBidFields},
});

std::string_view sql_type(TypeKind kind) {
  if (kind == TypeKind::kBigInt) return "BIGINT";
  return kind == TypeKind::kTimestamp ? "TIMESTAMP(3)" : "STRING";
}

bool fits(const KnownField& known, const Type& type) {
  if (type.kind != known.type) return false;
  if (known.type == TypeKind::kTimestamp) return type.precision == 3;
  return known.type != TypeKind::kVarchar || type.precision == kLengthMax;
}

// Returns "ROW<id BIGINT, …>".
std::string row_text(const KnownRow& row) {
  std::vector<std::string> fields;
  for (const KnownField& field : row.fields) fields.push_back(fmt::format("{} {}", field.name, sql_type(field.type)));
  return fmt::format("ROW<{}>", fmt::join(fields, ", "));
}

NexmarkColumn row_column(const Field& column, const KnownRow& row) {
  const std::string hint = fmt::format("Declare it {}, or a ROW of some of these fields.", row_text(row));
  if (column.type.kind != TypeKind::kRow)
    throw UserError(
        fmt::format("Column '{}': connector 'nexmark' gives a ROW, not {}", column.name, column.type.to_string()),
        hint);
  if (!column.type.nullable)
    throw UserError(fmt::format("Column '{}' is NULL in events of another kind", column.name),
                    "Declare it without NOT NULL.");
  NexmarkColumn result;
  result.kind = row.kind;
  for (const NestedField& field : *column.type.parts) {
    const auto known = std::ranges::find(row.fields, field.name, &KnownField::name);
    if (known == row.fields.end() || !fits(*known, field.type))
      throw UserError(fmt::format("Column '{}': Nexmark has no field '{}' of type {} in it", column.name, field.name,
                                  field.type.to_string()),
                      hint);
    result.fields.push_back(known->field);
  }
  return result;
}

}  // namespace

NexmarkColumn nexmark_column(const Field& column) {
  if (column.name == "event_type") {
    if (column.type.kind != TypeKind::kInteger)
      throw UserError(fmt::format("Column 'event_type' is an INT in Nexmark, not {}", column.type.to_string()),
                      "Declare it INT: 0 is a person, 1 an auction, 2 a bid.");
    NexmarkColumn result;
    result.is_event_type = true;
    return result;
  }
  const auto row = std::ranges::find(kRows, column.name, &KnownRow::name);
  if (row == kRows.end())
    throw UserError(
        fmt::format("Connector 'nexmark' has no column '{}'", column.name),
        "Its columns are event_type INT, person ROW<…>, auction ROW<…> and bid ROW<…>; make others of them: "
        "c AS expression.");
  return row_column(column, *row);
}

NexmarkColumn nexmark_field_column(const NexmarkColumn& row, int32_t place) {
  NexmarkColumn result = row;
  result.fields = {row.fields.at(static_cast<size_t>(place))};
  result.is_field = true;
  return result;
}

}  // namespace tidemill
