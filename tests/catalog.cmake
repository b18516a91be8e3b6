consign_test(catalog_tests LABEL component
  SOURCES component/catalog_tests.cpp component/catalog_lives_tests.cpp component/catalog_model_tests.cpp
  LINKS consign_catalog)
