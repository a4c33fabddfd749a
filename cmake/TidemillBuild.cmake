# Compiler settings, and the functions that declare a folder of the engine, its tests, fuzz targets and benchmarks.
option(TIDEMILL_TESTS "Build the tests" ON)
option(TIDEMILL_FUZZ "Build the libFuzzer targets (clang only)" OFF)
set(TIDEMILL_SANITIZE "" CACHE STRING "Sanitizers, as in -fsanitize=: address,undefined or thread")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

# Paths inside objects (error texts, debug information) start at the source tree, so that the same source gives the
# same object in any checkout. The compiler sees sources by their absolute path, or relative to the build folder when
# ccache rewrites them: both are mapped.
file(RELATIVE_PATH TIDEMILL_SOURCE_FROM_BUILD ${CMAKE_BINARY_DIR} ${CMAKE_SOURCE_DIR})
set(prefix_map -ffile-prefix-map=${CMAKE_SOURCE_DIR}/= -ffile-prefix-map=${TIDEMILL_SOURCE_FROM_BUILD}=)

# The sloppiness settings are what ccache asks for with precompiled headers.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE_PROGRAM})
endif()

find_package(Threads REQUIRED)
find_package(fmt REQUIRED)

# One set of options for every target: objects that share the precompiled header must agree on all of them.
add_library(tidemill_settings INTERFACE)
target_include_directories(tidemill_settings INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_options(tidemill_settings INTERFACE
  -Wall -Wextra -Wconversion -Werror -fno-strict-aliasing -fPIE -fstack-protector-strong ${prefix_map}
  # Some libraries ask for it: a precompiled header serves only units that were given it too.
  -pthread)
target_link_options(tidemill_settings INTERFACE -pie -Wl,-z,relro,-z,now)
target_link_libraries(tidemill_settings INTERFACE Threads::Threads)
target_compile_definitions(tidemill_settings INTERFACE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Loops of the kernels are vectorised as at -O3; -Wno-psabi: a note about a change of GCC 4.6, of no use here. The
  # others are guesses that GCC 12 makes after inlining, wrong about std::string and std::optional (GCC bugs 105329,
  # 105562, 80635); the sanitized build looks for the real ones.
  target_compile_options(tidemill_settings INTERFACE -fpch-preprocess -Wno-psabi
                         $<$<CONFIG:Release>:-fvect-cost-model=dynamic -Wno-restrict -Wno-stringop-overflow
                         -Wno-stringop-overread -Wno-array-bounds -Wno-maybe-uninitialized>)
else()
  # libstdc++'s own std::stable_sort calls what it has deprecated.
  target_compile_options(tidemill_settings INTERFACE -Wno-deprecated-declarations)
endif()
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  target_compile_options(tidemill_settings INTERFACE $<$<CONFIG:Release>:-march=x86-64-v2 -mtune=generic>)
endif()
if(TIDEMILL_SANITIZE)
  target_compile_options(tidemill_settings INTERFACE -fsanitize=${TIDEMILL_SANITIZE} -fno-omit-frame-pointer
                         -fno-sanitize-recover=all $<$<BOOL:${TIDEMILL_FUZZ}>:-fsanitize=fuzzer-no-link>)
  target_link_options(tidemill_settings INTERFACE -fsanitize=${TIDEMILL_SANITIZE})
else()
  # Needs an optimised build, and its checks would hide the sanitizers'.
  target_compile_options(tidemill_settings INTERFACE $<$<CONFIG:Release>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3>)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  find_program(LINKER_PROGRAM NAMES mold)
  set(linker mold)
else()
  find_program(LINKER_PROGRAM NAMES ld.lld-19 ld.lld)
  set(linker lld)
endif()
if(LINKER_PROGRAM)
  target_link_options(tidemill_settings INTERFACE -fuse-ld=${linker})
endif()

# What programs take memory from: batches come and go by the dozen a step, in sizes that the C library's allocator keeps
# too few of. Sanitizers bring their own.
if(NOT TIDEMILL_SANITIZE)
  find_library(TIDEMILL_mimalloc mimalloc)
  if(NOT TIDEMILL_mimalloc)
    message(STATUS "mimalloc is not installed: programs use the allocator of the C library, and are slower for it")
  endif()
endif()

# Has the program take its memory from there.
function(tidemill_use_allocator target)
  if(TIDEMILL_mimalloc)
    target_link_libraries(${target} PRIVATE ${TIDEMILL_mimalloc})
  endif()
endfunction()

# Declares the folder `name` (with what is below it, except the folders WITHOUT) as library tm_<name with _ for />,
# linked to the folders it may include. Usage: tidemill_folder(state DEPENDS data base [LIBRARIES xxhash])
function(tidemill_folder name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LIBRARIES;WITHOUT" ${ARGN})
  string(REPLACE "/" "_" target "tm_${name}")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cc)
  foreach(other ${ARG_WITHOUT})
    list(FILTER sources EXCLUDE REGEX "^${CMAKE_SOURCE_DIR}/src/${other}/")
  endforeach()
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")  # of an executable
  if(NOT sources)
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  else()
    add_library(${target} STATIC ${sources})
    set(scope PUBLIC)
    if(NOT name STREQUAL "base")
      target_precompile_headers(${target} REUSE_FROM tm_base)
    else()
      target_precompile_headers(${target} PRIVATE <base/pch.h>)
    endif()
  endif()
  target_link_libraries(${target} ${scope} tidemill_settings)
  foreach(dependency ${ARG_DEPENDS})
    string(REPLACE "/" "_" dependency_target "tm_${dependency}")
    target_link_libraries(${target} ${scope} ${dependency_target})
  endforeach()
  target_link_libraries(${target} ${scope} ${ARG_LIBRARIES})
endfunction()

# Declares the folder `name` as a shared library of its own, which the program loads when it is asked for
# (env/shared_libraries.h): built beside it in lib/, with those of LIBRARIES found there once it is installed. It is
# linked to no folder: of DEPENDS it includes headers only.
# Usage: tidemill_shared_library(formats/parquet/library OUTPUT tidemill_parquet DEPENDS formats/parquet LIBRARIES ...)
function(tidemill_shared_library name)
  cmake_parse_arguments(ARG "" "OUTPUT" "DEPENDS;LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cc)
  add_library(${ARG_OUTPUT} SHARED ${sources})
  target_include_directories(${ARG_OUTPUT} PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_compile_options(${ARG_OUTPUT} PRIVATE -Wall -Wextra -Wconversion -Werror -Wno-psabi -fstack-protector-strong
                         -fvisibility=hidden ${prefix_map})
  target_link_libraries(${ARG_OUTPUT} PRIVATE ${ARG_LIBRARIES} fmt::fmt)
  set_target_properties(${ARG_OUTPUT} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib
                        INSTALL_RPATH "$ORIGIN")
endfunction()

# Tests of a sanitized build carry its name, so that one ctest run can hold those of several builds.
if(TIDEMILL_SANITIZE MATCHES "address")
  set(TIDEMILL_TEST_PREFIX asan_)
elseif(TIDEMILL_SANITIZE MATCHES "thread")
  set(TIDEMILL_TEST_PREFIX tsan_)
endif()

# Declares tests/unit/<name>/**/*.cc as one gtest binary, registered with ctest as unit_<name> (asan_unit_<name>). All
# are built by the target `unit_tests`.
# Usage: tidemill_unit_tests(state DEPENDS state)
function(tidemill_unit_tests name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LIBRARIES" ${ARGN})
  string(REPLACE "/" "_" target "unit_${name}")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/unit/${name}/*.cc)
  if(NOT sources)
    return()
  endif()
  if(NOT TARGET tidemill_gtest)
    add_custom_target(unit_tests)
    file(CONFIGURE OUTPUT gtest_pch.cc CONTENT "// Carries the precompiled header of the unit tests.\n")
    add_library(tidemill_gtest STATIC ${CMAKE_CURRENT_BINARY_DIR}/gtest_pch.cc)
    target_precompile_headers(tidemill_gtest PRIVATE <base/pch.h> <gtest/gtest.h>)
    target_include_directories(tidemill_gtest PUBLIC ${CMAKE_SOURCE_DIR})
    target_link_libraries(tidemill_gtest PUBLIC tidemill_settings fmt::fmt GTest::gtest GTest::gtest_main)
    # Tests compile in half the time so; what they test is optimised as ever.
    if(TIDEMILL_SANITIZE)
      target_compile_options(tidemill_gtest PUBLIC -O0)
    endif()
  endif()
  add_executable(${target} ${sources})
  target_precompile_headers(${target} REUSE_FROM tidemill_gtest)
  foreach(dependency ${ARG_DEPENDS})
    string(REPLACE "/" "_" dependency_target "tm_${dependency}")
    target_link_libraries(${target} PRIVATE ${dependency_target})
  endforeach()
  target_link_libraries(${target} PRIVATE tidemill_gtest ${ARG_LIBRARIES})
  add_dependencies(unit_tests ${target})
  add_test(NAME ${TIDEMILL_TEST_PREFIX}${target} COMMAND ${target} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${TIDEMILL_TEST_PREFIX}${target} PROPERTIES LABELS unit TIMEOUT 300)
endfunction()

# Declares every tests/fuzz/<name>_fuzz.cc as libFuzzer target fuzz_<name> and as a test that runs it FUZZ_SECONDS
# (environment, 60). Inputs to start from: tests/fuzz/corpus/<name>/. All are built by the target `fuzz_targets`.
# Usage: tidemill_fuzz_targets(DEPENDS sql builtins [LIBRARIES tidemill_fuzz_oracles])
function(tidemill_fuzz_targets)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/fuzz/*_fuzz.cc)
  add_custom_target(fuzz_targets)
  foreach(source ${sources})
    get_filename_component(name ${source} NAME_WE)
    string(REGEX REPLACE "_fuzz$" "" name ${name})
    add_executable(fuzz_${name} ${source})
    target_include_directories(fuzz_${name} PRIVATE ${CMAKE_SOURCE_DIR})
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    target_link_libraries(fuzz_${name} PRIVATE tidemill_settings ${ARG_LIBRARIES})
    foreach(dependency ${ARG_DEPENDS})
      string(REPLACE "/" "_" dependency_target "tm_${dependency}")
      target_link_libraries(fuzz_${name} PRIVATE ${dependency_target})
    endforeach()
    add_dependencies(fuzz_targets fuzz_${name})
    add_test(NAME ${TIDEMILL_TEST_PREFIX}fuzz_${name}
             COMMAND ${CMAKE_SOURCE_DIR}/tools/run_fuzz_target.sh $<TARGET_FILE:fuzz_${name}> ${name}
             WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    # The cost lets ctest start them first: the short tests fill the time beside them.
    set_tests_properties(${TIDEMILL_TEST_PREFIX}fuzz_${name} PROPERTIES LABELS fuzz TIMEOUT 0 COST 60)
  endforeach()
endfunction()

# Declares every benchmarks/<name>_benchmark.cc as Google Benchmark program bench_<name>, built by the target
# `benchmarks` only. Usage: tidemill_benchmarks(DEPENDS job builtins)
function(tidemill_benchmarks)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LIBRARIES" ${ARGN})
  find_package(benchmark REQUIRED)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/benchmarks/*_benchmark.cc)
  add_custom_target(benchmarks)
  foreach(source ${sources})
    get_filename_component(name ${source} NAME_WE)
    string(REGEX REPLACE "_benchmark$" "" name ${name})
    add_executable(bench_${name} EXCLUDE_FROM_ALL ${source})
    target_include_directories(bench_${name} PRIVATE ${CMAKE_SOURCE_DIR})
    target_link_libraries(bench_${name} PRIVATE tidemill_settings benchmark::benchmark benchmark::benchmark_main
                          ${ARG_LIBRARIES})
    foreach(dependency ${ARG_DEPENDS})
      string(REPLACE "/" "_" dependency_target "tm_${dependency}")
      target_link_libraries(bench_${name} PRIVATE ${dependency_target})
    endforeach()
    set_target_properties(bench_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/benchmarks)
    add_dependencies(benchmarks bench_${name})
  endforeach()
endfunction()
