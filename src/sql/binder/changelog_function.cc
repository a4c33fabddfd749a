#include "sql/binder/changelog_function.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "plan/calc.h"
#include "plan/changelog_function.h"
#include "sql/binder/query_binder.h"
#include "sql/keyword.h"

namespace tidemill {
namespace {

constexpr std::string_view kTo = kChangelogFunctions[0];
constexpr std::array<std::string_view, 5> kArguments = {"input", "op", "op_mapping", "on_time", "uid"};

std::string function_name(const ast::FunctionCall& call) { return upper_case(call.name.last().name); }

// Puts the arguments in the order of the signature; null where one was left out.
class ArgumentList {
 public:
  explicit ArgumentList(const ast::FunctionCall& call) : call_(call), name_(function_name(call)) {
    for (size_t i = 0; i < call.arguments.size(); ++i) place(call.arguments[i], i);
    if (places_[0] == nullptr) refuse(call.location, fmt::format("{} lacks its argument input", name_));
  }

  const ast::TableArgument& input() const {
    const auto* table = places_[0]->try_as<ast::TableArgument>();
    if (table == nullptr) refuse(places_[0]->location, fmt::format("The input of {} is TABLE t or a query", name_));
    if (!table->partition_by.empty() || !table->order_by.empty())
      refuse(table->location,
             "Only tables with set semantics may be partitioned or ordered: " + name_ + " takes each row by itself");
    return *table;
  }
  // Returns the one column that `op` or `on_time` names, nullptr where it is left out.
  const ast::Identifier* column(size_t argument) const {
    if (places_[argument] == nullptr) return nullptr;
    const auto* descriptor = places_[argument]->try_as<ast::Descriptor>();
    if (descriptor == nullptr)
      refuse(places_[argument]->location, fmt::format("{} of {} is DESCRIPTOR(column)", kArguments[argument], name_));
    if (descriptor->columns.size() != 1)
      refuse(descriptor->location, fmt::format("The descriptor for argument '{}' must contain exactly one column name",
                                               kArguments[argument]));
    return &descriptor->columns.front();
  }
  const ast::Expression* mapping() const { return places_[2]; }
  const ast::Expression* uid() const { return places_[4]; }
  const std::string& name() const { return name_; }

  [[noreturn]] void refuse(SourceLocation location, const std::string& message) const {
    throw UserError(location, message,
                    fmt::format("Its form is {}(input => TABLE t, op => DESCRIPTOR(op), op_mapping => MAP['{}', '{}'], "
                                "on_time => DESCRIPTOR(ts)); all but the input may be left out.",
                                name_, name_ == kTo ? "INSERT" : "c", name_ == kTo ? "c" : "INSERT"));
  }

 private:
  void place(const ast::FunctionArgument& argument, size_t index) {
    if (argument.name.has_value() != call_.arguments.front().name.has_value())
      refuse(argument.value->location, fmt::format("{} takes arguments all by name or all by place", name_));
    if (argument.name) {
      const auto found = std::ranges::find(kArguments, argument.name->name);
      if (found == kArguments.end())
        refuse(argument.name->location, fmt::format("{} has no argument {}", name_, argument.name->name));
      index = static_cast<size_t>(found - kArguments.begin());
    } else if (index >= kArguments.size()) {
      refuse(argument.value->location, fmt::format("{} has too many arguments", name_));
    }
    if (given_[index]) refuse(argument.value->location, fmt::format("{} is given twice", kArguments[index]));
    given_[index] = true;
    const auto* symbol = argument.value->try_as<ast::Symbol>();
    if (symbol == nullptr || symbol->text != "DEFAULT") places_[index] = argument.value.get();
  }

  const ast::FunctionCall& call_;
  std::string name_;
  std::array<bool, kArguments.size()> given_ = {};
  std::array<const ast::Expression*, kArguments.size()> places_ = {};
};

bool is_null(const ast::Expression& written) {
  const auto* cast = written.try_as<ast::Cast>();
  const auto* literal = (cast != nullptr ? *cast->operand : written).try_as<ast::Literal>();
  return literal != nullptr && literal->literal == ast::LiteralKind::kNull;
}

struct MapEntry {
  const ast::Literal* key;
  const ast::Literal* value;
};

// Of equal keys the last one counts.
std::vector<MapEntry> entries_of(const ast::Expression& written) {
  const auto* map = written.try_as<ast::MapConstructor>();
  std::vector<MapEntry> entries;
  for (size_t i = 0; map != nullptr && i + 1 < map->entries.size(); i += 2) {
    const MapEntry entry = {map->entries[i]->try_as<ast::Literal>(), map->entries[i + 1]->try_as<ast::Literal>()};
    for (const ast::Literal* text : {entry.key, entry.value})
      if (text == nullptr || text->literal != ast::LiteralKind::kString) map = nullptr;
    if (map == nullptr) break;
    const auto same = std::ranges::find_if(entries, [&](const MapEntry& e) { return e.key->text == entry.key->text; });
    if (same == entries.end()) {
      entries.push_back(entry);
    } else {
      same->value = entry.value;
    }
  }
  if (map == nullptr)
    throw UserError(written.location, "The 'op_mapping' argument must be a constant MAP literal",
                    "Write MAP['key', 'value', …].");
  return entries;
}

// 'a, b' are two.
std::vector<std::string> listed(const std::string& text) {
  std::vector<std::string> names;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    std::string name = text.substr(begin, end - begin);
    name.erase(0, std::min(name.find_first_not_of(' '), name.size()));
    name.erase(name.find_last_not_of(' ') + 1);
    names.push_back(std::move(name));
    begin = end + 1;
  }
  return names;
}

RowKind change_of(const std::string& name, SourceLocation location) {
  const std::optional<RowKind> kind = change_of_name(name);
  if (!kind)
    throw UserError(
        location, fmt::format("Invalid target mapping for argument 'op_mapping'. Unknown change operation: '{}'", name),
        "Valid values are INSERT, UPDATE_BEFORE, UPDATE_AFTER, DELETE.");
  return *kind;
}

[[noreturn]] void refuse_duplicate(std::string_view what, std::string_view name, SourceLocation location) {
  throw UserError(location,
                  fmt::format("Invalid target mapping for argument 'op_mapping'. Duplicate {}: '{}'", what, name),
                  "Several keys of one value are written with commas: MAP['c, r', 'INSERT'].");
}

// Keys name kinds of changes.
ChangeCodes codes_to(const ast::Expression& written) {
  ChangeCodes codes;
  for (const MapEntry& entry : entries_of(written)) {
    for (const std::string& name : listed(entry.key->text)) {
      const RowKind kind = change_of(name, entry.key->location);
      if (std::ranges::count(codes, kind, &ChangeCode::kind) > 0)
        refuse_duplicate("change operation", name, entry.key->location);
      codes.push_back({kind, entry.value->text});
    }
  }
  return codes;
}

// Values do.
ChangeCodes codes_from(const ast::Expression& written) {
  ChangeCodes codes;
  const auto has = [&](RowKind kind) { return std::ranges::count(codes, kind, &ChangeCode::kind) > 0; };
  for (const MapEntry& entry : entries_of(written)) {
    const RowKind kind = change_of(entry.value->text, entry.value->location);
    if (has(kind)) refuse_duplicate("change operation", entry.value->text, entry.value->location);
    for (const std::string& code : listed(entry.key->text)) {
      if (std::ranges::count(codes, code, &ChangeCode::code) > 0) refuse_duplicate("code", code, entry.key->location);
      codes.push_back({kind, code});
    }
  }
  if (has(RowKind::kUpdateAfter) && !has(RowKind::kUpdateBefore))
    throw UserError(written.location,
                    "The 'op_mapping' must include UPDATE_BEFORE for retract mode. Upsert mode (without "
                    "UPDATE_BEFORE) is not supported",
                    "Map a code to UPDATE_BEFORE, too.");
  return codes;
}

void check_uid(const ast::Expression& written) {
  const auto* literal = written.try_as<ast::Literal>();
  const bool text = literal != nullptr && literal->literal == ast::LiteralKind::kString && !literal->text.empty();
  const auto allowed = [](char c, bool first) {
    const auto byte = static_cast<unsigned char>(c);
    return c == '_' || std::isalpha(byte) != 0 || (!first && (c == '-' || std::isdigit(byte) != 0));
  };
  bool valid = text && allowed(literal->text.front(), true);
  if (text) valid = valid && std::ranges::all_of(literal->text, [&](char c) { return allowed(c, false); });
  if (valid) return;
  throw UserError(written.location, "Invalid unique identifier for process table function",
                  "uid is a text that follows the pattern [a-zA-Z_][a-zA-Z-_0-9]*.");
}

PlanPtr bind_to(PlanPtr input, const ArgumentList& arguments) {
  const ast::Identifier* const op = arguments.column(1);
  const std::string name = op != nullptr ? op->name : "op";
  if (input->schema()->index_of(name))
    arguments.refuse(op != nullptr ? op->location : arguments.input().location,
                     fmt::format("Field names must be unique. Found duplicates: [{}]", name));
  const ast::Expression* const mapping = arguments.mapping();
  ChangeCodes codes = mapping != nullptr && !is_null(*mapping) ? codes_to(*mapping) : default_change_codes();
  return make_to_changelog(std::move(input), name, std::move(codes));
}

PlanPtr bind_from_changelog(PlanPtr input, const ArgumentList& arguments, SourceLocation location) {
  const ast::Identifier* const op = arguments.column(1);
  const std::string name = op != nullptr ? op->name : "op";
  const SourceLocation at = op != nullptr ? op->location : arguments.input().location;
  const std::optional<int32_t> column = input->schema()->index_of(name);
  if (!column) arguments.refuse(at, fmt::format("The op column '{}' does not exist in the input schema", name));
  const Type& type = input->schema()->field(*column).type;
  if (!type.is_character())
    arguments.refuse(at,
                     fmt::format("The op column '{}' must be of STRING type, but was '{}'", name, type.to_string()));
  if (input->schema()->size() == 1) arguments.refuse(at, "The input has no column besides the op column");
  const ast::Expression* const mapping = arguments.mapping();
  ChangeCodes codes = mapping != nullptr && !is_null(*mapping) ? codes_from(*mapping) : default_change_codes();
  return make_from_changelog(std::move(input), *column, std::move(codes), location);
}

// Behind all other columns, NOT NULL: `rowtime`, or rowtime0 where there is such a column.
PlanPtr with_rowtime(PlanPtr plan, const ast::Identifier& time, const ArgumentList& arguments) {
  const std::optional<int32_t> column = plan->schema()->index_of(time.name);
  if (!column)
    arguments.refuse(time.location, fmt::format("Invalid time attribute declaration. Each column in the `on_time` "
                                                "argument must reference a column of the input. Unknown: [{}]",
                                                time.name));
  std::vector<Field> fields = plan->schema()->fields();
  Field field = fields[static_cast<size_t>(*column)];
  if (field.time == TimeAttribute::kNone)
    arguments.refuse(time.location, fmt::format("Column '{}' is not a valid time attribute. Only columns with a "
                                                "watermark declaration qualify for the `on_time` argument",
                                                time.name));
  field.name = "rowtime";
  for (int32_t i = 0; plan->schema()->index_of(field.name); ++i) field.name = fmt::format("rowtime{}", i);
  field.type = field.type.not_null();
  fields.push_back(std::move(field));
  std::vector<ExpressionPtr> columns = column_references(*plan->schema());
  columns.push_back(columns[static_cast<size_t>(*column)]);
  return make_project(std::move(plan), std::move(columns), make_schema(std::move(fields)));
}

}  // namespace

bool is_changelog_function(const ast::FunctionCall& call) {
  return call.name.parts.size() == 1 &&
         std::ranges::find(kChangelogFunctions, function_name(call)) != kChangelogFunctions.end();
}

BoundRelation QueryBinder::bind_changelog_function(const ast::FunctionCall& call) {
  const ArgumentList arguments(call);
  PlanPtr plan = bind_table_argument(arguments.input()).plan;
  if (arguments.uid() != nullptr) check_uid(*arguments.uid());
  plan = arguments.name() == kTo ? bind_to(std::move(plan), arguments)
                                 : bind_from_changelog(std::move(plan), arguments, call.location);
  if (const ast::Identifier* const time = arguments.column(3)) plan = with_rowtime(std::move(plan), *time, arguments);
  return BoundRelation::of(std::move(plan), {});
}

}  // namespace tidemill
