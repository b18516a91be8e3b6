#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "desk/site/visibility.hpp"

using namespace consign;
using desk::is_visible;
using policy::Verb;

namespace {

constexpr Timestamp now{std::chrono::hours(500'000)};

policy::Account account(policy::Verbs verbs) {
    policy::Account made;
    made.id = "lab";
    made.grants.push_back(
        {policy::Glob::path("/in/**").value(), std::move(verbs), {"policy.d/a.yaml", 3}});
    return made;
}

catalog::Entry file_of(std::string made_by, bool temporary = false) {
    catalog::Entry entry;
    entry.kind = catalog::Kind::file;
    entry.made_by = made_by;
    entry.created = now;
    if (temporary) entry.standing = catalog::Standing::temporary;
    entry.file = catalog::File{};
    entry.file->depositor = std::move(made_by);
    return entry;
}

VirtualPath at(std::string_view text) {
    return VirtualPath::parse(text).value();
}

struct Case {
    policy::Verbs verbs;
    bool own, temporary;
    std::chrono::microseconds age;
    bool visible;
};
std::ostream& operator<<(std::ostream& out, const Case& one) {
    for (const Verb verb : one.verbs) out << name_of(verb) << " ";
    return out << (one.own ? "own " : "another's ") << (one.temporary ? "temporary " : "")
               << one.age.count();
}
constexpr auto fresh = desk::fresh_deposit_time;
constexpr std::chrono::microseconds instant{1};
const std::vector<Case> cases{
    {{Verb::list}, false, false, fresh * 2, true},
    {{Verb::download}, false, false, fresh * 2, true},
    {{Verb::upload}, false, false, {}, false},
    {{Verb::rename, Verb::remove, Verb::overwrite, Verb::append}, false, false, {}, false},
    {{Verb::upload}, true, false, fresh, true},
    {{Verb::upload}, true, false, fresh + instant, false},
    {{}, true, false, fresh, true},
    {{Verb::list, Verb::download}, false, true, {}, false},
    {{Verb::upload}, true, true, fresh * 100, true},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(visibility)

BOOST_DATA_TEST_CASE(a_file_is_there_for_who_may_know_of_it, boost::unit_test::data::make(cases),
                     one) {
    const auto entry = file_of(one.own ? "lab" : "other", one.temporary);
    const Timestamp since = desk::fresh_since(now + one.age, Timestamp::max());
    BOOST_TEST(is_visible(account(one.verbs), entry, at("/in/file"), since) == one.visible);
    // In the session that it was deposited in, one's own stays fresh.
    if (one.own) {
        const Timestamp in_session = desk::fresh_since(now + one.age, now);
        BOOST_TEST(is_visible(account(one.verbs), entry, at("/in/file"), in_session));
    }
}

BOOST_AUTO_TEST_CASE(a_file_that_waits_is_its_depositors_alone_however_old) {
    auto waiting = file_of("lab");
    waiting.standing = catalog::Standing::waiting;
    BOOST_TEST(is_visible(account({}), waiting, at("/in/file"), now + fresh * 100));
    waiting.made_by = "other";
    BOOST_TEST(!is_visible(account({Verb::list, Verb::download}), waiting, at("/in/file"), now));
}

BOOST_AUTO_TEST_CASE(what_is_in_quarantine_is_seen_by_nobody_whatever_is_granted) {
    auto quarantined = file_of("lab");
    quarantined.standing = catalog::Standing::quarantined;
    BOOST_TEST(
        !is_visible(account({Verb::list, Verb::download}), quarantined, at("/in/file"), now));
    auto everywhere = account({});
    everywhere.grants = {{policy::Glob::path("/**").value(), {Verb::list}, {}}};
    BOOST_TEST(!is_visible(everywhere, quarantined, at("/quarantine/lab/2026-03-01/file"), now));
    // Whose home it is in sees nothing of it either, and of the rest all.
    const catalog::Entry folder;
    for (const auto* const path : {"/quarantine", "/quarantine/lab"})
        BOOST_TEST(!is_visible(everywhere, folder, at(path), now));
    BOOST_TEST(is_visible(everywhere, folder, at("/quarantine2"), now));
    everywhere.home = at("/quarantine/lab");
    BOOST_TEST(!is_visible(everywhere, folder, at("/2026-03-01"), now));
    everywhere.home = at("/labs");
    BOOST_TEST(is_visible(everywhere, folder, at("/quarantine"), now));
}

BOOST_AUTO_TEST_CASE(a_folder_is_there_where_it_leads_to_something_granted) {
    catalog::Entry folder;
    const auto drop = account({Verb::upload});
    BOOST_TEST(is_visible(drop, folder, at("/"), now));
    BOOST_TEST(is_visible(drop, folder, at("/in"), now));
    BOOST_TEST(is_visible(drop, folder, at("/in/today"), now));
    BOOST_TEST(!is_visible(drop, folder, at("/out"), now));
}

BOOST_AUTO_TEST_CASE(own_and_uncollected_is_ones_own_name_on_ones_own_content) {
    const auto lab = account({Verb::upload});
    BOOST_TEST(desk::is_own_uncollected(lab, file_of("lab")));
    BOOST_TEST(!desk::is_own_uncollected(lab, file_of("other")));
    auto collected = file_of("lab");
    collected.file->collected = true;
    BOOST_TEST(!desk::is_own_uncollected(lab, collected));
    auto routed = file_of("lab");
    routed.made_by = "system:router";
    BOOST_TEST(!desk::is_own_uncollected(lab, routed));
    auto folder = file_of("lab");
    folder.file.reset();
    BOOST_TEST(!desk::is_own_uncollected(lab, folder));
}

BOOST_AUTO_TEST_SUITE_END()
