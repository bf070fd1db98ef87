// Symbols by name, out of the index and out of the trees of files that it does not cover.
#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "core/parallel.h"
#include "postings/symbol_rank.h"
#include "workspace/language_table.h"
#include "workspace/path_glob.h"
#include "workspace/symbol_collector.h"
#include "workspace/symbol_index.h"
#include "workspace/workspace_impl.h"

namespace copse {
namespace {

constexpr std::size_t kOpenFilesPerThread = 4;
constexpr std::string_view kDefinition = "definition.";
constexpr std::string_view kReference = "reference.";

// One answer before it is shown. `kind` is a view into a segment or into the set of kinds found.
struct Hit {
  std::uint32_t file = 0;
  std::uint32_t row = 0;
  std::uint32_t column = 0;
  std::uint32_t first_row = 0;
  std::uint32_t last_row = 0;
  std::string_view kind;

  auto operator<=>(const Hit&) const = default;
};

std::string_view bare_kind(std::string_view kind) {
  return kind.substr(kind.find('.') + 1);
}

// What of a request concerns kinds and files.
class Filter {
 public:
  static Result<Filter> make(const Workspace::Impl& impl, const SymbolRequest& request) {
    Filter filter(impl.store, request);
    if (request.path_glob) {
      COPSE_TRY(filter.glob_, PathGlob::compile(*request.path_glob));
    }
    if (request.language) filter.language_ = impl.language_id(*request.language);
    return filter;
  }

  bool takes_kind(std::string_view kind) const {
    if (request_.role == SymbolRole::Definition && !kind.starts_with(kDefinition)) return false;
    if (request_.role == SymbolRole::Reference && !kind.starts_with(kReference)) return false;
    return !request_.kind || bare_kind(kind) == *request_.kind;
  }
  bool takes_file(std::uint32_t file) const {
    if (glob_ && !glob_->matches(store_.path(file))) return false;
    return language_.empty() || store_.file(file).language == language_;
  }
  const std::string& language() const { return language_; }

 private:
  Filter(const Store& store, const SymbolRequest& request) : store_(store), request_(request) {}

  const Store& store_;
  const SymbolRequest& request_;
  std::optional<PathGlob> glob_;
  std::string language_;
};

// Which names are asked for.
class Wanted {
 public:
  explicit Wanted(const SymbolRequest& request)
      : name_(request.name),
        match_(request.name.empty() ? SymbolMatch::Prefix : request.match),
        ranker_(request.name) {}

  SymbolMatch match() const { return match_; }
  const std::string& name() const { return name_; }
  bool takes(std::string_view name) {
    if (match_ == SymbolMatch::Exact) return name == name_;
    if (match_ == SymbolMatch::Prefix) return name.starts_with(name_);
    return ranker_.rank(name).has_value();
  }
  std::optional<std::uint32_t> rank(std::string_view name) { return ranker_.rank(name); }

 private:
  std::string name_;
  SymbolMatch match_;
  SymbolRanker ranker_;
};

// Symbols of files that no index covers, by name.
struct FoundInTrees {
  std::map<std::string, std::vector<Hit>, std::less<>> hits;
  std::set<std::string, std::less<>> kinds;
};

// Walks the trees of such files.
class TreeSearch {
 public:
  TreeSearch(Workspace::Impl& impl, const SymbolRequest& request, const Filter& filter,
             SymbolReport& report)
      : impl_(impl), request_(request), filter_(filter), report_(report) {}

  Result<FoundInTrees> run(const std::vector<std::uint32_t>& files) {
    std::vector<std::uint32_t> chosen;
    for (const std::uint32_t file : files) {
      if (filter_.takes_file(file) && compile(impl_.store.file(file))) chosen.push_back(file);
    }
    report_.files_walked = chosen.size();
    ParallelOptions parallel;
    parallel.threads = thread_count(request_.jobs);
    parallel.window = parallel.threads * kOpenFilesPerThread;
    parallel.stop = request_.stop;
    const bool whole = parallel_map<Result<std::vector<SymbolEntry>>>(
        chosen.size(), parallel,
        [&](unsigned /*thread*/, std::size_t item) { return search(chosen[item]); },
        [&](std::size_t item, Result<std::vector<SymbolEntry>> found) {
          keep(chosen[item], std::move(found));
          return true;
        });
    if (!whole) return Error(ErrorCode::Interrupted, "the search was interrupted");
    return std::move(found_);
  }

 private:
  // Whether there is a query for the file's grammar.
  bool compile(const FileRecord& record) {
    const auto known = queries_.find(record.grammar);
    if (known != queries_.end()) return known->second.has_value();
    auto query = impl_.tags_query(record);
    auto& entry = queries_[record.grammar];
    if (query.ok()) {
      entry = std::move(query).value();
    } else {
      report_.unreadable.push_back({record.language, query.error().message()});
    }
    return entry.has_value();
  }

  Result<std::vector<SymbolEntry>> search(std::uint32_t file) const {
    const FileRecord record = impl_.store.file(file);
    COPSE_TRY(auto data, impl_.read_tree(record));
    COPSE_TRY(std::vector<SymbolEntry> entries,
              queries_.at(record.grammar)->collect(Tree(std::move(data))));
    Wanted wanted(request_);
    std::erase_if(entries, [&](const SymbolEntry& entry) {
      return !filter_.takes_kind(entry.kind) || !wanted.takes(entry.name);
    });
    return entries;
  }

  void keep(std::uint32_t file, Result<std::vector<SymbolEntry>> found) {
    if (!found.ok()) {
      report_.unreadable.push_back({std::string(impl_.store.path(file)), found.error().message()});
      return;
    }
    for (const SymbolEntry& entry : found.value()) {
      const std::string_view kind = *found_.kinds.insert(entry.kind).first;
      const SymbolPlace& place = entry.place;
      found_.hits[entry.name].push_back(
          {file, place.row, place.column, place.first_row, place.last_row, kind});
    }
  }

  Workspace::Impl& impl_;
  const SymbolRequest& request_;
  const Filter& filter_;
  SymbolReport& report_;
  std::map<SharedId, std::optional<TagsQuery>> queries_;
  FoundInTrees found_;
};

// Answers names one after another.
class Answerer {
 public:
  Answerer(const Store& store, const SymbolIndex& index, const FoundInTrees& found,
           const SymbolRequest& request, const Filter& filter,
           const std::function<bool(const Symbol&)>& visit, SymbolReport& report)
      : store_(store),
        found_(found),
        request_(request),
        filter_(filter),
        visit_(visit),
        report_(report) {
    for (const SymbolIndex::Segment& segment : index.segments())
      sources_.push_back({&segment, SymbolCursor(segment.symbols)});
  }

  // All names that begin with the text, or the one name.
  void answer_range(const std::string& text, bool whole) {
    seek(text);
    const auto fits = [&](std::string_view name) {
      return whole ? name == text : name.starts_with(text);
    };
    auto found = found_.hits.lower_bound(text);
    while (wants_more() && !stopped()) {
      const std::string* first = found == found_.hits.end() ? nullptr : &found->first;
      std::optional<std::string_view> least;
      if (first != nullptr && fits(*first)) least = *first;
      for (const Source& source : sources_) {
        if (source.done || source.cursor.at_end() || !fits(source.cursor.name())) continue;
        if (!least || source.cursor.name() < *least) least = source.cursor.name();
      }
      if (!least) return;
      const std::string name(*least);
      if (first != nullptr && *first == name) ++found;
      answer_here(name);
    }
  }

  void answer_one(const std::string& name) { answer_range(name, true); }

  bool stopped() const {
    return request_.stop != nullptr && request_.stop->load(std::memory_order_relaxed);
  }
  bool wants_more() const { return !ended_ && report_.symbols < request_.limit; }

  // Calls visit(name) for every name, some more than once.
  template <typename Visit>
  void all_names(const Visit& visit) {
    for (const auto& [name, hits] : found_.hits)
      visit(name);
    for (Source& source : sources_) {
      const SymbolSegment& symbols = source.segment->symbols;
      for (std::size_t block = 0; block < symbols.blocks().size() && !stopped(); ++block) {
        const auto names = symbols.read_names(block);
        if (!names.ok()) {
          note(source, names.error());
          continue;
        }
        for (std::size_t i = 0; i < names.value().size(); ++i)
          visit(names.value()[i]);
      }
    }
  }

 private:
  struct Source {
    const SymbolIndex::Segment* segment;
    SymbolCursor cursor;
    bool done = false;
  };

  void note(Source& source, const Error& error) {
    source.done = true;
    report_.unreadable.push_back({source.segment->frame, error.message()});
  }

  void seek(const std::string& text) {
    for (Source& source : sources_) {
      if (source.done) continue;
      const Status status = source.cursor.seek(text);
      if (!status.ok()) note(source, status.error());
    }
  }

  // The cursors stand at the name or behind it, and then move on.
  void answer_here(const std::string& name) {
    std::vector<Hit> hits;
    if (const auto found = found_.hits.find(name); found != found_.hits.end()) hits = found->second;
    for (Source& source : sources_) {
      const Status status = take_places(source, name, hits);
      if (!status.ok()) note(source, status.error());
    }
    std::sort(hits.begin(), hits.end());
    for (const Hit& hit : hits) {
      if (!wants_more()) return;
      show(name, hit);
    }
  }

  Status take_places(Source& source, const std::string& name, std::vector<Hit>& hits) const {
    while (!source.done && !source.cursor.at_end() && source.cursor.name() == name) {
      COPSE_TRY(const auto places, source.cursor.places());
      for (const IndexedSymbol& place : places) {
        const std::string_view kind = source.segment->symbols.kinds()[place.kind];
        if (!filter_.takes_kind(kind)) continue;
        for (const std::uint32_t file : source.segment->files_of(place.document)) {
          if (!filter_.takes_file(file)) continue;
          hits.push_back({file, place.row, place.column, place.first_row, place.last_row, kind});
        }
      }
      COPSE_TRY_STATUS(source.cursor.next());
    }
    return success();
  }

  void show(const std::string& name, const Hit& hit) {
    const FileRecord record = store_.file(hit.file);
    Symbol symbol;
    symbol.name = name;
    symbol.kind = bare_kind(hit.kind);
    symbol.is_definition = hit.kind.starts_with(kDefinition);
    symbol.path = record.path;
    symbol.language = record.language;
    symbol.start = {hit.row, hit.column};
    symbol.first_row = hit.first_row;
    symbol.last_row = hit.last_row;
    ++report_.symbols;
    ended_ = !visit_(symbol);
  }

  const Store& store_;
  const FoundInTrees& found_;
  const SymbolRequest& request_;
  const Filter& filter_;
  const std::function<bool(const Symbol&)>& visit_;
  SymbolReport& report_;
  std::vector<Source> sources_;
  bool ended_ = false;
};

// The best names, best first.
std::vector<std::string> best_names(Answerer& answerer, Wanted& wanted) {
  std::set<std::pair<std::uint32_t, std::string>> best;
  answerer.all_names([&](std::string_view name) {
    const auto rank = wanted.rank(name);
    if (!rank || (best.size() == kFuzzyNamesMax && *rank > best.rbegin()->first)) return;
    best.emplace(*rank, name);
    if (best.size() > kFuzzyNamesMax) best.erase(std::prev(best.end()));
  });
  std::vector<std::string> names;
  for (const auto& [rank, name] : best)
    names.push_back(name);
  return names;
}

}  // namespace

const SymbolIndex& Workspace::Impl::symbol_index() const {
  const std::lock_guard lock(symbols_mutex);
  if (symbols == nullptr) symbols = std::make_unique<SymbolIndex>(SymbolIndex::open(store));
  return *symbols;
}

Result<TagsQuery> Workspace::Impl::tags_query(const FileRecord& record) const {
  const auto root = store.root(LanguageTable::tags_root(record.language));
  if (!root) {
    return Error(ErrorCode::Unsupported, "the store has no tags query for " + record.language +
                                             ": index again, with a grammar that has one");
  }
  COPSE_TRY(const Bytes packed, store.read_shared(*root, kTagsObject));
  COPSE_TRY(const Bytes bytes, unpack_object(packed));
  COPSE_TRY(const TagsText text, TagsText::decode(bytes));
  COPSE_TRY(auto grammar, objects.grammar(record.grammar));
  return TagsQuery::compile(Language(std::move(grammar)), text);
}

Result<SymbolReport> Workspace::symbols(const SymbolRequest& request,
                                        const std::function<bool(const Symbol&)>& visit) const {
  if (request.name.empty() && request.match == SymbolMatch::Exact) {
    return Error(ErrorCode::InvalidArgument, "an exact match needs a name");
  }
  COPSE_TRY(const Filter filter, Filter::make(*impl_, request));
  const SymbolIndex& index = impl_->symbol_index();
  SymbolReport report;
  report.unreadable = index.problems();
  const Status complete = impl_->store.check_complete();
  if (!complete.ok()) report.unreadable.push_back({"catalogue", complete.error().message()});
  for (const std::string& language : index.without_tags()) {
    if (filter.language().empty() || filter.language() == language)
      report.left_out.push_back(language);
  }
  if (request.limit == 0) return report;
  TreeSearch trees(*impl_, request, filter, report);
  COPSE_TRY(const FoundInTrees found, trees.run(index.uncovered()));
  Answerer answerer(impl_->store, index, found, request, filter, visit, report);
  Wanted wanted(request);
  if (wanted.match() == SymbolMatch::Fuzzy) {
    for (const std::string& name : best_names(answerer, wanted)) {
      if (!answerer.wants_more() || answerer.stopped()) break;
      answerer.answer_one(name);
    }
  } else {
    answerer.answer_range(wanted.name(), wanted.match() == SymbolMatch::Exact);
  }
  if (answerer.stopped()) return Error(ErrorCode::Interrupted, "the search was interrupted");
  return report;
}

Result<std::vector<OutlineItem>> Workspace::outline(std::string_view path) const {
  COPSE_TRY(const FileRecord record, impl_->find(path));
  COPSE_TRY(auto data, impl_->read_tree(record));
  COPSE_TRY(const TagsQuery query, impl_->tags_query(record));
  COPSE_TRY(std::vector<Tag> tags, query.tags(Tree(std::move(data))));
  std::erase_if(tags, [](const Tag& tag) { return !tag.entry.kind.starts_with(kDefinition); });
  std::sort(tags.begin(), tags.end(), [](const Tag& a, const Tag& b) {
    return std::tuple(a.begin_byte, ~a.end_byte, a.entry.place.start_byte) <
           std::tuple(b.begin_byte, ~b.end_byte, b.entry.place.start_byte);
  });
  std::vector<OutlineItem> items;
  std::vector<std::uint32_t> around;  // ends of what is open
  for (Tag& tag : tags) {
    while (!around.empty() && around.back() < tag.end_byte)
      around.pop_back();
    while (!around.empty() && around.back() <= tag.begin_byte)
      around.pop_back();
    const SymbolPlace& place = tag.entry.place;
    OutlineItem item;
    item.name = std::move(tag.entry.name);
    item.kind = bare_kind(tag.entry.kind);
    item.depth = static_cast<std::uint32_t>(around.size());
    item.start = {place.row, place.column};
    item.start_byte = place.start_byte;
    item.begin_byte = tag.begin_byte;
    item.end_byte = tag.end_byte;
    item.first_row = place.first_row;
    item.last_row = place.last_row;
    around.push_back(tag.end_byte);
    items.push_back(std::move(item));
  }
  return items;
}

}  // namespace copse
