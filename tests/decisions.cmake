consign_test(decisions_tests LABEL unit
  SOURCES unit/route_tests.cpp unit/route_property_tests.cpp unit/explain_tests.cpp unit/compare_tests.cpp
          unit/cases_tests.cpp unit/pattern_tests.cpp unit/policy_reference_tests.cpp
  LINKS consign_policy)
