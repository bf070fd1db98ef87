# What is made from the modules: the applications, the tests, the fuzz targets, the benchmarks. Each is found by its
# folder; a folder that is not there gives nothing.
set(COPSE_TEST_TIMEOUT_S 900)

# What every test may know about where it runs. The names stand in CONTRIBUTING.md.
add_library(copse_test_settings INTERFACE)
target_compile_definitions(copse_test_settings INTERFACE
  COPSE_BINARY="${PROJECT_BINARY_DIR}/copse"
  COPSE_TEST_GRAMMAR_DIR="${COPSE_GRAMMAR_DIR}"
  COPSE_TEST_DATA_DIR="${PROJECT_SOURCE_DIR}/tests/data"
  COPSE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
if(COPSE_BUILD_TESTS)
  # Tests make repositories with it.
  target_link_libraries(copse_test_settings INTERFACE GTest::gtest copse_dep_libgit2)
endif()

# copse_application(NAME <program> FOLDER <folder of apps/>)
#
# An application is a user of the library like any other: it sees include/ and its own folder, and links statically.
function(copse_application)
  cmake_parse_arguments(A "" "NAME;FOLDER" "" ${ARGN})
  set(dir "${PROJECT_SOURCE_DIR}/apps/${A_FOLDER}")
  file(GLOB sources CONFIGURE_DEPENDS "${dir}/*.cc")
  file(GLOB tests CONFIGURE_DEPENDS "${dir}/*_test.cc")
  list(REMOVE_ITEM sources ${tests} "")
  if(NOT sources)
    return()
  endif()
  set(target copse_${A_FOLDER})
  add_executable(${target} ${sources})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${A_NAME}
    RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}")
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/include")
  target_compile_options(${target} PRIVATE "SHELL:-iquote ${dir}")
  target_compile_definitions(${target} PRIVATE COPSE_VERSION="${PROJECT_VERSION}")
  # LINK_ONLY: the modules' code, none of their headers.
  target_link_libraries(${target} PRIVATE copse_flags $<LINK_ONLY:copse::workspace>)
  install(TARGETS ${target} RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endfunction()

# A test program of gtest: one entry of ctest for each file or module, so that the list stays readable.
function(copse_test_program name)
  cmake_parse_arguments(T "" "NAME" "SOURCES;LIBS;LABELS" ${ARGN})
  add_executable(${name} ${T_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  target_link_libraries(${name} PRIVATE copse_flags copse_private_headers copse_test_settings ${T_LIBS}
    GTest::gtest_main)
  add_test(NAME ${T_NAME} COMMAND ${name} --gtest_brief=1)
  set_tests_properties(${T_NAME} PROPERTIES TIMEOUT ${COPSE_TEST_TIMEOUT_S} LABELS "${T_LABELS}"
    WORKING_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
endfunction()

# src/<module>/*_test.cc. Only the tests that include "testing/..." wait for the modules above their own.
function(copse_module_tests)
  file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  get_property(modules GLOBAL PROPERTY COPSE_TESTED_MODULES)
  foreach(module IN LISTS modules)
    file(GLOB_RECURSE tests CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/${module}/*_test.cc")
    set(libs copse::${module})
    foreach(test IN LISTS tests)
      set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${test}")
      file(STRINGS "${test}" helpers REGEX "^#include \"testing/")
      if(helpers)
        list(APPEND libs copse::testing)
      endif()
    endforeach()
    list(REMOVE_DUPLICATES libs)
    copse_test_program(${module}_test NAME ${module} SOURCES ${tests} LIBS ${libs} LABELS unit)
  endforeach()
endfunction()

# tests/<name>_test.cc, each a program over the whole library. <name>_slow_test.cc runs in `make test-all` only.
function(copse_integration_tests)
  get_property(modules GLOBAL PROPERTY COPSE_MODULES)
  list(TRANSFORM modules PREPEND copse::)
  file(GLOB tests CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/*_test.cc")
  foreach(test IN LISTS tests)
    get_filename_component(file_name "${test}" NAME_WE)
    string(REGEX REPLACE "_test$" "" name "${file_name}")
    set(labels integration)
    if(name MATCHES "_slow$")
      list(APPEND labels slow)
    endif()
    copse_test_program(integration_${file_name} NAME ${name} SOURCES "${test}" LIBS copse::testing ${modules}
      LABELS ${labels})
    if(TARGET copse_cli)
      add_dependencies(integration_${file_name} copse_cli)
    endif()
    if(name MATCHES "_slow$")
      set_tests_properties(${name} PROPERTIES TIMEOUT 3600)
    endif()
  endforeach()
endfunction()

# The rules that a script can check, and the tests of those scripts.
function(copse_source_checks)
  get_property(layers GLOBAL PROPERTY COPSE_LAYERS)
  file(GENERATE OUTPUT "${PROJECT_BINARY_DIR}/layers.txt" CONTENT "${layers}")
  set(tools "${PROJECT_SOURCE_DIR}/tools")
  set(python "${Python3_EXECUTABLE}" -B)
  add_test(NAME layers
    COMMAND ${python} "${tools}/check_layers.py" "${PROJECT_BINARY_DIR}/layers.txt" "${PROJECT_SOURCE_DIR}")
  add_test(NAME tidy COMMAND ${python} "${tools}/tidy.py" "${PROJECT_SOURCE_DIR}")
  foreach(script IN ITEMS check_layers tidy check_grammars pick_corpus_files)
    add_test(NAME ${script}_script COMMAND ${python} "${tools}/${script}_test.py")
  endforeach()
  add_test(NAME grammars
    COMMAND ${python} "${tools}/check_grammars.py" "${PROJECT_SOURCE_DIR}" "${COPSE_GRAMMAR_DIR}")
  # A reader of the tree formats that was written from their page.
  set(data "${PROJECT_SOURCE_DIR}/tests/data/formats")
  set(reader "${PROJECT_SOURCE_DIR}/tests/formats")
  add_test(NAME format_reader COMMAND ${python} "${reader}/read_tree.py" --check "${data}/json" "${data}/python")
  add_test(NAME format_reader_forms COMMAND ${python} "${reader}/check_forms.py" "${data}/forms.txt")
  set_tests_properties(format_reader format_reader_forms layers tidy grammars check_layers_script tidy_script check_grammars_script
    pick_corpus_files_script PROPERTIES
    TIMEOUT 60 LABELS source)
endfunction()

# Patterns and rules beside ast-grep's, which the script gets from npm as the grammars were got.
function(copse_ast_grep_test)
  if(NOT TARGET copse_cli)
    return()
  endif()
  add_test(NAME ast_grep
    COMMAND "${Python3_EXECUTABLE}" -B "${PROJECT_SOURCE_DIR}/tests/ast_grep/compare.py" --copse "${PROJECT_BINARY_DIR}/copse"
      --grammars "${COPSE_GRAMMAR_DIR}" --work "${PROJECT_BINARY_DIR}/ast_grep")
  set_tests_properties(ast_grep PROPERTIES TIMEOUT 900 LABELS integration SKIP_RETURN_CODE 77)
endfunction()

# fuzz/<name>_fuzz.cc with its seeds in fuzz/corpus/<name>/. In every ordinary build the target is linked with a replay
# main and run over the seeds as a test, so a fuzzer can never rot; only the "fuzz" preset links the real engine.
function(copse_fuzz_targets)
  get_property(modules GLOBAL PROPERTY COPSE_MODULES)
  list(TRANSFORM modules PREPEND copse::)
  set(root "${PROJECT_SOURCE_DIR}/fuzz")
  file(GLOB sources CONFIGURE_DEPENDS "${root}/*_fuzz.cc")
  # The folders of seeds; a new one is seen at the next build.
  file(GLOB seeds CONFIGURE_DEPENDS "${root}/corpus/*")
  # What writes seeds; built when it is asked for by name.
  add_executable(copse_fuzz_seeds EXCLUDE_FROM_ALL "${root}/make_seeds.cc")
  target_compile_definitions(copse_fuzz_seeds PRIVATE COPSE_TEST_GRAMMAR_DIR="${COPSE_GRAMMAR_DIR}"
    COPSE_TEST_DATA_DIR="${PROJECT_SOURCE_DIR}/tests/data")
  target_link_libraries(copse_fuzz_seeds PRIVATE copse_flags copse_private_headers ${modules})
  foreach(source IN LISTS sources)
    get_filename_component(target "${source}" NAME_WE)
    string(REGEX REPLACE "_fuzz$" "" name "${target}")
    add_executable(${target} "${source}")
    set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/fuzz")
    target_compile_definitions(${target} PRIVATE COPSE_TEST_GRAMMAR_DIR="${COPSE_GRAMMAR_DIR}"
      COPSE_TEST_DATA_DIR="${PROJECT_SOURCE_DIR}/tests/data")
    target_link_libraries(${target} PRIVATE copse_flags copse_private_headers ${modules})
    if(COPSE_FUZZ_ENGINE)
      target_link_options(${target} PRIVATE -fsanitize=fuzzer)
      continue()
    endif()
    target_sources(${target} PRIVATE "${root}/replay_main.cc")
    if(COPSE_BUILD_TESTS AND IS_DIRECTORY "${root}/corpus/${name}")
      add_test(NAME fuzz_${name} COMMAND ${target} "${root}/corpus/${name}")
      set_tests_properties(fuzz_${name} PROPERTIES TIMEOUT ${COPSE_TEST_TIMEOUT_S} LABELS fuzz)
    endif()
  endforeach()
endfunction()

# bench/<task>/*.cc: the program copse_bench_<task>, built when it is asked for by name. All share bench/common/.
function(copse_benchmarks)
  find_package(benchmark REQUIRED)
  get_property(modules GLOBAL PROPERTY COPSE_MODULES)
  list(TRANSFORM modules PREPEND copse::)
  file(GLOB shared CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/bench/common/*.cc")
  file(GLOB files CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/bench/*/*.cc")
  list(REMOVE_ITEM files ${shared} "")
  set(folders "")
  foreach(file IN LISTS files)
    get_filename_component(folder "${file}" DIRECTORY)
    list(APPEND folders "${folder}")
  endforeach()
  list(REMOVE_DUPLICATES folders)
  foreach(folder IN LISTS folders)
    get_filename_component(task "${folder}" NAME)
    file(GLOB sources CONFIGURE_DEPENDS "${folder}/*.cc")
    add_executable(copse_bench_${task} EXCLUDE_FROM_ALL ${sources} ${shared})
    target_compile_options(copse_bench_${task} PRIVATE "SHELL:-iquote ${PROJECT_SOURCE_DIR}/bench")
    set_target_properties(copse_bench_${task} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bench")
    target_compile_definitions(copse_bench_${task} PRIVATE COPSE_TEST_GRAMMAR_DIR="${COPSE_GRAMMAR_DIR}"
      COPSE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    target_link_libraries(copse_bench_${task} PRIVATE copse_flags copse_private_headers ${modules}
      benchmark::benchmark_main)
  endforeach()
endfunction()
