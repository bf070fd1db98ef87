// The files of a store whose life is tested: what they say in each version, and what they parse to.
#pragma once

#include <string>

namespace copse::life {

inline constexpr int kFiles = 4;

// The last file is equal to the one before it.
inline int original_of(int file) {
  return file == kFiles - 1 ? file - 1 : file;
}

// The first file is the same in every version.
inline std::string text_of(int file, int version) {
  const std::string names =
      std::to_string(original_of(file)) + "_" + std::to_string(file == 0 ? 0 : version);
  std::string text;
  for (int i = 0; i < 4 + original_of(file); ++i) {
    text += "int f" + names + "_" + std::to_string(i) + "(int a) { return a + 1; }\n";
  }
  return text;
}

inline std::string path_of(int file) {
  return "f" + std::to_string(file) + ".c";
}

// The shape of a file's tree is the same in all versions.
inline std::string sexp_of(int file) {
  std::string sexp = "(translation_unit";
  for (int i = 0; i < 4 + original_of(file); ++i) {
    sexp +=
        " (function_definition type: (primitive_type) declarator: (function_declarator "
        "declarator: (identifier) parameters: (parameter_list (parameter_declaration type: "
        "(primitive_type) declarator: (identifier)))) body: (compound_statement "
        "(return_statement (binary_expression left: (identifier) right: (number_literal)))))";
  }
  return sexp + ")";
}

}  // namespace copse::life
