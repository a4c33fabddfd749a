// LISTAGG: texts joined by a separator, in the order in which they are added.
#include "functions/aggregates/aggregates.h"
#include "functions/aggregates/joined_texts.h"

namespace tidemill {
namespace {

class Listagg final : public JoinedTexts {
 public:
  Listagg(const Type& type, std::string separator)
      : JoinedTexts("LISTAGG", type, Type::string(), std::move(separator)) {}

 private:
  void append_result(std::string_view joined, bool any, ColumnBuilder& out) const override {
    any ? out.append_text(joined) : out.append_null();
  }
};

}  // namespace

void register_listagg(FunctionRegistry& registry) {
  registry.aggregate("LISTAGG",
                     {"LISTAGG(text [, separator])",
                      "The texts that are not NULL, joined in the order of rows; the separator is ',' unless given.",
                      "LISTAGG(x, '-') = 'a-b' for x in 'a', NULL, 'b'"},
                     [](const CallSite& call) -> AggregateCall {
                       if (call.size() < 1 || call.size() > 2 || !call.type(0).is_character()) return {};
                       const std::string* separator = call.size() == 2 ? call.literal_text(1) : nullptr;
                       if (call.size() == 2 && separator == nullptr) {
                         throw UserError(call.location, "The separator of LISTAGG must be a text literal");
                       }
                       return {std::make_shared<Listagg>(call.type(0), separator ? *separator : ","),
                               call.arguments[0]};
                     });
}

}  // namespace tidemill
