# Every library is Debian's. README.md ("Dependencies") says why each, and not another.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(fmt REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(CLI11 REQUIRED)
find_package(date REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(ZLIB REQUIRED)
pkg_check_modules(sqlite3 REQUIRED IMPORTED_TARGET sqlite3>=3.40)
pkg_check_modules(libssh REQUIRED IMPORTED_TARGET libssh>=0.10.6)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(libsystemd REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(libcrypt REQUIRED IMPORTED_TARGET libcrypt)
pkg_check_modules(libcurl REQUIRED IMPORTED_TARGET libcurl>=7.85)
pkg_check_modules(libqrencode REQUIRED IMPORTED_TARGET libqrencode)
pkg_check_modules(re2 REQUIRED IMPORTED_TARGET re2)
# Its -pthread is no news to the linker, and would be to the shared precompiled header.
set_property(TARGET PkgConfig::re2 PROPERTY INTERFACE_COMPILE_OPTIONS)

# Asio is compiled once, here, and its headers are parsed once, into the shared precompiled header.
add_library(consign_asio STATIC ${PROJECT_SOURCE_DIR}/cmake/asio.cpp)
target_compile_definitions(consign_asio PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(consign_asio PUBLIC consign_flags Threads::Threads Boost::headers fmt::fmt)
target_precompile_headers(consign_asio PRIVATE
  <array> <boost/asio.hpp> <chrono> <cstdint> <expected> <fmt/format.h> <map> <memory> <optional> <span>
  <string> <string_view> <system_error> <vector>)
