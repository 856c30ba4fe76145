# How our own code is compiled. Everything here applies to targets made by herald_room() and by tests and bench.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")

# Paths below the source are compared as relative ones, so that every clone on a machine shares one cache. What a file
# includes is taken from the compiler's list of it (depend mode), which spares preprocessing each file twice.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env CCACHE_SLOPPINESS=pch_defines,time_macros
      "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" CCACHE_NOHASHDIR=1 CCACHE_DEPEND=1 "${CCACHE}")
endif()
# Where tests find what they read of the source: a header of its own, since a definition would be part of every test.
file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/generated/herald/source_dir.h"
     CONTENT "#pragma once\n#define HERALD_SOURCE_DIR \"${CMAKE_SOURCE_DIR}\"\n" @ONLY)

set(HERALD_SANITIZE "" CACHE STRING "sanitizers: address,undefined or thread")

add_library(herald_compile_options INTERFACE)
target_include_directories(herald_compile_options INTERFACE "${CMAKE_SOURCE_DIR}" "${CMAKE_BINARY_DIR}/generated")
target_compile_options(herald_compile_options INTERFACE -Wall -Wextra -Werror -Wnon-virtual-dtor -Wold-style-cast
                       -Woverloaded-virtual -fcoroutines)
# GCC 12 warns of its own std::string inlining at -O2 (GCC bug 105329 and its kin).
target_compile_options(herald_compile_options INTERFACE -Wno-restrict -Wno-stringop-overflow -Wno-maybe-uninitialized
                       -Wno-array-bounds -Wno-stringop-overread)
target_compile_definitions(herald_compile_options INTERFACE HERALD_VERSION="${PROJECT_VERSION}")
# Half to a third of the time that the files take one by one: release takes a room's files by eights (a batch for each
# core), the sanitizers a whole room at once, and debug, for who edits, each by itself. Names of unnamed namespaces must
# differ within a room for that, and a type with a member of such a type looks to GCC as if it came from a header.
if(HERALD_SANITIZE OR NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  set(CMAKE_UNITY_BUILD ON)
  set(CMAKE_UNITY_BUILD_BATCH_SIZE 8)
  target_compile_options(herald_compile_options INTERFACE -Wno-subobject-linkage)
endif()
if(HERALD_SANITIZE)
  set(CMAKE_UNITY_BUILD_BATCH_SIZE 0)
  target_compile_options(herald_compile_options INTERFACE -fsanitize=${HERALD_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(herald_compile_options INTERFACE -fsanitize=${HERALD_SANITIZE})
  target_compile_definitions(herald_compile_options INTERFACE HERALD_SANITIZED)
endif()
# What the rooms do under a sanitizer takes most of its tests' time: they are optimised as far as compiling does not take more
# than is saved. For addresses -Og takes a quarter longer than -O0 (-O1: nearly twice as long); for threads -O2 a third longer
# than -Og, and each call that is inlined is one that is not traced. The tests themselves are not.
set(herald_room_options "")
if(HERALD_SANITIZE MATCHES "thread")
  set(herald_room_options -O2)
elseif(HERALD_SANITIZE)
  set(herald_room_options -Og)
endif()
if(HERALD_SANITIZE MATCHES "thread")
  # Atomic fences are not modelled by the thread sanitizer; GCC says so for each of Asio's.
  target_compile_options(herald_compile_options INTERFACE -Wno-tsan)
endif()
