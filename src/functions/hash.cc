// MD5 and the SHA families: digests as hexadecimal text.
#include <nettle/md5.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>

#include <array>

#include "expr/cast.h"
#include "functions/bind.h"
#include "functions/families.h"

namespace tidemill {
namespace {

constexpr size_t kDigestBytesMax = SHA512_DIGEST_SIZE;

void append_hexadecimal(std::string& out, const uint8_t* bytes, size_t size) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (size_t i = 0; i < size; ++i) {
    out += kDigits[bytes[i] >> 4];
    out += kDigits[bytes[i] & 0xf];
  }
}

// One way to make a digest: nettle's three functions for its own context.
template <class Context, void (*Init)(Context*), void (*Update)(Context*, size_t, const uint8_t*),
          void (*Digest)(Context*, size_t, uint8_t*), size_t kBytes>
void append_digest(std::string& out, std::string_view text) {
  Context context;
  Init(&context);
  Update(&context, text.size(), reinterpret_cast<const uint8_t*>(text.data()));
  std::array<uint8_t, kDigestBytesMax> digest{};
  Digest(&context, kBytes, digest.data());
  append_hexadecimal(out, digest.data(), kBytes);
}

struct Algorithm {
  const char* name;
  int32_t bits;
  void (*append)(std::string&, std::string_view);
  FunctionDoc doc;
};

constexpr Algorithm kAlgorithms[] = {
    {"MD5",
     128,
     append_digest<md5_ctx, md5_init, md5_update, md5_digest, MD5_DIGEST_SIZE>,
     {"MD5(text)", "MD5 of the bytes, in base 16.", "MD5('hello') = '5d41402abc4b2a76b9719d911017c592'"}},
    {"SHA1",
     160,
     append_digest<sha1_ctx, sha1_init, sha1_update, sha1_digest, SHA1_DIGEST_SIZE>,
     {"SHA1(text)", "SHA-1 of the bytes, in base 16.", "SHA1('hello') = 'aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d'"}},
    {"SHA224",
     224,
     append_digest<sha256_ctx, sha224_init, sha256_update, sha224_digest, SHA224_DIGEST_SIZE>,
     {"SHA224(text)", "SHA-224 of the bytes, in base 16.",
      "SHA224('hello') = 'ea09ae9cc6768c50fcee903ed054556e5bfc8347907f12598aa24193'"}},
    {"SHA256",
     256,
     append_digest<sha256_ctx, sha256_init, sha256_update, sha256_digest, SHA256_DIGEST_SIZE>,
     {"SHA256(text)", "SHA-256 of the bytes, in base 16.",
      "SHA256('hello') = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'"}},
    {"SHA384",
     384,
     append_digest<sha512_ctx, sha384_init, sha512_update, sha384_digest, SHA384_DIGEST_SIZE>,
     {"SHA384(text)", "SHA-384 of the bytes, in base 16.", "LEFT(SHA384('hello'), 16) = '59e1748777448c69'"}},
    {"SHA512",
     512,
     append_digest<sha512_ctx, sha512_init, sha512_update, sha512_digest, SHA512_DIGEST_SIZE>,
     {"SHA512(text)", "SHA-512 of the bytes, in base 16.", "LEFT(SHA512('hello'), 16) = '9b71d224bd62f378'"}},
};

const Algorithm* sha2_of(int32_t bits) {
  for (const Algorithm& algorithm : kAlgorithms) {
    if (algorithm.bits == bits && bits >= 224) return &algorithm;
  }
  return nullptr;
}

// Text and binary lie in memory alike.
bool is_hashable(const Type& type) { return type.is_character() || type.is_binary() || type.kind == TypeKind::kNull; }

ExpressionPtr text_of(const ExpressionPtr& argument) {
  return argument->type().kind == TypeKind::kNull ? coerce(argument, Type::string()) : argument;
}

ExpressionPtr bind_sha2(const CallSite& call) {
  if (call.size() != 2 || !is_hashable(call.type(0))) return nullptr;
  if (!(call.type(1).is_integer() || call.type(1).kind == TypeKind::kNull)) return nullptr;
  ExpressionPtr bits = coerce(call.arguments[1], Type::big_int());
  if (const auto* literal = bits->try_as<Literal>(); literal != nullptr && !literal->value().is_null()) {
    const int64_t value = literal->value().as<int64_t>();
    if (value > 512 || sha2_of(static_cast<int32_t>(value)) == nullptr) {
      throw UserError(call.location, fmt::format("SHA2 has no digest of {} bits", value),
                      "Write 224, 256, 384 or 512.");
    }
  }
  ScalarFunctionPtr kernel = make_kernel([](RowContext& row, std::string& out, std::string_view text, int64_t wanted) {
    const Algorithm* algorithm = wanted <= 512 ? sha2_of(static_cast<int32_t>(wanted)) : nullptr;
    if (algorithm == nullptr) return row.fail(fmt::format("SHA2 has no digest of {} bits", wanted));
    algorithm->append(out, text);
  });
  const bool can_fail = bits->try_as<Literal>() == nullptr;
  return make_call(call, std::move(kernel), {text_of(call.arguments[0]), std::move(bits)},
                   Type::varchar(128).with_nullable(call.any_nullable()), {.can_fail = can_fail});
}

}  // namespace

void register_hash_functions(FunctionRegistry& registry) {
  for (const Algorithm& algorithm : kAlgorithms) {
    const ScalarFunctionPtr kernel =
        make_kernel([append = algorithm.append](std::string& out, std::string_view text) { append(out, text); });
    registry.with_rule(algorithm.name, algorithm.doc, [&algorithm, kernel](const CallSite& call) -> ExpressionPtr {
      if (call.size() != 1 || !is_hashable(call.type(0))) return nullptr;
      return make_call(call, kernel, {text_of(call.arguments[0])},
                       Type::char_of(algorithm.bits / 4).with_nullable(call.any_nullable()));
    });
  }
  registry.with_rule("SHA2",
                     {"SHA2(text, bits)", "The SHA-2 digest of 224, 256, 384 or 512 bits, in base 16.",
                      "LEFT(SHA2('hello', 256), 16) = '2cf24dba5fb0a30e'"},
                     bind_sha2);
}

}  // namespace tidemill
