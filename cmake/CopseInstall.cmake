# libcopse.so out of all modules, and the CMake package that makes it copse::copse for others.
include(CMakePackageConfigHelpers)

get_property(modules GLOBAL PROPERTY COPSE_MODULES)
get_property(libs GLOBAL PROPERTY COPSE_LIBS)
set(objects "")
foreach(module IN LISTS modules)
  get_target_property(type copse_${module} TYPE)
  if(type STREQUAL "STATIC_LIBRARY")
    list(APPEND objects $<TARGET_OBJECTS:copse_${module}>)
  endif()
endforeach()
if(NOT objects)
  return()
endif()

add_library(copse SHARED ${objects})
target_link_libraries(copse PRIVATE copse_flags ${libs})
# A program may hold a parser core of its own: ours stays inside.
target_link_options(copse PRIVATE -Wl,--exclude-libs,libtree_sitter_core.a -Wl,-z,defs)
target_include_directories(copse INTERFACE "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
target_compile_features(copse INTERFACE cxx_std_20)
set_target_properties(copse PROPERTIES LINKER_LANGUAGE CXX VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}
  LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib")

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/copse")
install(TARGETS copse EXPORT copse LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/copse" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  FILES_MATCHING PATTERN "*.h")
install(DIRECTORY "${COPSE_GRAMMAR_DIR}/" DESTINATION "${CMAKE_INSTALL_LIBDIR}/copse/grammars"
  FILES_MATCHING PATTERN "*.so" PATTERN "*.json" PATTERN "*.scm")
install(EXPORT copse NAMESPACE copse:: FILE copseConfig.cmake DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/copseConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/copseConfigVersion.cmake" DESTINATION "${package_dir}")

if(COPSE_BUILD_TESTS AND EXISTS "${PROJECT_SOURCE_DIR}/examples/index_and_query.cc")
  add_test(NAME install_example
    COMMAND "${PROJECT_SOURCE_DIR}/tests/install/run.sh" "${PROJECT_BINARY_DIR}" "${CMAKE_COMMAND}")
  set_tests_properties(install_example PROPERTIES TIMEOUT 300 LABELS integration)
endif()
