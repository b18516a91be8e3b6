#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>

#include "administered_store.hpp"
#include "base/evp.hpp"
#include "desk/administration.hpp"
#include "desk/audit/checkpointing.hpp"
#include "desk/site/rfc3339.hpp"
#include "storage/database/sqlite.hpp"

using namespace consign;
namespace asio = boost::asio;
namespace json = boost::json;

namespace {

struct Fixture : AdministeredStore {
    desk::Answered ask(const std::string& verb, json::object arguments, desk::RowSink& rows) {
        return run(
            desk::administrator_verbs(*site).at(verb)({"tester", std::move(arguments), rows}));
    }
    /// The rows of an answer that must be one.
    std::vector<json::object> rows_of(const std::string& verb, json::object arguments) {
        KeptRows kept;
        const auto answered = ask(verb, std::move(arguments), kept);
        BOOST_TEST_REQUIRE(answered.has_value(), (answered ? std::string() : answered.error()));
        end = *answered;
        return kept.rows;
    }
    std::vector<std::string> paths_of(const std::string& verb, json::object arguments) {
        std::vector<std::string> paths;
        for (const auto& row : rows_of(verb, std::move(arguments)))
            paths.emplace_back(row.at("path").as_string());
        return paths;
    }
    std::string complaint_of(const std::string& verb, json::object arguments) {
        KeptRows kept;
        const auto answered = ask(verb, std::move(arguments), kept);
        BOOST_TEST(kept.rows.empty());
        return answered ? std::string() : answered.error();
    }
    void event(ledger::Action action, const std::string& account, const std::string& path,
               const std::string& time) {
        append({.time = desk::from_rfc3339(time).value(),
                .action = action,
                .account = account,
                .protocol = "sftp",
                .rule = "policy.d/10.yaml:3",
                .bytes = 12,
                .personal = {.path = path, .address = "192.0.2.1"}});
    }
    static std::string hash_of(std::string_view text) {
        return to_hex(evp::sha256({as_bytes(text)}));
    }
    /// A policy of two files, one of them so.
    void come_into_force(std::string_view text) {
        const documents::Version version{.since = from_microseconds(++versions_ * 1'000'000),
                                         .made_by = "admin:anna",
                                         .hash = evp::sha256({as_bytes(text)}),
                                         .accounts = 7,
                                         .routes = 3};
        const std::vector<documents::NamedText> texts{{"consign.yaml", "version: 1\n"},
                                                      {"policy.d/a.yaml", std::string(text)}};
        write([&](Transaction& transaction) {
            return transaction.documents.come_into_force(version, texts);
        });
    }
    json::object end;

  private:
    std::int64_t versions_ = 0;
};

/// Looks into the ledger each time a row arrives.
class WitnessedRows final : public desk::RowSink {
  public:
    explicit WitnessedRows(Store& store) : store_(store) {}
    asio::awaitable<Result<>> give(json::object) override {
        const auto acts = co_await store_.read([](Transaction& transaction) {
            return transaction.search.events({.action = ledger::Action::administrator_acted});
        });
        recorded_before_each = recorded_before_each && acts && acts->size() == 1;
        ++rows;
        co_return Result<>{};
    }
    std::size_t rows = 0;
    bool recorded_before_each = true;

  private:
    Store& store_;
};

/// Takes one row, then no more.
class BrokenRows final : public desk::RowSink {
  public:
    asio::awaitable<Result<>> give(json::object) override {
        if (++given > 1) co_return failure(std::errc::broken_pipe);
        co_return Result<>{};
    }
    std::size_t given = 0;
};

struct Complaint {
    const char* verb;
    const char* arguments;
    const char* says;
};
std::ostream& operator<<(std::ostream& out, const Complaint& complaint) {
    return out << complaint.verb << ' ' << complaint.arguments;
}

const Complaint complaints[]{
    {"audit.events", R"({"outcome": "maybe"})", "granted, refused or failed"},
    {"audit.events", R"({"action": "deposit"})", "deposited"},
    {"audit.events", R"({"path": "labs/**"})", "glob"},
    {"audit.events", R"({"session": "12"})", "32 hexadecimal digits"},
    {"audit.events", R"({"from": "today"})", "2026-"},
    {"audit.events", R"({"limit": 100001})", "100000"},
    {"audit.events", R"({"acount": "lab"})", "account"},
    {"audit.sessions", R"({"path": "/**"})", "it knows account, address, from, limit, until"},
    {"audit.verify", R"({"limit": 1})", "no argument"},
    {"files.list", R"({"path": "/\\x"})", "files ls"},
    {"files.list", R"({"recursive": "yes"})", "true or false"},
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(administration, Fixture)

BOOST_AUTO_TEST_CASE(every_verb_is_recorded_under_its_users_name_before_a_row_leaves) {
    event(ledger::Action::deposited, "lab", "/labs/a", "2026-11-24T06:00:00Z");
    deposit("/labs/a", 1);
    for (const auto& [verb, detail] :
         {std::pair("audit.events", "audit events"), std::pair("audit.verify", "audit verify"),
          std::pair("files.list", "files ls")}) {
        Fixture own;
        own.event(ledger::Action::deposited, "lab", "/labs/a", "2026-11-24T06:00:00Z");
        own.deposit("/labs/a", 1);
        WitnessedRows rows(*own.store);
        BOOST_TEST(own.ask(verb, {}, rows).has_value());
        BOOST_TEST(rows.rows > 0U);
        BOOST_TEST(rows.recorded_before_each, verb);
        const auto acts = own.acts();
        BOOST_TEST_REQUIRE(acts.size() == 1U);
        BOOST_TEST(acts[0].account == "admin:tester");
        BOOST_TEST(acts[0].protocol == "control");
        BOOST_TEST(acts[0].detail == detail);
        BOOST_TEST((acts[0].outcome == ledger::Outcome::granted));
    }
}

BOOST_AUTO_TEST_CASE(a_listed_path_is_recorded_as_a_personal_field_alone) {
    deposit("/labs/secret-name", 1);
    rows_of("files.list", {{"path", "/labs"}});
    BOOST_TEST(acts().at(0).personal.path == "/labs");
    BOOST_TEST(acts().at(0).detail == "files ls");
}

BOOST_AUTO_TEST_CASE(events_have_every_field_of_the_contract) {
    event(ledger::Action::deposited, "lab", "/labs/a", "2026-11-24T06:00:00.000001Z");
    const auto rows = rows_of("audit.events", {});
    BOOST_TEST_REQUIRE(rows.size() == 1U);
    std::string fields;
    for (const auto& field : rows[0]) fields += std::string(field.key()) + " ";
    BOOST_TEST(fields ==
               "sequence time action outcome session account protocol rule detail stream bytes "
               "count policy "
               "path second_path address sha256 subject query personal hash ");
    BOOST_TEST(rows[0].at("time") == "2026-11-24T06:00:00.000001Z");
    BOOST_TEST(rows[0].at("action") == "deposited");
    BOOST_TEST(rows[0].at("path") == "/labs/a");
    BOOST_TEST(rows[0].at("address") == "192.0.2.1");
    BOOST_TEST(rows[0].at("rule") == "policy.d/10.yaml:3");
    BOOST_TEST(rows[0].at("personal") == "readable");
    BOOST_TEST(rows[0].at("hash").as_string().size() == 64U);
}

BOOST_AUTO_TEST_CASE(filters_narrow_events) {
    event(ledger::Action::deposited, "lab", "/labs/a/x.hl7", "2026-11-24T06:00:00Z");
    event(ledger::Action::removed, "lab", "/labs/a/deep/y.hl7", "2026-11-25T06:00:00Z");
    event(ledger::Action::deposited, "other", "/labs/b/z.hl7", "2026-11-26T06:00:00Z");
    const auto count = [this](json::object arguments) {
        return paths_of("audit.events", std::move(arguments)).size();
    };
    BOOST_TEST(count({{"account", "lab"}}) == 2U);
    BOOST_TEST(count({{"account", "la"}}) == 0U);
    BOOST_TEST(count({{"action", "deposited"}}) == 2U);
    BOOST_TEST(count({{"action", "deposited"}, {"account", "lab"}}) == 1U);
    BOOST_TEST(count({{"outcome", "refused"}}) == 0U);
    BOOST_TEST(count({{"from", "2026-11-25T06:00:00Z"}, {"until", "2026-11-26T06:00:00Z"}}) == 1U);
    BOOST_TEST(count({{"path", "/labs/a/*.hl7"}}) == 1U);
    BOOST_TEST(count({{"path", "/labs/a/**"}}) == 2U);
    BOOST_TEST(count({{"path", "/labs/*/*.{hl7,csv}"}}) == 2U);
}

BOOST_AUTO_TEST_CASE(the_newest_rows_are_given_and_that_there_are_more_is_said) {
    for (int i = 0; i < 5; ++i)
        event(ledger::Action::deposited, "lab", "/labs/" + std::to_string(i),
              "2026-11-24T06:00:00Z");
    BOOST_TEST(paths_of("audit.events", {{"account", "lab"}, {"limit", 2}}) ==
                   (std::vector<std::string>{"/labs/3", "/labs/4"}),
               boost::test_tools::per_element());
    BOOST_TEST(end.at("more") == true);
    BOOST_TEST(end.at("rows") == 2);
    BOOST_TEST(paths_of("audit.events", {{"account", "lab"}, {"limit", 5}}).size() == 5U);
    BOOST_TEST(end.at("more") == false);
}

BOOST_AUTO_TEST_CASE(sessions_are_told_with_every_field) {
    const ledger::Session session{.id = Id::random(random),
                                  .protocol = "sftp",
                                  .listener = "labs",
                                  .address = "192.0.2.1",
                                  .client = "SSH-2.0-\x1b[31mred",
                                  .algorithms = "curve25519-sha256",
                                  .account = "lab",
                                  .login_methods = "publickey",
                                  .started = clock.now()};
    write([&](Transaction& transaction) { return transaction.ledger.open_session(session); });
    const auto rows = rows_of("audit.sessions", {{"account", "lab"}});
    BOOST_TEST_REQUIRE(rows.size() == 1U);
    std::string fields;
    for (const auto& field : rows[0]) fields += std::string(field.key()) + " ";
    BOOST_TEST(fields ==
               "id protocol listener address client algorithms account login_methods started ended "
               "end_reason files_in files_out bytes_in bytes_out ");
    BOOST_TEST(rows[0].at("id").as_string() == session.id.hex());
    BOOST_TEST(rows[0].at("ended").is_null());
    // What a peer typed has lost its way to the terminal.
    BOOST_TEST(rows[0].at("client") == "SSH-2.0-\\x1b[31mred");
    BOOST_TEST(rows_of("audit.sessions", {{"account", "other"}}).empty());
}

BOOST_AUTO_TEST_CASE(a_whole_chain_verifies_and_a_changed_one_is_recorded_as_failed) {
    event(ledger::Action::deposited, "lab", "/labs/a", "2026-11-24T06:00:00Z");
    event(ledger::Action::removed, "lab", "/labs/a", "2026-11-24T06:00:01Z");
    auto rows = rows_of("audit.verify", {});
    BOOST_TEST(rows.at(0).at("verifies") == true);
    BOOST_TEST(rows.at(0).at("rows") == 2);
    BOOST_TEST(rows.at(0).at("head").as_string().size() == 64U);

    auto changed = run([](Store& of) -> asio::awaitable<Result<>> {
        std::promise<Result<>> done;
        auto answer = done.get_future();
        of.database().write(
            [](database::Connection& connection) {
                return connection.run("UPDATE events SET account = 'nobody' WHERE sequence = 2");
            },
            [&done](Result<> outcome) { done.set_value(outcome); });
        co_return answer.get();
    }(*store));
    BOOST_TEST_REQUIRE(changed.has_value());
    rows = rows_of("audit.verify", {});
    BOOST_TEST(rows.at(0).at("verifies") == false);
    BOOST_TEST(rows.at(0).at("first_bad") == 2);
    BOOST_TEST(!rows.at(0).at("why").as_string().empty());
    BOOST_TEST((acts().back().outcome == ledger::Outcome::failed));
}

BOOST_AUTO_TEST_CASE(erased_fields_fail_and_what_is_searched_by_is_told_apart_and_mended) {
    event(ledger::Action::listed, "lab", "/labs/a", "2026-11-24T06:00:00Z");
    event(ledger::Action::listed, "lab", "/labs/b", "2026-11-24T06:00:01Z");
    const auto sql = [this](const char* statement) {
        const auto done = run([](Store& of, const char* text) -> asio::awaitable<Result<>> {
            std::promise<Result<>> promise;
            auto answer = promise.get_future();
            of.database().write(
                [text](database::Connection& connection) { return connection.run(text); },
                [&promise](Result<> outcome) { promise.set_value(outcome); });
            co_return answer.get();
        }(*store, statement));
        BOOST_TEST_REQUIRE(done.has_value());
    };
    auto found = rows_of("audit.verify", {}).at(0);
    BOOST_TEST(found.at("complete") == true);
    BOOST_TEST(found.at("to_index") == 0);

    sql("DELETE FROM event_index WHERE sequence = 2");
    found = rows_of("audit.verify", {}).at(0);
    BOOST_TEST(found.at("verifies") == true);
    BOOST_TEST(found.at("complete") == false);
    BOOST_TEST(found.at("lacks").at("index").at("count") == 2);  // its path and its address
    BOOST_TEST(found.at("lacks").at("index").at("first") == 2);
    BOOST_TEST(!found.at("lacks").at("sessions").as_object().contains("first"));
    BOOST_TEST(rows_of("audit.events", {{"file", "/labs/b"}, {"action", "listed"}}).empty());
    BOOST_TEST(rows_of("audit.reindex", {}).empty());
    BOOST_TEST(acts().back().detail == "audit reindex");
    BOOST_TEST(rows_of("audit.events", {{"file", "/labs/b"}, {"action", "listed"}}).size() == 1U);
    BOOST_TEST(rows_of("audit.verify", {}).at(0).at("complete") == true);
    // A stop waits for none of them.
    site->stopping.request_stop();
    for (const char* const verb : {"audit.verify", "audit.reindex"})
        BOOST_TEST(complaint_of(verb, {}).contains(
            make_error_code(std::errc::operation_canceled).message()));
    site->stopping = {};

    sql("UPDATE events SET personal = zeroblob(length(personal)) WHERE sequence = 1");
    found = rows_of("audit.verify", {}).at(0);
    BOOST_TEST(found.at("verifies") == false);
    BOOST_TEST(found.at("first_bad") == 1);
    BOOST_TEST(found.at("damage") == "erased");
    BOOST_TEST((acts().back().outcome == ledger::Outcome::failed));
}

BOOST_AUTO_TEST_CASE(the_data_folders_own_checkpoints_are_held_against_the_database) {
    const auto key = Ed25519Key::generate();
    site->witness = &key;
    policy::Policy in_folder = *policy.current();
    in_folder.data = folder.path() / "data";
    policy.replace(std::make_shared<const policy::Policy>(std::move(in_folder)));
    const auto file = DataFolder::checkpoints_in(folder.path() / "data");
    for (const char* name : {"/labs/a", "/labs/b", "/labs/c"}) {
        event(ledger::Action::listed, "lab", name, "2026-11-24T06:00:00Z");
        BOOST_TEST_REQUIRE(run(desk::make_checkpoint(*site)).has_value());
    }
    const auto sql = [this](std::string statement) {
        const auto done = run([](Store& of, std::string text) -> asio::awaitable<Result<>> {
            std::promise<Result<>> promise;
            auto answer = promise.get_future();
            of.database().write(
                [text](database::Connection& connection) {
                    return connection.run_script(text.c_str());
                },
                [&promise](Result<> outcome) { promise.set_value(outcome); });
            co_return answer.get();
        }(*store, std::move(statement)));
        BOOST_TEST_REQUIRE(done.has_value());
    };
    const auto trouble = [this] {
        const auto found = rows_of("audit.verify", {}).at(0);
        BOOST_TEST(found.at("verifies") == true);
        const auto* const told = found.at("file").as_object().if_contains("trouble");
        return told ? std::string(told->as_string()) : std::string();
    };
    BOOST_TEST(trouble().empty());
    std::string lines;
    std::getline(std::ifstream(file), lines, '\0');
    const auto put = [&](const std::string& text) { std::ofstream(file) << text; };
    put(lines.substr(0, lines.size() / 3 + 5));  // a crash cut the second line short
    BOOST_TEST(trouble() == "behind");
    put(lines + "{}\n");
    BOOST_TEST(trouble() == "strange");
    put(lines + std::string(100'000, 'x') + "\n");
    BOOST_TEST(trouble() == "strange");
    std::filesystem::remove(file);
    BOOST_TEST(trouble() == "missing");
    const auto second = lines.find('\n') + 1, third = lines.find('\n', second) + 1;
    put(lines.substr(0, second) + lines.substr(third));
    BOOST_TEST(trouble() == "gaps");
    put(lines.substr(second));  // begun anew, as after a restore
    BOOST_TEST(trouble().empty());
    put(lines);
    sql("DELETE FROM checkpoints WHERE sequence = 2");
    BOOST_TEST(trouble() == "lost");
    sql("DELETE FROM checkpoints WHERE sequence > 1");
    BOOST_TEST(trouble() == "ahead");
    sql("DELETE FROM events WHERE sequence > 2; DELETE FROM checkpoints");
    const auto found = rows_of("audit.verify", {}).at(0);
    BOOST_TEST(found.at("verifies") == false);
    BOOST_TEST(found.at("damage") == "cut");
    BOOST_TEST(found.at("first_bad") == 3);
}

BOOST_AUTO_TEST_CASE(the_tree_is_listed_depth_first) {
    deposit("/labs/a/1.hl7", 10);
    deposit("/labs/a/deep/2.hl7", 20);
    deposit("/labs/b/3.hl7", 30);
    BOOST_TEST(paths_of("files.list", {{"path", "/labs"}, {"recursive", true}}) ==
                   (std::vector<std::string>{"/labs/a", "/labs/a/1.hl7", "/labs/a/deep",
                                             "/labs/a/deep/2.hl7", "/labs/b", "/labs/b/3.hl7"}),
               boost::test_tools::per_element());
    BOOST_TEST(paths_of("files.list", {}) == std::vector<std::string>{"/labs"},
               boost::test_tools::per_element());
    const auto file = rows_of("files.list", {{"path", "/labs/a/1.hl7"}});
    BOOST_TEST_REQUIRE(file.size() == 1U);
    BOOST_TEST(file[0].at("kind") == "file");
    BOOST_TEST(file[0].at("size") == 10);
    BOOST_TEST(file[0].at("depositor") == "lab");
    BOOST_TEST(file[0].at("state") == "deposited");
    BOOST_TEST(file[0].at("stream").as_string().size() == 32U);
}

BOOST_AUTO_TEST_CASE(a_folder_of_several_pages_is_listed_whole) {
    std::set<std::string> expected;
    for (int i = 0; i < 600; ++i) {
        const auto name = "/many/" + std::to_string(i);
        make_folder(name);
        expected.insert(name);
    }
    const auto paths = paths_of("files.list", {{"path", "/many"}, {"recursive", true}});
    BOOST_TEST(paths.size() == expected.size());
    BOOST_TEST((std::set<std::string>(paths.begin(), paths.end()) == expected));
}

BOOST_AUTO_TEST_CASE(a_name_that_is_not_utf8_is_listed_and_asked_for_as_shown) {
    deposit("/labs/caf\xe9/back\\slash", 1);
    const auto shown = paths_of("files.list", {{"path", "/labs"}, {"recursive", true}});
    BOOST_TEST(
        shown == (std::vector<std::string>{"/labs/caf\\xe9", "/labs/caf\\xe9/back\\\\slash"}),
        boost::test_tools::per_element());
    BOOST_TEST(paths_of("files.list", {{"path", shown[1]}}) == std::vector<std::string>{shown[1]},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_said_and_recorded) {
    const auto complaint = complaint_of("files.list", {{"path", "/labs/none"}});
    BOOST_TEST(complaint.starts_with("/labs/none: "), complaint);
    BOOST_TEST_REQUIRE(acts().size() == 1U);
    BOOST_TEST((acts()[0].outcome == ledger::Outcome::failed));
    BOOST_TEST(acts()[0].personal.path == "/labs/none");
}

BOOST_DATA_TEST_CASE(wrong_arguments_are_told_and_do_nothing,
                     boost::unit_test::data::make(complaints), one) {
    const auto complaint = complaint_of(one.verb, json::parse(one.arguments).as_object());
    BOOST_TEST(complaint.find(one.says) != std::string::npos, complaint);
    BOOST_TEST(acts().empty());
}

BOOST_AUTO_TEST_CASE(who_takes_no_more_rows_gets_no_more) {
    for (int i = 0; i < 5; ++i) make_folder("/" + std::to_string(i));
    BrokenRows rows;
    BOOST_TEST(!ask("files.list", {{"recursive", true}}, rows).has_value());
    BOOST_TEST(rows.given == 2U);
}

BOOST_AUTO_TEST_CASE(policies_that_were_in_force_are_listed_oldest_first_and_counted) {
    for (const char* text : {"a", "b", "a"}) come_into_force(text);
    const auto rows = rows_of("policy.log", {});
    BOOST_TEST_REQUIRE(rows.size() == 3U);
    BOOST_TEST(rows[0].at("hash") == json::value(hash_of("a")));
    BOOST_TEST(rows[1].at("hash") == json::value(hash_of("b")));
    BOOST_TEST(rows[1].at("time") == "1970-01-01T00:00:02.000000Z");
    BOOST_TEST(rows[1].at("who") == "admin:anna");
    BOOST_TEST(rows[1].at("files") == 2);
    BOOST_TEST(rows[1].at("accounts") == 7);
    BOOST_TEST(rows[1].at("routes") == 3);
    BOOST_TEST(rows_of("policy.log", {{"limit", 2}})[0].at("hash") == json::value(hash_of("b")));
    BOOST_TEST(end.at("more") == true);
    BOOST_TEST(acts().size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_policy_is_shown_file_by_file_under_its_hash_or_how_that_begins) {
    come_into_force("a");
    come_into_force("b");
    for (const std::size_t digits : {64U, 7U}) {
        const auto rows = rows_of("policy.show", {{"hash", hash_of("a").substr(0, digits)}});
        BOOST_TEST_REQUIRE(rows.size() == 2U);
        BOOST_TEST(rows[0].at("file") == "consign.yaml");
        BOOST_TEST(rows[0].at("text") == "version: 1\n");
        BOOST_TEST(rows[1].at("file") == "policy.d/a.yaml");
        BOOST_TEST(rows[1].at("text") == "a");
        BOOST_TEST(end.at("hash") == json::value(hash_of("a")));
    }
    BOOST_TEST(complaint_of("policy.show", {{"hash", "0123456789"}}).find("policy log") !=
               std::string::npos);
    BOOST_TEST(complaint_of("policy.show", {{"hash", ""}}).find("more of its digits") !=
               std::string::npos);
    // The policy in force here came from nowhere.
    BOOST_TEST(complaint_of("policy.show", {}).find("not kept") != std::string::npos);
    BOOST_TEST(acts().back().detail == "policy show");
    BOOST_TEST((acts().back().outcome == ledger::Outcome::failed));
}

BOOST_AUTO_TEST_CASE(a_large_text_is_shown_whole_in_rows_that_an_answer_can_carry) {
    std::string text;
    while (text.size() < 300'000) text += "# \xc3\xa9t\xc3\xa9 \xe2\x82\xac\x01\n";
    come_into_force(text);
    std::string shown;
    for (const auto& row : rows_of("policy.show", {{"hash", hash_of(text)}})) {
        BOOST_TEST(json::serialize(row).size() < (1U << 20));
        if (row.at("file") == "policy.d/a.yaml") shown += row.at("text").as_string();
    }
    BOOST_TEST((shown == text));
}

BOOST_AUTO_TEST_CASE(what_is_not_utf8_is_shown_as_near_as_json_can) {
    come_into_force("caf\xe9 \xff\xe9!");
    const auto rows = rows_of("policy.show", {{"hash", hash_of("caf\xe9 \xff\xe9!")}});
    BOOST_TEST(rows.at(1).at("text") == "caf\uFFFD \uFFFD\uFFFD!");
}

BOOST_AUTO_TEST_CASE(a_stranger_is_refused_and_recorded) {
    const auto told = run(desk::refuse_administration(*site, "uid 1234"));
    BOOST_TEST(told.find("uid 1234 may not") != std::string::npos, told);
    BOOST_TEST_REQUIRE(acts().size() == 1U);
    BOOST_TEST(acts()[0].account == "admin:uid 1234");
    BOOST_TEST((acts()[0].outcome == ledger::Outcome::refused));
}

BOOST_AUTO_TEST_SUITE_END()
