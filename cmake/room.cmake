# herald_room(<name> DEPENDS <targets...> [SHARE_KAFKA <pattern of GoogleTest>])
#   library herald_<name> from <name>/**.cc, test program <name>_test from <name>/**_test.cc (when there are any), and
#   herald_<name>_testing from <name>/testing/**.cc: what its tests and benchmarks need and the binary does not.
function(herald_room name)
  cmake_parse_arguments(ARG "" "SHARE_KAFKA" "DEPENDS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${name}/*.cc")
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cc$")
  list(FILTER sources EXCLUDE REGEX "/testing/")
  if(sources)
    add_library(herald_${name} STATIC ${sources})
    # Each of the commands calls its parts by the same names.
    file(GLOB_RECURSE commands CONFIGURE_DEPENDS "${name}/commands/*.cc")
    set_source_files_properties(${commands} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    target_link_libraries(herald_${name} PUBLIC herald_compile_options ${ARG_DEPENDS})
    target_precompile_headers(herald_${name} REUSE_FROM herald_pch)
  else()
    add_library(herald_${name} INTERFACE)
    target_link_libraries(herald_${name} INTERFACE herald_compile_options ${ARG_DEPENDS})
  endif()

  file(GLOB_RECURSE testing CONFIGURE_DEPENDS "${name}/testing/*.cc")
  list(FILTER testing EXCLUDE REGEX "_test\\.cc$")
  set(under_test herald_${name})
  if(testing)
    add_library(herald_${name}_testing STATIC ${testing})
    target_link_libraries(herald_${name}_testing PUBLIC herald_${name})
    target_precompile_headers(herald_${name}_testing REUSE_FROM herald_pch)
    list(APPEND under_test herald_${name}_testing)
  endif()

  file(GLOB_RECURSE tests CONFIGURE_DEPENDS "${name}/*_test.cc")
  if(tests)
    herald_test(${name}_test SOURCES ${tests} DEPENDS ${under_test} SHARE_KAFKA "${ARG_SHARE_KAFKA}")
  endif()
endfunction()

# herald_test(<name> SOURCES ... DEPENDS ... [SHARE_KAFKA ...]): a GoogleTest program whose tests CTest knows one by one.
function(herald_test name)
  cmake_parse_arguments(ARG "" "SHARE_KAFKA" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE herald_compile_options ${ARG_DEPENDS} GTest::gmock GTest::gtest_main)
  target_precompile_headers(${name} REUSE_FROM herald_test_pch)
  if(ARG_SHARE_KAFKA)
    gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST TEST_FILTER "${ARG_SHARE_KAFKA}"
                         PROPERTIES TIMEOUT 300 ${herald_shares_kafka})
    set(filter TEST_FILTER "-${ARG_SHARE_KAFKA}")
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST ${filter} PROPERTIES TIMEOUT 300)
endfunction()

# Each header compiled by itself: an object library that nobody links, so that a header that leans on another's
# includes breaks the build of `herald_headers` (part of script/test, not of the release binary).
function(herald_headers_alone)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE "${CMAKE_SOURCE_DIR}"
       base/*.h reflect/*.h lmdb/*.h eventstore/*.h registry/*.h projections/*.h work/*.h recorder/*.h automations/*.h
       connectors/*.h api/*.h server/*.h cli/*.h)
  set(units "")
  foreach(header ${headers})
    string(REPLACE "/" "_" unit "${header}")
    set(path "${CMAKE_BINARY_DIR}/headers_alone/${unit}.cc")
    file(CONFIGURE OUTPUT "${path}" CONTENT "#include \"${header}\"\n#include \"${header}\"\n" @ONLY)
    list(APPEND units "${path}")
  endforeach()
  add_library(herald_headers OBJECT EXCLUDE_FROM_ALL ${units})
  target_link_libraries(herald_headers PRIVATE herald_server)
  target_compile_options(herald_headers PRIVATE -O0)
endfunction()
