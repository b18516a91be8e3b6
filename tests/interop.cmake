# Real clients against the real daemon, each with a site, a daemon and ports of its own. The programs are
# this build's; CONSIGN_INTEROP_BINARIES names another build folder, e.g. build/release.
set(CONSIGN_INTEROP_BINARIES "${PROJECT_BINARY_DIR}" CACHE PATH "build folder whose consignd and consign are tested")
find_program(CONSIGN_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)

# consign_interop_test(NAME SCRIPT LABEL label TIMEOUT seconds)
function(consign_interop_test name script)
  cmake_parse_arguments(arg "" "LABEL;TIMEOUT" "" ${ARGN})
  set(environment CONSIGN=${CONSIGN_INTEROP_BINARIES}/admin/consign PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1)
  add_test(NAME ${name} COMMAND ${CONSIGN_PYTHON} ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/${script})
  set_tests_properties(${name} PROPERTIES LABELS ${arg_LABEL} TIMEOUT ${arg_TIMEOUT} SKIP_RETURN_CODE 77
    ENVIRONMENT "CONSIGND=${CONSIGN_INTEROP_BINARIES}/daemon/consignd;${environment}")
endfunction()

foreach(client openssh_sftp openssh_scp lftp psftp rclone paramiko asyncssh sshfs wire)
  consign_interop_test(interop_${client} interop/${client}_tests.py LABEL interop TIMEOUT 300)
endforeach()
consign_interop_test(interop_audit interop/audit_tests.py LABEL interop TIMEOUT 180)
consign_interop_test(interop_checkpoint interop/checkpoint_tests.py LABEL interop TIMEOUT 180)
consign_interop_test(interop_export interop/export_tests.py LABEL interop TIMEOUT 240)
consign_interop_test(interop_timestamp interop/timestamp_tests.py LABEL interop TIMEOUT 180)
consign_interop_test(interop_receipts_folder interop/receipts_folder_tests.py LABEL interop TIMEOUT 180)
consign_interop_test(interop_limits interop/limits_tests.py LABEL interop TIMEOUT 120)
consign_interop_test(interop_start interop/start_tests.py LABEL interop TIMEOUT 120)
consign_interop_test(interop_policy interop/policy_tests.py LABEL interop TIMEOUT 180)
consign_interop_test(interop_alerts interop/alerts_tests.py LABEL interop TIMEOUT 120)
consign_interop_test(interop_interruption interop/interruption_tests.py LABEL interop TIMEOUT 180)
consign_interop_test(interop_full_disk interop/full_disk_tests.py LABEL interop TIMEOUT 180)
consign_interop_test(interop_recover interop/recover_tests.py LABEL interop TIMEOUT 120)

foreach(client lftp curl ftplib commons_net basic_ftp rclone clear_client wire data verbs interruption careless
        cut limits sslscan testssl)
  consign_interop_test(interop_ftps_${client} interop/ftps_${client}_tests.py LABEL interop TIMEOUT 300)
endforeach()

# A program with windows, driven with the mouse: it needs a screen's fonts to be as they were. By hand: the packages
# that the script names, then ctest -L desktop.
consign_interop_test(interop_ftps_filezilla interop/ftps_filezilla_tests.py LABEL desktop TIMEOUT 300)

consign_interop_test(interop_pickups interop/pickups_tests.py LABEL interop TIMEOUT 180)
consign_interop_test(fault_pickups fault/pickups_tests.py LABEL fault TIMEOUT 180)
consign_interop_test(fault_expectations fault/expectations_tests.py LABEL fault TIMEOUT 180)

consign_interop_test(fault_alerts_kill9 fault/alerts_kill9_tests.py LABEL fault TIMEOUT 300)
consign_interop_test(fault_timestamp fault/timestamp_fault_tests.py LABEL fault TIMEOUT 180)
consign_interop_test(fault_kill9 fault/kill9_tests.py LABEL fault TIMEOUT 600)
consign_interop_test(fault_ftps_kill9 fault/ftps_kill9_tests.py LABEL fault TIMEOUT 600)
set_tests_properties(fault_kill9 fault_ftps_kill9 PROPERTIES PROCESSORS 2)

# Sanitizers hold memory back: what they would measure is themselves.
if(NOT CONSIGN_SANITIZE)
  consign_interop_test(interop_memory interop/memory_tests.py LABEL interop TIMEOUT 300)
  consign_interop_test(interop_ftps_memory interop/ftps_memory_tests.py LABEL interop TIMEOUT 300)
  set_tests_properties(interop_memory interop_ftps_memory PROPERTIES PROCESSORS 2)
endif()

consign_interop_test(interop_receipts interop/receipts_tests.py LABEL interop TIMEOUT 180)
consign_interop_test(interop_reload interop/reload_tests.py LABEL interop TIMEOUT 180)
set_tests_properties(interop_reload PROPERTIES PROCESSORS 2)

# What becomes of deposits without a peer.
consign_interop_test(interop_router interop/router_tests.py LABEL interop TIMEOUT 120)
consign_interop_test(fault_router fault/router_fault_tests.py LABEL fault TIMEOUT 300)
consign_interop_test(interop_reports interop/reports_tests.py LABEL interop TIMEOUT 120)
consign_interop_test(interop_retention interop/retention_tests.py LABEL interop TIMEOUT 180)
consign_interop_test(fault_retention fault/retention_fault_tests.py LABEL fault TIMEOUT 400)
consign_interop_test(fault_forgetting fault/forgetting_fault_tests.py LABEL fault TIMEOUT 400)

consign_interop_test(interop_deliveries interop/deliveries_tests.py LABEL interop TIMEOUT 300)
consign_interop_test(interop_deliveries_vsftpd interop/deliveries_vsftpd_tests.py LABEL interop TIMEOUT 300)
consign_interop_test(interop_deliveries_scripted interop/deliveries_scripted_tests.py LABEL interop TIMEOUT 300)
consign_interop_test(fault_deliveries fault/delivery_fault_tests.py LABEL fault TIMEOUT 600)
