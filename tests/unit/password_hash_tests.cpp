#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "policy/password_hash.hpp"

using namespace consign::policy;

BOOST_AUTO_TEST_SUITE(password_hash)

const std::vector<std::string> sound{
    "$argon2id$v=19$m=65536,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNo",
    "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7",
    "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
    "$6$saltsalt$abcdefghijklmnop",
    "$5$rounds=5000$salt$abcdefghijklmnop",
    "$7$CU..../....salt$abcdefghijklmnop"};
BOOST_DATA_TEST_CASE(accepts_what_can_be_verified, boost::unit_test::data::make(sound)) {
    BOOST_TEST(!wrong_password_hash(sample).has_value());
}

const std::vector<std::string> refused{"hunter2",
                                       "",
                                       "$1$salt$abcdefghijklmnopqrstu1",
                                       "abJnggxhB/yWI",  // DES
                                       "$argon2i$v=19$m=65536,t=2,p=1$c2FsdA$aGFzaA",
                                       "$argon2id$v=16$m=65536,t=2,p=1$c2FsdA$aGFzaA",
                                       "$argon2id$v=19$m=65536,t=2$c2FsdA$aGFzaA",
                                       "$argon2id$v=19$m=65536,t=0,p=1$c2FsdA$aGFzaA",
                                       "$argon2id$v=19$m=65536,t=2,p=1$c2FsdA",
                                       "$argon2id$v=19$m=65536,t=2,p=1$c2FsdA$",
                                       "$argon2id$v=19$m=99999999,t=2,p=1$c2FsdA$aGFzaA",
                                       "$argon2id$v=19$m=65536,t=65,p=1$c2FsdA$aGFzaA",
                                       "$argon2id$v=19$m=-1,t=2,p=1$c2FsdA$aGFzaA",
                                       "$6$salt",
                                       "$6$salt$",
                                       "$6$my pass word$x"};
BOOST_DATA_TEST_CASE(refuses_the_rest_and_shows_nothing_of_it,
                     boost::unit_test::data::make(refused)) {
    const auto wrong = wrong_password_hash(sample);
    BOOST_REQUIRE(wrong.has_value());
    if (!sample.empty()) BOOST_TEST(wrong->find(sample) == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
