# House rules as tests: each says what to do instead; lint_tests plants a fault for each.
find_program(CONSIGN_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)

foreach(lint layers doors text formatting)
  add_test(NAME lint_${lint}
    COMMAND ${CONSIGN_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/lint/${lint}.py ${PROJECT_SOURCE_DIR})
  set_tests_properties(lint_${lint} PROPERTIES LABELS lint TIMEOUT 60)
endforeach()

foreach(script lint_tests dev_tests verifier_tests)
  add_test(NAME ${script} COMMAND ${CONSIGN_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/lint/${script}.py)
  set_tests_properties(${script} PROPERTIES LABELS lint TIMEOUT 60)
endforeach()

include(${CMAKE_CURRENT_LIST_DIR}/daemon_service.cmake)
