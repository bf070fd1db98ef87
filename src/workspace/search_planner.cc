#include "workspace/search_planner.h"

#include <algorithm>

#include "postings/word_rules.h"

namespace copse {
namespace {

using Atom = TreeNeeds::Atom;
using Clause = std::vector<Atom>;

class Planner {
 public:
  Planner(const GrammarPostings& postings, const Grammar& grammar)
      : postings_(postings), grammar_(grammar), words_(grammar) {}

  PlannedFiles run(const TreeNeeds& needs) {
    PlannedFiles planned;
    if (needs.alternatives.empty()) {
      planned.files = postings_.files();
      planned.steps.emplace_back("nothing that the index knows");
      return planned;
    }
    for (const TreeNeeds::Conjunction& conjunction : needs.alternatives) {
      planned.files |= files_of(conjunction, planned.steps);
      for (const auto& texts : conjunction.texts)
        planned.steps.push_back(step_of_texts(texts));
    }
    return planned;
  }

 private:
  static std::string step_of_texts(const std::vector<std::string>& texts) {
    std::string step;
    for (const std::string& text : texts)
      step += (step.empty() ? "text " : " or ") + text;
    return step;
  }

  DocumentSet files_of(const TreeNeeds::Conjunction& conjunction,
                       std::vector<std::string>& steps) const {
    // Words leave the fewest files; they go first.
    std::vector<const Clause*> clauses;
    for (const Clause& clause : conjunction.clauses) {
      clauses.push_back(&clause);
    }
    std::stable_partition(clauses.begin(), clauses.end(), [](const Clause* clause) {
      return !clause->empty() && clause->front().kind == Atom::Kind::Word;
    });
    DocumentSet files = postings_.files();
    for (const Clause* clause : clauses) {
      if (clause->size() > kAtomsOfClauseMax) continue;
      std::uint64_t found = 0;
      if (files.count() <= kFewFiles || !keep(*clause, files, found)) continue;
      steps.push_back(text_of(*clause) + ": " + std::to_string(found) + " files, " +
                      std::to_string(files.count()) + " left");
    }
    return files;
  }

  // False when the clause says nothing.
  bool keep(const Clause& clause, DocumentSet& files, std::uint64_t& found) const {
    DocumentSet any;
    for (const Atom& atom : clause) {
      if (!add(atom, any)) return false;
    }
    found = any.count();
    files &= any;
    return true;
  }

  bool add(const Atom& atom, DocumentSet& any) const {
    switch (atom.kind) {
      case Atom::Kind::Symbol:
        any |= postings_.files_with_kind(atom.symbol);
        return true;
      case Atom::Kind::Edge: {
        EdgePattern pattern;
        if (atom.parent != 0) pattern.parent = atom.parent;
        if (atom.field != 0) pattern.field = atom.field;
        if (atom.symbol != 0) pattern.child = atom.symbol;
        any |= postings_.files_with_edge(pattern);
        return true;
      }
      case Atom::Kind::Word:
        break;
    }
    const std::vector<std::uint32_t> hashes = words_.words_of(atom.word);
    if (hashes.empty()) return false;
    DocumentSet files = postings_.files_with_word(hashes.front());
    for (std::size_t i = 1; i < hashes.size(); ++i) {
      files &= postings_.files_with_word(hashes[i]);
    }
    any |= files;
    return true;
  }

  std::string name_of(std::uint16_t symbol) const {
    return symbol == 0 ? "_" : std::string(grammar_.symbol_name(symbol));
  }

  std::string text_of(const Clause& clause) const {
    std::string text;
    for (const Atom& atom : clause) {
      if (!text.empty()) text += " or ";
      if (atom.kind == Atom::Kind::Word) {
        text += "word " + atom.word;
        continue;
      }
      if (atom.kind == Atom::Kind::Edge) text += name_of(atom.parent) + " > ";
      if (atom.field != 0) text += std::string(grammar_.field_name(atom.field)) + ": ";
      text += name_of(atom.symbol);
    }
    return text;
  }

  const GrammarPostings& postings_;
  const Grammar& grammar_;
  WordRules words_;
};

}  // namespace

PlannedFiles plan_files(const TreeNeeds& needs, const GrammarPostings& postings,
                        const Grammar& grammar) {
  return Planner(postings, grammar).run(needs);
}

}  // namespace copse
