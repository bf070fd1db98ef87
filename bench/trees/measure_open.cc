// One file at a time, from where it rests to a tree that answers.
#include <algorithm>
#include <chrono>
#include <limits>

#include "codec/frame_codec.h"
#include "common/json_line.h"
#include "measures.h"
#include "visit.h"

namespace copse::bench {
namespace {

using Clock = std::chrono::steady_clock;

// As small as the rival gets; decompressing is about as fast at every level.
constexpr int kRivalLevel = 19;

double microseconds_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

// The least of several runs, in microseconds: to a tree, and to a tree whose every node was seen.
struct Least {
  double open_us = std::numeric_limits<double>::infinity();
  double visit_us = std::numeric_limits<double>::infinity();

  void take(double open, double visit) {
    open_us = std::min(open_us, open);
    visit_us = std::min(visit_us, visit);
  }
};

class OpenRun {
 public:
  OpenRun(const Subject& subject, unsigned runs)
      : subject_(subject), runs_(runs), side_(subject.store) {}

  const CopseSide& side() const { return side_; }

  void measure(const SideFile& file) {
    read_source(subject_.root + "/" + file.path, source_);
    frame_ = compress_frame(as_bytes(source_), kRivalLevel);
    Least stored;
    Least parsed;
    Least rival;
    for (unsigned i = 0; i < runs_; ++i) {
      const std::uint64_t expected = parse_and_visit(parsed);
      const std::uint64_t found = open_and_visit(file, stored);
      const std::uint64_t again = decompress_parse_and_visit(rival);
      if (found != expected || again != expected) give_up(file.path + ": the visits differ");
    }
    stored_open_us.push_back(stored.open_us);
    stored_visit_us.push_back(stored.visit_us);
    parse_us.push_back(parsed.open_us);
    parse_visit_us.push_back(parsed.visit_us);
    rival_open_us.push_back(rival.open_us);
    rival_visit_us.push_back(rival.visit_us);
  }

  std::vector<double> stored_open_us, stored_visit_us, parse_us, parse_visit_us, rival_open_us,
      rival_visit_us;

 private:
  std::uint64_t open_and_visit(const SideFile& file, Least& least) const {
    const auto begin = Clock::now();
    const Tree tree = side_.open(file);
    const double open_us = microseconds_since(begin);
    const std::uint64_t hash = visit(tree);
    least.take(open_us, microseconds_since(begin));
    return hash;
  }

  // What it takes from a source in memory: what opening is compared with.
  std::uint64_t parse_and_visit(Least& least) {
    return parse_and_visit(source_, Clock::now(), least);
  }

  std::uint64_t decompress_parse_and_visit(Least& least) {
    const auto begin = Clock::now();
    const auto text = decompress_frame(static_cast<std::uint8_t>(frame_.codec), frame_.bytes,
                                       frame_.raw_bytes, frame_.raw_bytes);
    if (!text.ok()) give_up(text.error().message());
    return parse_and_visit(as_text(text.value()), begin, least);
  }

  std::uint64_t parse_and_visit(std::string_view source, Clock::time_point begin, Least& least) {
    const TreePointer tree = parsers_.parse(subject_.language, source);
    const double open_us = microseconds_since(begin);
    const std::uint64_t hash = visit(ParsedStep(tree.get()));
    least.take(open_us, microseconds_since(begin));
    return hash;
  }

  const Subject& subject_;
  unsigned runs_;
  CopseSide side_;
  Parsers parsers_;
  std::string source_;
  FramePayload frame_;
};

}  // namespace

void measure_open(const Subject& subject, std::size_t files, unsigned runs) {
  OpenRun run(subject, runs);
  const std::vector<SideFile> all = run.side().files(subject.language);
  const std::size_t step = std::max<std::size_t>(1, all.size() / files);
  for (std::size_t i = 0; i < all.size(); i += step)
    run.measure(all[i]);
  JsonLine()
      .add("files", std::uint64_t{run.parse_us.size()})
      .add("stored_open_us", run.stored_open_us)
      .add("stored_visit_us", run.stored_visit_us)
      .add("parse_us", run.parse_us)
      .add("parse_visit_us", run.parse_visit_us)
      .add("rival_open_us", run.rival_open_us)
      .add("rival_visit_us", run.rival_visit_us)
      .print();
}

}  // namespace copse::bench
