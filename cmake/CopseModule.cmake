# copse_module(NAME <name> DEPS <modules...> LIBS <targets...> [TEST_ONLY])
#
# One folder under src/ is one static library. DEPS is the whole list of modules it may see; the link line and
# tools/check_layers.py both read from it, so an undeclared include fails twice. A folder without sources is an
# interface library, and a folder that does not exist is one without headers. Its tests, <name>_test, are the files
# *_test.cc in it. A TEST_ONLY module never enters a program that is installed.
function(copse_module)
  cmake_parse_arguments(M "TEST_ONLY" "NAME" "DEPS;LIBS" ${ARGN})
  set(target copse_${M_NAME})
  set(dir "${PROJECT_SOURCE_DIR}/src/${M_NAME}")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${dir}/*.cc" "${dir}/*.c")
  file(GLOB_RECURSE tests CONFIGURE_DEPENDS "${dir}/*_test.cc")
  list(REMOVE_ITEM sources ${tests} "")

  if(M_TEST_ONLY AND NOT COPSE_BUILD_TESTS)
    set(sources "")
  endif()
  if(sources)
    add_library(${target} STATIC ${sources})
    target_link_libraries(${target} PRIVATE copse_flags copse_private_headers)
    if(NOT M_TEST_ONLY)
      target_link_libraries(${target} PRIVATE copse_library_flags)
    endif()
    set(scope PUBLIC)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(copse::${M_NAME} ALIAS ${target})
  target_include_directories(${target} ${scope} "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>")
  foreach(dep IN LISTS M_DEPS)
    target_link_libraries(${target} ${scope} copse::${dep})
  endforeach()
  target_link_libraries(${target} ${scope} ${M_LIBS})

  set_property(GLOBAL APPEND_STRING PROPERTY COPSE_LAYERS "${M_NAME}: ${M_DEPS}\n")
  if(NOT M_TEST_ONLY)
    set_property(GLOBAL APPEND PROPERTY COPSE_MODULES ${M_NAME})
    set_property(GLOBAL APPEND PROPERTY COPSE_LIBS ${M_LIBS})
  endif()
  if(tests)
    set_property(GLOBAL APPEND PROPERTY COPSE_TESTED_MODULES ${M_NAME})
  endif()
endfunction()

# Lets the C files of a module include tree-sitter's internal headers (and query.c), which only C understands.
function(copse_use_parser_internals module)
  get_target_property(type copse_${module} TYPE)
  if(type STREQUAL "STATIC_LIBRARY")
    target_include_directories(copse_${module} SYSTEM PRIVATE
      "$<$<COMPILE_LANGUAGE:C>:${COPSE_TREE_SITTER_DIR}/src>")
  endif()
endfunction()
