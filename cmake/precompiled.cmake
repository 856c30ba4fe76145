# Precompiled headers, each compiled once and shared: herald_pch for the rooms, herald_test_pch for test programs.
# Asio and Beast are in neither: few files include them, and reading them precompiled costs each file of a room more than
# it saves those few.
file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/generated/empty.cc" CONTENT "")

add_library(herald_pch OBJECT "${CMAKE_BINARY_DIR}/generated/empty.cc")
target_link_libraries(herald_pch PRIVATE herald_compile_options fmt::fmt Boost::headers)
target_compile_options(herald_pch PRIVATE ${herald_room_options})
target_precompile_headers(herald_pch PRIVATE "${CMAKE_SOURCE_DIR}/cmake/common_pch.h")

add_library(herald_test_pch OBJECT "${CMAKE_BINARY_DIR}/generated/empty.cc")
target_link_libraries(herald_test_pch PRIVATE herald_compile_options fmt::fmt Boost::headers GTest::gmock)
target_precompile_headers(herald_test_pch PRIVATE "${CMAKE_SOURCE_DIR}/cmake/test_pch.h")
