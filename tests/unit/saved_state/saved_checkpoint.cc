#include "tests/unit/saved_state/saved_checkpoint.h"

#include <algorithm>

#include "checkpoint/checkpoint_layout.h"

namespace tidemill::saved_state_test {

void write_checkpoint(FileSystem& files, const std::string& directory, int64_t epoch,
                      const std::vector<SavedOperator>& operators) {
  const std::string path = checkpoint_path(directory, epoch);
  files.create_directories(path);
  Manifest manifest;
  manifest.epoch = epoch;
  manifest.kind = "checkpoint";
  manifest.job = "made by hand";
  for (const SavedOperator& op : operators) {
    manifest.operators.push_back({op.id, op.id, op.parallelism, op.names});
    for (int32_t subtask = 0; subtask < op.parallelism; ++subtask) {
      StateStoreOptions options;
      options.key_groups = key_groups_of_subtask(kMaxParallelismDefault, op.parallelism, subtask);
      StateStore store(options);
      op.fill(store, subtask);
      store.release();
      std::string name = fmt::format("{}-{}.state", op.id, subtask);
      std::ranges::replace(name, '/', '_');
      name = fmt::format("chk-{}/{}", epoch, name);
      const std::unique_ptr<SnapshotFile> file = create_state_file(files, directory, name);
      manifest.states.push_back({op.id, subtask, {file->append(*store.freeze(epoch), SectionContent::kWhole)}});
      file->close();
    }
  }
  write_manifest_file(files, path, manifest);
}

void put_count(StateStore& store, RecordTable& table, int64_t key, int64_t count) {
  ColumnBuilder column(Type::big_int());
  column.append(key);
  const ColumnPtr keys = column.finish();
  KeyBatch batch(table.key_layout());
  batch.assign({&keys, 1}, 1);
  const StateStoreOptions& options = store.options();
  if (!options.key_groups.contains(key_group_of(batch.hashes()[0], options.max_parallelism))) return;
  bool created = false;
  std::byte* const record = table.upsert(batch[0], created);
  *reinterpret_cast<int64_t*>(record + table.layout().offset("COUNT(*)")) = count;
  store.release();
}

RecordTable& declare_groups(StateStore& store) {
  TableDescriptor descriptor;
  descriptor.name = "groups";
  descriptor.key_types = {Type::big_int()};
  descriptor.fields = {RecordField::bytes("COUNT(*)", 8, 8)};
  return store.record_table(descriptor);
}

StateNames group_names() { return {{"k"}, {}, {{"COUNT(*)", "COUNT", Type::null()}}, 0}; }

SavedOperator groups(int64_t first, int64_t end, const std::function<int64_t(int64_t key)>& count_of,
                     int32_t parallelism) {
  return {"q/group_aggregate(keys=[k])", group_names(), parallelism, [=](StateStore& store, int32_t) {
            RecordTable& table = declare_groups(store);
            for (int64_t key = first; key < end; ++key) put_count(store, table, key, count_of(key));
          }};
}

}  // namespace tidemill::saved_state_test
