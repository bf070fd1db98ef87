// A plain map beside a store, for tests: the same operations on both, then compare.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/io/memory_file_system.h"
#include "store/store.h"
#include "store/store_writer.h"

namespace copse::testing_model {

inline constexpr std::uint8_t kSourceType = 1;
inline constexpr std::uint8_t kTreeType = 2;
inline constexpr std::uint8_t kNamedType = 9;
inline constexpr std::uint8_t kGrammarKind = 7;
inline constexpr char kDirectory[] = "/data/store";

struct ModelFile {
  std::string source;
  std::optional<std::string> tree;
  std::string grammar;  // empty: none
  std::string note;
  std::uint64_t nodes = 0;

  bool operator==(const ModelFile&) const = default;
};

struct Model {
  std::map<std::string, ModelFile> files;
  std::map<std::string, std::string> roots;
  std::map<std::string, std::string> named;  // frames by name

  bool operator==(const Model&) const = default;
};

inline WriterOptions fixed_options(std::uint64_t pack_limit_bytes = kDefaultPackLimitBytes) {
  WriterOptions options;
  options.pack_limit_bytes = pack_limit_bytes;
  options.new_store_id = 42;
  return options;
}

inline Status put(StoreWriter& writer, Model& model, const std::string& path,
                  const ModelFile& file) {
  FileRecord record;
  record.path = path;
  record.content = content_id(as_bytes(file.source));
  record.source_bytes = file.source.size();
  record.lines = file.source.size() / 10;
  COPSE_TRY(record.source,
            writer.append_frame(kSourceType, 3, file.source.size(), as_bytes(file.source)));
  if (file.tree) {
    COPSE_TRY(record.tree,
              writer.append_frame(kTreeType, 4, file.tree->size() * 3, as_bytes(*file.tree)));
    record.language = "c";
  }
  if (!file.grammar.empty()) {
    COPSE_TRY(record.grammar, writer.put_shared(kGrammarKind, as_bytes(file.grammar)));
  }
  record.nodes = file.nodes;
  record.visible_nodes = file.nodes / 2;
  record.changed_ns = 1'700'000'000'000'000'000 + static_cast<std::int64_t>(file.nodes);
  record.file_size = file.source.size();
  record.inode = 1000 + file.nodes;
  record.note = file.note;
  COPSE_TRY_STATUS(writer.put(record));
  model.files[path] = file;
  return success();
}

inline Status set_root(StoreWriter& writer, Model& model, const std::string& name,
                       const std::string& object) {
  COPSE_TRY(const SharedId id, writer.put_shared(kGrammarKind, as_bytes(object)));
  COPSE_TRY_STATUS(writer.set_root(name, id));
  model.roots[name] = object;
  return success();
}

// No text: the name goes.
inline Status set_named(StoreWriter& writer, Model& model, const std::string& name,
                        const std::optional<std::string>& text) {
  if (!text) {
    COPSE_TRY_STATUS(writer.set_named_frame(name, std::nullopt));
    model.named.erase(name);
    return success();
  }
  COPSE_TRY(const FrameRef ref, writer.append_frame(kNamedType, 5, text->size(), as_bytes(*text)));
  COPSE_TRY_STATUS(writer.set_named_frame(name, ref));
  model.named[name] = *text;
  return success();
}

inline ModelFile random_file(std::mt19937_64& random) {
  ModelFile file;
  const std::size_t source_bytes = random() % 60;
  for (std::size_t i = 0; i < source_bytes; ++i) {
    file.source.push_back(static_cast<char>(random()));
  }
  if (random() % 3 != 0) file.tree = "tree" + std::to_string(random() % 1000);
  if (random() % 2 == 0) file.grammar = "grammar " + std::to_string(random() % 3);
  if (random() % 5 == 0) file.note = "note " + std::to_string(random() % 9);
  file.nodes = random() % 100000;
  return file;
}

// Some puts and removals on both, and of names, too; stops at the first error.
// NOLINTNEXTLINE(readability-function-size): the macros nest, not the code
inline Status change(StoreWriter& writer, Model& model, std::mt19937_64& random, int operations) {
  for (int i = 0; i < operations; ++i) {
    const std::string path =
        "dir" + std::to_string(random() % 4) + "/f\xff" + std::to_string(random() % 12) + ".c";
    if (random() % 4 == 0) {
      COPSE_TRY_STATUS(writer.remove(path));
      model.files.erase(path);
    } else {
      COPSE_TRY_STATUS(put(writer, model, path, random_file(random)));
    }
  }
  const std::string name = "name " + std::to_string(random() % 3);
  const std::uint64_t chance = random() % 6;
  if (chance < 2) {
    COPSE_TRY_STATUS(set_named(writer, model, name, "text " + std::to_string(random() % 1000)));
  } else if (chance == 2) {
    COPSE_TRY_STATUS(set_named(writer, model, name, std::nullopt));
  }
  return success();
}

// The frame as it is read and as it is mapped, which must be the same.
inline Result<Frame> read_both(const Store& store, const FrameRef& ref) {
  COPSE_TRY(Frame frame, store.read_frame(ref));
  COPSE_TRY(const FrameView view, store.read_view(ref));
  if (as_text(view.payload) != as_text(frame.payload()) || view.type != frame.type ||
      view.codec != frame.codec || view.raw_bytes != frame.raw_bytes) {
    return Error(ErrorCode::Corrupt, "the view of a frame differs from the frame");
  }
  return frame;
}

// What a record leads to, all of it read. The error of the first thing that cannot be.
inline Result<ModelFile> load(const Store& store, const FileRecord& record) {
  ModelFile file;
  COPSE_TRY(const Frame source, read_both(store, record.source));
  file.source = as_text(source.payload());
  if (record.tree) {
    COPSE_TRY(const Frame tree, read_both(store, *record.tree));
    file.tree = std::string(as_text(tree.payload()));
  }
  if (!record.grammar.none()) {
    COPSE_TRY(const Bytes grammar, store.read_shared(record.grammar, kGrammarKind));
    file.grammar = as_text(grammar);
  }
  file.note = record.note;
  file.nodes = record.nodes;
  return file;
}

// Every field that put() derives from the file.
inline bool fields_agree(const FileRecord& record, const ModelFile& file) {
  return record.content == content_id(as_bytes(file.source)) &&
         record.source_bytes == file.source.size() && record.lines == file.source.size() / 10 &&
         record.file_size == file.source.size() && record.inode == 1000 + file.nodes &&
         record.visible_nodes == file.nodes / 2 && record.parser_build == 0 &&
         record.changed_ns == 1'700'000'000'000'000'000 + static_cast<std::int64_t>(file.nodes) &&
         record.language == (file.tree ? "c" : "") && record.model.none() &&
         record.source.raw_bytes == file.source.size() &&
         (!record.tree || record.tree->raw_bytes == file.tree->size() * 3);
}

// The whole store as a model.
inline Result<Model> read_all(const Store& store) {
  Model model;
  COPSE_TRY_STATUS(store.check_complete());
  for (std::size_t i = 0; i < store.file_count(); ++i) {
    const FileRecord record = store.file(i);
    COPSE_TRY(ModelFile file, load(store, record));
    if (record.path != store.path(i) || !fields_agree(record, file)) {
      return Error(ErrorCode::Corrupt, "wrong fields for " + record.path);
    }
    model.files[record.path] = std::move(file);
  }
  for (const std::string& name : store.root_names()) {
    COPSE_TRY(const Bytes object, store.read_shared(*store.root(name), kGrammarKind));
    model.roots[name] = as_text(object);
  }
  for (const std::string& name : store.named_frames()) {
    COPSE_TRY(const Frame frame, read_both(store, *store.named_frame(name)));
    model.named[name] = as_text(frame.payload());
  }
  return model;
}

inline Result<Model> read_all(FileSystem& file_system, const std::string& directory) {
  COPSE_TRY(const Store store, Store::open(file_system, directory));
  return read_all(store);
}

// Fails the test unless the store is `expected`, undamaged.
inline void expect_model(FileSystem& file_system, const Model& expected,
                         const std::string& directory = kDirectory) {
  auto store = Store::open(file_system, directory);
  ASSERT_TRUE(store.ok()) << store.error().message();
  const auto model = read_all(store.value());
  ASSERT_TRUE(model.ok()) << model.error().message();
  EXPECT_TRUE(model.value() == expected);
  EXPECT_EQ(store.value().damages().size(), 0U);
  const auto found = store.value().find("no such path");
  ASSERT_TRUE(found.ok());
  EXPECT_FALSE(found.value().has_value());
  const auto summary = store.value().verify(
      [](const Damage& damage) { ADD_FAILURE() << damage.file << ": " << damage.message; });
  EXPECT_TRUE(summary.ok());
}

}  // namespace copse::testing_model
