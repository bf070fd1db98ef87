// Documents of segments as files of a generation.
#include "workspace/postings_index.h"

#include <bit>
#include <unordered_map>
#include <utility>

#include "workspace/postings_frames.h"

namespace copse {
namespace {

constexpr std::uint32_t kNone = UINT32_MAX;

// Keys of documents, open addressing: keys are hashes already.
class KeyTable {
 public:
  explicit KeyTable(std::size_t keys)
      : slots_(std::bit_ceil(keys * 2 + 2), Slot{0, kNone}), mask_(slots_.size() - 1) {}

  // What comes second with a key is passed over.
  void put(std::uint64_t key, std::uint32_t value) {
    Slot& slot = find_slot(key);
    if (slot.value == kNone) slot = {key, value};
  }
  // kNone when there is none.
  std::uint32_t find(std::uint64_t key) { return find_slot(key).value; }

 private:
  struct Slot {
    std::uint64_t key;
    std::uint32_t value;
  };

  Slot& find_slot(std::uint64_t key) {
    std::size_t at = static_cast<std::size_t>(key) & mask_;
    while (slots_[at].value != kNone && slots_[at].key != key)
      at = (at + 1) & mask_;
    return slots_[at];
  }

  std::vector<Slot> slots_;
  std::size_t mask_;
};

// A set that grows in any order.
class FileBits {
 public:
  explicit FileBits(std::uint32_t count) : words_((std::size_t{count} + 63) / 64) {}

  void add(std::uint32_t file) { words_[file / 64] |= std::uint64_t{1} << (file % 64); }
  DocumentSet to_set() const {
    std::vector<std::uint32_t> files;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      for (std::uint64_t bits = words_[i]; bits != 0; bits &= bits - 1) {
        files.push_back(static_cast<std::uint32_t>(i * 64) +
                        static_cast<std::uint32_t>(std::countr_zero(bits)));
      }
    }
    return DocumentSet::of(files);
  }

 private:
  std::vector<std::uint64_t> words_;
};

}  // namespace

// ---- notes -------------------------------------------------------------------------------------

void PostingsNotes::add(const std::string& note) {
  const std::lock_guard lock(mutex_);
  for (const std::string& known : notes_) {
    if (known == note) return;
  }
  if (notes_.size() < kNotesMax) notes_.push_back(note);
}

std::vector<std::string> PostingsNotes::all() const {
  const std::lock_guard lock(mutex_);
  return notes_;
}

// ---- opening -----------------------------------------------------------------------------------

PostingsIndex PostingsIndex::open(const Store& store) {
  // A grammar's postings, and what its files are found by while the records are read.
  struct Opening {
    GrammarPostings* postings;
    KeyTable keys;
    std::vector<GrammarPostings::PlacedFile> files;
  };
  PostingsIndex index;
  const auto numbers = postings_numbers(store.named_frames());
  std::map<SharedId, Opening> openings;
  const auto open_grammar = [&](const SharedId& grammar) {
    GrammarPostings& postings = index.grammars_[grammar];
    postings.notes_ = index.notes_;
    postings.file_count_ = static_cast<std::uint32_t>(store.file_count());
    const auto found = numbers.find(postings_grammar(grammar.content));
    if (found != numbers.end()) postings.open_segments(store, grammar, *found);
    std::size_t documents = 0;
    for (const auto& part : postings.segments_)
      documents += part.segment.document_count();
    Opening opening{&postings, KeyTable(documents), {}};
    std::uint32_t number = 0;
    for (const auto& part : postings.segments_) {
      for (std::uint32_t i = 0; i < part.segment.document_count(); ++i)
        opening.keys.put(part.segment.key(i), number++);
    }
    return openings.emplace(grammar, std::move(opening)).first;
  };
  auto current = openings.end();
  for (std::uint32_t i = 0; i < store.file_count(); ++i) {
    const FileRecord record = store.file(i);
    if (!record.tree) continue;
    if (current == openings.end() || current->first != record.grammar) {
      current = openings.find(record.grammar);
      if (current == openings.end()) current = open_grammar(record.grammar);
    }
    current->second.files.push_back({i, current->second.keys.find(document_key(record))});
  }
  for (auto& [grammar, opening] : openings)
    opening.postings->place(opening.files);
  return index;
}

void GrammarPostings::open_segments(
    const Store& store, const SharedId& grammar,
    const std::pair<const std::string, std::vector<std::uint64_t>>& names) {
  for (const std::uint64_t number : names.second) {
    const PostingsName name{names.first, number};
    auto segment = open_postings(store, name);
    if (!segment.ok()) {
      notes_->add(segment.error().message());
      continue;
    }
    if (segment.value().grammar() != grammar.content) continue;
    segments_.push_back({name.text(), std::move(segment).value(), {}, {}});
  }
}

// Files by document: counted, then put in their places.
void GrammarPostings::place(const std::vector<PlacedFile>& files) {
  std::vector<std::uint32_t> all;
  for (const PlacedFile& file : files) {
    all.push_back(file.file);
    if (file.document == kNone) uncovered_list_.push_back(file.file);
  }
  files_ = DocumentSet::of(all);
  uncovered_ = DocumentSet::of(uncovered_list_);
  std::uint32_t base = 0;
  for (Part& part : segments_) {
    const std::uint32_t documents = part.segment.document_count();
    // Wraps round to a large number for documents of earlier segments, and for none.
    const auto document_of = [&](const PlacedFile& file) {
      return file.document == kNone ? kNone : file.document - base;
    };
    part.first.assign(std::size_t{documents} + 1, 0);
    for (const PlacedFile& file : files) {
      if (document_of(file) < documents) ++part.first[document_of(file) + 1];
    }
    for (std::uint32_t i = 0; i < documents; ++i)
      part.first[i + 1] += part.first[i];
    part.files.resize(part.first.back());
    std::vector<std::uint32_t> next(part.first.begin(), part.first.end() - 1);
    for (const PlacedFile& file : files) {
      if (document_of(file) < documents) part.files[next[document_of(file)]++] = file.file;
    }
    base += documents;
  }
}

const GrammarPostings* PostingsIndex::find(const SharedId& grammar) const {
  const auto found = grammars_.find(grammar);
  return found == grammars_.end() ? nullptr : &found->second;
}

// ---- looking up --------------------------------------------------------------------------------

template <typename LookUp>
DocumentSet GrammarPostings::gather(const LookUp& look_up) const {
  FileBits files(file_count_);
  for (const std::uint32_t file : uncovered_list_)
    files.add(file);
  for (const Part& part : segments_) {
    const Result<DocumentSet> found = look_up(part.segment);
    if (!found.ok()) {
      notes_->add(part.name + ": " + found.error().message());
      for (const std::uint32_t file : part.files)
        files.add(file);
      continue;
    }
    for (const std::uint32_t document : found.value().to_vector()) {
      for (std::uint32_t i = part.first[document]; i < part.first[document + 1]; ++i)
        files.add(part.files[i]);
    }
  }
  return files.to_set();
}

DocumentSet GrammarPostings::files_with_kind(std::uint16_t symbol) const {
  return gather(
      [&](const PostingsSegment& segment) { return segment.documents_with_kind(symbol); });
}

DocumentSet GrammarPostings::files_with_missing() const {
  return gather([](const PostingsSegment& segment) { return segment.documents_with_missing(); });
}

DocumentSet GrammarPostings::files_with_edge(const EdgePattern& pattern) const {
  return gather(
      [&](const PostingsSegment& segment) { return segment.documents_with_edge(pattern); });
}

DocumentSet GrammarPostings::files_with_word(std::uint32_t hash) const {
  return gather([&](const PostingsSegment& segment) { return segment.documents_with_word(hash); });
}

}  // namespace copse
