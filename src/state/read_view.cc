#include "state/read_view.h"

#include <string>
#include <unordered_map>

#include "base/check.h"
#include "state/record_key.h"
#include "state/state_image.h"

namespace tidemill {
namespace {

const TableImage& table_of(const StateImage& image, std::string_view name) {
  for (const TableImage& table : image.tables) {
    if (table.format->name == name) return table;
  }
  CHECK_MSG(false, "no table {}", name);
}

bool is_table(const TableImage& table) {
  return table.format->kind == TableKind::kRecords || table.format->kind == TableKind::kSlices ||
         table.format->kind == TableKind::kOrdered;
}

const TableImage& table_of(const StateImage& image, std::string_view name, TableKind kind) {
  const TableImage& table = table_of(image, name);
  CHECK_MSG(table.format->kind == kind, "{} is {}", name, table_kind_name(table.format->kind));
  return table;
}

// Visits the records of one record table or slice, or the directory of an ordered table, with their keys.
void scan_keyed(const FrozenState& state, const TableFormat& format, const InstanceImage& instance,
                const ReadView::RecordVisit& visit) {
  const KeyLayout layout(format.key_types);
  std::string key;
  bool more = true;
  scan_records(state.pages(), format.shape, instance.log.first, [&](StateAddress, const std::byte* record) {
    if (!more) return;
    key.clear();
    append_stored_key(state.pages(), layout, record, key);
    more = visit(key, record);
  });
}

}  // namespace

// Records of one table by their key's bytes.
struct ReadView::KeyIndex {
  std::string table;
  std::unordered_map<std::string, const std::byte*> records;
};

ReadView::ReadView(std::unique_ptr<const FrozenState> state) : state_(std::move(state)) {}
ReadView::~ReadView() = default;

std::vector<std::string> ReadView::tables() const {
  std::vector<std::string> names;
  for (const TableImage& table : state_->image().tables) {
    if (is_table(table)) names.push_back(table.format->name);
  }
  return names;
}

const TableFormat& ReadView::format(std::string_view table) const { return *table_of(state_->image(), table).format; }

void ReadView::scan(std::string_view table, const RecordVisit& visit) const {
  const TableImage& image = table_of(state_->image(), table, TableKind::kRecords);
  scan_keyed(*state_, *image.format, image.instances[0], visit);
}

const std::byte* ReadView::find(std::string_view table, KeyView key) {
  const KeyIndex* index = nullptr;
  for (const std::unique_ptr<KeyIndex>& built : indexes_) {
    if (built->table == table) index = built.get();
  }
  if (index == nullptr) {
    auto built = std::make_unique<KeyIndex>();
    built->table = table;
    scan(table, [&](KeyView each, const std::byte* record) {
      built->records.emplace(each, record);
      return true;
    });
    index = built.get();
    indexes_.push_back(std::move(built));
  }
  const auto place = index->records.find(std::string(key));
  return place == index->records.end() ? nullptr : place->second;
}

std::vector<SliceId> ReadView::slices(std::string_view table) const {
  std::vector<SliceId> ids;
  for (const InstanceImage& instance : table_of(state_->image(), table, TableKind::kSlices).instances)
    ids.push_back(instance.slice);
  return ids;
}

void ReadView::scan(std::string_view table, const SliceId& slice, const RecordVisit& visit) const {
  const TableImage& image = table_of(state_->image(), table, TableKind::kSlices);
  for (const InstanceImage& instance : image.instances) {
    if (instance.slice == slice) scan_keyed(*state_, *image.format, instance, visit);
  }
}

void ReadView::scan_rows(std::string_view table, const RowVisit& visit) const {
  const TableImage& image = table_of(state_->image(), table, TableKind::kOrdered);
  scan_keyed(*state_, *image.format, image.instances[0], [&](KeyView key, const std::byte* entry) {
    TreeRoot root;
    std::memcpy(&root, entry + image.format->tree_offset, sizeof(root));
    bool more = true;
    scan_tree(state_->pages(), image.format->sub_key_kind, root, SubKeyRange::all(), ScanDirection::kForward,
              [&](const SubKey& sub_key, StateAddress address) {
                more = visit(key, sub_key, state_->pages().page(page_of(address)) + offset_in_page(address));
                return more;
              });
    return more;
  });
}

std::string ReadView::text(const std::byte* field) const {
  std::string scratch;
  const StoredText stored = load_stored_text(field);
  return std::string(TextHeap::load(state_->pages(), stored, scratch));
}

}  // namespace tidemill
