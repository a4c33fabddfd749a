#include "testing/test_lookup.h"

#include "operators/whole_table.h"

namespace tidemill {
namespace {

class TestLookup final : public Lookup {
 public:
  TestLookup(std::shared_ptr<const Source> source, std::vector<int32_t> keys, Environment& environment)
      : source_(std::move(source)), keys_(std::move(keys)), environment_(environment) {
    std::vector<Type> types;
    for (const int32_t key : keys_) types.push_back(source_->schema()->field(key).type);
    layout_ = make_key_layout(std::move(types));
  }

  FoundRows find(const Batch& keys) override {
    const WholeTable table(*source_, keys_, layout_, environment_);
    KeyBatch asked(layout_);
    asked.assign(keys.columns(), keys.num_rows());
    std::vector<int32_t> places;
    FoundRows found;
    for (int32_t key = 0; key < keys.num_rows(); ++key) {
      table.find(asked[key], places);
      found.keys.resize(places.size(), key);
    }
    found.rows = table.rows()->take(places);
    return found;
  }

 private:
  std::shared_ptr<const Source> source_;
  std::vector<int32_t> keys_;
  Environment& environment_;
  KeyLayoutPtr layout_;
};

class TestLookupSource final : public LookupSource {
 public:
  TestLookupSource(std::shared_ptr<const Source> source, std::vector<int32_t> keys, LookupCache cache)
      : source_(std::move(source)), keys_(std::move(keys)), cache_(cache) {}

  SchemaPtr schema() const override { return source_->schema(); }
  LookupCache cache() const override { return cache_; }
  std::shared_ptr<const Source> whole() const override { return source_; }
  std::unique_ptr<Lookup> make_lookup(Environment& environment, const Subtask&) const override {
    return std::make_unique<TestLookup>(source_, keys_, environment);
  }
  int32_t keys_at_once() const override { return 2; }

 private:
  std::shared_ptr<const Source> source_;
  std::vector<int32_t> keys_;
  LookupCache cache_;
};

}  // namespace

std::shared_ptr<const LookupSource> make_test_lookup_source(std::shared_ptr<const Source> source,
                                                            std::vector<int32_t> keys, LookupCache cache) {
  return std::make_shared<TestLookupSource>(std::move(source), std::move(keys), cache);
}

}  // namespace tidemill
