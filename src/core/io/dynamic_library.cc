// Shared libraries through dlopen.
#include "core/io/dynamic_library.h"

#include <cerrno>
#include <sys/stat.h>

#include <dlfcn.h>

#include "core/io/system_error.h"

namespace copse {
namespace {

// dlerror() speaks of the calling thread's last failure.
std::string loader_words() {
  const char* words = ::dlerror();  // NOLINT(concurrency-mt-unsafe): per thread in glibc
  return words == nullptr ? "the loader gives no reason" : words;
}

}  // namespace

Result<DynamicLibrary> DynamicLibrary::open(const std::string& path) {
  if (path.find('/') == std::string::npos) {
    return Error(ErrorCode::InvalidArgument, "the path of a library needs a slash: " + path);
  }
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return system_error("load library", path, errno);
  void* handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    return Error(ErrorCode::Unsupported, "cannot load library " + path + ": " + loader_words());
  }
  return DynamicLibrary(handle, path);
}

Result<DynamicLibrary> DynamicLibrary::open_system(const std::string& name) {
  if (name.empty() || name.find('/') != std::string::npos) {
    return Error(ErrorCode::InvalidArgument,
                 "the name of a system's library has no slash: " + name);
  }
  void* handle = ::dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    return Error(ErrorCode::Unsupported, "cannot load library " + name + ": " + loader_words());
  }
  return DynamicLibrary(handle, name);
}

DynamicLibrary::DynamicLibrary(DynamicLibrary&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)), path_(std::move(other.path_)) {}

DynamicLibrary& DynamicLibrary::operator=(DynamicLibrary&& other) noexcept {
  if (this != &other) {
    if (handle_ != nullptr) ::dlclose(handle_);
    handle_ = std::exchange(other.handle_, nullptr);
    path_ = std::move(other.path_);
  }
  return *this;
}

DynamicLibrary::~DynamicLibrary() {
  if (handle_ != nullptr) ::dlclose(handle_);
}

Result<void*> DynamicLibrary::symbol(const std::string& name) const {
  // A moved-from library has no handle, and dlsym would then search the whole program.
  void* address = handle_ == nullptr ? nullptr : ::dlsym(handle_, name.c_str());
  if (address == nullptr) {
    return Error(ErrorCode::NotFound, "library " + path_ + " has no symbol " + name);
  }
  return address;
}

void DynamicLibrary::keep_loaded() {
  if (handle_ == nullptr) return;
  // A second reference that nobody gives back.
  static_cast<void>(::dlopen(path_.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE | RTLD_NOLOAD));
}

}  // namespace copse
