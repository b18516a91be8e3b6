// What the `consign` command reads and writes for its caller: whose it is, and what becomes of it
// where something fails.
#include <pwd.h>
#include <unistd.h>

#include "admin_site.hpp"

using namespace consign::testing;

BOOST_FIXTURE_TEST_SUITE(admin_files, AdminSite)

BOOST_AUTO_TEST_CASE(what_root_names_is_read_and_written_as_root_beside_anothers_store) {
    if (::geteuid() != 0 || ::getpwnam("nobody") == nullptr) {
        BOOST_TEST_MESSAGE("skipped: needs root, and a user nobody");
        return;
    }
    fs::permissions(folder.path(), fs::perms(0711));
    BOOST_TEST_REQUIRE(consign("init --owner nobody").status == 0);
    const auto own = folder.path() / "own";
    fs::create_directory(own);
    fs::permissions(own, fs::perms(0700));
    const auto at_own = [&](std::string_view words) {
        return consign(fmt::format(fmt::runtime(words), own.string()));
    };

    std::ofstream(own / "ca.pem") << "no certificate\n";
    const auto verified = at_own("audit verify --tsa-ca {}/ca.pem");
    BOOST_TEST(verified.err.find("holds no certificates in PEM") != std::string::npos,
               verified.err);
    for (const auto* words : {"audit export --account nobody-here --out {}/failed",
                              "audit export --account nobody-here --tar --out {}/failed.tar",
                              "blast-radius --account nobody-here --from 2026-11-01 "
                              "--format html --out {}/failed.html"})
        BOOST_TEST(at_own(words).status == 1, words);
    BOOST_TEST(names_in(own) == std::vector<std::string>{"ca.pem"},
               boost::test_tools::per_element());
    const auto exported = at_own("audit export --out {}/export");
    BOOST_TEST(exported.status == 0, exported.err);
    const auto reported = at_own("weak --format html --out {}/weak.html");
    BOOST_TEST(reported.status == 0, reported.err);
    BOOST_TEST(names_in(own) == (std::vector<std::string>{"ca.pem", "export", "weak.html"}),
               boost::test_tools::per_element());
    for (const auto& entry : fs::recursive_directory_iterator(own))
        BOOST_TEST(owner(entry.path()) == 0U, entry.path().string());

    fs::rename(site() / "keys/root.key", own / "root.key");
    const auto keyless = consign("audit events");
    BOOST_TEST(keyless.status == 1);
    BOOST_TEST(keyless.err.find("root.key cannot be used") != std::string::npos, keyless.err);
}

BOOST_AUTO_TEST_CASE(a_report_takes_the_place_of_the_earlier_one_once_it_is_whole) {
    init();
    const auto reports = folder.path() / "reports", report = reports / "report.md";
    fs::create_directory(reports);
    std::ofstream(report) << "earlier\n";
    fs::permissions(report, fs::perms(0640));
    fs::create_symlink("report.md", reports / "link.md");
    const auto reported = [&](const std::string& words, const char* name) {
        return consign(fmt::format("{} --out '{}'", words, (reports / name).string()));
    };

    for (const auto* name : {"report.md", "link.md", "new.md"})
        BOOST_TEST(
            reported("blast-radius --account nobody-here --from 2026-11-01 --format html", name)
                .status == 1);
    BOOST_TEST(content(report) == "earlier\n");
    BOOST_TEST(names_in(reports) == (std::vector<std::string>{"link.md", "report.md"}),
               boost::test_tools::per_element());

    // A shorter one has nothing of the earlier behind it.
    std::ofstream(report) << std::string(1'000'000, 'x');
    const auto whole = reported("register --lang en", "link.md");
    BOOST_TEST(whole.status == 0, whole.err);
    BOOST_TEST(content(report).starts_with("# Register"));
    BOOST_TEST(content(report) == consign("register --lang en").out);
    BOOST_TEST(mode(report) == 0640U);
    BOOST_TEST(fs::is_symlink(reports / "link.md"));
    BOOST_TEST(reported("weak --csv", "new.csv").status == 0);
    BOOST_TEST(mode(reports / "new.csv") == 0600U);
    BOOST_TEST(consign("register --lang en --out /dev/stdout").out.starts_with("# Register"));
}

BOOST_AUTO_TEST_CASE(an_answer_that_cannot_be_written_is_no_success) {
    if (!fs::exists("/dev/full")) return;
    const auto status = std::system(CONSIGN_COMMAND " --version >/dev/full 2>/dev/null");
    static_cast<void>(status);
    init();
    const auto line =
        fmt::format("{} -c '{}' check >/dev/full 2>/dev/null", CONSIGN_COMMAND, config().string());
    BOOST_TEST(WEXITSTATUS(std::system(line.c_str())) == 1);

    // More than the buffer of standard output holds.
    const auto errors = folder.path() / "errors";
    const auto large =
        fmt::format("{} policy schema policy >/dev/full 2>'{}'", CONSIGN_COMMAND, errors.string());
    BOOST_TEST(WEXITSTATUS(std::system(large.c_str())) == 1);
    BOOST_TEST(content(errors).starts_with("consign: standard output could not be written"),
               content(errors));
    std::ofstream classes(site() / "policy.d/30-classes.yaml");
    classes << "version: 1\nclasses:\n";
    for (int number = 0; number < 100; ++number)
        classes << fmt::format("  class-{}: {{purpose: p, legal_basis: l, keep: 1 year}}\n",
                               number);
    classes.close();
    const auto report = consign("register --lang en --out /dev/full");
    BOOST_TEST(report.status == 1);
    BOOST_TEST(report.err.starts_with("consign: /dev/full could not be written whole"), report.err);
}

BOOST_AUTO_TEST_SUITE_END()
