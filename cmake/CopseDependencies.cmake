# Everything that is not ours, each as one target: copse_dep_<name> from the system, tree_sitter_core from npm.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)

function(copse_system_library name pkg_config_name)
  pkg_check_modules(copse_pc_${name} REQUIRED QUIET IMPORTED_TARGET ${pkg_config_name})
  add_library(copse_dep_${name} INTERFACE)
  # Imported targets bring their headers in as system headers: their warnings are not ours.
  target_link_libraries(copse_dep_${name} INTERFACE PkgConfig::copse_pc_${name})
endfunction()

copse_system_library(xxhash libxxhash)
copse_system_library(sodium libsodium)
copse_system_library(zstd libzstd)
copse_system_library(lz4 liblz4)
copse_system_library(divsufsort libdivsufsort)
copse_system_library(re2 re2)
copse_system_library(yaml yaml-0.1)
# Loaded when it is needed (workspace/git_library.h), by the name that says its ABI; only tests are linked with it.
copse_system_library(libgit2 libgit2)
string(REGEX MATCH "^[0-9]+\\.[0-9]+" copse_libgit2_abi "${copse_pc_libgit2_VERSION}")
add_library(copse_dep_libgit2_headers INTERFACE)
target_include_directories(copse_dep_libgit2_headers SYSTEM INTERFACE ${copse_pc_libgit2_INCLUDE_DIRS})
target_compile_definitions(copse_dep_libgit2_headers INTERFACE COPSE_LIBGIT2="libgit2.so.${copse_libgit2_abi}")
copse_system_library(rapidjson RapidJSON)

# CRoaring comes with a CMake package instead.
find_package(roaring CONFIG REQUIRED)
add_library(copse_dep_roaring INTERFACE)
target_link_libraries(copse_dep_roaring INTERFACE roaring::roaring)

# tree-sitter's C core, as the npm package carries it.
set(COPSE_TREE_SITTER_DIR "${COPSE_NODE_MODULES}/tree-sitter/vendor/tree-sitter/lib")
if(NOT EXISTS "${COPSE_TREE_SITTER_DIR}/src/lib.c")
  message(FATAL_ERROR "The tree-sitter core is not installed: run tools/deps.sh")
endif()
add_library(tree_sitter_core STATIC "${COPSE_TREE_SITTER_DIR}/src/lib.c")
target_include_directories(tree_sitter_core
  PRIVATE "${COPSE_TREE_SITTER_DIR}/src"
  SYSTEM PUBLIC "${COPSE_TREE_SITTER_DIR}/include")
target_compile_definitions(tree_sitter_core PRIVATE _POSIX_C_SOURCE=200112L _DEFAULT_SOURCE)
# Nobody puts other functions in the place of the parser's: it may inline its own.
target_compile_options(tree_sitter_core PRIVATE -O2 -w -fno-semantic-interposition)
target_link_libraries(tree_sitter_core PRIVATE copse_foreign_flags)
set_target_properties(tree_sitter_core PROPERTIES C_STANDARD 11 C_EXTENSIONS OFF)
