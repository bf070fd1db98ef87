// Compaction: the same answers before and after, on a disk that fails at any operation, stopped and
// started again, with damaged files.
#include "workspace/compactor.h"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "core/io/fault_file_system.h"
#include "core/io/memory_file_system.h"

namespace copse {
namespace {

constexpr char kStore[] = "/data/store";

// Sources that look alike, as a project's do.
std::string c_source(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string text = "#include <stdio.h>\n#include \"device.h\"\n\n";
  for (int i = 0; i < 12; ++i) {
    const std::string name = "handler_" + std::to_string(random() % 10000);
    text += "static int " + name + "(struct device *dev, unsigned long flags)\n{\n";
    text += "\tif (!dev || flags > " + std::to_string(random() % 100) + ")\n\t\treturn -1;\n";
    if (random() % 2 == 0) text += "\tprintf(\"%s: %lu\\n\", dev->name, flags);\n";
    text += "\treturn register_device(dev, flags & " + std::to_string(random() % 9) + ");\n}\n\n";
  }
  return text;
}

// A directory on the real disk, indexed once; its store is copied for each test.
class Indexed {
 public:
  explicit Indexed(const std::map<std::string, std::string>& files) {
    std::string pattern = testing::TempDir() + "copse_compact_XXXXXX";
    root_ = ::mkdtemp(pattern.data());
    std::filesystem::create_directories(root_ + "/project");
    add(files);
  }
  Indexed(const Indexed&) = delete;
  Indexed& operator=(const Indexed&) = delete;
  ~Indexed() { std::filesystem::remove_all(root_); }

  // Indexes again, with these files too.
  void add(const std::map<std::string, std::string>& files) const {
    for (const auto& [name, text] : files) {
      const std::string path = root_ + "/project/" + name;
      std::filesystem::create_directories(path.substr(0, path.rfind('/')));
      std::ofstream(path, std::ios::binary) << text;
    }
    IndexOptions options;
    options.grammar_path = {COPSE_TEST_GRAMMAR_DIR};
    options.include_unknown = true;
    options.jobs = 2;
    const auto report = index_directory(root_ + "/project", options);
    EXPECT_TRUE(report.ok()) << report.error().message();
  }

  std::string directory() const { return root_ + "/project/.copse"; }

  // All of it durable.
  std::unique_ptr<MemoryFileSystem> in_memory() const {
    MemoryFileSystem disk;
    const std::size_t prefix = directory().size();
    EXPECT_TRUE(disk.make_directories(kStore).ok());
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory())) {
      const std::string path = kStore + entry.path().string().substr(prefix);
      if (entry.is_directory()) {
        EXPECT_TRUE(disk.make_directories(path).ok());
        continue;
      }
      const auto bytes = real_file_system().read_file(entry.path().string(), UINT64_MAX / 2);
      EXPECT_TRUE(disk.create(path).value()->append(bytes.value()).ok());
    }
    return disk.clone();
  }

 private:
  std::string root_;
};

std::map<std::string, std::string> project_files(int count) {
  std::map<std::string, std::string> files;
  for (int i = 0; i < count; ++i) {
    files["src/f" + std::to_string(i) + ".c"] = c_source(static_cast<std::uint64_t>(i));
  }
  files["copies/one.c"] = c_source(1);
  files["copies/again.c"] = c_source(1);
  files["data/a.json"] = "{\"a\": [1, 2, 3], \"b\": null}\n";
  files["data/broken.json"] = "{\"a\": [1, }\n";
  files["empty.c"] = "";
  files["notes.txt"] = "of no language\n";
  files["copy.txt"] = "of no language\n";
  return files;
}

const Indexed& project() {
  static const Indexed kProject(project_files(30));
  return kProject;
}

// What a store says of a file, frames and what they were written with aside.
struct Answer {
  FileRecord record;
  std::string source;
  std::string nodes;

  bool operator==(const Answer&) const = default;
};

std::string flat_bytes(const TreeData& tree) {
  const auto bytes = std::as_bytes(std::span(tree.nodes(), tree.node_count()));
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Result<Answer> answer(const Workspace::Impl& impl, FileRecord record) {
  Answer found;
  COPSE_TRY(found.source, impl.read_source(record));
  if (record.tree) {
    Workspace::Impl& reader = const_cast<Workspace::Impl&>(impl);  // NOLINT: it only caches
    COPSE_TRY(const auto tree, reader.read_tree(record));
    found.nodes = flat_bytes(*tree);
    COPSE_TRY_STATUS(tree->fault());
    record.tree = FrameRef{};
  }
  record.source = {};
  record.model = {};
  record.dictionary = {};
  record.bases = {};
  found.record = std::move(record);
  return found;
}

Result<std::map<std::string, Answer>> answers(const Workspace::Impl& impl) {
  COPSE_TRY_STATUS(impl.store.check_complete());
  std::map<std::string, Answer> all;
  for (std::size_t i = 0; i < impl.store.file_count(); ++i) {
    const FileRecord record = impl.store.file(i);
    COPSE_TRY(all[record.path], answer(impl, record));
  }
  return all;
}

Result<std::map<std::string, Answer>> answers(FileSystem& disk) {
  COPSE_TRY(Store store, Store::open(disk, kStore));
  return answers(Workspace::Impl(std::move(store)));
}

// Fails the test unless the store answers like that and is undamaged.
void expect_answers(FileSystem& disk, const std::map<std::string, Answer>& expected) {
  const auto found = answers(disk);
  ASSERT_TRUE(found.ok()) << found.error().message();
  EXPECT_TRUE(found.value() == expected);
  const auto store = Store::open(disk, kStore);
  EXPECT_TRUE(store.value()
                  .verify([](const Damage& damage) {
                    ADD_FAILURE() << damage.file << ": " << damage.message;
                  })
                  .ok());
}

// Quick, and a commit at every opportunity.
CompactOptions quick_options() {
  CompactOptions options;
  options.jobs = 2;
  options.level = 3;
  options.dictionary_bytes = 2048;
  options.commit_interval_s = 0;
  return options;
}

Result<CompactReport> compact(FileSystem& disk, const CompactOptions& options) {
  return Compactor(disk, real_clock(), kStore, options).run();
}

TEST(Compactor, AnswersStayAndBytesGo) {
  const auto disk = project().in_memory();
  const auto before = answers(*disk);
  ASSERT_TRUE(before.ok()) << before.error().message();
  ASSERT_EQ(before.value().size(), 37U);
  CompactOptions options = quick_options();
  options.level = 19;
  const auto first = compact(*disk, options);
  ASSERT_TRUE(first.ok()) << first.error().message();
  const CompactReport& report = first.value();
  EXPECT_EQ(report.files, 37U);
  EXPECT_TRUE(report.damaged.empty());
  EXPECT_EQ(report.files_shared, 2U);  // copies/one.c, src/f1.c; notes.txt was shared before
  EXPECT_GE(report.files_rewritten, 30U);
  EXPECT_EQ(report.dictionaries_trained, 1U);
  EXPECT_LT(report.bytes_after, report.bytes_before);
  ASSERT_NO_FATAL_FAILURE(expect_answers(*disk, before.value()));
  // One pack and one segment are left, and no object that nothing needs.
  EXPECT_EQ(disk->list(std::string(kStore) + "/packs").value().size(), 1U);
  EXPECT_EQ(disk->list(std::string(kStore) + "/catalogue").value().size(), 2U);
  const auto store = Store::open(*disk, kStore);
  const std::uint64_t generation = store.value().generation();
  std::uint64_t with_dictionary = 0;
  for (std::size_t i = 0; i < store.value().file_count(); ++i) {
    const FileRecord record = store.value().file(i);
    const auto frame = store.value().read_view(record.source);
    if (needs_dictionary(frame.value().codec)) ++with_dictionary;
  }
  EXPECT_GE(with_dictionary, 30U);

  const auto second = compact(*disk, options);
  ASSERT_TRUE(second.ok()) << second.error().message();
  EXPECT_EQ(second.value().files_rewritten, 0U);
  EXPECT_EQ(second.value().models_learnt + second.value().dictionaries_trained, 0U);
  EXPECT_EQ(second.value().bytes_after, report.bytes_after);
  EXPECT_EQ(Store::open(*disk, kStore).value().generation(), generation);
}

// The first files say nothing of what comes later, which comes too slowly for indexing to learn
// again.
TEST(Compactor, ModelThatNoLongerFitsIsReplaced) {
  std::map<std::string, std::string> first;
  for (int i = 0; i < 10; ++i) {
    std::string& text = first["first/" + std::to_string(i) + ".c"];
    for (int line = 0; line < 80; ++line) {
      text += "int v" + std::to_string(i * 1000 + line) + " = " + std::to_string(line) + ";\n";
    }
  }
  const Indexed project(first);
  std::uint64_t seed = 0;
  for (int round = 0; round < 8; ++round) {
    std::map<std::string, std::string> more;
    for (int i = 0; i < 12; ++i) {
      more["later/" + std::to_string(seed) + ".c"] = c_source(seed);
      ++seed;
    }
    project.add(more);
  }
  const auto disk = project.in_memory();
  const auto before = answers(*disk).value();
  const SharedId old_model = Store::open(*disk, kStore).value().file(0).model;
  const auto report = compact(*disk, quick_options());
  ASSERT_TRUE(report.ok()) << report.error().message();
  EXPECT_EQ(report.value().models_learnt, 1U);
  EXPECT_EQ(report.value().files_rewritten, 106U);
  EXPECT_LT(report.value().bytes_after, report.value().bytes_before);
  ASSERT_NO_FATAL_FAILURE(expect_answers(*disk, before));
  const auto store = Store::open(*disk, kStore);
  const auto model = store.value().root("model/c");
  ASSERT_TRUE(model && *model != old_model);
  for (std::size_t i = 0; i < store.value().file_count(); ++i) {
    EXPECT_EQ(store.value().file(i).model, *model);
  }
  EXPECT_EQ(store.value().read_shared(old_model, kModelObject).error().code(), ErrorCode::NotFound);
  EXPECT_EQ(compact(*disk, quick_options()).value().files_rewritten, 0U);
}

TEST(Compactor, SameBytesTwice) {
  std::string stores[2];
  for (std::string& bytes : stores) {
    const auto disk = project().in_memory();
    CompactOptions options = quick_options();
    options.commit_interval_s = 1e9;
    ASSERT_TRUE(compact(*disk, options).ok());
    for (const std::string& path : disk->all_files()) {
      if (path.ends_with(".pack")) bytes += as_text(disk->read_file(path, UINT64_MAX).value());
    }
  }
  EXPECT_FALSE(stores[0].empty());
  EXPECT_TRUE(stores[0] == stores[1]);
}

TEST(Compactor, WithoutDictionary) {
  const auto disk = project().in_memory();
  const auto before = answers(*disk).value();
  ASSERT_TRUE(compact(*disk, quick_options()).ok());
  CompactOptions options = quick_options();
  options.dictionary_bytes = 0;
  const auto report = compact(*disk, options);
  ASSERT_TRUE(report.ok());
  EXPECT_GE(report.value().files_rewritten, 30U);
  ASSERT_NO_FATAL_FAILURE(expect_answers(*disk, before));
  for (std::size_t i = 0; i < 37; ++i) {
    EXPECT_TRUE(Store::open(*disk, kStore).value().file(i).dictionary.none());
  }
}

TEST(Compactor, ReaderFromBeforeReadsOn) {
  const auto disk = project().in_memory();
  Workspace::Impl mapped(Store::open(*disk, kStore).value());
  Workspace::Impl plain(Store::open(*disk, kStore, {.map_packs = false}).value());
  const auto before = answers(*disk).value();
  ASSERT_TRUE(compact(*disk, quick_options()).ok());
  // Packs and objects that the store no longer has are still open; objects are only now read.
  for (const Workspace::Impl* reader : {&mapped, &plain}) {
    const auto found = answers(*reader);
    ASSERT_TRUE(found.ok()) << found.error().message();
    EXPECT_TRUE(found.value() == before);
  }
  ASSERT_TRUE(mapped.store.refresh().ok());
  EXPECT_TRUE(answers(mapped).value() == before);
}

TEST(Compactor, StoppedRunsGoOnWithTheRest) {
  const auto disk = project().in_memory();
  const auto before = answers(*disk).value();
  std::uint64_t rewritten = 0;
  std::uint64_t trained = 0;
  int runs = 0;
  for (bool interrupted = true; interrupted; ++runs) {
    ASSERT_LT(runs, 30);
    std::atomic<bool> stop = false;
    CompactOptions options = quick_options();
    options.jobs = 1;
    options.commit_interval_s = 1e9;  // what is done stays all the same
    options.stop = &stop;
    const std::uint64_t files = 5 + static_cast<std::uint64_t>(runs) * 7;
    options.progress = [&](const IndexProgress& progress) { stop = progress.files_done >= files; };
    const auto report = compact(*disk, options);
    ASSERT_TRUE(report.ok()) << report.error().message();
    interrupted = report.value().interrupted;
    rewritten += report.value().files_rewritten;
    trained += report.value().dictionaries_trained;
    ASSERT_NO_FATAL_FAILURE(expect_answers(*disk, before));
  }
  EXPECT_GT(runs, 3);
  EXPECT_EQ(trained, 1U);
  // None was written twice.
  const auto whole = project().in_memory();
  EXPECT_EQ(rewritten, compact(*whole, quick_options()).value().files_rewritten);
}

TEST(Compactor, StopBeforeAnythingChangesNothing) {
  const auto disk = project().in_memory();
  const std::uint64_t generation = Store::open(*disk, kStore).value().generation();
  const std::atomic<bool> stop = true;
  CompactOptions options = quick_options();
  options.stop = &stop;
  const auto report = compact(*disk, options);
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report.value().interrupted);
  EXPECT_EQ(Store::open(*disk, kStore).value().generation(), generation);
}

TEST(Compactor, EmptyStorePlainStoreAndNoStore) {
  const Indexed empty({});
  const auto disk = empty.in_memory();
  const auto nothing = compact(*disk, quick_options());
  ASSERT_TRUE(nothing.ok()) << nothing.error().message();
  EXPECT_EQ(nothing.value().files, 0U);

  std::map<std::string, std::string> texts;
  for (int i = 0; i < 20; ++i) {
    texts["t" + std::to_string(i) + ".txt"] = c_source(static_cast<std::uint64_t>(i));
  }
  const Indexed plain(texts);
  const auto plain_disk = plain.in_memory();
  const auto before = answers(*plain_disk).value();
  const auto report = compact(*plain_disk, quick_options());
  ASSERT_TRUE(report.ok()) << report.error().message();
  EXPECT_EQ(report.value().files_rewritten, 20U);
  EXPECT_EQ(report.value().models_learnt, 0U);
  ASSERT_NO_FATAL_FAILURE(expect_answers(*plain_disk, before));

  MemoryFileSystem none;
  EXPECT_EQ(compact(none, quick_options()).error().code(), ErrorCode::NotFound);
  EXPECT_TRUE(none.all_files().empty());
}

TEST(Compactor, OptionsOutOfRangeAreRefused) {
  const auto disk = project().in_memory();
  CompactOptions options = quick_options();
  options.level = 23;
  EXPECT_EQ(compact(*disk, options).error().code(), ErrorCode::InvalidArgument);
  options = quick_options();
  options.dictionary_bytes = (std::uint64_t{1} << 20) + 1;
  EXPECT_EQ(compact(*disk, options).error().code(), ErrorCode::InvalidArgument);
}

TEST(Compactor, BusyWhileSomebodyWrites) {
  const auto disk = project().in_memory();
  const auto writer = StoreWriter::open_or_create(*disk, kStore);
  ASSERT_TRUE(writer.ok());
  EXPECT_EQ(compact(*disk, quick_options()).error().code(), ErrorCode::Busy);
}

TEST(Compactor, DamagedFilesAreNamedAndLeft) {
  const auto disk = project().in_memory();
  const auto before = answers(*disk).value();
  FileRecord source_record = Store::open(*disk, kStore).value().find("src/f3.c").value().value();
  FileRecord tree_record = Store::open(*disk, kStore).value().find("src/f4.c").value().value();
  const std::string pack = std::string(kStore) + "/packs/" +
                           disk->list(std::string(kStore) + "/packs").value().front().name;
  Bytes bytes = disk->read_file(pack, UINT64_MAX).value();
  bytes[static_cast<std::size_t>(source_record.source.offset) + 10] ^= 1;
  bytes[static_cast<std::size_t>(tree_record.tree->offset) + 10] ^= 1;
  ASSERT_TRUE(disk->overwrite(pack, bytes).ok());
  for (int run = 0; run < 2; ++run) {
    const auto report = compact(*disk, quick_options());
    ASSERT_TRUE(report.ok()) << report.error().message();
    ASSERT_EQ(report.value().damaged.size(), 2U);
    EXPECT_EQ(report.value().damaged[0].path, "src/f3.c");
    EXPECT_EQ(report.value().damaged[1].path, "src/f4.c");
    EXPECT_NE(report.value().damaged[0].reason.find("checksum"), std::string::npos);
    EXPECT_EQ(report.value().files_rewritten >= 30, run == 0);
    const Workspace::Impl impl(Store::open(*disk, kStore).value());
    std::size_t right = 0;
    for (std::size_t i = 0; i < impl.store.file_count(); ++i) {
      const FileRecord record = impl.store.file(i);
      const auto found = answer(impl, record);
      if (found.ok() && found.value() == before.at(record.path)) ++right;
    }
    EXPECT_EQ(right, 35U);
    EXPECT_EQ(impl.store.find("src/f3.c").value().value(), source_record);
    EXPECT_EQ(impl.store.find("src/f4.c").value().value(), tree_record);
  }
}

// ---- a failing disk ----

const Indexed& small_project() {
  static const Indexed kProject(project_files(10));
  return kProject;
}

CompactOptions fault_options() {
  CompactOptions options = quick_options();
  options.jobs = 1;
  options.level = 1;
  options.dictionary_bytes = 1024;
  return options;
}

void check_faults(int error_number, bool from_then_on, std::uint64_t crash_seed) {
  const auto whole = small_project().in_memory();
  const auto before = answers(*whole).value();
  FaultFileSystem counting(*whole);
  counting.arm(std::nullopt);
  ASSERT_TRUE(compact(counting, fault_options()).ok());
  const std::uint64_t operations = counting.operations();
  ASSERT_GT(operations, 200U);
  for (std::uint64_t n = 0; n < operations; ++n) {
    SCOPED_TRACE("operation " + std::to_string(n));
    const auto disk = small_project().in_memory();
    FaultFileSystem faults(*disk);
    faults.arm(Fault{n, error_number, from_then_on, n % 2 == 0});
    const auto report = compact(faults, fault_options());
    ASSERT_TRUE(faults.fired());
    if (!report.ok()) {
      EXPECT_NE(report.error().message().find(error_number == ENOSPC ? "no space" : "error"),
                std::string::npos)
          << report.error().message();
    }
    if (crash_seed != 0) disk->crash(crash_seed + n);
    ASSERT_NO_FATAL_FAILURE(expect_answers(*disk, before));
    const auto again = compact(*disk, fault_options());
    ASSERT_TRUE(again.ok()) << again.error().message();
    EXPECT_TRUE(again.value().damaged.empty());
    ASSERT_NO_FATAL_FAILURE(expect_answers(*disk, before));
  }
}

TEST(CompactorFault, EveryOperationFailsOnce) {
  check_faults(ENOSPC, false, 0);
}

TEST(CompactorFault, PowerLossAtEveryOperation) {
  check_faults(EIO, true, 1000);
}

TEST(CompactorFault, FullDisk) {
  const auto before = answers(*project().in_memory()).value();
  std::uint64_t partial = 0;
  for (const std::uint64_t free_bytes : {0U, 100U, 3000U, 8000U, 15000U, 30000U, 60000U}) {
    const auto disk = project().in_memory();
    disk->set_free_bytes(free_bytes);
    const auto report = compact(*disk, quick_options());
    const std::string said = report.ok() ? report.value().stopped_by : report.error().message();
    EXPECT_TRUE(report.ok() && said.empty() ? free_bytes >= 30000
                                            : said.find("no space") != std::string::npos)
        << free_bytes << ": " << said;
    if (report.ok() && !said.empty()) ++partial;
    disk->set_free_bytes(UINT64_MAX);
    ASSERT_NO_FATAL_FAILURE(expect_answers(*disk, before));
    const auto again = compact(*disk, quick_options());
    ASSERT_TRUE(again.ok() && again.value().stopped_by.empty());
    ASSERT_NO_FATAL_FAILURE(expect_answers(*disk, before));
  }
  EXPECT_GT(partial, 0U);
}

}  // namespace
}  // namespace copse
