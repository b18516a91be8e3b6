// `/.receipts`: an account finds its own receipts there, whatever it is granted, and changes none.
#include <boost/test/data/test_case.hpp>
#include <functional>
#include <map>
#include <set>

#include "base/evp.hpp"
#include "base/ssh_signature.hpp"
#include "desk/audit/checkpointing.hpp"
#include "desk/receipts/receipt.hpp"
#include "desk/receipts/receipt_path.hpp"
#include "desk_site.hpp"

using namespace consign;
using namespace consign::testing;
using desk::desk_errc;

namespace {

const Bytes content = content_of(1000);

/// With somebody whose home all the others' lie in.
std::string policy_text() {
    std::string text(depot);
    return text.insert(text.find("  lab:"),
                       "  upper:\n    home: /\n    login: {any_of: [password], password: HASH}\n"
                       "    grants: [{path: /**, may: [list, download, upload, mkdir]}]\n");
}

struct Fixture {
    Ed25519Key witness = Ed25519Key::generate();
    DeskSite site{policy_text()};
    Peer lab{site, "lab"};

    Fixture() { site.site().witness = &witness; }

    static constexpr std::string_view top = "/.receipts";
    [[nodiscard]] std::string today() const {
        return desk::receipt_day_name(std::chrono::floor<std::chrono::days>(site.clock.now()));
    }
    [[nodiscard]] std::string day() const { return std::string(top) + "/" + today(); }
    /// The paths of the texts in today's folder, oldest name first.
    std::vector<std::string> texts(Peer& peer) {
        std::vector<std::string> paths;
        const auto names = peer.list(day());
        if (!names) return paths;
        for (const std::string& name : *names)
            if (name.ends_with(".json")) paths.push_back(day() + "/" + name);
        return paths;
    }
    std::string get(Peer& peer, const std::string& path) {
        return std::string(as_text(required(peer.get(path))));
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(desk_receipts, Fixture)

BOOST_AUTO_TEST_CASE(a_depositor_finds_the_receipt_and_its_signature_holds) {
    required(lab.put("/result.hl7", content));
    const std::vector<std::string> expected{today(), "README.txt", "allowed_signers"};
    BOOST_TEST(required(lab.list(top)) == expected, boost::test_tools::per_element());
    const auto paths = texts(lab);
    BOOST_REQUIRE(paths.size() == 1u);
    const std::string text = get(lab, paths[0]);
    BOOST_TEST(text.contains("\"/lab/result.hl7\""));
    const auto signer =
        ssh_signer(get(lab, paths[0] + ".sig"), desk::receipt_purpose, as_bytes(text));
    BOOST_REQUIRE(signer.has_value());
    BOOST_TEST((*signer == witness.public_key()));
    BOOST_TEST(get(lab, "/.receipts/allowed_signers").contains(ssh_public_key(*signer)));
    BOOST_TEST(get(lab, "/.receipts/README.txt").contains(ssh_fingerprint(*signer)));
}

BOOST_AUTO_TEST_CASE(what_stat_and_the_listing_tell_is_what_is_read) {
    required(lab.put("/result.hl7", content));
    std::vector<std::string> paths{"/.receipts/README.txt", "/.receipts/allowed_signers"};
    for (const std::string& path : texts(lab)) paths.insert(paths.end(), {path, path + ".sig"});
    BOOST_REQUIRE(paths.size() == 4u);
    std::map<std::string, desk::Attributes> listed;
    for (const std::string_view folder : {std::string(top), day()}) {
        const auto listing = required(site.run(lab.desk().list(at(folder))));
        for (const auto& entry : required(site.run(listing->next(100))))
            listed[std::string(folder) + "/" + entry.name] = entry;
    }
    BOOST_TEST(listed.at(day()).directory);
    BOOST_TEST((listed.at(day()).modified == required(lab.stat(day())).modified));
    for (const std::string& path : paths) {
        const auto there = required(lab.stat(path));
        BOOST_TEST(there.size_bytes == get(lab, path).size());
        BOOST_TEST(!there.directory);
        BOOST_TEST(listed.at(path).size_bytes == there.size_bytes);
        BOOST_TEST((listed.at(path).modified == there.modified));
        BOOST_TEST(path.ends_with(listed.at(path).name));
        BOOST_TEST((required(lab.collect(path))->modified() == there.modified));
    }
    BOOST_TEST((required(lab.stat(paths[2])).modified == site.clock.now()));
    BOOST_TEST(required(lab.stat(top)).directory);
}

BOOST_AUTO_TEST_CASE(it_is_not_listed_with_the_home_and_found_by_name) {
    required(lab.put("/result.hl7", content));
    const std::vector<std::string> names{"result.hl7"};
    BOOST_TEST(required(lab.list("/")) == names, boost::test_tools::per_element());
    BOOST_TEST(lab.sees(top));
}

BOOST_AUTO_TEST_CASE(an_account_that_may_list_nothing_reads_its_own) {
    Peer drop{site, "drop"};
    required(drop.put("/in/result.hl7", content));
    BOOST_TEST(drop.desk().rights(at("/in")).count(policy::Verb::list) == 0u);
    const auto paths = texts(drop);
    BOOST_REQUIRE(paths.size() == 1u);
    BOOST_TEST(get(drop, paths[0]).contains("\"/drop/in/result.hl7\""));
    const policy::Verbs read{policy::Verb::list, policy::Verb::download};
    BOOST_TEST((drop.desk().rights(at(paths[0])) == read));
}

BOOST_AUTO_TEST_CASE(who_retrieves_all_finds_a_receipt_and_who_retrieves_a_part_none) {
    Peer drop{site, "drop"}, collector{site, "collector"};
    required(drop.put("/in/result", content));
    const auto part = required(collector.collect("/in/result"));
    site.run(part->finish(desk::Download::End::in_order));
    BOOST_TEST(texts(collector).empty());
    BOOST_TEST(error_of(collector.list(day())) == make_error_code(desk_errc::no_such_name));
    required(collector.get("/in/result"));
    const auto paths = texts(collector);
    BOOST_REQUIRE(paths.size() == 1u);
    BOOST_TEST(get(collector, paths[0]).contains("\"retrieval\""));
    BOOST_TEST(texts(drop).size() == 1u);  // of the deposit
}

BOOST_AUTO_TEST_CASE(anothers_receipt_is_answered_as_one_that_never_was) {
    Peer drop{site, "drop"}, collector{site, "collector"};
    required(drop.put("/in/result", content));
    required(collector.get("/in/result"));  // so that its folder has the same day
    const auto theirs = texts(drop).at(0);
    auto forged = theirs;
    char& digit = forged[theirs.size() - std::string_view("0.json").size()];
    digit = digit == '0' ? '1' : '0';
    const auto none = day() + "/999999-0123456789abcdef.json";
    static_cast<void>(site.told());
    for (const std::string& path : {theirs, theirs + ".sig", forged, none})
        for (const auto& error : {error_of(collector.stat(path)), error_of(collector.get(path)),
                                  error_of(collector.hash(path)), error_of(collector.list(path))})
            BOOST_TEST(error == make_error_code(desk_errc::no_such_name), path);
    BOOST_TEST(site.told() == "");
    // Not even an account that may read everything in the home, or in all homes.
    Peer rival{site, "rival"}, upper{site, "upper"};
    BOOST_TEST(!rival.sees(theirs));
    BOOST_TEST(!upper.sees("/drop" + theirs));
    BOOST_TEST(!upper.sees(theirs));
    // One's own, on another day.
    BOOST_TEST(!drop.sees("/.receipts/2026-01-01/" + theirs.substr(day().size() + 1)));
}

namespace {

struct Attempt {
    const char* name;
    std::function<std::error_code(Peer&, const std::string& path)> make;
};
std::ostream& operator<<(std::ostream& out, const Attempt& attempt) {
    return out << attempt.name;
}

constexpr desk::UploadMode exclusive{.create = true, .exclusive = true};
constexpr desk::UploadMode appending{.create = true, .append = true};

const std::vector<Attempt> attempts{
    {"put", [](Peer& peer, const auto& path) { return error_of(peer.put(path, content)); }},
    {"resume", [](Peer& peer, const auto& path) { return error_of(peer.open(path, resuming)); }},
    {"open new", [](Peer& peer, const auto& path) { return error_of(peer.open(path, exclusive)); }},
    {"append", [](Peer& peer, const auto& path) { return error_of(peer.open(path, appending)); }},
    {"remove", [](Peer& peer, const auto& path) { return error_of(peer.remove(path)); }},
    {"mkdir", [](Peer& peer, const auto& path) { return error_of(peer.make_directory(path)); }},
    {"rmdir", [](Peer& peer, const auto& path) { return error_of(peer.remove_directory(path)); }},
    {"rename away",
     [](Peer& peer, const auto& path) { return error_of(peer.rename(path, "/taken")); }},
    {"rename onto",
     [](Peer& peer, const auto& path) { return error_of(peer.rename("/mine", path, true)); }},
    {"rename within",
     [](Peer& peer, const auto& path) { return error_of(peer.rename(path, path + "x")); }},
    {"set times",
     [](Peer& peer, const auto& path) { return error_of(peer.set_times(path, Timestamp{})); }},
    {"cut", [](Peer& peer, const auto& path) { return error_of(peer.resize(path, 1)); }},
};

}  // namespace

BOOST_DATA_TEST_CASE_F(Fixture, nobody_changes_anything, boost::unit_test::data::make(attempts)) {
    required(lab.put("/mine", content));
    const auto receipt = texts(lab).at(0);
    const auto text = get(lab, receipt);
    for (const std::string& path :
         {std::string(top), std::string(top) + "/README.txt", std::string(top) + "/new", day(),
          day() + "/new.json", receipt, receipt + ".sig", receipt + "/below"}) {
        static_cast<void>(site.new_events());
        BOOST_TEST(sample.make(lab, path) == make_error_code(desk_errc::receipts_read_only), path);
        const auto events = site.new_events();
        BOOST_REQUIRE_MESSAGE(events.size() == 1u, path);
        BOOST_TEST((events[0].outcome == ledger::Outcome::refused));
        BOOST_TEST(events[0].rule == site.rule("  lab:"));
        site.clock.advance(std::chrono::minutes(2));  // else equal refusals are one row
        site.look_after();
    }
    BOOST_TEST(get(lab, receipt) == text);
    BOOST_TEST(lab.sees("/mine"));
    BOOST_TEST(!lab.sees("/taken"));
    Peer upper{site, "upper"};
    BOOST_TEST(!upper.sees("/lab/.receipts"));
}

BOOST_AUTO_TEST_CASE(its_reading_stands_in_the_ledger_before_a_byte_leaves_and_is_no_retrieval) {
    required(lab.put("/result.hl7", content));
    const auto path = texts(lab).at(0);
    static_cast<void>(site.new_events());
    const auto files_out = lab.session.files_out();
    const auto download = required(lab.collect(path));
    const auto events = site.new_events();
    BOOST_REQUIRE(events.size() == 1u);
    BOOST_TEST((events[0].action == ledger::Action::receipt_read));
    BOOST_TEST((events[0].outcome == ledger::Outcome::granted));
    BOOST_TEST(day() + "/" + events[0].detail + ".json" == path);
    BOOST_TEST(events[0].bytes == download->size_bytes());
    BOOST_TEST(events[0].personal.path == "/lab" + path);
    BOOST_TEST(events[0].stream.is_nil());
    static_cast<void>(get(lab, path));
    site.run(download->finish(desk::Download::End::in_order));
    BOOST_TEST(site.told() == "receipt_read granted " + site.rule("  lab:") + "\n");
    BOOST_TEST(texts(lab).size() == 1u);
    BOOST_TEST(lab.session.files_out() == files_out);
    required(lab.list(top));
    BOOST_TEST(site.told().ends_with("listed granted " + site.rule("  lab:") + "\n"));
}

BOOST_AUTO_TEST_CASE(is_read_from_any_offset_and_hashed) {
    required(lab.put("/result.hl7", content));
    const auto path = texts(lab).at(0);
    const auto text = get(lab, path);
    const auto download = required(lab.collect(path));
    Bytes room(100);
    std::array<desk::Download::Range, 3> ranges{{{10, ByteSpan(room).first(7), 0},
                                                 {text.size() - 3, ByteSpan(room).subspan(50), 0},
                                                 {text.size() + 10, ByteSpan(room), 0}}};
    required(site.run(download->read(ranges)));
    BOOST_TEST(ranges[0].count == 7u);
    BOOST_TEST(ranges[1].count == 3u);
    BOOST_TEST(ranges[2].count == 0u);
    BOOST_TEST(as_text(room).substr(0, 7) == text.substr(10, 7));
    BOOST_TEST(as_text(room).substr(50, 3) == text.substr(text.size() - 3));

    const auto sha256 = evp::sha256({as_bytes(text)});
    BOOST_TEST(to_hex(required(lab.hash(path))) == to_hex(sha256));
    const auto halves = required(site.run(lab.desk().hash(
        at(path), {.algorithm = "md5", .block_bytes = std::uint32_t(text.size() / 2 + 1)})));
    BOOST_TEST(halves.size() == 32u);
    BOOST_TEST(error_of(lab.hash(day())) == make_error_code(desk_errc::is_a_directory));
    BOOST_TEST(error_of(lab.get(day())) == make_error_code(desk_errc::is_a_directory));
    BOOST_TEST(error_of(lab.list(path)) == make_error_code(desk_errc::not_a_directory));
    BOOST_TEST(error_of(lab.get(std::string(top) + "/else")) ==
               make_error_code(desk_errc::no_such_name));
}

BOOST_AUTO_TEST_CASE(days_and_their_files_are_listed_once_each_in_pages) {
    std::vector<std::string> days{"README.txt", "allowed_signers"};
    for (int day = 0; day < 9; ++day) {
        days.push_back(today());
        for (int file = 0; file < 1 + day % 5; ++file)
            required(lab.put("/" + std::to_string(day * 10 + file), content));
        const auto names = required(lab.list(this->day()));
        BOOST_TEST(names.size() == 2u * unsigned(1 + day % 5));
        BOOST_TEST(std::set<std::string>(names.begin(), names.end()).size() == names.size());
        site.clock.advance(std::chrono::days(3));
    }
    std::ranges::sort(days);
    BOOST_TEST(required(lab.list(top)) == days, boost::test_tools::per_element());
    BOOST_TEST(error_of(lab.list(day())) == make_error_code(desk_errc::no_such_name));
}

BOOST_AUTO_TEST_CASE(what_is_forgotten_is_not_there) {
    required(lab.put("/one", content));
    const auto first = texts(lab).at(0);
    required(lab.put("/two", content));
    const auto both = texts(lab);
    BOOST_REQUIRE(both.size() == 2u);
    const auto second = both[0] == first ? both[1] : both[0];
    const auto forget = [&](const std::string& path) {
        const auto sequence =
            path.substr(day().size() + 1, path.find('-', day().size() + 1) - day().size() - 1);
        site.alter(
            ("UPDATE events SET personal = zeroblob(length(personal)) WHERE sequence = " + sequence)
                .c_str());
    };
    forget(first);
    BOOST_TEST(texts(lab) == std::vector{second}, boost::test_tools::per_element());
    BOOST_TEST(error_of(lab.get(first)) == make_error_code(desk_errc::no_such_name));
    BOOST_TEST(!lab.sees(first));
    BOOST_TEST(lab.sees(second));
    BOOST_TEST(lab.sees(day()));
    forget(second);
    BOOST_TEST(!lab.sees(day()));
    BOOST_TEST(required(lab.list(top)).size() == 2u);
    // What was changed is no longer what the chain commits to: it is told, and not hidden.
    required(lab.put("/three", content));
    const auto third = texts(lab).at(0);
    site.alter("UPDATE events SET personal = NULL WHERE action = 23");
    BOOST_TEST(error_of(lab.get(third)) == make_error_code(desk_errc::altered));
}

BOOST_AUTO_TEST_CASE(what_the_chain_does_not_commit_to_is_not_given_out) {
    required(lab.put("/one", content));
    const auto path = texts(lab).at(0);
    site.alter("UPDATE events SET bytes = 999999 WHERE action = 23");
    BOOST_TEST(error_of(lab.get(path)) == make_error_code(desk_errc::altered));
    BOOST_TEST(!lab.sees(path));
    BOOST_TEST(!lab.sees(day()));
}

BOOST_AUTO_TEST_CASE(what_is_read_is_followed_to_the_next_checkpoint) {
    required(lab.put("/one", content));
    const auto path = texts(lab).at(0);
    required(lab.list("/"));
    required(lab.put("/two", content));
    required(site.run(desk::make_checkpoint(site.site())));
    required(lab.get(path));
    site.alter(
        "UPDATE events SET detail = 'x' WHERE action = 22 AND sequence = "
        "(SELECT max(sequence) FROM events WHERE action = 22)");
    BOOST_TEST(error_of(lab.get(path)) == make_error_code(desk_errc::altered));
    // Listings look at the rows alone.
    BOOST_TEST(lab.sees(path));
}

BOOST_AUTO_TEST_CASE(a_folder_of_that_name_stands_behind_it) {
    Peer upper{site, "upper"};
    required(upper.make_directory("/lab/.receipts"));
    required(upper.put("/lab/.receipts/theirs", content));
    BOOST_TEST(required(lab.list("/")).empty());
    BOOST_TEST(!lab.sees("/.receipts/theirs"));
    BOOST_TEST(error_of(lab.get("/.receipts/theirs")) == make_error_code(desk_errc::no_such_name));
    BOOST_TEST(error_of(lab.remove("/.receipts/theirs")) ==
               make_error_code(desk_errc::receipts_read_only));
    BOOST_TEST(upper.sees("/lab/.receipts/theirs"));
}

BOOST_AUTO_TEST_CASE(without_a_witness_key_nothing_is_there_and_nothing_can_be_made) {
    site.site().witness = nullptr;
    required(lab.put("/result.hl7", content));
    BOOST_TEST(!lab.sees(top));
    BOOST_TEST(error_of(lab.list(top)) == make_error_code(desk_errc::no_such_name));
    BOOST_TEST(!lab.sees("/.receipts/README.txt"));
    BOOST_TEST(error_of(lab.make_directory(top)) == make_error_code(desk_errc::receipts_read_only));
}

BOOST_AUTO_TEST_SUITE_END()
