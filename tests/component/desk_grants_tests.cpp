// Each call needs its verbs, and no path leads out of a home.
#include <boost/test/data/test_case.hpp>
#include <functional>

#include "desk_site.hpp"

using namespace consign;
using namespace consign::testing;
using desk::desk_errc;
using policy::Verb;
using policy::Verbs;

namespace {

constexpr std::array every_verb{Verb::list,   Verb::download, Verb::upload, Verb::overwrite,
                                Verb::append, Verb::rename,   Verb::remove, Verb::mkdir};

/// Two accounts at one home: the owner may do all, the guest what is given.
std::string box(const Verbs& verbs) {
    std::string names;
    for (const Verb verb : verbs) names.append(names.empty() ? "" : ", ").append(name_of(verb));
    return "version: 1\naccounts:\n"
           "  owner:\n    home: /box\n    login: {any_of: [password], password: HASH}\n"
           "    grants: [{path: /**, may: [list, download, upload, overwrite, append, rename, "
           "delete, mkdir]}]\n"
           "  guest:\n    home: /box\n    login: {any_of: [password], password: HASH}\n"
           "    grants: [{path: /**, may: [" +
           names + "]}]\n";
}

const Bytes original = content_of(1000);
const Bytes other = content_of(500, 2);

/// A call of the guest on the owner's `/file` or `/folder`, and the verbs that it needs: one of
/// each group.
struct Call {
    const char* name;
    std::function<std::error_code(Peer&)> make;
    std::vector<Verbs> needed;
};
std::ostream& operator<<(std::ostream& out, const Call& call) {
    return out << call.name;
}

std::error_code shows_file(Peer& guest) {
    const auto names = guest.list("/");
    if (!names) return names.error();
    return std::ranges::count(*names, "file") == 1 ? std::error_code()
                                                   : make_error_code(desk_errc::no_such_name);
}
std::error_code appends(Peer& guest) {
    const auto upload = guest.open("/file", resuming);
    if (!upload) return upload.error();
    if (const auto written = guest.write(**upload, original.size(), other); !written)
        return written.error();
    return error_of(guest.finish(**upload));
}
std::error_code writes_into(Peer& guest) {
    const auto upload = guest.open("/file", resuming);
    if (!upload) return upload.error();
    const auto written = guest.write(**upload, 0, other);
    if (written) return error_of(guest.finish(**upload));
    guest.break_off(**upload);
    return written.error();
}
std::error_code cuts(Peer& guest) {
    const auto upload = guest.open("/file", resuming);
    if (!upload) return upload.error();
    return error_of(guest.resize(**upload, 10));
}
std::error_code reads_through_an_upload(Peer& guest) {
    const auto upload = guest.open("/file", resuming);
    if (!upload) return upload.error();
    return error_of(guest.read(**upload));
}

const Verbs visible{Verb::list, Verb::download};
const std::vector<Call> calls{
    {"stat", [](Peer& guest) { return error_of(guest.stat("/file")); }, {visible}},
    {"list", shows_file, {{Verb::list}}},
    {"download", [](Peer& guest) { return error_of(guest.get("/file")); }, {{Verb::download}}},
    {"hash", [](Peer& guest) { return error_of(guest.hash("/file")); }, {{Verb::download}}},
    {"upload", [](Peer& guest) { return error_of(guest.put("/new", other)); }, {{Verb::upload}}},
    {"overwrite",
     [](Peer& guest) { return error_of(guest.put("/file", other)); },
     {{Verb::overwrite}}},
    {"append", appends, {{Verb::append, Verb::overwrite}}},
    {"write into", writes_into, {{Verb::overwrite}}},
    {"cut", cuts, {{Verb::overwrite}}},
    {"read through an upload",
     reads_through_an_upload,
     {{Verb::append, Verb::overwrite}, {Verb::download}}},
    {"rename",
     [](Peer& guest) { return error_of(guest.rename("/file", "/moved")); },
     {{Verb::rename}, {Verb::upload}, visible}},
    {"rename over a file",
     [](Peer& guest) { return error_of(guest.rename("/file", "/second", true)); },
     {{Verb::rename}, {Verb::overwrite}, visible}},
    {"remove",
     [](Peer& guest) { return error_of(guest.remove("/file")); },
     {{Verb::remove}, visible}},
    {"make a folder",
     [](Peer& guest) { return error_of(guest.make_directory("/made")); },
     {{Verb::mkdir}}},
    {"remove a folder",
     [](Peer& guest) { return error_of(guest.remove_directory("/folder")); },
     {{Verb::remove}}},
    {"set times",
     [](Peer& guest) { return error_of(guest.set_times("/file", Timestamp{})); },
     {{Verb::overwrite}, visible}},
};

struct Box {
    DeskSite site{box({Verb::list})};
    Peer owner{site, "owner"};

    Box() {
        required(owner.put("/file", original));
        required(owner.put("/second", original));
        required(owner.make_directory("/folder"));
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(desk_grants)

BOOST_DATA_TEST_CASE(a_call_is_granted_by_the_verbs_that_it_needs_and_no_others,
                     boost::unit_test::data::make(calls), call) {
    Verbs least;
    for (const Verbs& group : call.needed) least.insert(*group.begin());
    Box box_of_least;
    box_of_least.site.use_policy(box(least));
    Peer guest(box_of_least.site, "guest");
    const auto refused = call.make(guest);
    BOOST_TEST(!refused, refused.message());
}

BOOST_DATA_TEST_CASE(a_call_is_refused_without_one_of_its_verbs_and_leaves_all_as_it_was,
                     boost::unit_test::data::make(calls), call) {
    for (const Verbs& missing : call.needed) {
        Verbs rest(every_verb.begin(), every_verb.end());
        for (const Verb verb : missing) rest.erase(verb);
        Box refusing;
        refusing.site.use_policy(box(rest));
        Peer guest(refusing.site, "guest");
        const auto why = call.make(guest);
        BOOST_TEST((desk::is_refusal(why) || why == desk_errc::no_such_name), why.message());
        BOOST_TEST((required(refusing.owner.get("/file")) == original));
        BOOST_TEST((required(refusing.owner.get("/second")) == original));
        BOOST_TEST(required(refusing.owner.list("/")) ==
                       (std::vector<std::string>{"file", "folder", "second"}),
                   boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(an_account_that_may_only_upload_sees_nothing_of_others) {
    DeskSite site;
    Peer drop(site, "drop");
    Peer rival(site, "rival");
    required(rival.put("/in/theirs", original));
    BOOST_TEST(error_of(drop.stat("/in/theirs")) == desk_errc::no_such_name);
    BOOST_TEST(error_of(drop.hash("/in/theirs")) == desk_errc::no_such_name);
    BOOST_TEST(error_of(drop.get("/in/theirs")) == desk_errc::no_such_name);
    BOOST_TEST(error_of(drop.remove("/in/theirs")) == desk_errc::no_such_name);
    BOOST_TEST(error_of(drop.rename("/in/theirs", "/in/mine")) == desk_errc::no_such_name);
    BOOST_TEST(error_of(drop.put("/in/theirs", other)) == desk_errc::may_not_overwrite);
    BOOST_TEST(error_of(drop.open("/in/theirs", resuming)) == desk_errc::may_not_append);
    BOOST_TEST(required(drop.list("/in")).empty());
    BOOST_TEST(required(drop.list("/")) == std::vector<std::string>{"in"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(its_own_deposit_is_told_in_its_session_and_for_ten_minutes) {
    DeskSite site;
    Peer drop(site, "drop");
    required(drop.put("/in/mine", original));
    site.clock.advance(std::chrono::minutes(10));
    Peer later(site, "drop");
    BOOST_TEST(required(later.stat("/in/mine")).size_bytes == original.size());
    site.clock.advance(std::chrono::microseconds(1));
    BOOST_TEST(error_of(later.stat("/in/mine")) == desk_errc::no_such_name);
    BOOST_TEST(required(drop.stat("/in/mine")).size_bytes == original.size());
    site.clock.advance(std::chrono::hours(5));
    BOOST_TEST(required(drop.stat("/in/mine")).size_bytes == original.size());
    // The name is taken nevertheless.
    BOOST_TEST(error_of(later.put("/in/mine", other)) == desk_errc::may_not_overwrite);
}

BOOST_AUTO_TEST_CASE(a_missing_name_and_a_hidden_one_are_answered_alike) {
    DeskSite site;
    Peer rival(site, "rival");
    required(rival.put("/in/theirs", original));
    required(site.run(site.store().write([&](Transaction& transaction) {
        return transaction.catalog.ensure_directories(at("/drop/other"), site.clock.now());
    })));
    required(rival.put("/other/theirs", original));
    Peer drop(site, "drop");
    for (const auto* path : {"/in/theirs", "/in/nothing"})
        BOOST_TEST(error_of(drop.stat(path)) == desk_errc::no_such_name);
    std::vector<std::string> told;
    (void)site.new_events();
    for (const auto* path : {"/other/theirs", "/other/nothing"}) {
        BOOST_TEST(error_of(drop.stat(path)) == desk_errc::may_not_list);
        told.push_back(site.told());
    }
    BOOST_TEST(told[0] == told[1]);
}

BOOST_AUTO_TEST_CASE(who_appended_to_anothers_file_does_not_get_it_for_its_own) {
    for (const Verb verb : {Verb::append, Verb::overwrite}) {
        Box box_to_add_to;
        box_to_add_to.site.use_policy(box({Verb::upload, verb, Verb::list}));
        Peer guest(box_to_add_to.site, "guest");
        BOOST_TEST(!appends(guest));
        BOOST_TEST(error_of(guest.hash("/file")) == desk_errc::may_not_download);
        box_to_add_to.site.use_policy(box({Verb::upload, Verb::list}));
        BOOST_TEST(error_of(guest.open("/file", resuming)) == desk_errc::may_not_append);
        box_to_add_to.site.use_policy(box({Verb::upload, verb, Verb::list}));
        const auto again = required(guest.open("/file", resuming));
        BOOST_TEST(error_of(guest.read(*again)) == desk_errc::may_not_download);
        if (verb == Verb::append)
            BOOST_TEST(error_of(guest.write(*again, 0, other)) == desk_errc::may_not_overwrite);
        guest.break_off(*again);
        // Nor does its first depositor get what the guest added.
        Peer first(box_to_add_to.site, "owner");
        BOOST_TEST(required(first.get("/file")).size() == original.size() + other.size());
    }
}

BOOST_AUTO_TEST_CASE(an_upload_that_began_from_anothers_file_stays_so_when_its_name_is_gone) {
    Box box_to_add_to;
    box_to_add_to.site.use_policy(box({Verb::upload, Verb::append}));
    Peer guest(box_to_add_to.site, "guest");
    const auto begun = required(guest.open("/file", resuming));
    required(guest.write(*begun, original.size(), other));
    guest.break_off(*begun);
    required(box_to_add_to.owner.rename("/file", "/elsewhere"));
    const auto upload = required(guest.open("/file", resuming));
    BOOST_TEST(upload->size_bytes() == original.size() + other.size());
    BOOST_TEST(error_of(guest.read(*upload)) == desk_errc::may_not_download);
    BOOST_TEST(error_of(guest.write(*upload, 0, other)) == desk_errc::may_not_overwrite);
    BOOST_TEST(error_of(guest.resize(*upload, 1)) == desk_errc::may_not_overwrite);
    guest.break_off(*upload);
    required(guest.finish(*required(guest.open("/file", resuming))));
    BOOST_TEST(error_of(guest.hash("/file")) == desk_errc::may_not_download);
}

BOOST_AUTO_TEST_CASE(an_upload_of_ones_own_is_not_put_in_anothers_place_by_the_append_right) {
    Box box_to_add_to;
    box_to_add_to.site.use_policy(box({Verb::upload, Verb::append}));
    Peer guest(box_to_add_to.site, "guest");
    guest.put_and_break_off("/late", other);
    const auto upload = required(guest.open("/late", resuming));
    required(box_to_add_to.owner.put("/late", original));
    BOOST_TEST(error_of(guest.finish(*upload)) == desk_errc::may_not_overwrite);
    BOOST_TEST(error_of(guest.open("/late", resuming)) == desk_errc::may_not_overwrite);
    BOOST_TEST((required(box_to_add_to.owner.get("/late")) == original));
}

BOOST_AUTO_TEST_CASE(a_rename_to_a_temporary_name_gives_no_right_to_take_a_deposit_away) {
    Box renaming;
    renaming.site.use_policy(box({Verb::upload, Verb::rename, Verb::list, Verb::append}));
    Peer guest(renaming.site, "guest");
    required(guest.put("/fin.hl7", original));
    required(guest.rename("/fin.hl7", "/fin.tmp"));
    BOOST_TEST((required(renaming.owner.get("/fin.tmp")) == original));
    BOOST_TEST(error_of(guest.remove("/fin.tmp")) == desk_errc::may_not_delete);
    BOOST_TEST(error_of(guest.put("/fin.tmp", other)) == desk_errc::may_not_overwrite);
    // Nor does a further version of it.
    required(guest.resume("/fin.tmp", content_of(1500)));
    BOOST_TEST(error_of(guest.remove("/fin.tmp")) == desk_errc::may_not_delete);
    BOOST_TEST(renaming.owner.sees("/fin.tmp"));
}

BOOST_AUTO_TEST_CASE(who_may_not_upload_is_not_told_what_is_there) {
    Box closed;
    closed.site.use_policy(box({}));
    Peer guest(closed.site, "guest");
    required(closed.owner.put("/file.tmp", original));
    constexpr desk::UploadMode exclusive{
        .create = true, .exclusive = true, .truncate = false, .append = false};
    for (const auto* path : {"/file", "/folder", "/file.tmp", "/nothing"})
        for (const desk::UploadMode& mode : {exclusive, fresh, resuming})
            BOOST_TEST(error_of(guest.open(path, mode)) == desk_errc::may_not_upload);
}

BOOST_AUTO_TEST_CASE(a_rename_tells_nothing_of_a_target_to_which_nothing_may_be_uploaded) {
    std::string policy = box({Verb::rename, Verb::upload, Verb::list});
    policy.insert(policy.rfind("{path: /**"), "{path: /closed/**, may: []}, ");
    DeskSite site(policy);
    Peer owner(site, "owner");
    Peer guest(site, "guest");
    required(guest.put("/mine", original));
    required(owner.make_directory("/closed/folder"));
    required(owner.put("/closed/file", original));
    for (const auto* path : {"/closed/file", "/closed/folder", "/closed/nothing"})
        for (const bool replace : {false, true})
            BOOST_TEST(error_of(guest.rename("/mine", path, replace)) == desk_errc::may_not_upload);
}

BOOST_DATA_TEST_CASE(no_path_leads_out_of_a_home,
                     boost::unit_test::data::make({"/../lab/secret", "/in/../../lab/secret",
                                                   "/../../../../lab/secret", "/lab/secret",
                                                   "/./..//lab/secret"}),
                     path) {
    DeskSite site;
    Peer lab(site, "lab");
    required(lab.put("/secret", original));
    Peer rival(site, "rival");
    BOOST_TEST(error_of(rival.stat(path)) == desk_errc::no_such_name);
    BOOST_TEST(error_of(rival.get(path)) == desk_errc::no_such_name);
    BOOST_TEST(error_of(rival.put(path, other)) == desk_errc::no_such_name);
    BOOST_TEST(error_of(rival.rename("/in", path)) != std::error_code());
    BOOST_TEST((required(lab.get("/secret")) == original));
    BOOST_TEST(required(lab.list("/")).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_folder_that_hides_something_is_not_renamed_to_where_it_would_show) {
    const std::string login = "    login: {any_of: [password], password: HASH}\n";
    DeskSite site("version: 1\naccounts:\n  owner:\n    home: /box\n" + login +
                  "    grants: [{path: /**, may: [list, download, upload, mkdir]}]\n  guest:\n    "
                  "home: /box\n" +
                  login +
                  "    grants:\n      - {path: /a/hidden/**, may: []}\n"
                  "      - {path: /**, may: [list, download, upload, rename]}\n");
    Peer owner(site, "owner");
    required(owner.put("/a/hidden/secret", original));
    Peer guest(site, "guest");
    BOOST_TEST(!guest.sees("/a/hidden/secret"));
    BOOST_TEST(error_of(guest.rename("/a", "/b")) == desk_errc::may_not_rename);
    BOOST_TEST(!guest.sees("/b/hidden/secret"));
}

BOOST_AUTO_TEST_CASE(the_longest_name_and_bytes_that_are_no_utf8_are_kept_as_they_came) {
    DeskSite site;
    Peer lab(site, "lab");
    const std::string longest(255, 'n');
    const std::string latin1 = "r\xE9sultat \xFF\"'.hl7";
    for (const std::string& name : {longest, latin1}) {
        required(lab.put("/" + name, original));
        BOOST_TEST(required(lab.stat("/" + name)).name == name);
        BOOST_TEST((required(lab.get("/" + name)) == original));
    }
    BOOST_TEST(required(lab.list("/")) == (std::vector<std::string>{longest, latin1}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_path_that_its_home_makes_too_long_is_refused) {
    DeskSite site;
    Peer lab(site, "lab");
    std::string path;
    while (path.size() + 256 < VirtualPath::path_limit_bytes) path += "/" + std::string(254, 'd');
    path += "/" + std::string(VirtualPath::path_limit_bytes - path.size() - 1, 'd');
    BOOST_TEST(error_of(lab.put(path, original)) == desk_errc::name_too_long);
    BOOST_TEST(error_of(lab.stat(path)) == desk_errc::name_too_long);
}

BOOST_AUTO_TEST_CASE(an_account_that_left_the_policy_can_do_nothing_more) {
    DeskSite site;
    Peer rival(site, "rival");
    required(rival.put("/in/a", original));
    std::string without(depot);
    const auto start = without.find("  rival:");
    without.erase(start, without.find("  partner:") - start);
    site.use_policy(without);
    BOOST_TEST(error_of(rival.stat("/in/a")) == desk_errc::account_withdrawn);
    BOOST_TEST(error_of(rival.get("/in/a")) == desk_errc::account_withdrawn);
    BOOST_TEST(error_of(rival.put("/in/b", other)) == desk_errc::account_withdrawn);
    BOOST_TEST(error_of(rival.list("/in")) == desk_errc::account_withdrawn);
}

BOOST_AUTO_TEST_CASE(a_listing_in_pages_gives_each_name_once) {
    DeskSite site;
    Peer lab(site, "lab");
    std::vector<std::string> names;
    for (int number = 10; number < 27; ++number) {
        names.push_back("file" + std::to_string(number));
        if (number % 3 == 0)
            lab.put_and_break_off("/" + names.back(), original);
        else
            required(lab.put("/" + names.back(), original));
    }
    // One that is whole, and of which a new version is unfinished.
    lab.put_and_break_off("/file10", other);
    BOOST_TEST(required(lab.list("/")) == names, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
