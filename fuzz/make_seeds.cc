// Writes the seeds that cannot be typed: copse_fuzz_seeds <folder of the corpora>. They are kept in
// fuzz/corpus; run it again when a target's input changes its form, or a format does.
#include <filesystem>
#include <utility>

#include "copse/query.h"

#include "codec/delta.h"
#include "codec/page_delta.h"
#include "codec/page_delta_format.h"
#include "delta_base.h"
#include "fuzz_support.h"
#include "postings/postings_builder.h"
#include "syntax/side_streams.h"

namespace {

using namespace copse;

constexpr const char* kSources[] = {
    R"({"a": [1, true, -2.5e3, "b\n"], "c": null, "dd": {"e": [[], {}]}})",
    "[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]], 2",
    "{\"a\" 1, : tru, [\"\\q\" // c\n}}\t\x01",
    "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]\n",
};

class Corpus {
 public:
  Corpus(std::filesystem::path root, const std::string& name) : folder_(std::move(root) / name) {
    std::filesystem::create_directories(folder_);
  }

  void add(const std::string& name, const Bytes& bytes) const {
    std::ofstream file(folder_ / name, std::ios::binary);
    file << as_text(bytes);
    fuzz::require(file.good());
  }

 private:
  std::filesystem::path folder_;
};

void put_text(Bytes& bytes, std::string_view text) {
  ByteWriter(bytes).raw(as_bytes(text));
}

void make_trees(const Corpus& trees, const Corpus& blocks) {
  constexpr fuzz::ModelKind kKinds[] = {fuzz::ModelKind::Golden2, fuzz::ModelKind::Golden1,
                                        fuzz::ModelKind::Base};
  for (std::size_t s = 0; s < std::size(kSources); ++s) {
    const std::string source = kSources[s];
    const FlatTree tree = fuzz::parse(source);
    for (const fuzz::ModelKind kind : kKinds) {
      const auto model = static_cast<std::uint8_t>(kind);
      for (const TreeForm form : fuzz::kForms) {
        const auto number = static_cast<std::uint8_t>(form);
        const std::string name = "source_" + std::to_string(s) + "_model_" + std::to_string(model) +
                                 "_form_" + std::to_string(number);
        const std::uint32_t block_nodes = (s + model) % 2 == 0 ? kBlockNodesMin : kBlockNodes;
        Bytes seed{model, static_cast<std::uint8_t>(source.size())};
        put_text(seed, source);
        const Bytes stored = encode_tree(fuzz::model(kind), tree, source, {form, block_nodes});
        seed.insert(seed.end(), stored.begin(), stored.end());
        trees.add(name, seed);
        // Two patches: of the first block's payload, or the jump table.
        Bytes block{static_cast<std::uint8_t>(model | number << 2),
                    static_cast<std::uint8_t>(s),
                    2,
                    9,
                    0,
                    1,
                    30,
                    0,
                    0};
        put_text(block, source);
        if (kind == fuzz::ModelKind::Golden2) blocks.add(name, block);
      }
    }
  }
}

void make_models(const Corpus& models) {
  const auto add = [&](const std::string& name, std::uint8_t version, ByteView bytes) {
    constexpr std::size_t kHeaderBytes = 40;
    Bytes seed{version};
    seed.insert(seed.end(), bytes.begin() + kHeaderBytes, bytes.end());
    models.add(name, seed);
  };
  add("golden_1", 1, fuzz::model(fuzz::ModelKind::Golden1).bytes());
  add("golden_2", 2, fuzz::model(fuzz::ModelKind::Golden2).bytes());
  add("base", 2, fuzz::model(fuzz::ModelKind::Base).bytes());
  add("learnt", 2, fuzz::model(fuzz::ModelKind::Learnt).bytes());
}

void make_rans(const Corpus& streams) {
  const Bytes counts{1, 200, 3, 0, 41, 255, 7};
  std::vector<std::uint64_t> weights;
  for (const std::uint8_t count : counts)
    weights.push_back(std::uint64_t{count} << (count % 40));
  const auto scaled = scale_counts(weights);
  RansEncoder out;
  constexpr std::uint16_t kSymbols = 300;
  for (std::uint16_t i = 0; i < kSymbols; ++i) {
    const std::size_t wanted = i * std::size_t{7919} % counts.size();
    std::uint16_t start = 0;
    for (std::size_t k = 0; k < wanted; ++k)
      start = static_cast<std::uint16_t>(start + scaled[k]);
    const std::size_t symbol = scaled[wanted] == 0 ? 0 : wanted;
    out.put({symbol == 0 ? std::uint16_t{0} : start, scaled[symbol]});
  }
  Bytes seed{static_cast<std::uint8_t>(counts.size())};
  seed.insert(seed.end(), counts.begin(), counts.end());
  ByteWriter writer(seed);
  writer.u16(kSymbols);
  writer.raw(out.finish());
  streams.add("symbols", seed);
}

void make_side_streams(const Corpus& streams) {
  Bytes spans;
  Bytes lookaheads;
  ByteWriter span_out(spans);
  ByteWriter lookahead_out(lookaheads);
  for (std::uint64_t i = 0; i < 8; ++i) {
    const std::uint64_t parts = i % 4;
    span_out.varint((i * 300) << 2 | parts);
    if ((parts & 2) != 0) span_out.varint(i * 77);
    if ((parts & 1) != 0) span_out.varint(i << (8 * i % 56));
    lookahead_out.zigzag(static_cast<std::int64_t>(i * i * i) - 1);
  }
  for (const auto table : {std::uint8_t{0}, std::uint8_t{1}}) {
    const auto kind = table == 0 ? fuzz::ModelKind::Golden2 : fuzz::ModelKind::Base;
    RansEncoder out;
    put_side_streams(out, fuzz::model(kind).numbers(), spans, lookaheads);
    Bytes seed{table, 8};
    const Bytes stream = out.finish();
    seed.insert(seed.end(), stream.begin(), stream.end());
    streams.add("exceptions_" + std::to_string(table), seed);
  }
}

void make_postings(const Corpus& postings) {
  FactCollector collector(fuzz::json().grammar());
  PostingsBuilder builder(fuzz::json().grammar()->identity());
  std::uint64_t key = 7;
  for (const char* const source : kSources) {
    const DocumentFacts facts = collector.collect(fuzz::parse(source).nodes, source);
    Bytes seed{1};
    const Bytes bytes = write_facts(facts);
    seed.insert(seed.end(), bytes.begin(), bytes.end());
    postings.add("facts_" + std::to_string(key), seed);
    builder.add(key++, facts);
  }
  Bytes seed{0};
  const Bytes bytes = builder.finish();
  seed.insert(seed.end(), bytes.begin(), bytes.end());
  postings.add("segment", seed);
}

void make_queries(const Corpus& queries) {
  constexpr std::pair<const char*, const char*> kTexts[] = {
      {"plain", "(number) @n"},
      {"nothing", ""},
      {"shapes", R"((array . ((_value) . (number)+ @n)* (null)? .) @list (_ (ERROR) @error)
         (pair !value) @half (MISSING "]") @missing (_value/number) [(true) (false)] @b)"},
      {"predicates", R"(((pair key: (string) @key value: (_)? @value) (#eq? @key "\"a\"")
         (#any-of? @key "x" "y") (#not-match? @value "^[a-c]\\d$") (#set! @key kind "entry")
         (#is? local) (#strip! @key ".")) ((number) @a (string) @c (#eq? @a @c)))"},
  };
  for (const auto& [name, text] : kTexts) {
    const auto query = Query::compile(Language(fuzz::json().grammar()), text);
    fuzz::require(query.ok());
    const std::string bytes = query.value().to_bytes();
    queries.add(name, {bytes.begin(), bytes.end()});
  }
}

// Two images of a few pages: moved, emptied, changed a little, new.
void make_page_deltas(const Corpus& deltas) {
  Bytes base(5 * kPageBytes);
  for (std::size_t i = 0; i < base.size(); ++i)
    base[i] = static_cast<std::uint8_t>(i * i >> (i / kPageBytes));
  Bytes target(base.begin() + kPageBytes, base.end());
  target.resize(6 * kPageBytes + 100);
  for (std::size_t i = 0; i < 40; ++i)
    ++target[kPageBytes + 97 * i];
  std::copy_n(base.begin() + 777, 1000, target.begin() + 5 * kPageBytes);
  const auto payload = encode_page_delta(base, target, {});
  fuzz::require(payload.ok());
  const auto segments = read_page_header(payload.value(), target.size());
  fuzz::require(segments.ok() && segments.value().size() == 1);
  PageStreams streams;
  fuzz::require(load_streams(segments.value()[0].stored, target.size(), streams).ok());
  const auto add = [&](const std::string& name, std::uint8_t use, const Bytes& rest) {
    Bytes seed;
    ByteWriter out(seed);
    out.u8(use);
    out.u16(static_cast<std::uint16_t>(base.size()));
    out.u16(static_cast<std::uint16_t>(target.size()));
    out.raw(base);
    out.raw(rest);
    deltas.add(name, seed);
  };
  Bytes raw;
  for (const Bytes& stream : streams) {
    ByteWriter(raw).u16(static_cast<std::uint16_t>(stream.size()));
    ByteWriter(raw).raw(stream);
  }
  const ByteView stored = segments.value()[0].stored;
  add("target", 0, target);
  add("payload", 1, payload.value());
  add("segment", 2, {stored.begin(), stored.end()});
  add("streams", 3, raw);
}

// A payload of each algorithm, a whole delta, and pairs to encode.
void make_deltas(const Corpus& deltas) {
  const ByteView base = as_bytes(fuzz::kDeltaBase);
  const ByteView target = as_bytes(fuzz::kDeltaTarget);
  const auto add = [&](const std::string& name, std::uint8_t kind, std::size_t number,
                       ByteView rest) {
    Bytes seed{kind, static_cast<std::uint8_t>(number), static_cast<std::uint8_t>(number >> 8)};
    seed.insert(seed.end(), rest.begin(), rest.end());
    deltas.add(name, seed);
  };
  Bytes pair(base.begin(), base.end());
  pair.insert(pair.end(), target.begin(), target.end());
  for (std::uint8_t i = 0; i + 1U < kDeltaAlgorithmCount; ++i) {
    const auto algorithm = static_cast<DeltaAlgorithm>(i);
    const std::string name(delta_algorithm_name(algorithm));
    const auto delta = encode_delta(base, target, {.algorithm = algorithm});
    fuzz::require(delta.ok());
    const auto header = read_delta_header(delta.value().bytes, 0);
    fuzz::require(header.ok());
    add("payload_" + name, i, target.size(),
        ByteView(delta.value().bytes).subspan(header.value().header_bytes));
    add("pair_" + name, static_cast<std::uint8_t>(128 + 3 * i), base.size(), pair);
    if (algorithm == DeltaAlgorithm::Rolling) add("whole", 0, target.size(), delta.value().bytes);
  }
  add("pair_auto", 128 + 3 * static_cast<std::uint8_t>(DeltaAlgorithm::Pages), base.size(), pair);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  make_trees({argv[1], "tree"}, {argv[1], "tree_blocks"});
  make_models({argv[1], "tree_model"});
  make_rans({argv[1], "rans"});
  make_side_streams({argv[1], "side_streams"});
  make_postings({argv[1], "postings"});
  make_queries({argv[1], "stored_query"});
  make_page_deltas({argv[1], "page_delta"});
  make_deltas({argv[1], "delta"});
  return 0;
}
