find_program(CONSIGN_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)
add_test(NAME bench_tests COMMAND ${CONSIGN_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/unit/bench_tests.py)
set_tests_properties(bench_tests PROPERTIES LABELS unit TIMEOUT 60)
