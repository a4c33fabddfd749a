#include "connectors/spi/lookup.h"

namespace tidemill {
namespace {

class WholeLookupSource final : public LookupSource {
 public:
  WholeLookupSource(std::shared_ptr<const Source> source, LookupCache cache)
      : source_(std::move(source)), cache_(cache) {}

  SchemaPtr schema() const override { return source_->schema(); }
  LookupCache cache() const override { return cache_; }
  std::shared_ptr<const Source> whole() const override { return source_; }
  std::unique_ptr<Lookup> make_lookup(Environment&, const Subtask&) const override { return nullptr; }

 private:
  std::shared_ptr<const Source> source_;
  LookupCache cache_;
};

}  // namespace

std::shared_ptr<const LookupSource> make_whole_lookup_source(std::shared_ptr<const Source> source, LookupCache cache) {
  return std::make_shared<WholeLookupSource>(std::move(source), cache);
}

}  // namespace tidemill
