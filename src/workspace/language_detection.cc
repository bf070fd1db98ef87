// Names, shebang lines and modelines.
#include "workspace/language_detection.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "workspace/header_scanner.h"

namespace copse {
namespace {

constexpr std::size_t kModelineLines = 5;        // as many as vim looks at, at either end
constexpr std::size_t kShebangBytesMax = 4096;   // no kernel takes more
constexpr std::size_t kExtensionBytesMax = 128;  // longer ones are nobody's
constexpr std::string_view kBlank = " \t\r\v\f";

// Never source text, and common enough in a source tree to be worth a list. Ordered.
constexpr std::array<std::string_view, 62> kForeignExtensions = {
    ".7z",   ".a",       ".apk",  ".avi",    ".bin",  ".bmp",   ".bz2",  ".class", ".dat",
    ".db",   ".deb",     ".dll",  ".doc",    ".docx", ".dylib", ".eot",  ".exe",   ".flac",
    ".gif",  ".gz",      ".ico",  ".icns",   ".iso",  ".jar",   ".jpeg", ".jpg",   ".ko",
    ".lib",  ".mkv",     ".mov",  ".mp3",    ".mp4",  ".o",     ".obj",  ".odt",   ".ogg",
    ".otf",  ".parquet", ".pdf",  ".png",    ".ppt",  ".pptx",  ".pyc",  ".pyo",   ".rar",
    ".rlib", ".rpm",     ".so",   ".sqlite", ".swf",  ".tar",   ".tgz",  ".tif",   ".tiff",
    ".ttf",  ".wav",     ".webp", ".whl",    ".woff", ".woff2", ".xz",   ".zip"};

// Extensions in capitals that are not just a shouted form of the small ones.
struct CapitalExtension {
  std::string_view extension;
  std::string_view language;
};
constexpr std::array<CapitalExtension, 1> kCapitalExtensions = {{{".C", "cpp"}}};

std::string_view base_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// ---- names
// ---------------------------------------------------------------------------------------

// Who a name belongs to, and whether only the content can say which of C and C++ it is.
struct NameOwner {
  const LanguageSpec* spec = nullptr;
  bool c_or_cpp = false;
};

const LanguageSpec* extension_owner(const LanguageRegistry& registry, std::string_view extension) {
  const LanguageSpec* spec = registry.by_extension(extension);
  if (spec != nullptr) return spec;
  for (const CapitalExtension& capital : kCapitalExtensions) {
    if (capital.extension != extension) continue;
    spec = registry.find(capital.language);
    if (spec != nullptr) return spec;
  }
  return registry.by_folded_extension(extension);
}

NameOwner name_owner(const LanguageRegistry& registry, std::string_view path) {
  const std::string_view name = base_name(path);
  if (const LanguageSpec* spec = registry.by_file_name(name); spec != nullptr) return {spec};
  // From the second byte: ".c" is a hidden file called "c" and has no extension.
  const std::size_t first = name.size() > kExtensionBytesMax ? name.size() - kExtensionBytesMax : 1;
  for (std::size_t dot = name.find('.', first); dot != std::string_view::npos;
       dot = name.find('.', dot + 1)) {
    const std::string_view extension = name.substr(dot);
    const LanguageSpec* spec = extension_owner(registry, extension);
    if (spec == nullptr) continue;
    const auto& rules = spec->c_or_cpp_extensions;
    return {spec, std::find(rules.begin(), rules.end(), fold_case(extension)) != rules.end()};
  }
  return {};
}

// ---- shebangs
// ------------------------------------------------------------------------------------

// Splits at blanks; quotes stay where they are, since no interpreter's name needs them.
std::string_view take_word(std::string_view& rest) {
  rest = trim(rest);
  const std::string_view word = rest.substr(0, std::min(rest.find_first_of(kBlank), rest.size()));
  rest.remove_prefix(word.size());
  return word;
}

// What `env` would run: the first word that is neither an option nor an assignment.
std::string_view command_of_env(std::string_view rest) {
  while (true) {
    std::string_view word = take_word(rest);
    if (word.empty()) return {};
    if (word == "-u" || word == "-C" || word == "--unset" || word == "--chdir") {
      take_word(rest);  // its argument
    } else if (word.starts_with("--split-string=")) {
      return word.substr(word.find('=') + 1);
    } else if (word.starts_with("-") && !word.starts_with("--")) {
      word.remove_prefix(std::min(word.find_first_not_of("-iv0"), word.size()));
      if (word.starts_with("S") && word.size() > 1) return word.substr(1);  // -Spython3
    } else if (!word.starts_with("-") && word.find('=') == std::string_view::npos) {
      return word;
    }
  }
}

// "python3.11" asks for python3.11, python3 and python, whichever is known.
const LanguageSpec* interpreter_owner(const LanguageRegistry& registry, std::string_view name) {
  while (!name.empty()) {
    const LanguageSpec* spec = registry.by_interpreter(name);
    if (spec != nullptr) return spec;
    const char last = name.back();
    if (!is_digit(last) && last != '.' && last != '-') return nullptr;
    name.remove_suffix(1);
  }
  return nullptr;
}

const LanguageSpec* shebang_owner(const LanguageRegistry& registry, std::string_view head) {
  if (!head.starts_with("#!")) return nullptr;
  std::string_view rest = head.substr(2, std::min(head.find('\n'), kShebangBytesMax) - 2);
  std::string_view name = base_name(take_word(rest));
  if (name == "env") name = base_name(command_of_env(rest));
  if (name.ends_with(".exe")) name.remove_suffix(4);
  return interpreter_owner(registry, name);
}

// ---- modelines
// -----------------------------------------------------------------------------------

// Compound file types ("php.html") go by their first part.
const LanguageSpec* mode_owner(const LanguageRegistry& registry, std::string_view mode) {
  mode = trim(mode);
  for (const std::string_view name : {mode, mode.substr(0, mode.find('.'))}) {
    if (const LanguageSpec* spec = registry.by_modeline(name); spec != nullptr) return spec;
    if (const LanguageSpec* spec = registry.find(name); spec != nullptr) return spec;
  }
  return nullptr;
}

// "-*- mode: ruby; tab-width: 4 -*-" or "-*- Ruby -*-".
std::string_view emacs_mode(std::string_view line) {
  const std::size_t begin = line.find("-*-");
  if (begin == std::string_view::npos) return {};
  std::string_view rest = line.substr(begin + 3);
  const std::size_t end = rest.find("-*-");
  if (end == std::string_view::npos) return {};
  rest = rest.substr(0, end);
  if (rest.find(':') == std::string_view::npos) return trim(rest);
  while (!rest.empty()) {
    const std::string_view item = rest.substr(0, std::min(rest.find(';'), rest.size()));
    rest.remove_prefix(std::min(item.size() + 1, rest.size()));
    const std::size_t colon = item.find(':');
    if (colon == std::string_view::npos) continue;
    if (fold_case(trim(item.substr(0, colon))) == "mode") return trim(item.substr(colon + 1));
  }
  return {};
}

// The value of ft, filetype, syn or syntax among options that blanks or colons separate.
std::string_view vim_option(std::string_view options) {
  while (!options.empty()) {
    const std::string_view item =
        options.substr(0, std::min(options.find_first_of(" \t\r:"), options.size()));
    options.remove_prefix(std::min(item.size() + 1, options.size()));
    const std::size_t equals = item.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = item.substr(0, equals);
    if (name == "ft" || name == "filetype" || name == "syn" || name == "syntax") {
      return item.substr(equals + 1);
    }
  }
  return {};
}

// "vim: set ft=c :", "vi: ft=c", "vim700:ft=c", "ex: ft=c": at the start of the line or behind a
// blank.
std::string_view vim_file_type(std::string_view line) {
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (at > 0 && kBlank.find(line[at - 1]) == std::string_view::npos) continue;
    std::string_view rest = line.substr(at);
    if (rest.starts_with("vim") || rest.starts_with("Vim")) {
      rest.remove_prefix(3);
      const std::size_t colon = rest.find_first_not_of("<=>0123456789");
      rest.remove_prefix(std::min(colon, rest.size()));
    } else if (rest.starts_with("vi") || rest.starts_with("ex")) {
      rest.remove_prefix(2);
    } else {
      continue;
    }
    if (!rest.starts_with(":")) continue;
    rest = trim(rest.substr(1));
    if (rest.starts_with("set ") || rest.starts_with("se ")) {
      rest = rest.substr(rest.find(' ') + 1);
      rest = rest.substr(0, std::min(rest.find(':'), rest.size()));
    }
    const std::string_view type = vim_option(rest);
    if (!type.empty()) return type;
  }
  return {};
}

const LanguageSpec* modeline_owner(const LanguageRegistry& registry, std::string_view head) {
  const auto owner_in = [&](std::string_view line) -> const LanguageSpec* {
    std::string_view mode = emacs_mode(line);
    if (mode.empty()) mode = vim_file_type(line);
    return mode.empty() ? nullptr : mode_owner(registry, mode);
  };
  std::size_t begin = 0;
  for (std::size_t i = 0; i < kModelineLines && begin < head.size(); ++i) {
    const std::size_t end = std::min(head.find('\n', begin), head.size());
    const LanguageSpec* spec = owner_in(head.substr(begin, end - begin));
    if (spec != nullptr) return spec;
    begin = end + 1;
  }
  // The end of a longer file is not in the head.
  if (head.size() >= kDetectionHeadBytes || begin >= head.size()) return nullptr;
  std::string_view tail = head.substr(begin);
  if (tail.ends_with('\n')) tail.remove_suffix(1);
  for (std::size_t i = 0; i < kModelineLines && !tail.empty(); ++i) {
    const std::size_t line = tail.rfind('\n') + 1;
    const LanguageSpec* spec = owner_in(tail.substr(line));
    if (spec != nullptr) return spec;
    tail = tail.substr(0, line == 0 ? 0 : line - 1);
  }
  return nullptr;
}

// ---- content
// -------------------------------------------------------------------------------------

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  const bool harmless = (byte >= '\b' && byte <= '\r') || byte == 0x1B;
  return (byte < 0x20 && !harmless) || byte == 0x7F;
}

}  // namespace

NameVerdict name_may_be_known(const LanguageRegistry& registry, std::string_view path) {
  const NameOwner owner = name_owner(registry, path);
  if (owner.spec != nullptr) {
    return owner.c_or_cpp ? NameVerdict::NeedsContent : NameVerdict::Known;
  }
  const std::string_view name = base_name(path);
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return NameVerdict::NeedsContent;
  const std::string extension = fold_case(name.substr(dot));
  const bool foreign = std::find(kForeignExtensions.begin(), kForeignExtensions.end(), extension) !=
                       kForeignExtensions.end();
  return foreign ? NameVerdict::Unknown : NameVerdict::NeedsContent;
}

std::optional<std::string> detect_language(const LanguageRegistry& registry, std::string_view path,
                                           std::string_view head) {
  head = head.substr(0, kDetectionHeadBytes);
  const NameOwner owner = name_owner(registry, path);
  if (owner.spec != nullptr && !owner.c_or_cpp) return owner.spec->id;
  if (owner.spec == nullptr && name_may_be_known(registry, path) == NameVerdict::Unknown) {
    return std::nullopt;
  }
  const LanguageSpec* spec = modeline_owner(registry, head);
  if (spec != nullptr) return spec->id;
  if (owner.c_or_cpp) {
    const LanguageSpec* cpp = registry.find("cpp");
    return cpp != nullptr && header_shows_cpp(head) ? cpp->id : owner.spec->id;
  }
  spec = shebang_owner(registry, head);
  if (spec == nullptr) return std::nullopt;
  return spec->id;
}

ContentKind classify_content(std::string_view source) {
  const bool utf32 = source.starts_with(std::string_view("\xFF\xFE\0\0", 4));
  if (!utf32 && (source.starts_with("\xFF\xFE") || source.starts_with("\xFE\xFF"))) {
    return ContentKind::Utf16;
  }
  const std::string_view window = source.substr(0, kContentWindowBytes);
  if (window.find('\0') == std::string_view::npos) return ContentKind::Text;
  const auto controls =
      static_cast<std::size_t>(std::count_if(window.begin(), window.end(), is_control));
  const bool many =
      controls >= kBinaryControlsMin && controls * kBinaryControlsShare > window.size();
  return many ? ContentKind::Binary : ContentKind::Text;
}

}  // namespace copse
