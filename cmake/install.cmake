include(GNUInstallDirs)
install(TARGETS consignd consign RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
# Auditors take it from here rather than from a bundle.
install(PROGRAMS ${PROJECT_SOURCE_DIR}/tools/verify-ledger.py DESTINATION ${CMAKE_INSTALL_DATADIR}/consign)
install(FILES ${PROJECT_SOURCE_DIR}/docs/man/consign.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${PROJECT_SOURCE_DIR}/docs/man/consign.yaml.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(FILES ${PROJECT_SOURCE_DIR}/docs/man/consignd.8 DESTINATION ${CMAKE_INSTALL_MANDIR}/man8)
# Where Debian's systemd looks for them under the prefix /usr.
install(FILES ${PROJECT_SOURCE_DIR}/systemd/consignd.service DESTINATION lib/systemd/system)
install(FILES ${PROJECT_SOURCE_DIR}/systemd/consign.sysusers DESTINATION lib/sysusers.d RENAME consign.conf)
install(FILES ${PROJECT_SOURCE_DIR}/systemd/consign.tmpfiles DESTINATION lib/tmpfiles.d RENAME consign.conf)
