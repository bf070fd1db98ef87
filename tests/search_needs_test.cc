// An index leaves out files by what a search says it needs. So: whatever matches in a tree, the
// tree's facts meet the needs of what matched. Queries and patterns of the tests' data, and random
// ones made from the trees themselves; COPSE_SEED repeats a run.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "copse/rule.h"

#include "postings/document_facts.h"
#include "query/code_rule.h"
#include "query/compiled_query.h"
#include "query/source_filter.h"
#include "query_differential/query_generator.h"
#include "query_differential/settings.h"
#include "query_differential/sources.h"

namespace copse::query_differential {
namespace {

using Atom = TreeNeeds::Atom;

const std::filesystem::path kAstGrep = std::filesystem::path(COPSE_SOURCE_DIR) / "tests/ast_grep";

// A tree with its facts.
struct Searched {
  std::string name;
  Tree tree;
  DocumentFacts facts;
};

bool has_edge(const DocumentFacts& facts, const Atom& atom) {
  return std::any_of(facts.edges.begin(), facts.edges.end(), [&](const FactEdge& edge) {
    return (atom.parent == 0 || atom.parent == edge.parent) &&
           (atom.field == 0 || atom.field == edge.field) &&
           (atom.symbol == 0 || atom.symbol == edge.child);
  });
}

bool has(const DocumentFacts& facts, const Atom& atom, const WordRules& rules) {
  const auto among = [](const auto& values, auto value) {
    return std::find(values.begin(), values.end(), value) != values.end();
  };
  switch (atom.kind) {
    case Atom::Kind::Symbol:
      return among(facts.kinds, atom.symbol);
    case Atom::Kind::Edge:
      return has_edge(facts, atom);
    case Atom::Kind::Word:
      break;
  }
  const auto hashes = rules.words_of(atom.word);
  return facts.any_word || std::all_of(hashes.begin(), hashes.end(), [&](std::uint32_t hash) {
           return among(facts.words, hash);
         });
}

bool has_texts(std::string_view source, const TreeNeeds::Conjunction& all) {
  return std::all_of(all.texts.begin(), all.texts.end(), [&](const auto& texts) {
    return std::any_of(texts.begin(), texts.end(), [&](const std::string& text) {
      return source.find(text) != std::string_view::npos;
    });
  });
}

bool meets(const Searched& searched, const TreeNeeds& needs, const WordRules& rules) {
  const DocumentFacts& facts = searched.facts;
  const std::string_view source = searched.tree.source();
  const auto any_atom = [&](const std::vector<Atom>& clause) {
    return std::any_of(clause.begin(), clause.end(),
                       [&](const Atom& atom) { return has(facts, atom, rules); });
  };
  return needs.alternatives.empty() ||
         std::any_of(needs.alternatives.begin(), needs.alternatives.end(),
                     [&](const TreeNeeds::Conjunction& all) {
                       return has_texts(source, all) &&
                              std::all_of(all.clauses.begin(), all.clauses.end(), any_atom);
                     });
}

// One language: its trees, and what is searched for in them.
class NeedsCheck {
 public:
  explicit NeedsCheck(const TestedLanguage& language)
      : language_(language),
        collector_(language.live),
        sample_(language, "sample", language.sample),
        supertypes_(learn_supertypes(language.real, sample_.root())) {
    add("sample", language.sample);
    const auto damaged_by = [&](std::uint64_t seed) {
      std::mt19937_64 random(seed);
      return damaged(language.sample, random);
    };
    for (std::uint64_t seed = 1; seed <= 3; ++seed)
      add("damage " + std::to_string(seed), damaged_by(seed));
    std::mt19937_64 random(4);
    const std::vector<std::string> tokens = tokens_of(sample_);
    for (int i = 0; i < 6; ++i)
      add("soup " + std::to_string(i), token_soup(tokens, random));
    add("nothing", "");
  }

  void query(const std::string& text) {
    const auto query = Query::compile(Language(language_.live), text);
    if (!query.ok()) return;
    MatchOptions options;
    options.match_limit = 100;
    const TreeNeeds& needs = query.value().compiled()->needs;
    for (const Searched& searched : trees_) {
      bool matches = false;
      const auto status = query.value().matches(searched.tree, options, [&](const Match&) {
        matches = true;
        return false;
      });
      ASSERT_TRUE(status.ok()) << status.error().message();
      judge(searched, needs, matches, text);
    }
  }

  void random_query(std::uint64_t seed) {
    QueryGenerator generator(language_.real, sample_.root(), sample_.source(), supertypes_, seed);
    query(generator.query());
  }

  void rules(const Result<RuleSet>& set, const std::string& text) {
    if (!set.ok()) return;
    for (std::size_t i = 0; i < set.value().size(); ++i)
      rule(set.value().document(i), text);
  }

  void pattern(const std::string& text, Strictness strictness) {
    rules(RuleSet::from_pattern(PatternSpec{text, {}, strictness}, language_.id), text);
  }

  // The text of a node, some of whose children metavariables stand for.
  void random_pattern(std::uint64_t seed) {
    constexpr std::uint32_t bytes_max = 200;
    std::mt19937_64 random(seed);
    const TSNode node = random_node(random);
    const std::uint32_t begin = ts_node_start_byte(node);
    if (ts_node_end_byte(node) - begin > bytes_max) return;
    std::string text = sample_.source().substr(begin, ts_node_end_byte(node) - begin);
    for (std::uint32_t i = ts_node_named_child_count(node); i-- > 0;) {
      const TSNode child = ts_node_named_child(node, i);
      if (below(random, 3) != 0) continue;
      const std::uint32_t at = ts_node_start_byte(child) - begin;
      text.replace(at, ts_node_end_byte(child) - ts_node_start_byte(child),
                   below(random, 3) == 0 ? "$$$X" : "$" + std::string(1, "ABC"[below(random, 3)]));
    }
    constexpr Strictness all[] = {Strictness::Cst,     Strictness::Smart,     Strictness::Ast,
                                  Strictness::Relaxed, Strictness::Signature, Strictness::Template};
    pattern(text, all[below(random, std::size(all))]);
  }

  void random_rule(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    const std::string text = "language: " + language_.id + "\nrule: " + random_rule(random, 0);
    rules(RuleSet::from_yaml("rule", text), text);
  }

  std::size_t matched() const { return matched_; }
  std::size_t left_out() const { return left_out_; }

 private:
  static constexpr int kRuleDepthMax = 3;

  TSNode random_node(std::mt19937_64& random) const {
    TSNode node = sample_.root();
    for (std::size_t steps = 1 + below(random, 10); steps > 0; --steps) {
      const std::uint32_t children = ts_node_child_count(node);
      if (children == 0) break;
      node = ts_node_child(node, static_cast<std::uint32_t>(below(random, children)));
    }
    return node;
  }

  // YAML on one line, about nodes of the sample.
  std::string random_rule(std::mt19937_64& random, int depth) const {
    const auto inner = [&] { return random_rule(random, depth + 1); };
    switch (below(random, depth < kRuleDepthMax ? 10 : 3)) {
      case 0:
        return "{regex: '^[a-z]+$'}";
      case 1: {
        const TSNode node = random_node(random);
        const std::size_t begin = ts_node_start_byte(node);
        std::string quoted;
        for (const char c : sample_.source().substr(begin, ts_node_end_byte(node) - begin)) {
          if (c == '\n' || quoted.size() > 60) break;
          quoted += c == '\'' ? "''" : std::string(1, c);
        }
        return "{pattern: '" + quoted + "'}";
      }
      case 2:
      case 3:
        return "{kind: '" + std::string(ts_node_type(random_node(random))) + "'}";
      case 4:
      case 5:
        return "{any: [" + inner() + ", " + inner() + "]}";
      case 6:
        return "{all: [" + inner() + ", " + inner() + "]}";
      case 7:
        return "{all: [" + inner() + ", {not: " + inner() + "}]}";
      default: {
        constexpr std::string_view relations[] = {"has", "inside", "precedes", "follows"};
        const std::string other = inner();
        return "{all: [" + inner() + ", {" + std::string(relations[below(random, 4)]) + ": " +
               other.substr(0, other.size() - 1) + ", stopBy: end}}]}";
      }
    }
  }

  void add(std::string name, std::string source) {
    const Subject subject(language_, name, std::move(source));
    if (!subject.is_parsed()) return;
    Tree tree = subject.tree(Side::Live);
    const TreeData& data = *tree.data();
    DocumentFacts facts = collector_.collect({data.nodes(), data.node_count()}, data.source());
    trees_.push_back({std::move(name), std::move(tree), std::move(facts)});
  }

  void rule(const RuleDocument& document, const std::string& text) {
    std::vector<std::shared_ptr<const TreeData>> parsed;
    for (const std::string& fragment : CodeRule::fragments(document, language_.id)) {
      const RealTree tree = parse(language_.real, fragment);
      if (tree == nullptr) return;
      parsed.push_back(make_tree_data(language_.live, fragment, flatten(tree.get())));
    }
    const auto rule = CodeRule::compile(Language(language_.live), document, parsed);
    if (!rule.ok()) return;
    for (const Searched& searched : trees_) {
      bool matches = false;
      const Status status = rule.value().matches(searched.tree, [&](const Match&) {
        matches = true;
        return false;
      });
      ASSERT_TRUE(status.ok()) << status.error().message();
      const TreeData& data = *searched.tree.data();
      if (matches) {
        EXPECT_TRUE(rule.value().may_match(data.nodes(), data.node_count()))
            << language_.id << ", " << searched.name << ":\n"
            << text;
      }
      judge(searched, rule.value().needs(), matches, text);
    }
  }

  void judge(const Searched& searched, const TreeNeeds& needs, bool matches,
             const std::string& text) {
    const bool met = meets(searched, needs, collector_.words());
    EXPECT_TRUE(!met || SourceFilter(needs).may_match(searched.tree.source())) << text;
    EXPECT_TRUE(met || !matches) << language_.id << ", " << searched.name << " has a match of\n"
                                 << text;
    matched_ += matches && !needs.alternatives.empty() ? 1U : 0U;
    left_out_ += met ? 0U : 1U;
  }

  const TestedLanguage& language_;
  FactCollector collector_;
  Subject sample_;
  SupertypesByKind supertypes_;
  std::vector<Searched> trees_;
  std::size_t matched_ = 0;   // pairs of a tree and what matches in it and needs something
  std::size_t left_out_ = 0;  // pairs of a tree and what needs what the tree lacks
};

std::vector<std::string> split(const std::string& text, const std::string& separator) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (;;) {
    const std::size_t end = text.find(separator, begin);
    parts.push_back(text.substr(begin, end - begin));
    if (end == std::string::npos) return parts;
    begin = end + separator.size();
  }
}

TEST(SearchNeeds, FixedQueries) {
  for (const TestedLanguage& language : languages()) {
    NeedsCheck check(language);
    for (const std::string& name : {language.id, std::string("any")}) {
      for (const std::string& text : split(read_file(kDataDir / (name + ".scm")), ";---\n"))
        check.query(text);
    }
    EXPECT_GT(check.matched(), 0U) << language.id;
    EXPECT_GT(check.left_out(), 0U) << language.id;
  }
}

TEST(SearchNeeds, RandomQueries) {
  constexpr std::size_t rounds = 150;
  std::mt19937_64 random(seed_of_run());
  for (const TestedLanguage& language : languages()) {
    NeedsCheck check(language);
    const std::size_t share = ts_language_state_count(language.real) > 3000 ? 4 : 1;
    for (std::size_t i = 0; i < rounds / kShare / share; ++i)
      check.random_query(random());
    EXPECT_GT(check.matched(), 0U) << language.id;
    EXPECT_GT(check.left_out(), 0U) << language.id;
    if (HasFailure()) return;
  }
}

TEST(SearchNeeds, FixedPatternsAndRules) {
  for (const TestedLanguage& language : languages()) {
    NeedsCheck check(language);
    const std::filesystem::path patterns = kAstGrep / "patterns" / (language.id + ".txt");
    if (!std::filesystem::exists(patterns)) continue;
    for (const std::string& text : split(read_file(patterns), "---\n")) {
      for (const Strictness strictness : {Strictness::Cst, Strictness::Smart, Strictness::Ast,
                                          Strictness::Relaxed, Strictness::Signature}) {
        check.pattern(text.substr(0, text.find_last_not_of('\n') + 1), strictness);
      }
    }
    const std::filesystem::path rules = kAstGrep / "rules" / (language.id + ".yml");
    if (std::filesystem::exists(rules)) {
      for (const std::string& text : split(read_file(rules), "---\n"))
        check.rules(RuleSet::from_yaml("rules", text), text);
    }
    EXPECT_GT(check.matched(), 0U) << language.id;
    EXPECT_GT(check.left_out(), 0U) << language.id;
  }
}

TEST(SearchNeeds, RandomPatterns) {
  constexpr std::size_t rounds = 300;
  std::mt19937_64 random(seed_of_run());
  for (const TestedLanguage& language : languages()) {
    NeedsCheck check(language);
    for (std::size_t i = 0; i < rounds / kShare; ++i)
      check.random_pattern(random());
    EXPECT_GT(check.matched(), 0U) << language.id;
    EXPECT_GT(check.left_out(), 0U) << language.id;
    if (HasFailure()) return;
  }
}

TEST(SearchNeeds, RandomRules) {
  constexpr std::size_t rounds = 600;
  std::mt19937_64 random(seed_of_run());
  for (const TestedLanguage& language : languages()) {
    NeedsCheck check(language);
    for (std::size_t i = 0; i < rounds / kShare; ++i)
      check.random_rule(random());
    EXPECT_GT(check.matched(), 0U) << language.id;
    EXPECT_GT(check.left_out(), 0U) << language.id;
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace copse::query_differential
