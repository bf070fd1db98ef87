// Hidden records as revisions.
#include "workspace/revision_reader.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace copse {
namespace {

constexpr std::size_t kShortDigits = 10;
constexpr std::size_t kDigitsMin = 4;
constexpr std::size_t kNamedMax = 5;

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& letter : made) {
    if (letter >= 'A' && letter <= 'F') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return made;
}

// A few of them, for a message.
std::string listed(const std::vector<const RevisionHeader*>& headers) {
  std::string text;
  for (std::size_t i = 0; i < std::min(headers.size(), kNamedMax); ++i) {
    text += (i == 0 ? "" : ", ") + short_id(headers[i]->id);
    for (const std::string& name : headers[i]->names) {
      text += " (" + name + ")";
    }
  }
  return headers.size() > kNamedMax ? text + ", ..." : text;
}

// Clocks of committers differ, and a rebase makes many commits in a second: none comes before the
// one that it follows.
std::vector<RevisionHeader> in_order(std::vector<RevisionHeader> by_time) {
  std::map<ObjectId, std::size_t> waiting;
  for (std::size_t i = 0; i < by_time.size(); ++i) {
    waiting.emplace(by_time[i].id, i);
  }
  std::vector<std::size_t> order;
  std::vector<std::size_t> chain;
  for (std::size_t i = 0; i < by_time.size(); ++i) {
    std::optional<ObjectId> at = by_time[i].id;
    while (at) {
      const auto found = waiting.find(*at);
      if (found == waiting.end()) break;
      chain.push_back(found->second);
      at = by_time[found->second].previous;
      waiting.erase(found);
    }
    order.insert(order.end(), chain.rbegin(), chain.rend());
    chain.clear();
  }
  std::vector<RevisionHeader> headers;
  headers.reserve(order.size());
  for (const std::size_t i : order) {
    headers.push_back(std::move(by_time[i]));
  }
  return headers;
}

}  // namespace

std::string short_id(const ObjectId& id) {
  return id.hex().substr(0, kShortDigits);
}

Result<std::vector<ObjectId>> RevisionReader::ids() const {
  const std::string_view prefix = revision_record_prefix();
  std::vector<ObjectId> ids;
  for (const std::string& path : workspace_.store.record_paths(prefix)) {
    if (path.size() != prefix.size() + ObjectId::kSizeBytes) continue;
    ObjectId id;
    std::copy(path.begin() + static_cast<std::ptrdiff_t>(prefix.size()), path.end(),
              id.digest.begin());
    ids.push_back(id);
  }
  // Asking for what is not there tells of a catalogue that lost what it may have been.
  COPSE_TRY_STATUS(workspace_.store.find_record(prefix));
  return ids;
}

Result<Revision> RevisionReader::read(const ObjectId& id) const {
  COPSE_TRY(auto record, workspace_.store.find_record(revision_record_path(id)));
  if (!record) return Error(ErrorCode::NotFound, "the store has no revision " + id.hex());
  record->path = shown_path(record->path);
  COPSE_TRY(const std::string bytes, workspace_.read_source(*record));
  COPSE_TRY(Revision revision, decode_revision(as_bytes(bytes), record->path));
  if (revision.header.id == id) return revision;
  return Error(ErrorCode::Corrupt, record->path + " is the list of another revision");
}

Result<RevisionFiles> RevisionReader::files(const ObjectId& id) const {
  return rebuild_files(id, [this](const ObjectId& each) { return read(each); });
}

Result<std::vector<RevisionHeader>> RevisionReader::headers(
    std::vector<FileProblem>& problems) const {
  COPSE_TRY(const std::vector<ObjectId> all, ids());
  std::vector<RevisionHeader> headers;
  headers.reserve(all.size());
  for (const ObjectId& id : all) {
    auto revision = read(id);
    if (revision.ok()) {
      headers.push_back(std::move(revision.value().header));
    } else {
      problems.push_back({"revision " + id.hex(), revision.error().message()});
    }
  }
  std::sort(headers.begin(), headers.end(), [](const RevisionHeader& a, const RevisionHeader& b) {
    return std::pair(a.time_s, a.id) < std::pair(b.time_s, b.id);
  });
  return in_order(std::move(headers));
}

Result<ObjectId> find_revision(const std::vector<RevisionHeader>& headers, std::string_view text) {
  std::vector<const RevisionHeader*> found;
  for (const RevisionHeader& header : headers) {
    if (std::binary_search(header.names.begin(), header.names.end(), text)) {
      found.push_back(&header);
    }
  }
  if (found.empty() && text.size() >= kDigitsMin && is_hex(text)) {
    for (const RevisionHeader& header : headers) {
      if (header.id.hex().starts_with(lower(text))) found.push_back(&header);
    }
  }
  if (found.size() == 1) return found.front()->id;
  if (found.size() > 1) {
    return Error(ErrorCode::InvalidArgument, "'" + std::string(text) + "' is the beginning of " +
                                                 std::to_string(found.size()) +
                                                 " revisions: " + listed(found));
  }
  return Error(ErrorCode::NotFound, "the store has no revision '" + std::string(text) + "'");
}

}  // namespace copse
