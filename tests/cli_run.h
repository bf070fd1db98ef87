// Runs the real program as a process, in directories of its own, for the tests of the command line.
#pragma once

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <rapidjson/document.h>
#include <termios.h>
#include <unistd.h>

namespace copse::cli_test {

inline constexpr uid_t kNobody = 65534;

// A directory that goes away with the object, whatever permissions were set in it.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    const char* base = std::getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe)
    std::string pattern = std::string(base == nullptr ? "/tmp" : base) + "/copse_cli_XXXXXX";
    path_ = ::mkdtemp(pattern.data());
    ::chmod(path_.c_str(), 0755);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory() {
    std::error_code error;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(
             path_, std::filesystem::directory_options::skip_permission_denied, error)) {
      if (!entry.is_symlink(error) && entry.is_directory(error))
        ::chmod(entry.path().c_str(), 0755);
    }
    std::filesystem::remove_all(path_, error);
  }

  const std::string& path() const { return path_; }
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

inline void write_file(const std::string& path, std::string_view content) {
  std::filesystem::create_directories(path.substr(0, path.find_last_of('/')));
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(content.data(), static_cast<std::streamsize>(content.size()));
  out.close();
  ASSERT_TRUE(out.good()) << path;
}

inline std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in.good()) << path;
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

struct RunOptions {
  std::string directory = "/";
  std::map<std::string, std::string> environment = {};  // beside, or instead of, the usual one
  std::string standard_output = {};                     // a file to write to instead of the answer
  std::string input = {};                               // at most what a pipe takes at once
  std::optional<rlim_t> file_size_limit = {};
  bool as_nobody = false;    // takes effect for root only
  bool on_terminal = false;  // standard output and error are terminals
  std::string program = COPSE_BINARY;
};

struct RunResult {
  int exit_code = -1;  // 128 and the signal when a signal ended it
  std::string out;
  std::string err;
};

// A program that runs; its standard output and error are to be read.
struct Running {
  pid_t id;
  int out;
  int err;
};

// Nothing of the caller's environment but what sanitizers need.
inline std::vector<std::string> environment_of(const RunOptions& options) {
  std::map<std::string, std::string> variables = {{"PATH", "/usr/bin:/bin"},
                                                  {"HOME", "/nonexistent"},
                                                  {"COPSE_GRAMMAR_PATH", COPSE_TEST_GRAMMAR_DIR}};
  for (const char* name : {"ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"}) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
    if (value != nullptr) variables[name] = value;
  }
  for (const auto& [name, value] : options.environment) {
    variables[name] = value;
  }
  std::vector<std::string> lines;
  for (const auto& [name, value] : variables) {
    lines.push_back(name + "=" + value);
  }
  return lines;
}

inline std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) {
    pointers.push_back(word.data());
  }
  pointers.push_back(nullptr);
  return pointers;
}

// In the child, after fork: nothing here may allocate.
[[noreturn]] inline void become_program(const RunOptions& options, int in, int out, int err,
                                        char* const* arguments, char* const* environment) {
  if (!options.standard_output.empty()) {
    out = ::open(options.standard_output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  }
  const bool redirected = ::dup2(in, 0) == 0 && ::dup2(out, 1) == 1 && ::dup2(err, 2) == 2;
  if (!redirected || ::chdir(options.directory.c_str()) != 0) ::_exit(125);
  if (options.file_size_limit) {
    const rlimit limit{*options.file_size_limit, *options.file_size_limit};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(125);
  }
  if (options.as_nobody && ::geteuid() == 0) {
    if (::setgroups(0, nullptr) != 0 || ::setgid(kNobody) != 0 || ::setuid(kNobody) != 0) {
      ::_exit(125);
    }
  }
  ::execve(options.program.c_str(), arguments, environment);
  ::_exit(126);
}

struct Stream {
  int near = -1;
  int far = -1;
};

inline Stream make_stream(bool terminal) {
  Stream stream;
  if (terminal) {
    const winsize size{.ws_row = 24, .ws_col = 100, .ws_xpixel = 0, .ws_ypixel = 0};
    EXPECT_EQ(::openpty(&stream.near, &stream.far, nullptr, nullptr, &size), 0);
    termios raw{};
    EXPECT_EQ(::tcgetattr(stream.far, &raw), 0);
    ::cfmakeraw(&raw);
    EXPECT_EQ(::tcsetattr(stream.far, TCSANOW, &raw), 0);
    ::fcntl(stream.near, F_SETFD, FD_CLOEXEC);
    ::fcntl(stream.far, F_SETFD, FD_CLOEXEC);
  } else {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    stream = {.near = ends[0], .far = ends[1]};
  }
  return stream;
}

inline Running start(std::vector<std::string> arguments, const RunOptions& options = {}) {
  arguments.insert(arguments.begin(), options.program);
  std::vector<std::string> environment = environment_of(options);
  const std::vector<char*> argument_pointers = pointers_to(arguments);
  const std::vector<char*> environment_pointers = pointers_to(environment);
  const Stream in = make_stream(false);
  const Stream out = make_stream(options.on_terminal);
  const Stream err = make_stream(options.on_terminal);
  const auto size = static_cast<ssize_t>(options.input.size());
  EXPECT_EQ(::write(in.far, options.input.data(), options.input.size()), size);
  ::close(in.far);
  const pid_t id = ::fork();
  if (id == 0) {
    become_program(options, in.near, out.far, err.far, argument_pointers.data(),
                   environment_pointers.data());
  }
  for (const int descriptor : {in.near, out.far, err.far}) {
    ::close(descriptor);
  }
  return {id, out.near, err.near};
}

// Appends what there is to read; false at the end, which also closes the descriptor.
inline bool read_some(int& descriptor, std::string& text) {
  std::array<char, 65536> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  const ssize_t size = ::read(descriptor, buffer.data(), buffer.size());
  if (size < 0 && errno == EINTR) return true;
  if (size > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(size));
    return true;
  }
  ::close(std::exchange(descriptor, -1));
  return false;
}

// Reads both outputs to their ends, then waits for the program.
inline RunResult finish(Running running) {
  RunResult result;
  while (running.out >= 0 || running.err >= 0) {
    std::array<pollfd, 2> polled = {{{.fd = running.out, .events = POLLIN, .revents = 0},
                                     {.fd = running.err, .events = POLLIN, .revents = 0}}};
    if (::poll(polled.data(), polled.size(), -1) < 0 && errno != EINTR) break;
    if (polled[0].revents != 0) read_some(running.out, result.out);
    if (polled[1].revents != 0) read_some(running.err, result.err);
  }
  int status = 0;
  while (::waitpid(running.id, &status, 0) < 0 && errno == EINTR) {
  }
  result.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return result;
}

inline RunResult run(const std::vector<std::string>& arguments, const RunOptions& options = {}) {
  return finish(start(arguments, options));
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line);
  }
  return lines;
}

inline rapidjson::Document parse_json(const std::string& text) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag>(text.data(), text.size());
  EXPECT_FALSE(document.HasParseError()) << text;
  return document;
}

inline testing::AssertionResult contains(const std::string& text, std::string_view part) {
  if (text.find(part) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "no \"" << part << "\" in:\n" << text;
}

}  // namespace copse::cli_test
