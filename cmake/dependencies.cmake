# What Herald stands on, all from Debian 12 (docs/dependencies.md says why each).
find_package(Boost 1.81 REQUIRED COMPONENTS url)
find_package(OpenSSL REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(simdjson REQUIRED)
find_package(CLI11 REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(LMDB REQUIRED IMPORTED_TARGET lmdb)
pkg_check_modules(RDKAFKA REQUIRED IMPORTED_TARGET rdkafka)
pkg_check_modules(LIBCURL REQUIRED IMPORTED_TARGET libcurl)

add_library(herald_liblmdb INTERFACE)
target_link_libraries(herald_liblmdb INTERFACE PkgConfig::LMDB)
add_library(herald_rdkafka INTERFACE)
target_link_libraries(herald_rdkafka INTERFACE PkgConfig::RDKAFKA)
add_library(herald_libcurl INTERFACE)
target_link_libraries(herald_libcurl INTERFACE PkgConfig::LIBCURL)

# Asio and Beast are compiled once, here; everybody else gets declarations.
add_library(herald_beast STATIC cmake/beast.cc)
target_link_libraries(herald_beast PUBLIC herald_compile_options Boost::headers Boost::url OpenSSL::SSL Threads::Threads)
target_compile_definitions(herald_beast PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
                           BOOST_ASIO_NO_DEPRECATED)
