add_library(consign_ssh_harness STATIC component/ssh_harness.cpp)
target_compile_definitions(consign_ssh_harness PRIVATE CONSIGN_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
target_link_libraries(consign_ssh_harness PUBLIC consign_ssh PRIVATE consign_test_main)
target_compile_definitions(consign_ssh_harness PRIVATE BOOST_TEST_DYN_LINK)

add_executable(ssh_idle_client component/ssh_idle_client.cpp)
target_link_libraries(ssh_idle_client PRIVATE consign_flags PkgConfig::libssh)

foreach(name ssh_login ssh_algorithms ssh_channel ssh_receive_window ssh_idle)
  consign_test(${name}_tests LABEL component TIMEOUT 300
    SOURCES component/${name}_tests.cpp
    LINKS consign_ssh_harness)
  if(CONSIGN_WIDE_READS)  # as consignd
    target_link_libraries(${name}_tests PRIVATE consign_wide_reads)
  endif()
endforeach()
if(CONSIGN_WIDE_READS)
  consign_test(wide_reads_tests LABEL unit SOURCES unit/wide_reads_tests.cpp LINKS consign_ssh consign_wide_reads)
endif()
add_dependencies(ssh_idle_tests ssh_idle_client)
target_compile_definitions(ssh_idle_tests PRIVATE
  CONSIGN_SSH_IDLE_CLIENT="$<TARGET_FILE:ssh_idle_client>")
