# What every file of the project is compiled with. Both languages share most warnings; some exist for C++ only.
add_library(copse_flags INTERFACE)
target_compile_features(copse_flags INTERFACE cxx_std_20 c_std_11)
target_compile_options(copse_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
  -Wimplicit-fallthrough
  "$<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor;-Wold-style-cast;-Woverloaded-virtual>"
  $<$<COMPILE_LANG_AND_ID:CXX,Clang>:-Wthread-safety>
  # gcc 12 sees overlapping copies in std::string that are none (gcc bug 105651).
  $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-restrict>
  $<$<BOOL:${COPSE_WERROR}>:-Werror>)

# Code of others (the parser core) gets the instrumentation that has to see every access, and is not judged for
# undefined behaviour that we would not mend.
add_library(copse_foreign_flags INTERFACE)
if(COPSE_SANITIZE)
  # vptr wants type information, which the library is built without.
  target_compile_options(copse_flags INTERFACE -fsanitize=${COPSE_SANITIZE} -fno-sanitize-recover=all
    -fno-sanitize=vptr -fno-omit-frame-pointer
    $<$<COMPILE_LANG_AND_ID:CXX,Clang>:-fsanitize-ignorelist=${PROJECT_SOURCE_DIR}/cmake/sanitizer_ignore.txt>)
  target_link_options(copse_flags INTERFACE -fsanitize=${COPSE_SANITIZE})
  string(REPLACE "," ";" foreign_sanitize "${COPSE_SANITIZE}")
  list(REMOVE_ITEM foreign_sanitize undefined)
  if(foreign_sanitize)
    list(JOIN foreign_sanitize "," foreign_sanitize)
    target_compile_options(copse_foreign_flags INTERFACE -fsanitize=${foreign_sanitize} -fno-omit-frame-pointer)
  endif()
endif()
if(COPSE_FUZZ_ENGINE)
  target_compile_options(copse_flags INTERFACE -fsanitize=fuzzer-no-link)
  target_compile_definitions(copse_flags INTERFACE FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION)
  target_compile_options(copse_foreign_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# The library itself throws nothing and asks no type its name; apps and tests may.
add_library(copse_library_flags INTERFACE)
target_compile_options(copse_library_flags INTERFACE
  "$<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions;-fno-rtti>")

# Who may say #include "core/...". With -iquote, not -I: a folder called "vector" must never answer <vector>.
add_library(copse_private_headers INTERFACE)
target_compile_options(copse_private_headers INTERFACE "SHELL:-iquote ${PROJECT_SOURCE_DIR}/src")
target_include_directories(copse_private_headers INTERFACE "${PROJECT_SOURCE_DIR}/include")
