// The `consign` command as an administrator runs it: a process of its own, its output and exit
// status.
#include <fcntl.h>
#include <pty.h>
#include <pwd.h>
#include <unistd.h>

#include <boost/asio.hpp>
#include <boost/test/data/test_case.hpp>

#include "admin_site.hpp"
#include "desk/site/passwords.hpp"
#include "desk/verbs/control_protocol.hpp"
#include "storage/data_folder.hpp"

using namespace consign;
using namespace consign::testing;

namespace {

const char* const bad_command_lines[]{"",
                                      "frobnicate",
                                      "audit",
                                      "audit frobnicate",
                                      "files",
                                      "audit events --outcome maybe",
                                      "audit events --limit 0",
                                      "audit events --limit 1000000",
                                      "audit events --limit x",
                                      "audit events --json --csv",
                                      "audit events --from yesterday",
                                      "audit sessions --path /",
                                      "audit sessions --follow",
                                      "audit events --follow --until 2026-11-01",
                                      "audit sql",
                                      "audit events --action bogus",
                                      "audit events --file ''",
                                      "audit events --file= --json",
                                      "files ls ''",
                                      "explain --account a --path /r --verb lst",
                                      "diff nowhere",
                                      "expected --date tomorrow",
                                      "hold add",
                                      "hold add --account a",
                                      "hold lift",
                                      "hold lift --reason none",
                                      "retention plan --until tomorrow",
                                      "jobs list --kind bogus",
                                      "jobs retry",
                                      "jobs retry 1 --dead",
                                      "deliveries retry",
                                      "deliveries retry 1 --target a",
                                      "audit sql --json --csv 'SELECT 1'",
                                      "files ls / /",
                                      "check --csv",
                                      "status --csv"};

const char* const helps[]{"--help",
                          "init --help",
                          "check --help",
                          "audit --help",
                          "audit events --help",
                          "audit sessions --help",
                          "audit sql --help",
                          "files --help",
                          "files ls --help",
                          "hash-password --help",
                          "status --help"};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(admin_command, AdminSite)

BOOST_AUTO_TEST_CASE(init_makes_a_site_that_checks) {
    const auto made = consign("init");
    BOOST_TEST_REQUIRE(made.status == 0, made.err);
    for (const auto* file :
         {"consign.yaml", "policy.d/10-accounts.yaml", "policy.d/20-routes.yaml", "keys/root.key",
          "keys/ssh_host_ed25519_key", "keys/ssh_host_ecdsa_key", "keys/ssh_host_rsa_key"})
        BOOST_TEST(
            made.out.find(fmt::format("made  {}", (site() / file).string())) != std::string::npos,
            made.out);
    const auto checked = consign("check");
    BOOST_TEST(checked.status == 0, checked.out);
    BOOST_TEST(checked.out.starts_with("ok: 2 accounts, 1 route, 1 class, policy "), checked.out);
    BOOST_TEST(checked.out.find("warning") == std::string::npos, checked.out);
    BOOST_TEST(
        content(site() / "keys/ssh_host_rsa_key").starts_with("-----BEGIN RSA PRIVATE KEY-----"));
    BOOST_TEST(content(site() / "keys/ssh_host_ed25519_key")
                   .starts_with("-----BEGIN OPENSSH PRIVATE KEY-----"));
    for (const auto* file : {"keys/root.key", "keys/ssh_host_ed25519_key",
                             "keys/ssh_host_ecdsa_key", "keys/ssh_host_rsa_key"})
        BOOST_TEST(mode(site() / file) == 0600U, file);
    BOOST_TEST(mode(site() / "data") == 0700U);
}

BOOST_AUTO_TEST_CASE(init_refuses_a_site_that_is_there_and_changes_nothing) {
    init();
    const auto key = content(site() / "keys/root.key");
    fs::remove(site() / "policy.d/20-routes.yaml");
    const auto again = consign("init");
    BOOST_TEST(again.status == 1);
    BOOST_TEST(again.err.find("is there already, and nothing was changed") != std::string::npos,
               again.err);
    BOOST_TEST(content(site() / "keys/root.key") == key);
    BOOST_TEST(!fs::exists(site() / "policy.d/20-routes.yaml"));
}

BOOST_AUTO_TEST_CASE(init_completes_what_broke_off_and_overwrites_none_of_it) {
    init();
    const auto key = content(site() / "keys/root.key");
    std::ofstream(site() / "policy.d/20-routes.yaml") << "version: 1\n# mine\n";
    fs::remove(config());
    fs::remove(site() / "keys/ssh_host_rsa_key");
    fs::remove(site() / "keys/ssh_host_rsa_key.pub");
    const auto again = consign("init");
    BOOST_TEST_REQUIRE(again.status == 0, again.err);
    BOOST_TEST(
        again.out.find(fmt::format("left  {} (was there already)",
                                   (site() / "keys/root.key").string())) != std::string::npos,
        again.out);
    BOOST_TEST(content(site() / "keys/root.key") == key);
    BOOST_TEST(content(site() / "policy.d/20-routes.yaml") == "version: 1\n# mine\n");
    BOOST_TEST(fs::exists(site() / "keys/ssh_host_rsa_key"));
    BOOST_TEST(consign("audit verify").status == 0);
}

BOOST_AUTO_TEST_CASE(init_makes_no_new_key_for_data_that_an_old_one_sealed) {
    init();
    fs::remove(config());
    fs::remove(site() / "keys/root.key");
    const auto again = consign("init");
    BOOST_TEST(again.status == 1);
    BOOST_TEST(again.err.find("its key is not at") != std::string::npos, again.err);
    BOOST_TEST(!fs::exists(site() / "keys/root.key"));
}

BOOST_AUTO_TEST_CASE(check_shows_every_mistake_with_its_place) {
    init();
    std::ofstream(site() / "policy.d/30-more.yaml") << "version: 1\nacounts: []\nroutes: 7\n";
    const auto checked = consign("check");
    BOOST_TEST(checked.status == 1);
    BOOST_TEST(checked.out.find("policy.d/30-more.yaml:2:1: error: ") != std::string::npos,
               checked.out);
    BOOST_TEST(checked.out.find("policy.d/30-more.yaml:3:9: error: ") != std::string::npos,
               checked.out);
    const auto audited = consign("audit events");
    BOOST_TEST(audited.status == 1);
    BOOST_TEST(audited.err.find("consign check") != std::string::npos, audited.err);
}

BOOST_AUTO_TEST_CASE(without_a_daemon_sql_is_answered_and_there_is_nothing_to_follow) {
    init();
    const auto answer = rows("audit sql --json \"SELECT count(*) AS n, 'a' AS n FROM event\"");
    BOOST_TEST_REQUIRE(answer.size() == 1U);
    BOOST_TEST((answer[0] == json::object{{"n", 0}, {"n_2", "a"}}));
    const auto recorded = rows("audit sql --json \"SELECT detail, query FROM event\"");
    BOOST_TEST_REQUIRE(recorded.size() == 1U);
    BOOST_TEST(recorded[0].at("detail") == "audit sql");
    BOOST_TEST(recorded[0].at("query").as_string().starts_with("SELECT count(*)"));
    const auto refused = consign("audit sql 'DELETE FROM event'");
    BOOST_TEST(refused.status == 1);
    BOOST_TEST(refused.err.find("audit sql --schema") != std::string::npos, refused.err);
    BOOST_TEST(consign("audit events --follow").status == 3);
}

BOOST_AUTO_TEST_CASE(without_a_daemon_the_store_is_opened_and_the_act_recorded) {
    init();
    const auto first = rows("audit events --json");
    const auto second = rows("audit events --json");
    BOOST_TEST_REQUIRE(second.size() == first.size() + 1);
    BOOST_TEST(second.back().at("action") == "administrator_acted");
    BOOST_TEST(second.back().at("detail") == "audit events");
    BOOST_TEST(second.back().at("account").as_string() ==
               fmt::format("admin:{}", ::getpwuid(::getuid())->pw_name));
    const auto table = consign("audit events --action administrator_acted");
    BOOST_TEST(table.out.starts_with("SEQ  TIME (UTC)"), table.out);
    const auto csv = consign("audit events --csv --limit 1");
    BOOST_TEST(csv.out.starts_with("sequence,time,action,outcome,session,account,"), csv.out);
    BOOST_TEST(csv.err.find("there are more") != std::string::npos, csv.err);
}

BOOST_AUTO_TEST_CASE(verify_tells_the_head_of_the_chain) {
    init();
    rows("audit events --json");
    const auto verified = consign("audit verify");
    BOOST_TEST(verified.status == 0, verified.err);
    BOOST_TEST(verified.out.starts_with("chain of 1 rows verifies; head "), verified.out);
    BOOST_TEST(rows("audit verify --json").at(0).at("rows") == 2);
}

BOOST_AUTO_TEST_CASE(files_ls_lists_nothing_of_an_empty_tree_and_says_what_is_not_there) {
    init();
    BOOST_TEST(rows("files ls --json -R").empty());
    const auto none = consign("files ls /nowhere");
    BOOST_TEST(none.status == 1);
    BOOST_TEST(none.err.starts_with("consign: /nowhere: "), none.err);
    BOOST_TEST(none.out.empty());
}

BOOST_AUTO_TEST_CASE(status_without_a_daemon_exits_as_systemctl_does) {
    init();
    const auto status = consign("status");
    BOOST_TEST(status.status == 3);
    BOOST_TEST(status.err.starts_with(
                   fmt::format("consign: no daemon is running on {}", (site() / "data").string())),
               status.err);
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_held_is_not_touched) {
    init();
    const auto held = DataFolder::open(site() / "data");
    BOOST_TEST_REQUIRE(held.has_value());
    const auto audited = consign("audit events");
    BOOST_TEST(audited.status == 1);
    BOOST_TEST(audited.err.find("no daemon answers on its control socket") != std::string::npos,
               audited.err);
}

BOOST_AUTO_TEST_CASE(a_socket_that_a_crash_left_is_in_nobodys_way) {
    init();
    {
        boost::asio::io_context io;
        const auto socket = site() / "data" / desk::control_socket_name;
        boost::asio::local::stream_protocol::acceptor(io, socket.native());
        fs::permissions(socket, fs::perms::owner_read | fs::perms::owner_write);
    }
    BOOST_TEST(consign("audit verify").status == 0);
    BOOST_TEST(consign("status").status == 3);
}

BOOST_AUTO_TEST_CASE(a_missing_site_is_told_how_to_make_one) {
    for (const auto* verb : {"audit events", "files ls", "status"}) {
        const auto ran = consign(verb);
        BOOST_TEST(ran.status == 1);
        BOOST_TEST(ran.err.find("init") != std::string::npos, ran.err);
    }
}

BOOST_AUTO_TEST_CASE(root_leaves_a_site_its_owner) {
    const auto* nobody = ::getpwnam("nobody");
    if (::geteuid() != 0 || nobody == nullptr) {
        BOOST_TEST_MESSAGE("skipped: needs root, and a user nobody");
        return;
    }
    fs::permissions(folder.path(), fs::perms(0711));
    const auto made = consign("init --owner nobody");
    BOOST_TEST_REQUIRE(made.status == 0, made.err);
    const auto acted = rows("audit events --json").size();
    BOOST_TEST(rows("audit events --json").size() == acted + 1);
    BOOST_TEST(rows("audit events --json").back().at("account") == "admin:root");
    for (const auto& entry : fs::recursive_directory_iterator(site() / "data"))
        BOOST_TEST(owner(entry.path()) == nobody->pw_uid, entry.path().string());
    BOOST_TEST(owner(site() / "keys/root.key") == nobody->pw_uid);
    BOOST_TEST(owner(config()) == 0U);  // what the daemon reads, it need not be able to write
    BOOST_TEST(mode(config()) == 0640U);
}

BOOST_AUTO_TEST_CASE(without_a_daemon_no_other_folder_than_the_sites_is_worked_on) {
    init();
    const auto other = folder.path() / "other", link = folder.path() / "link";
    fs::create_directory(other);
    fs::create_directory_symlink(site() / "data", link);
    const auto acts = rows("audit events --json").size();
    for (const auto* verb : {"audit events", "register", "hold list", "recover database"}) {
        for (const auto& folder_named : {other, folder.path() / "nowhere"}) {
            const auto refused =
                consign(fmt::format("--data '{}' {}", folder_named.string(), verb));
            BOOST_TEST(refused.status == 1, verb);
            for (const auto& named : {folder_named, site() / "data"})
                BOOST_TEST(refused.err.find(named.string()) != std::string::npos, refused.err);
        }
    }
    BOOST_TEST(rows("audit events --json").size() == acts + 1);
    for (const auto& same : {link.string(), (site() / "data").string() + "/"})
        BOOST_TEST(consign(fmt::format("--data '{}' audit events", same)).status == 0, same);
}

BOOST_DATA_TEST_CASE(a_bad_command_line_exits_with_2,
                     boost::unit_test::data::make(bad_command_lines), words) {
    const auto ran = run(words);
    BOOST_TEST(ran.status == 2);
    BOOST_TEST(ran.out.empty(), ran.out);
    BOOST_TEST(ran.err.starts_with("consign: "), ran.err);
    BOOST_TEST(std::ranges::count(ran.err, '\n') == 1, ran.err);
}

BOOST_AUTO_TEST_CASE(a_verb_that_is_not_there_is_named_beside_those_that_are) {
    const auto unknown = run("audit event");
    BOOST_TEST(unknown.err.starts_with(
                   "consign: consign audit has no verb `event`; did you mean `events`?"),
               unknown.err);
    BOOST_TEST(unknown.err.find("there are: sessions, events, ") != std::string::npos, unknown.err);
    BOOST_TEST(unknown.err.ends_with("; see consign audit --help\n"), unknown.err);
    const auto none = run("audit");
    BOOST_TEST(none.err.starts_with("consign: consign audit needs a verb; there are: sessions, "),
               none.err);
    const auto first = run("aduit events");
    BOOST_TEST(first.err.starts_with("consign: consign has no verb `aduit`; did you mean `audit`?"),
               first.err);
}

BOOST_AUTO_TEST_CASE(a_word_that_is_not_there_is_told_with_what_was_meant) {
    const auto verb = run("explain --account a --path /r --verb lst");
    BOOST_TEST(verb.err ==
               "consign: --verb `lst` is none; did you mean `list`?; there are: list, download, "
               "upload, overwrite, append, rename, delete, mkdir\n");
    const auto other = run("diff nowhere");
    BOOST_TEST(other.err ==
               "consign: there is no nowhere; NEW is a consign.yaml, or the folder that has it\n");
    init();
    for (const auto* words : {"deliveries --target bogus", "deliveries retry --target bogus"}) {
        const auto target = consign(words);
        BOOST_TEST(target.status == 1);
        BOOST_TEST(target.err == "consign: the policy has no target bogus\n", target.err);
    }
    const auto key = consign("audit verify --witness /nowhere");
    BOOST_TEST(key.status == 1);
    BOOST_TEST(key.err == "consign: /nowhere cannot be read\n", key.err);
}

BOOST_AUTO_TEST_CASE(a_day_needs_the_sites_zone_and_a_moment_does_not) {
    init();
    const auto plan = [&](const std::string& until) {
        return consign(fmt::format("--data '{}' retention plan --until {}",
                                   (site() / "data").string(), until));
    };
    BOOST_TEST(plan("2036-11-24").status == 0);
    fs::remove_all(site() / "policy.d");
    const auto day = plan("2036-11-24");
    BOOST_TEST(day.status == 1);
    BOOST_TEST(day.err.starts_with("consign: --until 2036-11-24: when that day ends at the site is "
                                   "not known; write a moment"),
               day.err);
}

BOOST_AUTO_TEST_CASE(what_speaks_of_another_file_is_explained_as_such) {
    init();
    const fs::path routes = site() / "policy.d/20-routes.yaml";
    std::string text = content(routes);
    text.replace(text.find("*.hl7"), 5, "*");
    text.insert(text.find("    class: example-transit"), "    complete_when: [ok_file]\n");
    std::ofstream(routes) << text;
    const std::string accounts = content(site() / "policy.d/10-accounts.yaml");
    std::ofstream(site() / "policy.d/10-accounts.yaml")
        << std::string(accounts).replace(accounts.find("    enabled: false"), 18, "");
    const std::string words = "explain --account lab-example --path /in/a.hl7";
    const auto sidecar = consign(words + ".ok");
    BOOST_TEST(sidecar.status == 0, sidecar.err);
    BOOST_TEST(sidecar.out.find("sidecar     of /labs/lab-example/in/a.hl7, which may wait for it: "
                                "it takes no route itself\n") != std::string::npos,
               sidecar.out);
    BOOST_TEST(sidecar.out.find("copy ") == std::string::npos, sidecar.out);
    BOOST_TEST(rows(words + ".ok --json").at(0).at("sidecar_of") == "/labs/lab-example/in/a.hl7");
    BOOST_TEST(rows(words + " --json").at(0).at("sidecar_of").is_null());

    std::ofstream(site() / "cases.yaml")
        << "version: 1\ncases:\n"
           "  - name: a sidecar goes nowhere\n"
           "    given: {account: lab-example, path: /in/a.hl7.ok, on: 2026-11-24}\n"
           "    expect: {route: none}\n";
    const auto tested = consign("test '" + (site() / "cases.yaml").string() + "'");
    BOOST_TEST(tested.status == 0, tested.out);
}

BOOST_AUTO_TEST_CASE(an_empty_word_widens_no_question) {
    const auto ran = run("audit events --file ''");
    BOOST_TEST(ran.err ==
                   "consign: --file: is empty; was a variable of the shell not set?; see consign "
                   "audit events --help\n",
               ran.err);
}

BOOST_AUTO_TEST_CASE(numbers_with_a_fraction_are_written_for_people) {
    init();
    const auto answer = consign("audit sql --csv 'SELECT 1.0, 0.1 + 0.2, 1e999, -0.5e-7'");
    BOOST_TEST(answer.status == 0, answer.err);
    BOOST_TEST(answer.out.ends_with("\r\n1,0.3,Inf,-5e-08\r\n"), answer.out);
}

BOOST_AUTO_TEST_CASE(a_watch_that_can_show_nothing_is_refused) {
    const auto ran = run("audit events --follow --csv --until 2026-11-01");
    BOOST_TEST(ran.status == 2);
    BOOST_TEST(ran.err.starts_with("consign: --follow prints what comes from now on"), ran.err);
}

BOOST_DATA_TEST_CASE(every_verb_explains_itself, boost::unit_test::data::make(helps), words) {
    const auto ran = run(words);
    BOOST_TEST(ran.status == 0);
    BOOST_TEST(ran.out.find("Usage: consign") != std::string::npos, ran.out);
    BOOST_TEST(ran.err.empty(), ran.err);
}

BOOST_AUTO_TEST_CASE(what_would_deceive_a_terminal_is_spelled_out_in_an_error) {
    init();
    const auto target = consign("deliveries --target '\x1b[2J\xc2\x9b'");
    BOOST_TEST(target.err == "consign: the policy has no target \\u{001b}[2J\\u{009b}\n",
               target.err);
}

BOOST_AUTO_TEST_CASE(words_that_are_no_utf_8_are_refused_and_no_list_breaks) {
    init();
    const auto held = consign("hold add --account lab-biomed --reason 'd\xe9saccord'");
    BOOST_TEST(held.status == 1);
    BOOST_TEST(held.err.find("UTF-8") != std::string::npos, held.err);
    BOOST_TEST(consign("hold list --json").status == 0);
}

BOOST_AUTO_TEST_CASE(a_password_from_a_pipe_becomes_a_hash) {
    const auto hashed = run("hash-password", "correct horse\n");
    BOOST_TEST_REQUIRE(hashed.status == 0, hashed.err);
    desk::Passwords passwords;
    boost::asio::io_context io;
    bool matched = false;
    boost::asio::co_spawn(
        io,
        passwords.verify(hashed.out.substr(0, hashed.out.size() - 1), SecretText("correct horse")),
        [&matched](std::exception_ptr, Result<bool> came) { matched = came.value(); });
    io.run();
    BOOST_TEST(matched);
    BOOST_TEST(run("hash-password", "").status == 1);
    BOOST_TEST(run("hash-password", "\n").status == 1);
    BOOST_TEST(run("hash-password", std::string(600, 'x')).status == 1);
    BOOST_TEST(run("hash-password", std::string("a\0b\n", 4)).status == 1);
}

namespace {

/// Types `lines` into hash-password's terminal, each once it is asked for; all that is shown.
std::string shown_on_a_terminal(std::vector<std::string> lines, int& status) {
    int terminal = -1;
    const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
    if (child == 0) {
        ::execl(CONSIGN_COMMAND, "consign", "hash-password", nullptr);
        ::_exit(127);
    }
    std::string shown;
    std::array<char, 1024> buffer{};
    std::size_t asked_from = 0;
    for (ssize_t count = 0; (count = ::read(terminal, buffer.data(), buffer.size())) > 0;) {
        shown.append(buffer.data(), static_cast<std::size_t>(count));
        if (lines.empty() || shown.find(": ", asked_from) == std::string::npos) continue;
        asked_from = shown.size();
        BOOST_TEST(::write(terminal, lines.front().data(), lines.front().size()) > 0);
        lines.erase(lines.begin());
    }
    ::close(terminal);
    ::waitpid(child, &status, 0);
    return shown;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_typed_password_is_asked_for_twice_and_never_shown) {
    int status = -1;
    const auto shown = shown_on_a_terminal({"s3cret-words\n", "s3cret-words\n"}, status);
    BOOST_TEST(WEXITSTATUS(status) == 0);
    BOOST_TEST(shown.find("$argon2id$") != std::string::npos, shown);
    BOOST_TEST(shown.find("s3cret") == std::string::npos, shown);

    const auto differing = shown_on_a_terminal({"s3cret-words\n", "s3cret-wrods\n"}, status);
    BOOST_TEST(WEXITSTATUS(status) == 1);
    BOOST_TEST(differing.find("not the same") != std::string::npos, differing);
    BOOST_TEST(differing.find("s3cret") == std::string::npos, differing);
}

BOOST_AUTO_TEST_SUITE_END()
