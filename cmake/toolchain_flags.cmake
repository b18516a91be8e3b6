# clang alone: g++ 12 destroys temporaries in co_await expressions twice.
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR "Consign is built with clang 19 or later (found ${CMAKE_CXX_COMPILER_ID} "
                      "${CMAKE_CXX_COMPILER_VERSION}): use a preset, e.g. cmake --preset dev")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()

set(CONSIGN_SANITIZE "" CACHE STRING "sanitizers, e.g. address,undefined or thread")
option(CONSIGN_FUZZ "build the libFuzzer targets" OFF)
# Sanitizers answer `recv` and `poll` themselves.
include(CMakeDependentOption)
cmake_dependent_option(CONSIGN_WIDE_READS "let consignd answer libssh's 4 KiB reads from a larger buffer" ON
                       "NOT CONSIGN_SANITIZE" OFF)

add_library(consign_flags INTERFACE)
target_include_directories(consign_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(consign_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-qual -Wformat=2 -Wimplicit-fallthrough -Wundef
  -Wextra-semi -Werror
  -fstack-protector-strong -fstack-clash-protection -fcf-protection=full
  -ftrivial-auto-var-init=zero -Xclang -fno-pch-timestamp)
target_compile_definitions(consign_flags INTERFACE _GLIBCXX_ASSERTIONS)
target_link_options(consign_flags INTERFACE -fuse-ld=lld-19 -Wl,-z,relro,-z,now)

if(CONSIGN_SANITIZE)
  target_compile_options(consign_flags INTERFACE -fsanitize=${CONSIGN_SANITIZE} -fno-omit-frame-pointer
                                                 -fno-sanitize-recover=all)
  target_link_options(consign_flags INTERFACE -fsanitize=${CONSIGN_SANITIZE})
  if(CONSIGN_FUZZ)
    target_compile_options(consign_flags INTERFACE -fsanitize=fuzzer-no-link)
  endif()
else()
  target_compile_options(consign_flags INTERFACE $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=3>)
endif()

# consign_folder(NAME SOURCES ... LINKS ...): the one library of a folder of the house.
function(consign_folder name)
  cmake_parse_arguments(arg "ASIO" "" "SOURCES;LINKS" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC consign_flags ${arg_LINKS})
  if(arg_ASIO)
    target_precompile_headers(${name} REUSE_FROM consign_asio)
    target_link_libraries(${name} PUBLIC consign_asio)
  endif()
endfunction()
