// The seam to dlopen: a shared library as a value.
#pragma once

#include <string>
#include <utility>

#include "copse/result.h"

namespace copse {

// Owns one reference to a loaded library; the destructor gives it back. Nothing that was looked up
// may be used after that. Loading runs the library's constructors: only load what is trusted.
class DynamicLibrary {
 public:
  // All symbols are resolved now and none is offered to other libraries. A path without a slash is
  // refused with InvalidArgument: the loader's search path is not asked. NotFound when the file is
  // missing, Unsupported when it cannot be loaded, both with the loader's words.
  static Result<DynamicLibrary> open(const std::string& path);

  // One of the system's, by its name without a slash ("libgit2.so.1.5"), from wherever the loader
  // finds it. InvalidArgument with a slash; Unsupported when it is not installed.
  static Result<DynamicLibrary> open_system(const std::string& name);

  DynamicLibrary(DynamicLibrary&& other) noexcept;
  DynamicLibrary& operator=(DynamicLibrary&& other) noexcept;
  DynamicLibrary(const DynamicLibrary&) = delete;
  DynamicLibrary& operator=(const DynamicLibrary&) = delete;
  ~DynamicLibrary();

  // Never null; NotFound names the symbol and the library.
  Result<void*> symbol(const std::string& name) const;

  // Keeps the library loaded until the process ends (grammars hand out pointers to static tables).
  void keep_loaded();

  const std::string& path() const { return path_; }

 private:
  DynamicLibrary(void* handle, std::string path) : handle_(handle), path_(std::move(path)) {}

  void* handle_ = nullptr;
  std::string path_;
};

}  // namespace copse
