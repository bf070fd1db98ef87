// Which files of a store can contain what a query needs.
//
//   PostingsIndex postings = PostingsIndex::open(store);
//   if (const GrammarPostings* of_c = postings.find(grammar)) {
//     DocumentSet files = of_c->files_with_kind(goto_statement);
//     files &= of_c->files_with_word(word_hash("out"));      // WordRules::words_of() for any text
//   }
//
// Every answer is a superset of the truth: files that no segment covers are in each of them, and so
// are all files of a segment that is damaged. A file that is in none of the answers' sets does not
// have what was asked for.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "copse/result.h"

#include "postings/document_set.h"
#include "postings/postings_segment.h"
#include "store/store.h"

namespace copse {

// What was found damaged, for whoever asks afterwards. Thread-safe.
class PostingsNotes {
 public:
  void add(const std::string& note);
  std::vector<std::string> all() const;

 private:
  static constexpr std::size_t kNotesMax = 100;

  mutable std::mutex mutex_;
  std::vector<std::string> notes_;
};

// The postings of one grammar's files. Files have the store's numbers of its generation. Immutable;
// for many threads. Memory: about eight bytes a file.
class GrammarPostings {
 public:
  // All files that have a tree of the grammar.
  const DocumentSet& files() const { return files_; }
  // Of these, those about which nothing is known: every answer has them.
  const DocumentSet& uncovered() const { return uncovered_; }

  // Files with a visible node of that public symbol, COPSE_SYMBOL_ERROR included. Exact but for
  // uncovered ones. Cost: a few nanoseconds a file that is found, and some microseconds.
  DocumentSet files_with_kind(std::uint16_t symbol) const;
  // Files with a missing node.
  DocumentSet files_with_missing() const;
  // Files with a visible node of kind `child` below one of kind `parent`, in that field; what is
  // left open may be anything. Exact likewise. Cost: as above for each edge that the pattern fits,
  // so a pattern with nothing but a child is better asked for by kind.
  DocumentSet files_with_edge(const EdgePattern& pattern) const;
  // Files in which some node's text has that word: a hash of WordRules::words_of(). Finds a file in
  // vain once in some hundreds to thousands, by its size. Cost: some microseconds a segment.
  DocumentSet files_with_word(std::uint32_t hash) const;

  std::size_t segment_count() const { return segments_.size(); }

 private:
  friend class PostingsIndex;

  // One segment, and the files of its documents: first[d] to first[d + 1] in `files`.
  struct Part {
    std::string name;
    PostingsSegment segment;
    std::vector<std::uint32_t> first;
    std::vector<std::uint32_t> files;
  };

  // A file with a tree, and which document it is, counted through all segments; UINT32_MAX: none.
  struct PlacedFile {
    std::uint32_t file = 0;
    std::uint32_t document = 0;
  };

  void open_segments(const Store& store, const SharedId& grammar,
                     const std::pair<const std::string, std::vector<std::uint64_t>>& names);
  void place(const std::vector<PlacedFile>& files);
  // The union over all segments of what `look_up` finds, as files.
  template <typename LookUp>
  DocumentSet gather(const LookUp& look_up) const;

  std::vector<Part> segments_;
  DocumentSet files_;
  DocumentSet uncovered_;
  std::vector<std::uint32_t> uncovered_list_;
  std::uint32_t file_count_ = 0;  // of the store
  std::shared_ptr<PostingsNotes> notes_;
};

// The postings of one generation of a store. Immutable; for many threads. Segments are mapped where
// the store's packs are.
class PostingsIndex {
 public:
  // Never fails: what cannot be read is noted, and its files are candidates. Borrows nothing once
  // it is there. Cost: a pass over the records, a tenth of a microsecond a file.
  static PostingsIndex open(const Store& store);

  // Null when no file has a tree of that grammar.
  const GrammarPostings* find(const SharedId& grammar) const;

  // What was damaged so far.
  std::vector<std::string> damage_notes() const { return notes_->all(); }

 private:
  std::map<SharedId, GrammarPostings> grammars_;
  std::shared_ptr<PostingsNotes> notes_ = std::make_shared<PostingsNotes>();
};

}  // namespace copse
