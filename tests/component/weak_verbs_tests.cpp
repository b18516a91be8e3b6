// Which accounts still use legacy algorithms, and which exceptions nobody needs.
#include <boost/test/unit_test.hpp>

#include "desk/site/rfc3339.hpp"
#include "reloadable_site.hpp"

using namespace consign;
namespace json = boost::json;
using std::chrono::days;
using std::chrono::hours;

namespace {

constexpr std::string_view young_ssh =
    "curve25519-sha256 ssh-ed25519 aes256-gcm@openssh.com/aes256-gcm@openssh.com aead-gcm/aead-gcm";
constexpr std::string_view old_ssh =
    "diffie-hellman-group1-sha1 ssh-rsa 3des-cbc/3des-cbc hmac-sha1/hmac-sha1";
constexpr std::string_view middling_ssh =
    "curve25519-sha256 ssh-rsa aes192-ctr/aes192-ctr hmac-sha2-256/hmac-sha2-256";

struct Fixture : ReloadableSite {
    Fixture() {
        const auto today = std::chrono::floor<days>(clock.now());
        write("policy.d/10.yaml",
              "version: 1\naccounts:\n" + account("old", "ssh-algorithms", today + days(100)) +
                  account("soon", "old-tls, no-close-notify", today + days(10)) +
                  account("lapsed", "ssh-algorithms", today - days(1)) +
                  "  none:\n    home: /none\n    login: {any_of: [password], password: HASH}\n"
                  "    grants: [{path: /**, may: [list]}]\n");
        const auto loaded = load();
        BOOST_REQUIRE_MESSAGE(loaded.policy, said(loaded));
        policy.replace(loaded.policy);
    }
    static std::string account(const std::string& id, const std::string& allow,
                               std::chrono::sys_days until) {
        return "  " + id + ":\n    home: /" + id +
               "\n    login: {any_of: [password], password: HASH}\n"
               "    grants: [{path: /**, may: [list]}]\n    legacy: {allow: [" +
               allow + "], until: " + desk::full_date(until) + ", reason: \"a machine of 2009\"}\n";
    }
    void log_in(const std::string& account, std::string_view protocol, std::string_view algorithms,
                std::string_view client, Timestamp started) {
        AdministeredStore::write([&](Transaction& transaction) {
            return transaction.ledger.open_session({.id = Id::random(random),
                                                    .protocol = std::string(protocol),
                                                    .listener = "old",
                                                    .address = "192.0.2.1",
                                                    .client = std::string(client),
                                                    .algorithms = std::string(algorithms),
                                                    .account = account,
                                                    .login_methods = "password",
                                                    .started = started});
        });
    }
    std::vector<json::object> rows(std::string_view kind, bool compatible = false) {
        KeptRows sink;
        const auto answered = run(desk::administrator_verbs(*site).at("weak.list")(
            {"root", {{"compatible", compatible}}, sink}));
        BOOST_REQUIRE_MESSAGE(answered.has_value(), (answered ? "" : answered.error()));
        end = *answered;
        std::vector<json::object> found;
        for (json::object& row : sink.rows)
            if (row.at("kind").as_string() == kind) found.push_back(std::move(row));
        return found;
    }
    json::object exception_of(std::string_view account, std::string_view exception) {
        for (json::object& row : rows("exception"))
            if (row.at("account").as_string() == account &&
                row.at("exception").as_string() == exception)
                return row;
        BOOST_FAIL("no exception " << exception << " of " << account);
        return {};
    }

    json::object end;
    const Timestamp then = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1);
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(weak_verbs, Fixture)

BOOST_AUTO_TEST_CASE(what_was_agreed_is_told_with_first_and_last_and_clients) {
    log_in("old", "sftp", young_ssh, "OpenSSH_9", then);
    log_in("old", "sftp", old_ssh, "JSch-0.1.44", then + hours(1));
    log_in("old", "sftp", old_ssh, "JSch-0.1.44", then + hours(5));
    log_in("old", "sftp", old_ssh, "JSch-0.1.50", then + hours(3));
    log_in("soon", "ftps", "TLSv1 AES128-SHA", "", then);
    log_in("none", "sftp", middling_ssh, "WinSCP", then);
    log_in("", "sftp", old_ssh, "a scanner", then);  // never logged in
    const auto uses = rows("use");
    BOOST_TEST_REQUIRE(uses.size() == 2U);
    BOOST_TEST(json::serialize(uses[0].at("algorithms")) ==
               R"(["3des-cbc","diffie-hellman-group1-sha1","hmac-sha1"])");
    BOOST_TEST(uses[0].at("account").as_string() == "old");
    BOOST_TEST(uses[0].at("first").as_string() == desk::rfc3339(then + hours(1)));
    BOOST_TEST(uses[0].at("last").as_string() == desk::rfc3339(then + hours(5)));
    BOOST_TEST(uses[0].at("sessions").to_number<int>() == 3);
    BOOST_TEST(json::serialize(uses[0].at("clients")) == R"(["JSch-0.1.44","JSch-0.1.50"])");
    BOOST_TEST(uses[0].at("state").as_string() == "live");
    BOOST_TEST(json::serialize(uses[1].at("algorithms")) == R"(["TLSv1"])");
    BOOST_TEST(end.at("since").as_string() == desk::rfc3339(then));

    const auto all = rows("use", true);
    BOOST_TEST_REQUIRE(all.size() == 3U);
    BOOST_TEST(all[0].at("account").as_string() == "none");
    BOOST_TEST(all[0].at("profile").as_string() == "compatible");
    BOOST_TEST(all[0].at("state").as_string() == "none");
    BOOST_TEST(all[0].at("until").is_null());
    BOOST_TEST(acts().back().detail == "weak");
}

BOOST_AUTO_TEST_CASE(exceptions_tell_whether_they_are_needed_and_when_they_lapse) {
    log_in("old", "sftp", old_ssh, "JSch", then);
    log_in("lapsed", "sftp", young_ssh, "OpenSSH_9", then);
    BOOST_TEST(exception_of("old", "ssh-algorithms").at("used").as_bool());
    BOOST_TEST(exception_of("old", "ssh-algorithms").at("state").as_string() == "live");
    const auto soon = exception_of("soon", "old-tls");
    BOOST_TEST(!soon.at("used").as_bool());  // it could be withdrawn
    BOOST_TEST(soon.at("state").as_string() == "soon");
    BOOST_TEST(soon.at("days_left").to_number<int>() == 10);
    BOOST_TEST(soon.at("rule").as_string() == "policy.d/10.yaml:12");
    BOOST_TEST(exception_of("soon", "no-close-notify").at("used").is_null());
    const auto lapsed = exception_of("lapsed", "ssh-algorithms");
    BOOST_TEST(lapsed.at("state").as_string() == "lapsed");
    BOOST_TEST(!lapsed.at("used").as_bool());
}

BOOST_AUTO_TEST_CASE(an_account_cannot_fill_the_report_with_names_of_clients) {
    for (int number = 0; number < 40; ++number)
        log_in("old", "sftp", old_ssh, "c\x1b[2J" + std::to_string(number), then);
    const auto uses = rows("use");
    BOOST_TEST_REQUIRE(uses.size() == 1U);
    BOOST_TEST(uses[0].at("clients").as_array().size() == 16U);
    BOOST_TEST(uses[0].at("more_clients").to_number<int>() == 24);
    BOOST_TEST(json::serialize(uses[0]).find('\x1b') == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
