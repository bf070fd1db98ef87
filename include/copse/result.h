// Errors as values: every operation that can fail returns a Result.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace copse {

// What a caller may decide on. The list is short on purpose: detail belongs in the message.
enum class ErrorCode : std::uint8_t {
  NotFound,         // asked for by name and not there
  Corrupt,          // bytes on disk or wire are not what was written
  InvalidArgument,  // the caller's words are off: a query, a flag, a path outside the store
  LimitExceeded,    // a named limit was reached
  Io,               // the operating system refused: permission, disk full, broken pipe
  Busy,             // somebody else holds the store for writing
  Unsupported,      // made by a newer version, or a grammar that cannot be used
  Interrupted,      // the caller asked to stop
};

// Thread-safe to read; cheap to move.
class [[nodiscard]] Error {
 public:
  Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

  ErrorCode code() const { return code_; }

  // A sentence without a full stop that names what and where: path, offset, expected, found.
  const std::string& message() const { return message_; }

  // The same error seen from further out: "<context>: <message>".
  Error with_context(std::string_view context) && {
    message_.insert(0, std::string(context) + ": ");
    return std::move(*this);
  }

 private:
  ErrorCode code_;
  std::string message_;
};

// Stands for "done" where there is no value to return.
struct Done {};

// Holds a T, or the Error that says why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return state_.index() == 0; }

  // REQUIRES: ok().
  T& value() & { return *std::get_if<0>(&state_); }

  const T& value() const& { return *std::get_if<0>(&state_); }

  T&& value() && { return std::move(*std::get_if<0>(&state_)); }

  // REQUIRES: !ok().
  const Error& error() const { return *std::get_if<1>(&state_); }

  Error take_error() && { return std::move(*std::get_if<1>(&state_)); }

 private:
  std::variant<T, Error> state_;
};

using Status = Result<Done>;

inline Status success() {
  return Status(Done{});
}

}  // namespace copse

// NOLINTBEGIN(bugprone-macro-parentheses): a declaration cannot stand in parentheses.
#define COPSE_CONCAT_IMPL(a, b) a##b
#define COPSE_CONCAT(a, b) COPSE_CONCAT_IMPL(a, b)
#define COPSE_TRY_IMPL(tmp, decl, expression)        \
  auto tmp = (expression);                           \
  if (!tmp.ok()) return std::move(tmp).take_error(); \
  decl = std::move(tmp).value()
// Unwraps a Result into a declaration, or returns its error to the caller.
#define COPSE_TRY(decl, expression) \
  COPSE_TRY_IMPL(COPSE_CONCAT(copse_try_, __LINE__), decl, expression)
// Returns the error of a Status to the caller, if there is one.
#define COPSE_TRY_STATUS(expression)               \
  do {                                             \
    auto copse_status = (expression);              \
    if (!copse_status.ok()) {                      \
      return std::move(copse_status).take_error(); \
    }                                              \
  } while (false)
// NOLINTEND(bugprone-macro-parentheses)
