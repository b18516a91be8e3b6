#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <functional>

#include "base/become_user.hpp"
#include "base/no_core.hpp"

using namespace consign;

namespace {

bool can_leave_a_core() {
    rlimit core{};
    return ::getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_max != 0 ||
           ::prctl(PR_GET_DUMPABLE) != 0;
}

/// In a process of its own, which is spoilt for anything else.
bool holds_in_a_child(const std::function<bool()>& what) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(what() ? 0 : 1);
    int status = -1;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(no_core)

BOOST_AUTO_TEST_CASE(no_core_dump_is_left) {
    BOOST_TEST(holds_in_a_child([] {
        forbid_core_dumps();
        return !can_leave_a_core();
    }));
}

BOOST_AUTO_TEST_CASE(nor_by_a_user_whom_root_has_become) {
    constexpr uid_t nobody = 65534;
    if (::geteuid() != 0) {
        BOOST_TEST_MESSAGE("skipped: needs root");
        return;
    }
    BOOST_TEST(holds_in_a_child([] {
        forbid_core_dumps();
        return become_user(nobody, nobody) && ::geteuid() == nobody && !can_leave_a_core();
    }));
}

BOOST_AUTO_TEST_SUITE_END()
