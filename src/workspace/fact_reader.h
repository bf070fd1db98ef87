// Facts of files that are in a store, from their trees.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "postings/document_facts.h"
#include "workspace/workspace_impl.h"

namespace copse {

// For several threads, each with its number. Borrows the workspace.
class FactReader {
 public:
  FactReader(Workspace::Impl& impl, unsigned threads) : impl_(impl), collectors_(threads) {}

  // None when the tree cannot be read. REQUIRES: thread < threads, and no other thread has it.
  std::optional<DocumentFacts> read(const FileRecord& record, unsigned thread) {
    auto tree = impl_.read_tree(record);
    if (!tree.ok()) return std::nullopt;
    const TreeData& data = *tree.value();
    auto& collector = collectors_[thread][record.grammar];
    if (collector == nullptr) collector = std::make_unique<FactCollector>(data.grammar);
    const std::span<const CopseFlatNode> nodes(data.nodes(), data.node_count());
    const std::string_view source = data.source();
    if (!data.fault().ok()) return std::nullopt;
    return collector->collect(nodes, source);
  }

 private:
  Workspace::Impl& impl_;
  std::vector<std::map<SharedId, std::unique_ptr<FactCollector>>> collectors_;
};

}  // namespace copse
