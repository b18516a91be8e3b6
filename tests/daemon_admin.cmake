consign_test(admin_text_tests LABEL unit
  SOURCES unit/rfc3339_tests.cpp unit/displayed_path_tests.cpp unit/verb_arguments_tests.cpp unit/table_tests.cpp
          unit/csv_tests.cpp unit/moment_tests.cpp
  LINKS consign_admin)
consign_test(passwords_tests LABEL component
  SOURCES component/passwords_tests.cpp
  LINKS consign_desk)
consign_test(administration_tests LABEL component
  SOURCES component/administration_tests.cpp component/job_verbs_tests.cpp
  LINKS consign_desk)
consign_test(control_socket_tests LABEL component
  SOURCES component/control_socket_tests.cpp
  LINKS consign_control consign_admin)
consign_test(admin_command_tests LABEL component
  SOURCES component/admin_command_tests.cpp
  LINKS consign_admin)
target_compile_definitions(admin_command_tests PRIVATE CONSIGN_COMMAND="$<TARGET_FILE:consign>")
add_dependencies(admin_command_tests consign)
