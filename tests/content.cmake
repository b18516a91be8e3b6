consign_test(content_tests LABEL unit
  SOURCES unit/content_corpus_tests.cpp unit/content_field_name_tests.cpp
          unit/content_field_pattern_tests.cpp unit/content_value_tests.cpp
          unit/content_ending_tests.cpp unit/content_date_tests.cpp unit/content_charset_tests.cpp
          unit/content_segment_tests.cpp unit/content_mutation_tests.cpp
  LINKS consign_content)

if(CONSIGN_FUZZ)
  set(CONSIGN_FUZZ_SECONDS 60 CACHE STRING "how long each fuzz test runs")

  # content_fuzz(NAME SOURCE CORPUS DEFINITIONS...): one program over the seeds in CORPUS, a folder of tests/.
  function(content_fuzz name source corpus)
    set(findings ${CMAKE_CURRENT_BINARY_DIR}/${name}.findings)
    file(MAKE_DIRECTORY ${findings}/corpus)
    add_executable(${name} fuzz/${source})
    target_compile_definitions(${name} PRIVATE ${ARGN})
    target_link_libraries(${name} PRIVATE consign_content)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    add_test(NAME ${name}
      COMMAND ${name} -max_total_time=${CONSIGN_FUZZ_SECONDS} -max_len=16384 -print_final_stats=1
              -artifact_prefix=${findings}/ ${findings}/corpus ${CMAKE_CURRENT_SOURCE_DIR}/${corpus})
    math(EXPR timeout "${CONSIGN_FUZZ_SECONDS} + 60")
    set_tests_properties(${name} PROPERTIES LABELS fuzz TIMEOUT ${timeout})
  endfunction()

  foreach(reader hl7 hprim_sante hprim_medecin dicom pdf xml csv)
    content_fuzz(content_${reader}_fuzz content_reader_fuzz.cpp unit/content
      CONSIGN_READER=read_${reader} CONSIGN_READER_HEADER="policy/content/${reader}.hpp")
  endforeach()
  content_fuzz(content_fuzz content_fuzz.cpp unit/content)
  content_fuzz(content_ending_fuzz content_ending_fuzz.cpp unit/content)
  content_fuzz(content_policy_fuzz content_policy_fuzz.cpp fuzz/corpus/content_policy)
endif()
