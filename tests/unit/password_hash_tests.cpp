#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "policy/password_hash.hpp"

using namespace consign::policy;

BOOST_AUTO_TEST_SUITE(password_hash)

const std::vector<std::string> sound{
    "$argon2id$v=19$m=65536,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNo",
    "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7",
    "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy", "$6$saltsalt$abcdefghijklmnop",
    "$5$rounds=5000$salt$abcdefghijklmnop", "$7$CU..../....salt$abcdefghijklmnop",
    // At the bounds.
    "$y$jDT$salt$abcdefghijklmnop", "$gy$jDT$salt$abcdefghijklmnop", "$y$.I.$salt$abcdefghijklmnop",
    "$7$EU..../....salt$abcdefghijklmnop",
    "$2y$14$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
    "$6$rounds=1000000$salt$abcdefghijklmnop"};
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
                                       "$6$my pass word$x",
                                       "$6$rounds=5000$abcdefghijklmnop",
                                       "$6$rounds=$salt$abcdefghijklmnop",
                                       "$5$rounds=-1$salt$abcdefghijklmnop",
                                       "$5$rounds=5000x$salt$abcdefghijklmnop",
                                       "$5$rounds=99999999999999999999$salt$abcdefghijklmnop",
                                       "$2b$$N9qo8uLOickgx2ZMRZoMye",
                                       "$2b$1o$N9qo8uLOickgx2ZMRZoMye",
                                       "$2b$010$N9qo8uLOickgx2ZMRZoMye",
                                       "$y$$salt$abcdefghijklmnop",
                                       "$y$j9$salt$abcdefghijklmnop",
                                       "$y$j9z$salt$abcdefghijklmnop",  // r breaks off
                                       "$y$j9*$salt$abcdefghijklmnop",
                                       "$7$CU...$salt$abcdefghijklmnop",
                                       "$7$.U..../....salt$abcdefghijklmnop",
                                       "$7$C...../....salt$abcdefghijklmnop",
                                       "$7$CU.........salt$abcdefghijklmnop"};
BOOST_DATA_TEST_CASE(refuses_the_rest_and_shows_nothing_of_it,
                     boost::unit_test::data::make(refused)) {
    const auto wrong = wrong_password_hash(sample);
    BOOST_REQUIRE(wrong.has_value());
    if (!sample.empty()) BOOST_TEST(wrong->find(sample) == std::string::npos);
}

struct Costly {
    const char* hash;
    const char* message;
};
std::ostream& operator<<(std::ostream& out, const Costly& sample) {
    return out << sample.hash;
}
constexpr const char* costly_sha =
    "a sha256crypt or sha512crypt hash that costs too much to verify: at most rounds=1000000";
constexpr const char* costly_bcrypt =
    "a bcrypt hash that costs too much to verify: at most cost 14";
constexpr const char* costly_yescrypt =
    "a yescrypt hash that costs too much to verify: at most 262144 KiB";
constexpr const char* costly_scrypt =
    "a scrypt hash that costs too much to verify: at most 262144 KiB, all lanes together";
const std::vector<Costly> costly{
    {"$5$rounds=1000001$salt$abcdefghijklmnop", costly_sha},
    {"$6$rounds=999999999$salt$abcdefghijklmnop", costly_sha},
    {"$2b$15$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy", costly_bcrypt},
    {"$2a$31$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy", costly_bcrypt},
    {"$2y$99$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy", costly_bcrypt},
    {"$y$jDU$salt$abcdefghijklmnop", costly_yescrypt},  // r = 33
    {"$y$jET$salt$abcdefghijklmnop", costly_yescrypt},  // N doubled
    {"$gy$jET$salt$abcdefghijklmnop", costly_yescrypt},
    {"$y$jj/$salt$abcdefghijklmnop", costly_yescrypt},   // N = 2^48
    {"$y$jkz/$salt$abcdefghijklmnop", costly_yescrypt},  // N = 2^112
    {"$y$j/zzzzzz$salt$abcdefghijklmnop", costly_yescrypt},
    {"$7$FU..../....salt$abcdefghijklmnop", costly_scrypt},
    {"$7$EU....0....salt$abcdefghijklmnop", costly_scrypt},  // two lanes
    {"$7$zzzzzzzzzzzsalt$abcdefghijklmnop", costly_scrypt},
    {"$7$/zzzzzzzzzzsalt$abcdefghijklmnop", costly_scrypt},
    {"$y$j9T//$salt$abcdefghijklmnop",
     "a yescrypt hash with more parameters than crypt(3) writes: they are not read here"},
};
BOOST_DATA_TEST_CASE(refuses_what_one_login_could_not_pay_for,
                     boost::unit_test::data::make(costly)) {
    const auto said = wrong_password_hash(sample.hash);
    BOOST_REQUIRE(said.has_value());
    BOOST_TEST(*said == sample.message);
}

BOOST_AUTO_TEST_SUITE_END()
