#include "workspace/symbol_collector.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

#include "workspace/tags_directives.h"

namespace copse {
namespace {

constexpr std::string_view kDefinition = "definition.";
constexpr std::string_view kReference = "reference.";
// Names that wait for those before them in the text to be complete.
constexpr std::size_t kQueueMax = std::size_t{1} << 20;

Result<std::string> read_optional(FileSystem& file_system, const std::string& path) {
  auto bytes = file_system.read_file(path, TagsText::kBytesMax);
  if (bytes.ok()) return std::string(as_text(bytes.value()));
  if (bytes.error().code() == ErrorCode::NotFound) return std::string();
  return std::move(bytes).take_error();
}

}  // namespace

Result<TagsText> TagsText::beside(FileSystem& file_system, const std::string& library_path,
                                  std::string_view language) {
  const std::string folder = join_path(library_path.substr(0, library_path.rfind('/')),
                                       "queries/" + std::string(language));
  TagsText text;
  COPSE_TRY(text.tags, read_optional(file_system, join_path(folder, "tags.scm")));
  COPSE_TRY(text.locals, read_optional(file_system, join_path(folder, "locals.scm")));
  if (text.tags.empty()) text.locals.clear();
  return text;
}

Bytes TagsText::encode() const {
  Bytes bytes;
  ByteWriter out(bytes);
  out.text(locals);
  out.text(tags);
  return bytes;
}

Result<TagsText> TagsText::decode(ByteView bytes) {
  ByteReader in(bytes);
  TagsText text;
  text.locals = in.text();
  text.tags = in.text();
  if (in.failed() || !in.at_end() || text.locals.size() > kBytesMax ||
      text.tags.size() > kBytesMax) {
    return Error(ErrorCode::Corrupt, "a language's tags query makes no sense");
  }
  return text;
}

// ---- compiling ---------------------------------------------------------------------------------

Result<TagsQuery> TagsQuery::compile(const Language& language, const TagsText& text) {
  const std::string all = text.locals + text.tags;
  auto query = Query::compile(language, all);
  if (!query.ok()) {
    return std::move(query).take_error().with_context("tags query of " +
                                                      std::string(language.name()));
  }
  const auto locals = read_tags_directives(text.locals).size();
  TagsQuery tags(std::move(query).value(), static_cast<std::uint32_t>(locals));
  for (const TagsDirectives& directives : read_tags_directives(all)) {
    tags.patterns_.push_back({directives.name_must_be_non_local, directives.scope_inherits});
  }
  if (tags.patterns_.size() != tags.query_.pattern_count()) {
    return Error(ErrorCode::InvalidArgument,
                 "tags query of " + std::string(language.name()) + ": " +
                     std::to_string(tags.query_.pattern_count()) + " patterns, " +
                     std::to_string(tags.patterns_.size()) + " of them told apart");
  }
  for (const std::string& name : tags.query_.capture_names()) {
    const bool kind = (name.starts_with(kDefinition) && name.size() > kDefinition.size()) ||
                      (name.starts_with(kReference) && name.size() > kReference.size());
    Role role = Role::None;
    if (name == "name") role = Role::Name;
    if (name == "ignore") role = Role::Ignore;
    if (name == "local.scope") role = Role::Scope;
    if (name == "local.definition") role = Role::LocalDefinition;
    if (kind && name.size() <= kSymbolKindBytesMax) role = Role::Kind;
    tags.roles_.push_back(role);
  }
  return tags;
}

// ---- running -----------------------------------------------------------------------------------

// The crate's TagsIter: matches go in, tags come out through a queue that is sorted by where names
// end, so that a name that several patterns match becomes one tag.
class TagsQuery::Collector {
 public:
  explicit Collector(const TagsQuery& query) : query_(query) {}

  void take(const Match& match) {
    pop_complete();
    if (match.pattern < query_.locals_patterns_) {
      take_locals(match);
    } else {
      take_tag(match);
    }
    if (queue_.size() > kQueueMax) pop();
  }

  std::vector<Tag> finish() {
    pop_complete();
    while (!queue_.empty()) {
      pop();
    }
    return std::move(tags_);
  }

 private:
  struct Scope {
    std::uint32_t begin;
    std::uint32_t end;
    bool inherits;
    std::vector<std::string_view> names;
  };
  struct Waiting {
    std::uint32_t name_begin;
    std::uint32_t name_end;
    std::uint32_t pattern;
    std::optional<Tag> tag;  // none: ignored
  };

  void pop() {
    if (queue_.front().tag) tags_.push_back(std::move(*queue_.front().tag));
    queue_.pop_front();
  }

  void pop_complete() {
    while (queue_.size() > 1 && queue_.front().name_end < queue_.back().name_begin) {
      pop();
    }
  }

  void take_locals(const Match& match) {
    for (const Capture& capture : *match.captures) {
      const Role role = query_.roles_[capture.index];
      const Node node = capture.node;
      if (role == Role::Scope) {
        scopes_.push_back({node.start_byte(),
                           node.end_byte(),
                           query_.patterns_[match.pattern].scope_inherits,
                           {}});
      } else if (role == Role::LocalDefinition) {
        const auto scope = std::find_if(scopes_.rbegin(), scopes_.rend(), [&](const Scope& each) {
          return each.begin <= node.start_byte() && each.end >= node.end_byte();
        });
        if (scope != scopes_.rend()) scope->names.push_back(node.text());
      }
    }
  }

  bool is_local(Node name) const {
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
      if (scope->begin > name.start_byte() || scope->end < name.end_byte()) continue;
      const auto& names = scope->names;
      if (std::find(names.begin(), names.end(), name.text()) != names.end()) return true;
      if (!scope->inherits) return false;
    }
    return false;
  }

  void take_tag(const Match& match) {
    std::optional<Node> name;
    std::optional<Node> item;
    std::uint32_t kind = 0;
    bool ignored = false;
    for (const Capture& capture : *match.captures) {
      const Role role = query_.roles_[capture.index];
      if (role == Role::Name || role == Role::Ignore) name = capture.node;
      if (role == Role::Ignore) ignored = true;
      if (role != Role::Kind) continue;
      item = capture.node;
      kind = capture.index;
    }
    if (!name || (!item && !ignored)) return;
    Waiting waiting{name->start_byte(), name->end_byte(), match.pattern, std::nullopt};
    if (item) {
      if (name->has_error()) return;
      if (query_.patterns_[match.pattern].name_must_be_non_local && is_local(*name)) return;
      waiting.tag = make_tag(*name, *item, query_.query_.capture_names()[kind]);
    }
    put(std::move(waiting));
  }

  // None for a name that is kept in no index.
  static std::optional<Tag> make_tag(Node name, Node item, const std::string& kind) {
    Tag tag;
    tag.begin_byte = std::min(item.start_byte(), name.start_byte());
    tag.end_byte = std::max(item.end_byte(), name.end_byte());
    const std::uint32_t name_bytes = name.end_byte() - name.start_byte();
    if (name_bytes == 0 || name_bytes > kSymbolNameBytesMax) return std::nullopt;
    const Point start = name.start_point();
    tag.entry.name = name.text();
    tag.entry.kind = kind;
    tag.entry.place.start_byte = name.start_byte();
    tag.entry.place.row = start.row;
    tag.entry.place.column = start.column;
    tag.entry.place.first_row = std::min(item.start_point().row, start.row);
    tag.entry.place.last_row = std::max(item.end_point().row, start.row);
    return tag;
  }

  void put(Waiting waiting) {
    const auto at = std::lower_bound(
        queue_.begin(), queue_.end(), waiting, [](const Waiting& a, const Waiting& b) {
          return std::pair(a.name_end, a.name_begin) < std::pair(b.name_end, b.name_begin);
        });
    if (at == queue_.end() || at->name_end != waiting.name_end ||
        at->name_begin != waiting.name_begin) {
      queue_.insert(at, std::move(waiting));
    } else if (at->pattern > waiting.pattern) {
      *at = std::move(waiting);
    }
  }

  const TagsQuery& query_;
  std::vector<Scope> scopes_;
  std::deque<Waiting> queue_;
  std::vector<Tag> tags_;
};

Result<std::vector<Tag>> TagsQuery::tags(const Tree& tree) const {
  Collector collector(*this);
  const auto done = query_.matches(tree, {}, [&](const Match& match) {
    collector.take(match);
    return true;
  });
  if (!done.ok()) return done.error();
  // Names are read from the source, which may be damaged where the nodes are not.
  COPSE_TRY_STATUS(tree.fault());
  return collector.finish();
}

Result<std::vector<SymbolEntry>> TagsQuery::collect(const Tree& tree) const {
  COPSE_TRY(std::vector<Tag> found, tags(tree));
  std::vector<SymbolEntry> entries;
  entries.reserve(found.size());
  for (Tag& tag : found) {
    entries.push_back(std::move(tag.entry));
  }
  return entries;
}

}  // namespace copse
