// tests/integration/protobuf/protobuf_messages.cc - messages to rows and back, for protobuf_test.py. Rule: what it
// shows is the format json's, so that only one format is in question.
//
//   protobuf_messages decode|encode DESCRIPTOR_FILE MESSAGE COLUMNS [OPTION=VALUE…]
//
// Messages are framed: uint32 size, little-endian, and the bytes. Rows are lines of JSON.
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>

#include "tests/unit/formats/decoding.h"

namespace tidemill {
namespace {

std::string read_all(std::istream& in) { return std::string(std::istreambuf_iterator<char>(in), {}); }

std::vector<std::optional<std::string>> unframed(std::string_view bytes) {
  std::vector<std::optional<std::string>> messages;
  while (bytes.size() >= sizeof(uint32_t)) {
    uint32_t size;
    std::memcpy(&size, bytes.data(), sizeof(size));
    messages.emplace_back(bytes.substr(sizeof(size), size));
    bytes.remove_prefix(sizeof(size) + size);
  }
  return messages;
}

int run(int argc, char** argv) {
  if (argc < 5) return 2;
  std::ifstream file(argv[2], std::ios::binary);
  TextTable table{"protobuf", argv[4]};
  table.options = {{"descriptor-file", "/descriptor"}, {"message-name", argv[3]}};
  for (int i = 5; i < argc; ++i) {
    const std::string option = argv[i];
    const size_t equals = option.find('=');
    table.options[option.substr(0, equals)] = option.substr(equals + 1);
  }
  table.files["/descriptor"] = read_all(file);
  const TextTable json{"json", argv[4]};
  const std::string input = read_all(std::cin);
  const bool decodes = std::string_view(argv[1]) == "decode";
  const DecodedText rows = decodes ? decode_messages(table, unframed(input)) : decode_text(json, input);
  if (!rows.error.empty()) {
    std::cerr << rows.error << "\n";
    return 1;
  }
  if (decodes) {
    std::cout << encode_batches(json, rows.batches);
    return 0;
  }
  for (const Batch& batch : rows.batches) {
    for (const std::string& message : encode_messages(table, batch)) {
      const auto size = static_cast<uint32_t>(message.size());
      std::cout.write(reinterpret_cast<const char*>(&size), sizeof(size));
      std::cout << message;
    }
  }
  return 0;
}

}  // namespace
}  // namespace tidemill

int main(int argc, char** argv) { return tidemill::run(argc, argv); }
