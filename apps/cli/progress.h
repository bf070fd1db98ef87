// How far a long run has come: a bar on a terminal, a line now and then elsewhere.
#pragma once

#include <string>
#include <string_view>

#include "copse/workspace.h"

namespace copse::cli {

// Writes to standard error. Belongs to one thread.
class ProgressReporter {
 public:
  // `activity` begins each line: "indexing".
  explicit ProgressReporter(std::string_view activity);
  ProgressReporter(const ProgressReporter&) = delete;
  ProgressReporter& operator=(const ProgressReporter&) = delete;
  // Takes the bar away.
  ~ProgressReporter();

  // Cheap when it is too early for another line.
  void update(const IndexProgress& progress);
  // Takes the bar away, before something else is written.
  void clear();

 private:
  std::string bar_line(const IndexProgress& progress) const;

  std::string activity_;
  bool is_terminal_;
  bool shown_ = false;
  double next_s_;
};

}  // namespace copse::cli
