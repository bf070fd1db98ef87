// The places for stores as the file systems behind them.
#include "copse/storage.h"

#include <utility>

#include "core/counters.h"
#include "core/io/counting_file_system.h"
#include "core/io/file_system.h"
#include "core/io/memory_file_system.h"

namespace copse {
namespace {

// Those of the machine live as long as the process: nobody owns them.
std::shared_ptr<FileSystem> unowned(FileSystem& file_system) {
  return {std::shared_ptr<FileSystem>(), &file_system};
}

}  // namespace

Storage::Storage(std::string_view name, std::shared_ptr<FileSystem> file_system)
    : name_(name), file_system_(std::move(file_system)) {}

Storage::Storage() : Storage("mapped", unowned(real_file_system())) {}

Storage Storage::mapped_files() {
  return {};
}

Storage Storage::plain_files() {
  return {"plain", unowned(plain_file_system())};
}

Storage Storage::memory(std::uint64_t limit_bytes) {
  auto memory = std::make_shared<MemoryFileSystem>();
  memory->set_free_bytes(limit_bytes);
  return {"memory", std::move(memory)};
}

std::string_view Storage::name() const {
  return name_;
}

Storage Storage::counted() const {
  auto counters = std::make_shared<Counters>();
  Storage storage(name_, std::make_shared<CountingFileSystem>(file_system_, counters));
  storage.counters_ = std::move(counters);
  return storage;
}

Storage Storage::over(std::string_view name, std::shared_ptr<FileSystem> file_system) {
  return {name, std::move(file_system)};
}

FileSystem& Storage::file_system() const {
  return *file_system_;
}

Counters* Storage::counters() const {
  return counters_.get();
}

}  // namespace copse
