# Precompiled headers, each compiled once and shared: herald_pch for the rooms, herald_test_pch for test programs.
# A room with other needs (Beast) has its own; see herald_room().
file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/generated/empty.cc" CONTENT "")

add_library(herald_pch OBJECT "${CMAKE_BINARY_DIR}/generated/empty.cc")
target_link_libraries(herald_pch PRIVATE herald_compile_options fmt::fmt Boost::headers)
target_precompile_headers(herald_pch PRIVATE "${CMAKE_SOURCE_DIR}/cmake/common_pch.h")

add_library(herald_test_pch OBJECT "${CMAKE_BINARY_DIR}/generated/empty.cc")
target_link_libraries(herald_test_pch PRIVATE herald_compile_options fmt::fmt Boost::headers GTest::gmock)
target_precompile_headers(herald_test_pch PRIVATE "${CMAKE_SOURCE_DIR}/cmake/test_pch.h")
