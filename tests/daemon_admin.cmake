consign_test(admin_text_tests LABEL unit
  SOURCES unit/rfc3339_tests.cpp unit/displayed_path_tests.cpp unit/verb_arguments_tests.cpp unit/table_tests.cpp
          unit/csv_tests.cpp unit/moment_tests.cpp unit/document_tests.cpp unit/event_words_tests.cpp unit/register_document_tests.cpp
  LINKS consign_admin)
consign_test(passwords_tests LABEL component
  SOURCES component/passwords_tests.cpp
  LINKS consign_desk)
consign_test(administration_tests LABEL component
  SOURCES component/administration_tests.cpp component/job_verbs_tests.cpp component/search_verbs_tests.cpp
  LINKS consign_desk)
consign_test(control_socket_tests LABEL component
  SOURCES component/control_socket_tests.cpp
  LINKS consign_control consign_admin)
consign_test(admin_command_tests LABEL component
  SOURCES component/admin_command_tests.cpp component/admin_files_tests.cpp
  LINKS consign_admin)
target_compile_definitions(admin_command_tests PRIVATE CONSIGN_COMMAND="$<TARGET_FILE:consign>")
add_dependencies(admin_command_tests consign)

# The manual against the programs.
add_test(NAME manual_tests
  COMMAND ${CONSIGN_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/unit/manual_tests.py
          ${PROJECT_SOURCE_DIR} $<TARGET_FILE:consign> $<TARGET_FILE:consignd>)
set_tests_properties(manual_tests PROPERTIES LABELS unit TIMEOUT 60)
