#include "codec/vm_memory.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "codec/page_delta.h"
#include "common/json_line.h"
#include "core/bytes.h"
#include "core/check.h"

namespace copse::bench {
namespace {

constexpr std::size_t kPage = 4096;

// Lives as long as the process.
ByteView map_file(const char* path) {
  const int file = ::open(path, O_RDONLY | O_CLOEXEC);
  struct stat facts {};
  if (file < 0 || ::fstat(file, &facts) != 0) {
    std::cerr << path << ": cannot be read\n";
    std::exit(1);
  }
  const auto size = static_cast<std::size_t>(facts.st_size);
  void* memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
  COPSE_CHECK(memory != MAP_FAILED);
  ::close(file);
  return {static_cast<const std::uint8_t*>(memory), size};
}

// Seconds that this process has computed and that have passed.
struct Moment {
  double cpu_s = 0;
  double wall_s = 0;

  static Moment now() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    const auto wall = std::chrono::steady_clock::now().time_since_epoch();
    return {seconds(usage.ru_utime) + seconds(usage.ru_stime),
            std::chrono::duration<double>(wall).count()};
  }
};

// The least of several rounds.
template <typename Work>
Moment least(int rounds, const Work& work) {
  Moment best{1e9, 1e9};
  for (int round = 0; round < rounds; ++round) {
    const Moment begin = Moment::now();
    work();
    const Moment end = Moment::now();
    best.cpu_s = std::min(best.cpu_s, end.cpu_s - begin.cpu_s);
    best.wall_s = std::min(best.wall_s, end.wall_s - begin.wall_s);
  }
  return best;
}

// Bytes of QEMU's encoding of a changed page (its docs/devel/migration pages, "XBZRLE"): in turn
// the length of a run of unchanged bytes and that of a run of changed ones, both as ULEB128, and
// the new bytes. A last unchanged run is left out.
std::size_t xbzrle_page_bytes(const std::uint8_t* before, const std::uint8_t* now) {
  const auto number_bytes = [](std::size_t value) { return value < 0x80 ? 1U : 2U; };
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < kPage;) {
    const std::size_t unchanged_from = i;
    while (i < kPage && before[i] == now[i])
      ++i;
    if (i == kPage) break;
    const std::size_t changed_from = i;
    while (i < kPage && before[i] != now[i])
      ++i;
    bytes += number_bytes(changed_from - unchanged_from) + number_bytes(i - changed_from) +
             (i - changed_from);
  }
  return bytes;
}

}  // namespace

int bench_pages(int argc, char** argv) {
  if (argc != 5) return 2;
  const ByteView base = map_file(argv[1]);
  const ByteView target = map_file(argv[2]);
  const auto threads = static_cast<unsigned>(std::strtoul(argv[3], nullptr, 10));
  const int rounds = std::atoi(argv[4]);
  Bytes payload;
  const Moment encode = least(rounds, [&] {
    auto encoded = encode_page_delta(base, target, {.threads = threads});
    COPSE_CHECK(encoded.ok());
    payload = std::move(encoded).value();
  });
  Bytes out(target.size());
  const Moment copy = least(rounds, [&] { std::copy(target.begin(), target.end(), out.begin()); });
  const Moment decode =
      least(rounds, [&] { COPSE_CHECK(decode_page_delta(base, payload, out, threads).ok()); });
  COPSE_CHECK(std::equal(out.begin(), out.end(), target.begin()));
  JsonLine()
      .add("target_bytes", std::uint64_t{target.size()})
      .add("payload_bytes", std::uint64_t{payload.size()})
      .add("encode_cpu_s", std::optional(encode.cpu_s))
      .add("encode_wall_s", std::optional(encode.wall_s))
      .add("decode_cpu_s", std::optional(decode.cpu_s))
      .add("decode_wall_s", std::optional(decode.wall_s))
      .add("copy_cpu_s", std::optional(copy.cpu_s))
      .print();
  return 0;
}

int bench_xbzrle(int argc, char** argv) {
  if (argc != 3) return 2;
  const ByteView base = map_file(argv[1]);
  const ByteView target = map_file(argv[2]);
  // The address and flags of a page, and of an encoded one its kind and length.
  constexpr std::size_t kHead = 8;
  constexpr std::size_t kEncodedHead = 3;
  const Bytes zeros(kPage);
  std::uint64_t bytes = 0;
  const Moment time = least(1, [&] {
    for (std::size_t at = 0; at + kPage <= std::min(base.size(), target.size()); at += kPage) {
      const std::uint8_t* before = base.data() + at;
      const std::uint8_t* now = target.data() + at;
      if (std::equal(now, now + kPage, before)) continue;
      if (std::equal(now, now + kPage, zeros.begin())) {
        bytes += kHead + 1;
        continue;
      }
      const std::size_t encoded = xbzrle_page_bytes(before, now);
      bytes += kHead + (encoded < kPage ? kEncodedHead + encoded : kPage);
    }
  });
  JsonLine()
      .add("bytes", bytes)
      .add("cpu_s", std::optional(time.cpu_s))
      .add("wall_s", std::optional(time.wall_s))
      .print();
  return 0;
}

}  // namespace copse::bench
