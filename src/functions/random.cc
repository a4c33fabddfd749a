#include "functions/random.h"

#include <limits>

#include "base/hash.h"
#include "data/value.h"
#include "expr/cast.h"
#include "functions/bind.h"

namespace tidemill {
namespace {

constexpr FunctionProperties kRandom = {.deterministic = false, .can_fail = true, .per_row = true};

// The generator of java.util.Random, so that a seed gives the numbers that it gives in Flink.
class JavaRandom {
 public:
  explicit JavaRandom(int64_t seed) : state_((static_cast<uint64_t>(seed) ^ kMultiplier) & kMask) {}

  // Goes `steps` steps ahead, in a number of operations that grows with their logarithm.
  void skip(uint64_t steps) {
    uint64_t multiplier = kMultiplier, increment = kIncrement;
    for (; steps > 0; steps >>= 1) {
      if ((steps & 1) != 0) state_ = (state_ * multiplier + increment) & kMask;
      increment = (multiplier + 1) * increment & kMask;
      multiplier = multiplier * multiplier & kMask;
    }
  }
  double next_double() {
    const auto high = static_cast<int64_t>(next(26)) << 27;
    return static_cast<double>(high + static_cast<int64_t>(next(27))) * 0x1.0p-53;
  }
  int32_t next_below(int32_t bound) {
    if ((bound & (bound - 1)) == 0) {
      return static_cast<int32_t>(static_cast<int64_t>(bound) * static_cast<int64_t>(next(31)) >> 31);
    }
    for (;;) {
      const auto bits = static_cast<int32_t>(next(31));
      const int32_t value = bits % bound;
      if (static_cast<int64_t>(bits) - value + (bound - 1) <= std::numeric_limits<int32_t>::max()) return value;
    }
  }

 private:
  static constexpr uint64_t kMultiplier = 0x5DEECE66DULL;
  static constexpr uint64_t kIncrement = 0xBULL;
  static constexpr uint64_t kMask = (uint64_t{1} << 48) - 1;

  uint32_t next(int32_t bits) {
    state_ = (state_ * kMultiplier + kIncrement) & kMask;
    return static_cast<uint32_t>(state_ >> (48 - bits));
  }

  uint64_t state_;
};

// How many rows came before this one, where its source counts them; for other rows a number made of the row's values,
// so that the same row gives the same random numbers however the job runs.
uint64_t row_number(const RowContext& row) {
  const Batch& batch = row.batch();
  if (batch.origin().split != nullptr) return static_cast<uint64_t>(batch.origin().at(row.row));
  uint64_t hash = 0;
  for (const ColumnPtr& column : batch.columns()) {
    const Value value = Value::at(*column, row.row);
    hash = hash_combine(hash, value.hash());
  }
  return hash;
}

uint64_t bits_for(const RandomBits& random, RowContext& row) {
  if (random) return random();
  row.fail("There are no random numbers here");
  return 0;
}

// Binds a call of INT arguments, cast where they need it.
ExpressionPtr bind_random(const CallSite& call, const ScalarFunctionPtr& kernel, size_t arguments, const Type& type) {
  if (call.size() != arguments) return nullptr;
  std::vector<ExpressionPtr> integers;
  for (const ExpressionPtr& argument : call.arguments) {
    if (!casts_implicitly(argument->type(), Type::integer())) return nullptr;
    integers.push_back(coerce(argument, Type::integer()));
  }
  return make_call(call, kernel, std::move(integers), type.with_nullable(call.any_nullable()), kRandom);
}

void register_rand(FunctionRegistry& registry, const RandomBits& random) {
  const FunctionDoc doc = {"RAND([seed])",
                           "A random number from 0 up to 1. With a seed, the same one for a row each time.",
                           "RAND(42) = RAND(42) = TRUE"};
  const ScalarFunctionPtr unseeded =
      make_kernel([random](RowContext& row) { return static_cast<double>(bits_for(random, row) >> 11) * 0x1.0p-53; });
  registry.with_rule("RAND", doc,
                     [unseeded](const CallSite& call) { return bind_random(call, unseeded, 0, Type::float64()); });
  const ScalarFunctionPtr seeded = make_kernel([](RowContext& row, int32_t seed) {
    JavaRandom sequence(seed);
    sequence.skip(2 * row_number(row));
    return sequence.next_double();
  });
  registry.with_rule("RAND", doc,
                     [seeded](const CallSite& call) { return bind_random(call, seeded, 1, Type::float64()); });
}

// Returns false, and notes the row as failed, where the bound is not positive.
bool is_bound(RowContext& row, int32_t bound) {
  if (bound > 0) return true;
  row.fail(fmt::format("RAND_INTEGER needs a bound above 0, not {}", bound));
  return false;
}

void register_rand_integer(FunctionRegistry& registry, const RandomBits& random) {
  const FunctionDoc doc = {"RAND_INTEGER([seed,] bound)",
                           "A random INT from 0 up to the bound. With a seed, the same one for a row each time.",
                           "RAND_INTEGER(42, 1) = 0"};
  const ScalarFunctionPtr unseeded = make_kernel([random](RowContext& row, int32_t bound) {
    return is_bound(row, bound) ? static_cast<int32_t>(bits_for(random, row) % static_cast<uint64_t>(bound)) : 0;
  });
  registry.with_rule("RAND_INTEGER", doc,
                     [unseeded](const CallSite& call) { return bind_random(call, unseeded, 1, Type::integer()); });
  const ScalarFunctionPtr seeded = make_kernel([](RowContext& row, int32_t seed, int32_t bound) {
    if (!is_bound(row, bound)) return 0;
    JavaRandom sequence(seed);
    sequence.skip(row_number(row));
    return sequence.next_below(bound);
  });
  registry.with_rule("RAND_INTEGER", doc,
                     [seeded](const CallSite& call) { return bind_random(call, seeded, 2, Type::integer()); });
}

// RFC 4122, version 4.
void append_uuid(std::string& out, uint64_t high, uint64_t low) {
  high = (high & ~uint64_t{0xf000}) | 0x4000;
  low = (low & ~(uint64_t{3} << 62)) | uint64_t{1} << 63;
  out += fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xffff, high & 0xffff, low >> 48,
                     low & 0xffffffffffff);
}

}  // namespace

void register_random_functions(FunctionRegistry& registry, const RandomBits& random) {
  register_rand(registry, random);
  register_rand_integer(registry, random);
  const ScalarFunctionPtr uuid = make_kernel([random](RowContext& row, std::string& out) {
    const uint64_t high = bits_for(random, row);
    append_uuid(out, high, bits_for(random, row));
  });
  registry.with_rule(
      "UUID", {"UUID()", "A random UUID (RFC 4122, version 4), another one each time.", "CHAR_LENGTH(UUID()) = 36"},
      [uuid](const CallSite& call) { return bind_random(call, uuid, 0, Type::char_of(36)); });
}

}  // namespace tidemill
