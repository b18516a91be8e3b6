# The systemd unit, sysusers.d and tmpfiles.d.
add_test(NAME service_tests COMMAND ${CONSIGN_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/lint/service_tests.py)
set_tests_properties(service_tests PROPERTIES LABELS lint TIMEOUT 60)
