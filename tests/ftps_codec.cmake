consign_test(ls_line_tests LABEL unit SOURCES unit/ls_line_tests.cpp LINKS consign_ls_line)

consign_test(ftp_codec_tests LABEL unit
  SOURCES unit/ftp_command_reader_tests.cpp unit/ftp_command_tests.cpp unit/ftp_endpoint_tests.cpp
          unit/ftp_fact_arguments_tests.cpp unit/ftp_facts_tests.cpp
          unit/ftp_hash_arguments_tests.cpp unit/ftp_hash_names_tests.cpp
          unit/ftp_list_arguments_tests.cpp unit/ftp_mutation_tests.cpp unit/ftp_numbers_tests.cpp
          unit/ftp_reply_tests.cpp unit/ftp_time_val_tests.cpp
  LINKS consign_ftps_codec)

if(CONSIGN_FUZZ)
  set(CONSIGN_FUZZ_SECONDS 60 CACHE STRING "how long each fuzz test runs")

  # ftp_fuzz(NAME INPUT_LIMIT_BYTES): as sftp_fuzz, over the seeds in fuzz/corpus/ftp.
  function(ftp_fuzz name input_limit_bytes)
    set(findings ${CMAKE_CURRENT_BINARY_DIR}/${name}.findings)
    file(MAKE_DIRECTORY ${findings}/corpus)
    add_executable(${name} fuzz/${name}.cpp)
    target_link_libraries(${name} PRIVATE consign_ftps_codec)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    set_target_properties(${name} PROPERTIES DISABLE_PRECOMPILE_HEADERS ON)
    add_test(NAME ${name}
      COMMAND ${name} -max_total_time=${CONSIGN_FUZZ_SECONDS} -max_len=${input_limit_bytes} -print_final_stats=1
              -artifact_prefix=${findings}/ ${findings}/corpus ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus/ftp)
    math(EXPR timeout "${CONSIGN_FUZZ_SECONDS} + 60")
    set_tests_properties(${name} PROPERTIES LABELS fuzz TIMEOUT ${timeout})
  endfunction()

  ftp_fuzz(ftp_codec_fuzz 16384)
  ftp_fuzz(ftp_canary_fuzz 256)
  set_tests_properties(ftp_canary_fuzz PROPERTIES PASS_REGULAR_EXPRESSION "the planted crash was found")
endif()
