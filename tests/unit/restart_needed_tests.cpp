#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "desk/restart_needed.hpp"

using namespace consign;
using desk::restart_needed;

namespace {

policy::Policy sample() {
    policy::Policy sample;
    sample.data = "/var/lib/consign";
    sample.root_key.value = "/etc/consign/keys/root.key";
    sample.listeners.resize(2);
    sample.listeners[0].name = "sftp";
    sample.listeners[0].host_keys = {"/etc/consign/keys/host"};
    sample.listeners[1].name = "ftps";
    return sample;
}

struct Change {
    const char* key;  // of consign.yaml; empty: none needs a restart
    void (*make)(policy::Policy&);
};
std::ostream& operator<<(std::ostream& out, const Change& change) {
    return out << change.key;
}

const Change changes[]{
    {"data", [](policy::Policy& next) { next.data = "/srv"; }},
    {"keys", [](policy::Policy& next) { next.root_key.value = "/other"; }},
    {"keys",
     [](policy::Policy& next) { next.root_key.kind = policy::KeyReference::Kind::credential; }},
    {"keys", [](policy::Policy& next) { next.witness_key.emplace(); }},
    {"listeners", [](policy::Policy& next) { next.listeners.pop_back(); }},
    {"listeners", [](policy::Policy& next) { next.listeners[0].port = 2022; }},
    {"listeners", [](policy::Policy& next) { next.listeners[0].host_keys.clear(); }},
    {"listeners", [](policy::Policy& next) { next.listeners[1].client_ca = "/ca.pem"; }},
    {"listeners", [](policy::Policy& next) { next.listeners[1].passive.last_port = 50'000; }},
    {"listeners",
     [](policy::Policy& next) { next.listeners[1].session_reuse = policy::SessionReuse::off; }},
    {"listeners", [](policy::Policy& next) { std::swap(next.listeners[0], next.listeners[1]); }},
    {"metrics", [](policy::Policy& next) { next.metrics_address = "127.0.0.1:9464"; }},
    {"", [](policy::Policy& next) { next.listeners[0].rule = {"consign.yaml", 99}; }},
    {"", [](policy::Policy& next) { next.limits.sessions = 1; }},
    {"", [](policy::Policy& next) { next.zone = "Europe/Paris"; }},
    {"", [](policy::Policy& next) { next.accounts["lab"].id = "lab"; }},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(restart_needed_)

BOOST_DATA_TEST_CASE(a_change_of_what_is_read_at_the_start_alone_is_named,
                     boost::unit_test::data::make(changes), change) {
    policy::Policy next = sample();
    change.make(next);
    std::vector<std::string_view> expected;
    if (*change.key != '\0') expected.emplace_back(change.key);
    BOOST_TEST((restart_needed(sample(), next) == expected));
}

BOOST_AUTO_TEST_CASE(all_of_them_are_named_in_the_order_of_the_file) {
    const policy::Policy next;
    BOOST_TEST((restart_needed(sample(), next) ==
                std::vector<std::string_view>{"data", "keys", "listeners"}));
}

BOOST_AUTO_TEST_SUITE_END()
