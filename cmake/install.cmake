include(GNUInstallDirs)
install(TARGETS consignd consign RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
