#include <boost/test/unit_test.hpp>

#include "desk_site.hpp"
#include "protocols/session_limits.hpp"

using namespace consign;
using namespace consign::testing;
using protocols::longest_watch_interval;
using protocols::watch_interval;
using std::chrono::seconds;

namespace {

struct Fixture : DeskSite {
    desk::Session session{site(), "sftp", "labs", boost::asio::ip::make_address("192.0.2.1")};
    const policy::Limits limits = session.site().policy.current()->limits;
    const std::chrono::steady_clock::time_point now = std::chrono::steady_clock::now();

    [[nodiscard]] std::chrono::milliseconds wait(const protocols::SessionState& state) const {
        return protocols::until_next_look(session, state);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(session_limits, Fixture)

BOOST_AUTO_TEST_CASE(a_session_is_looked_at_when_its_time_may_be_up_and_seldom_before) {
    const auto idle = [&](std::chrono::steady_clock::duration time) {
        return wait({.began = now, .last_activity = now - time, .is_logged_in = true});
    };
    BOOST_TEST((idle({}) == longest_watch_interval));
    const auto near = idle(limits.idle_time - seconds(3));
    BOOST_TEST((near <= seconds(3) && near > seconds(1)));
    BOOST_TEST((idle(limits.idle_time + seconds(3)) == watch_interval));

    const auto login = wait({.began = now - limits.login_time + seconds(3), .last_activity = now});
    BOOST_TEST((login <= seconds(3) && login > seconds(1)));
}

BOOST_AUTO_TEST_CASE(one_that_drains_is_looked_at_all_the_time) {
    BOOST_TEST((wait({.began = now,
                      .last_activity = now,
                      .is_logged_in = true,
                      .has_open_files = true,
                      .is_draining = true}) == watch_interval));
}

BOOST_AUTO_TEST_SUITE_END()
