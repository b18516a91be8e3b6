#define BOOST_TEST_MODULE consign
#include <boost/test/unit_test.hpp>
