// errno as an Error.
#include "core/io/system_error.h"

#include <cctype>
#include <cerrno>
#include <cstring>

namespace copse {

std::string system_error_text(int error_number) {
  // Unlike strerror it may be called by many threads; null for what is no errno.
  const char* description = ::strerrordesc_np(error_number);
  if (description == nullptr) return "error " + std::to_string(error_number);
  std::string text(description);
  // "Input/output error" becomes lower case, "RPC ..." stays.
  if (text.size() > 1 && std::isupper(static_cast<unsigned char>(text[1])) == 0) {
    text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  }
  return text;
}

Error system_error(std::string_view action, std::string_view path, int error_number) {
  const bool missing = error_number == ENOENT || error_number == ENOTDIR;
  std::string message = "cannot ";
  message.append(action).append(" ").append(path).append(": ").append(
      system_error_text(error_number));
  return {missing ? ErrorCode::NotFound : ErrorCode::Io, std::move(message)};
}

}  // namespace copse
