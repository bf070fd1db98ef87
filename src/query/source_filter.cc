#include "query/source_filter.h"

#include <algorithm>
#include <cstring>

#if defined(__x86_64__) && defined(__GNUC__)
#define COPSE_HAVE_AVX 1
#include <immintrin.h>
#else
#define COPSE_HAVE_AVX 0
#endif

namespace copse {
namespace {

constexpr std::size_t kPlacesAtOnce = 32;

// How often a byte stands in code, roughly: the higher, the more often.
unsigned commonness(char byte) {
  constexpr std::string_view kFrequent = " etaoinsrl_\n\t";
  if (kFrequent.find(byte) != std::string_view::npos) return 3;
  if (byte >= 'a' && byte <= 'z') return 2;
  const bool is_upper = byte >= 'A' && byte <= 'Z';
  return is_upper || static_cast<unsigned char>(byte) >= 0x80 ? 0 : 1;
}

}  // namespace

TextFinder::TextFinder(std::vector<std::string> texts) : texts_(std::move(texts)) {
  for (std::uint32_t i = 0; i < texts_.size(); ++i) {
    const std::string& text = texts_[i];
    std::vector<std::uint32_t> places(text.size());
    for (std::uint32_t at = 0; at < places.size(); ++at)
      places[at] = at;
    std::stable_sort(places.begin(), places.end(), [&](std::uint32_t one, std::uint32_t other) {
      return commonness(text[one]) < commonness(text[other]);
    });
    probes_.push_back({i, places.front(), places[std::min<std::size_t>(1, places.size() - 1)]});
    longest_ = std::max(longest_, text.size());
  }
}

bool TextFinder::occurs_at(const Probe& probe, std::string_view source, std::size_t at) const {
  const std::string& text = texts_[probe.text];
  return source.size() - at >= text.size() &&
         std::memcmp(source.data() + at, text.data(), text.size()) == 0;
}

bool TextFinder::occurs_from(std::string_view source, std::size_t begin) const {
  return std::any_of(texts_.begin(), texts_.end(), [&](const std::string& text) {
    return source.find(text, begin) != std::string_view::npos;
  });
}

bool TextFinder::occurs_in_plainly(std::string_view source) const {
  return occurs_from(source, 0);
}

#if COPSE_HAVE_AVX

namespace {

// One bit for each of the 32 places from `at` on that holds the byte.
[[gnu::target("avx2")]] std::uint32_t places_of(char byte, const char* at) {
  const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
  const __m256i equal = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte));
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(equal));
}

}  // namespace

[[gnu::target("avx2")]] bool TextFinder::occurs_by_vectors(std::string_view source) const {
  std::size_t begin = 0;
  for (; source.size() - begin >= kPlacesAtOnce + longest_; begin += kPlacesAtOnce) {
    for (const Probe& probe : probes_) {
      const std::string& text = texts_[probe.text];
      const char* const at = source.data() + begin;
      std::uint32_t places = places_of(text[probe.first], at + probe.first) &
                             places_of(text[probe.second], at + probe.second);
      for (; places != 0; places &= places - 1) {
        const auto place = static_cast<unsigned>(__builtin_ctz(places));
        if (occurs_at(probe, source, begin + place)) return true;
      }
    }
  }
  return occurs_from(source, begin);
}

bool TextFinder::occurs_in(std::string_view source) const {
  static const bool has_vectors = __builtin_cpu_supports("avx2") != 0;
  return has_vectors ? occurs_by_vectors(source) : occurs_in_plainly(source);
}

#else

bool TextFinder::occurs_in(std::string_view source) const {
  return occurs_in_plainly(source);
}

#endif

// An alternative that asks for no text lets everything pass.
SourceFilter::SourceFilter(const TreeNeeds& needs) {
  for (const TreeNeeds::Conjunction& conjunction : needs.alternatives) {
    if (conjunction.texts.empty()) {
      alternatives_.clear();
      return;
    }
    std::vector<TextFinder>& finders = alternatives_.emplace_back();
    for (const auto& texts : conjunction.texts)
      finders.emplace_back(texts);
  }
}

bool SourceFilter::may_match(std::string_view source) const {
  const auto finds = [&](const TextFinder& finder) { return finder.occurs_in(source); };
  return alternatives_.empty() ||
         std::any_of(alternatives_.begin(), alternatives_.end(), [&](const auto& finders) {
           return std::all_of(finders.begin(), finders.end(), finds);
         });
}

}  // namespace copse
