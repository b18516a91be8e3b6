consign_test(sftp_codec_tests LABEL unit
  SOURCES unit/sftp_frame_tests.cpp unit/sftp_request_tests.cpp unit/sftp_reply_tests.cpp
          unit/sftp_mutation_tests.cpp
  LINKS consign_sftp_codec)

if(CONSIGN_FUZZ)
  set(CONSIGN_FUZZ_SECONDS 60 CACHE STRING "how long each fuzz test runs")

  # sftp_fuzz(NAME): a libFuzzer program over the seeds in fuzz/corpus/sftp; what it finds stays in
  # the build folder, crashes beside the corpus, so that the canary must find its own anew.
  function(sftp_fuzz name)
    set(findings ${CMAKE_CURRENT_BINARY_DIR}/${name}.findings)
    file(MAKE_DIRECTORY ${findings}/corpus)
    add_executable(${name} fuzz/${name}.cpp)
    target_link_libraries(${name} PRIVATE consign_sftp_codec)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    set_target_properties(${name} PROPERTIES DISABLE_PRECOMPILE_HEADERS ON)
    add_test(NAME ${name}
      COMMAND ${name} -max_total_time=${CONSIGN_FUZZ_SECONDS} -max_len=8192 -print_final_stats=1
              -artifact_prefix=${findings}/ ${findings}/corpus ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus/sftp)
    math(EXPR timeout "${CONSIGN_FUZZ_SECONDS} + 60")
    set_tests_properties(${name} PROPERTIES LABELS fuzz TIMEOUT ${timeout})
  endfunction()

  sftp_fuzz(sftp_codec_fuzz)
  sftp_fuzz(sftp_canary_fuzz)
  set_tests_properties(sftp_canary_fuzz PROPERTIES PASS_REGULAR_EXPRESSION "the planted crash was found")
endif()
