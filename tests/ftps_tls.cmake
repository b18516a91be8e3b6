add_library(consign_tls_harness STATIC component/tls_harness.cpp)
target_link_libraries(consign_tls_harness PUBLIC consign_ftps_tls PRIVATE consign_test_main)
target_compile_definitions(consign_tls_harness PRIVATE BOOST_TEST_DYN_LINK)

foreach(name tls_context tls_resumption tls_stream)
  consign_test(${name}_tests LABEL component
    SOURCES component/${name}_tests.cpp
    LINKS consign_tls_harness)
endforeach()
