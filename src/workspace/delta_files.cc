// Deltas of files and streams: what is mapped, what is read part by part, and outputs that appear
// whole or not at all.
#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "copse/delta.h"

#include "codec/delta.h"
#include "core/hash.h"
#include "core/io/file_system.h"
#include "core/io/mapped_output.h"
#include "core/io/pages.h"
#include "core/io/temporary_file.h"
#include "core/io/window_reader.h"
#include "core/parallel.h"

namespace copse {
namespace {

constexpr std::size_t kReadBytes = std::size_t{1} << 20;

Error interrupted() {
  return {ErrorCode::Interrupted, "stopped; nothing was written"};
}

bool is_set(const std::atomic<bool>* flag) {
  return flag != nullptr && flag->load(std::memory_order_relaxed);
}

// A file that is mapped, and read where that is faster.
struct InputFile {
  std::unique_ptr<ReadableFile> file;
  std::unique_ptr<MappedFile> map;

  ByteView bytes() const { return map->bytes(); }

  ReadPages reader() const {
    return [windows = WindowReader(*file, bytes())](std::uint64_t begin, std::uint64_t end) {
      FileWindow window = windows.read(begin, end);
      return PageWindow{window.bytes, std::move(window.owner)};
    };
  }
};

Result<InputFile> open_input(const std::string& path) {
  InputFile input;
  COPSE_TRY(input.file, real_file_system().open(path));
  COPSE_TRY(const std::uint64_t size, input.file->size());
  std::uint8_t first = 0;
  if (size == 0 && input.file->read_at(0, {&first, 1}).ok()) {
    return Error(ErrorCode::Unsupported,
                 path + " does not say how long it is (as files in /proc do not): copy it first");
  }
  COPSE_TRY(input.map, input.file->map(size));
  return input;
}

// What a new file may take the place of: nothing, or a regular file that is to be replaced.
Status check_place(const DeltaOutput& output) {
  if (output.path.empty()) return Error(ErrorCode::InvalidArgument, "no output was named");
  const auto there = real_file_system().stat(output.path);
  if (!there.ok()) {
    if (there.error().code() != ErrorCode::NotFound) return there.error();
    if (!real_file_system().lstat(output.path).ok()) return success();
    return Error(ErrorCode::InvalidArgument, output.path + " is a link that leads nowhere");
  }
  if (there.value().type != FileType::Regular) {
    return Error(ErrorCode::InvalidArgument, output.path + " is not a regular file");
  }
  if (!output.replace) return Error(ErrorCode::InvalidArgument, output.path + " exists already");
  return success();
}

// A delta in the place of what it was made from could not be applied any more.
Status check_no_input(const DeltaOutput& output, const std::string& input) {
  if (output.write) return success();
  const auto there = real_file_system().stat(output.path);
  const auto read = real_file_system().stat(input);
  if (!there.ok() || !read.ok() || there.value().inode != read.value().inode ||
      there.value().device != read.value().device) {
    return success();
  }
  return Error(ErrorCode::InvalidArgument,
               output.path + " is what the delta is made from; it is not replaced");
}

// The file that a link leads to, so that the link stays.
std::string final_path(const std::string& path) {
  auto real = real_file_system().real_path(path);
  return real.ok() ? std::move(real).value() : path;
}

// Takes bytes in their order, for a stream or a file that appears at the end.
class OutputWriter {
 public:
  explicit OutputWriter(const DeltaOutput& output) : output_(output) {}

  Status open() {
    if (output_.write) return success();
    COPSE_TRY_STATUS(check_place(output_));
    temporary_.emplace(final_path(output_.path));
    COPSE_TRY(file_, real_file_system().create(temporary_->path()));
    return success();
  }

  Status write(ByteView bytes) {
    return output_.write ? output_.write(bytes) : file_->append(bytes);
  }

  Status finish() {
    if (output_.write) return success();
    COPSE_TRY_STATUS(file_->close());
    return temporary_->take_place();
  }

 private:
  const DeltaOutput& output_;
  std::optional<TemporaryFile> temporary_;
  std::unique_ptr<WritableFile> file_;
};

// Bytes of a stream in pieces of any size.
class StreamReader {
 public:
  explicit StreamReader(const ReadBytes& read) : read_(read) {}

  // Reads on until `size` bytes are there or the stream ends; what is there.
  Result<ByteView> peek(std::size_t size) {
    while (buffer_.size() - begin_ < size && !ended_) {
      buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(begin_));
      begin_ = 0;
      const std::size_t before = buffer_.size();
      // Memory follows what has come, not what was promised.
      buffer_.resize(before + std::min(std::max(size - before, std::size_t{4096}), kReadBytes));
      auto count = read_(std::span(buffer_).subspan(before));
      buffer_.resize(before + (count.ok() ? count.value() : 0));
      if (!count.ok()) return std::move(count).take_error();
      ended_ = count.value() == 0;
    }
    return ByteView(buffer_).subspan(begin_, std::min(size, buffer_.size() - begin_));
  }

  // REQUIRES: that many were peeked at.
  void skip(std::size_t size) { begin_ += size; }

 private:
  const ReadBytes& read_;
  Bytes buffer_;
  std::size_t begin_ = 0;
  bool ended_ = false;
};

// ---- writing deltas ----------------------------------------------------------------------------

// The parts of a batch become frames, which go to the output at once.
Status add_batch(DeltaEncoder& encoder, std::span<const ByteView> parts, bool last,
                 OutputWriter& out) {
  Bytes frames;
  COPSE_TRY_STATUS(encoder.add(parts, last, frames));
  return out.write(frames);
}

Status encode_mapped(ByteView target, const DeltaOptions& options, DeltaEncoder& encoder,
                     OutputWriter& out) {
  Bytes image;
  if (encoder.add_image(target, image)) return out.write(image);
  const std::vector<ByteView> parts = parts_of_target(target);
  const std::size_t batch = thread_count(options.threads);
  for (std::size_t at = 0; at < parts.size(); at += batch) {
    const std::size_t count = std::min(batch, parts.size() - at);
    COPSE_TRY_STATUS(
        add_batch(encoder, std::span(parts).subspan(at, count), at + count == parts.size(), out));
  }
  return success();
}

Status encode_stream(const ReadBytes& read, const DeltaOptions& options, DeltaEncoder& encoder,
                     OutputWriter& out) {
  const std::size_t batch_bytes = thread_count(options.threads) * kDeltaPartBytes;
  StreamReader in(read);
  for (bool last = false; !last;) {
    COPSE_TRY(const ByteView more, in.peek(batch_bytes + 1));
    const ByteView batch = more.first(std::min(more.size(), batch_bytes));
    last = batch.size() == more.size();
    std::vector<ByteView> parts;
    for (std::size_t at = 0; at < batch.size() || parts.empty(); at += kDeltaPartBytes) {
      parts.push_back(batch.subspan(at, std::min(kDeltaPartBytes, batch.size() - at)));
    }
    COPSE_TRY_STATUS(add_batch(encoder, parts, last, out));
    in.skip(batch.size());
  }
  return success();
}

// ---- applying deltas ---------------------------------------------------------------------------

void count_frame(const DeltaFrameHeader& header, DeltaReport& report) {
  report.base_bytes = header.base_bytes;
  report.target_bytes += header.target_bytes;
  report.delta_bytes += header.header_bytes + header.payload_bytes;
  report.frames += 1;
  report.frames_of[static_cast<std::size_t>(header.algorithm)] += 1;
}

Error trailing() {
  return {ErrorCode::Corrupt, "delta: bytes follow its end"};
}

struct Frame {
  DeltaFrameHeader header;
  ByteView payload;
};

Result<std::vector<Frame>> frames_of(const InputFile& base, ByteView delta) {
  std::vector<Frame> frames;
  DeltaChain chain(base.bytes(), base.reader());
  while (!chain.ended()) {
    COPSE_TRY(const DeltaFrameHeader header, chain.next(delta));
    delta = delta.subspan(header.header_bytes);
    const auto size =
        static_cast<std::size_t>(std::min<std::uint64_t>(header.payload_bytes, delta.size()));
    frames.push_back({header, delta.first(size)});
    COPSE_TRY_STATUS(check_delta_payload(header, frames.back().payload));
    delta = delta.subspan(size);
  }
  if (!delta.empty()) return trailing();
  return frames;
}

// A part goes to the output as it is decoded.
Status write_in_order(const InputFile& base, const Frame& frame, const DeltaOptions& options,
                      OutputWriter& out) {
  return decode_part_in_order(base.bytes(), base.reader(), frame.header, frame.payload,
                              [&](ByteView stretch) -> Status {
                                if (is_set(options.stop)) return interrupted();
                                return out.write(stretch);
                              });
}

// A delta that is mapped, of one frame that is decoded in order: writing to a file is cheaper than
// touching the pages of one that is mapped.
Result<DeltaReport> decode_one(const InputFile& base, const Frame& frame, const DeltaOutput& output,
                               const DeltaOptions& options) {
  OutputWriter out(output);
  COPSE_TRY_STATUS(out.open());
  COPSE_TRY_STATUS(write_in_order(base, frame, options, out));
  COPSE_TRY_STATUS(out.finish());
  DeltaReport report;
  count_frame(frame.header, report);
  return report;
}

// A delta that is mapped, into a file: its length is known before it is made, so several threads
// write to it where it is.
Result<DeltaReport> decode_mapped(const InputFile& base, ByteView delta, const DeltaOutput& output,
                                  const DeltaOptions& options) {
  COPSE_TRY_STATUS(check_place(output));
  COPSE_TRY(const std::vector<Frame> frames, frames_of(base, delta));
  if (frames.size() == 1 && decodes_in_order(frames.front().header)) {
    return decode_one(base, frames.front(), output, options);
  }
  DeltaReport report;
  for (const Frame& frame : frames) {
    count_frame(frame.header, report);
  }
  TemporaryFile temporary(final_path(output.path));
  COPSE_TRY(MappedOutput target, MappedOutput::create(temporary.path(), report.target_bytes));
  ParallelOptions parallel;
  parallel.threads = thread_count(options.threads);
  parallel.stop = options.stop;
  const auto busy = static_cast<unsigned>(std::min<std::size_t>(frames.size(), kThreadsMax));
  const unsigned each = std::max(1U, parallel.threads / busy);
  Status result = success();
  parallel_map<Status>(
      frames.size(), parallel,
      [&](unsigned /*thread*/, std::size_t i) {
        const DeltaFrameHeader& header = frames[i].header;
        const auto part = target.bytes().subspan(static_cast<std::size_t>(header.target_begin),
                                                 static_cast<std::size_t>(header.target_bytes));
        return decode_part(base.bytes(), header, frames[i].payload, part, each);
      },
      [&](std::size_t /*frame*/, Status&& status) {
        if (!status.ok()) result = std::move(status);
        return result.ok();
      });
  if (!result.ok()) return std::move(result).take_error();
  if (is_set(options.stop)) return interrupted();
  target.keep();
  COPSE_TRY_STATUS(temporary.take_place());
  return report;
}

// In order, or decoded into `room` and checked before any of it is written.
Status write_part(const InputFile& base, const Frame& frame, const DeltaOptions& options,
                  Pages& room, OutputWriter& out) {
  if (decodes_in_order(frame.header)) return write_in_order(base, frame, options, out);
  const auto size = static_cast<std::size_t>(frame.header.target_bytes);
  if (room.size() < size || room.data() == nullptr) room.reserve(size);
  if (room.data() == nullptr) {
    return Error(ErrorCode::LimitExceeded,
                 "no memory for a part of " + std::to_string(size) + " bytes");
  }
  const std::span<std::uint8_t> bytes(static_cast<std::uint8_t*>(room.data()), size);
  COPSE_TRY_STATUS(
      decode_part(base.bytes(), frame.header, frame.payload, bytes, thread_count(options.threads)));
  return out.write(bytes);
}

Result<DeltaReport> decode_stream(const InputFile& base, const ReadBytes& read,
                                  const DeltaOutput& output, const DeltaOptions& options) {
  OutputWriter out(output);
  COPSE_TRY_STATUS(out.open());
  StreamReader in(read);
  DeltaChain chain(base.bytes(), base.reader());
  DeltaReport report;
  Pages room;
  while (!chain.ended()) {
    if (is_set(options.stop)) return interrupted();
    COPSE_TRY(const ByteView head, in.peek(kDeltaHeaderBytesMax));
    COPSE_TRY(const DeltaFrameHeader header, chain.next(head));
    in.skip(header.header_bytes);
    COPSE_TRY(const ByteView payload, in.peek(static_cast<std::size_t>(header.payload_bytes)));
    COPSE_TRY_STATUS(check_delta_payload(header, payload));
    COPSE_TRY_STATUS(write_part(base, {header, payload}, options, room, out));
    in.skip(payload.size());
    count_frame(header, report);
  }
  COPSE_TRY(const ByteView rest, in.peek(1));
  if (!rest.empty()) return trailing();
  if (is_set(options.stop)) return interrupted();
  COPSE_TRY_STATUS(out.finish());
  return report;
}

ReadBytes reader_of(ByteView bytes) {
  return [bytes](std::span<std::uint8_t> out) mutable -> Result<std::size_t> {
    const std::size_t size = std::min(out.size(), bytes.size());
    std::copy_n(bytes.begin(), size, out.begin());
    bytes = bytes.subspan(size);
    return size;
  };
}

Error named(Error error, const std::string& path) {
  for (const std::string_view subject : {"delta: ", "page delta: "}) {
    if (!error.message().starts_with(subject)) continue;
    return {error.code(), path + ": " + error.message().substr(subject.size())};
  }
  return error;
}

}  // namespace

void discard_delta_outputs() {
  remove_temporary_files();
}

Result<DeltaReport> write_delta(const std::string& base_path, const DeltaInput& target,
                                const DeltaOutput& delta, const DeltaOptions& options) {
  COPSE_TRY(const InputFile base_file, open_input(base_path));
  InputFile target_file;
  if (!target.read) {
    COPSE_TRY(target_file, open_input(target.path));
  }
  COPSE_TRY_STATUS(check_no_input(delta, base_path));
  if (!target.read) COPSE_TRY_STATUS(check_no_input(delta, target.path));
  OutputWriter out(delta);
  COPSE_TRY_STATUS(out.open());
  DeltaBase base(base_file.bytes(), options.setting);
  base.set_reader(base_file.reader());
  DeltaEncoder encoder(base, options);
  if (!target.read) encoder.set_target_reader(target_file.reader());
  COPSE_TRY_STATUS(target.read ? encode_stream(target.read, options, encoder, out)
                               : encode_mapped(target_file.bytes(), options, encoder, out));
  if (is_set(options.stop)) return interrupted();
  COPSE_TRY_STATUS(out.finish());
  return encoder.report();
}

Result<DeltaReport> apply_delta(const std::string& base_path, const DeltaInput& delta,
                                const DeltaOutput& target, const DeltaOptions& options) {
  COPSE_TRY(const InputFile base_file, open_input(base_path));
  InputFile delta_file;
  if (!delta.read) {
    COPSE_TRY(delta_file, open_input(delta.path));
  }
  auto report = [&] {
    if (delta.read) return decode_stream(base_file, delta.read, target, options);
    if (target.write)
      return decode_stream(base_file, reader_of(delta_file.bytes()), target, options);
    return decode_mapped(base_file, delta_file.bytes(), target, options);
  }();
  if (!report.ok()) return named(std::move(report).take_error(), delta.path);
  return report;
}

}  // namespace copse
