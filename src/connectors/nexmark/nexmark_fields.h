// connectors/nexmark/nexmark_fields.h - the columns of a table of Nexmark events: event_type INT, and person, auction
// and bid, each a ROW that is NULL in events of another kind. Rule: a ROW may leave fields out, but not add any.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "data/schema.h"

namespace tidemill {

enum class NexmarkKind : uint8_t { kPerson, kAuction, kBid };  // in the order of event_type
constexpr size_t kNexmarkKinds = 3;

enum class NexmarkField : uint8_t {
  kId,  // of a person or an auction
  kDateTime,
  kExtra,
  kName,  // of a person
  kEmailAddress,
  kCreditCard,
  kCity,
  kState,
  kItemName,  // of an auction
  kDescription,
  kInitialBid,
  kReserve,
  kExpires,
  kSeller,
  kCategory,
  kAuction,  // of a bid
  kBidder,
  kPrice,
  kChannel,
  kUrl,
};

// One column of the table.
struct NexmarkColumn {
  bool is_event_type = false;
  NexmarkKind kind = NexmarkKind::kPerson;  // of a ROW: which events have it
  std::vector<NexmarkField> fields;         // of a ROW, in the order declared
  bool is_field = false;                    // its only field, by itself
};

// Recognises a column by its name and type. Throws UserError where Nexmark has none such, with what it has.
NexmarkColumn nexmark_column(const Field& column);
// Returns the column that is the field at this place of a ROW column.
NexmarkColumn nexmark_field_column(const NexmarkColumn& row, int32_t place);

}  // namespace tidemill
