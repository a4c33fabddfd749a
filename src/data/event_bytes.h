// data/event_bytes.h - events as bytes, for what crosses a process or is kept: version 1, golden-tested. Rule: every
// frame says its version, length and checksum; damaged bytes are an error with the place, never another event.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/event.h"

namespace tidemill {

constexpr uint8_t kEventBytesVersion = 1;

// Writes the events of one stream. A schema is written once, before the first batch that has it. The grammar is at the
// top of event_bytes.cc. One thread.
class EventWriter {
 public:
  // Appends the event, after its schema where that is new, to `out`.
  // Throws UserError where a batch takes more bytes than a frame can say (4 GiB).
  void write(const Event& event, std::string& out);

 private:
  uint32_t schema_number(const SchemaPtr& schema, std::string& out);
  std::vector<SchemaPtr> schemas_;  // by number
};

// Reads back what one EventWriter wrote, from the start. One thread.
class EventReader {
 public:
  // `name` says in errors what is read: a file, a peer.
  explicit EventReader(std::string name) : name_(std::move(name)) {}

  // Takes the next event from the front of `bytes`, nullopt where they are used up. What it returns owns its memory.
  // Throws UserError: bytes are damaged (also: cut off), or of another version.
  std::optional<Event> next(std::string_view& bytes);

  // Returns the length of the frame that `bytes` begin with, nullopt where they are too short to say: how much to wait
  // for. Believes the header.
  static std::optional<uint64_t> frame_bytes(std::string_view bytes);

 private:
  std::string name_;
  uint64_t offset_ = 0;             // of the next frame in the stream
  std::vector<SchemaPtr> schemas_;  // by number
};

}  // namespace tidemill
