// benchmarks/support/file_chunks.h - a file in pieces of whole lines, as a hand-written loop would read it. Rule: a
// piece has room behind it for parsers that read ahead.
#pragma once
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tidemill::bench {

class FileChunks {
 public:
  static constexpr size_t kChunkBytes = size_t{256} << 10;  // stays in the second-level cache
  static constexpr size_t kPaddingBytes = 64;

  explicit FileChunks(const std::string& path)
      : file_(std::fopen(path.c_str(), "rb")), buffer_(kChunkBytes + kPaddingBytes) {
    if (file_ == nullptr) throw std::runtime_error("cannot read " + path);
    std::setvbuf(file_, nullptr, _IONBF, 0);
  }
  FileChunks(const FileChunks&) = delete;
  FileChunks& operator=(const FileChunks&) = delete;
  ~FileChunks() { std::fclose(file_); }

  // Returns the next whole lines, empty at the end. Valid until the next call.
  std::string_view next() {
    std::memmove(buffer_.data(), buffer_.data() + given_, filled_ - given_);
    filled_ -= given_;
    filled_ += std::fread(buffer_.data() + filled_, 1, kChunkBytes - filled_, file_);
    const size_t newline = std::string_view(buffer_.data(), filled_).rfind('\n');
    given_ = newline == std::string_view::npos ? filled_ : newline + 1;
    return {buffer_.data(), given_};
  }

 private:
  std::FILE* file_;
  std::vector<char> buffer_;
  size_t filled_ = 0;
  size_t given_ = 0;
};

}  // namespace tidemill::bench
