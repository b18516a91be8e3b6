# The line of "ls -l" that SFTP's long names and FTP's LIST share.
consign_folder(consign_ls_line SOURCES ls_line.cpp LINKS consign_base)
set_target_properties(consign_ls_line PROPERTIES DISABLE_PRECOMPILE_HEADERS ON)
