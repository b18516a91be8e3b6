#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "desk/deposits/deposit.hpp"

using namespace consign;
using desk::desk_errc;
using policy::Verb;

namespace {

enum class There {
    nothing,
    own,
    own_collected,
    anothers,
    own_temporary,
    anothers_temporary,
    own_waiting,
    anothers_waiting,
    own_quarantined,
    folder
};

struct Case {
    policy::Verbs verbs;
    There there;
    bool continues;
    desk_errc refusal;  // {}: granted
};
std::ostream& operator<<(std::ostream& out, const Case& one) {
    for (const Verb verb : one.verbs) out << name_of(verb) << " ";
    return out << static_cast<int>(one.there) << (one.continues ? " continues" : "");
}
constexpr desk_errc granted{};
const std::vector<Case> cases{
    {{Verb::upload}, There::nothing, false, granted},
    {{Verb::overwrite, Verb::append}, There::nothing, false, desk_errc::may_not_upload},
    {{Verb::upload}, There::own, false, desk_errc::may_not_overwrite},
    {{Verb::upload, Verb::append}, There::own, false, desk_errc::may_not_overwrite},
    {{Verb::upload, Verb::overwrite}, There::own, false, granted},
    {{Verb::upload}, There::own, true, granted},
    {{Verb::upload}, There::own_collected, true, desk_errc::may_not_append},
    {{Verb::upload, Verb::append}, There::own_collected, true, granted},
    {{Verb::upload}, There::anothers, true, desk_errc::may_not_append},
    {{Verb::append}, There::anothers, true, granted},
    {{Verb::overwrite}, There::anothers, true, granted},
    {{Verb::append}, There::anothers, false, desk_errc::may_not_overwrite},
    {{Verb::upload}, There::own_temporary, false, granted},
    {{}, There::own_temporary, false, desk_errc::may_not_upload},
    {{Verb::upload, Verb::overwrite}, There::anothers_temporary, false, desk_errc::already_there},
    {{Verb::upload}, There::own_waiting, false, granted},
    {{Verb::upload}, There::own_waiting, true, granted},
    {{Verb::overwrite}, There::own_waiting, false, desk_errc::may_not_upload},
    {{Verb::upload, Verb::overwrite}, There::anothers_waiting, false, desk_errc::already_there},
    {{Verb::upload, Verb::overwrite}, There::own_quarantined, false, desk_errc::already_there},
    {{Verb::upload, Verb::append}, There::own_quarantined, true, desk_errc::already_there},
    {{Verb::upload, Verb::overwrite}, There::folder, false, desk_errc::is_a_directory},
};

std::optional<catalog::Entry> entry_of(There there) {
    if (there == There::nothing) return std::nullopt;
    catalog::Entry entry;
    if (there == There::folder) return entry;
    entry.kind = catalog::Kind::file;
    const bool anothers = there == There::anothers || there == There::anothers_temporary ||
                          there == There::anothers_waiting;
    entry.made_by = anothers ? "other" : "lab";
    if (there == There::own_temporary || there == There::anothers_temporary)
        entry.standing = catalog::Standing::temporary;
    if (there == There::own_waiting || there == There::anothers_waiting)
        entry.standing = catalog::Standing::waiting;
    if (there == There::own_quarantined) entry.standing = catalog::Standing::quarantined;
    entry.file = catalog::File{};
    entry.file->depositor = entry.made_by;
    entry.file->collected = there == There::own_collected;
    return entry;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(deposit)

BOOST_DATA_TEST_CASE(who_may_write_to_a_name_depends_on_what_has_it,
                     boost::unit_test::data::make(cases), one) {
    policy::Account lab;
    lab.id = "lab";
    lab.rule = {"policy.d/a.yaml", 1};
    lab.grants.push_back({policy::Glob::path("/**").value(), one.verbs, {"policy.d/a.yaml", 3}});
    const auto existing = entry_of(one.there);
    const auto ruling = desk::may_deposit(lab, VirtualPath::parse("/file").value(),
                                          existing ? &*existing : nullptr, one.continues);
    BOOST_TEST(ruling.verdict.allowed == (one.refusal == granted));
    if (!ruling.verdict.allowed) BOOST_TEST((ruling.refusal == one.refusal));
    BOOST_TEST(ruling.verdict.rule.text() == "policy.d/a.yaml:3");
}

BOOST_AUTO_TEST_SUITE_END()
