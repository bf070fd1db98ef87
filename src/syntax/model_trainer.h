// How a tree model is learnt from trees.
#pragma once

#include <memory>
#include <string_view>

#include "syntax/tree_model.h"

namespace copse {

struct TrainingOptions {
  // Learn what the source says about shapes, too: only the small form gains by it.
  bool with_source = false;
};

// Collects shapes from trees and makes a model of them. Memory: about 30 bytes for each internal
// node that was added.
class ModelTrainer {
 public:
  explicit ModelTrainer(std::shared_ptr<const Grammar> grammar);

  // REQUIRES: `source` outlives the trainer.
  void add(const FlatTree& tree, std::string_view source);

  std::uint64_t nodes() const;

  // A model of what was added; of the grammar alone when nothing was. Deterministic. Cost: about
  // 0.3 us a node.
  std::shared_ptr<const TreeModel> train(const TrainingOptions& options = {}) const;

 private:
  struct Collected;
  std::shared_ptr<Collected> collected_;
};

}  // namespace copse
