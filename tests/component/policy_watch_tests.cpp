#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <fstream>

#include "daemon/policy_watch.hpp"
#include "temporary_folder.hpp"

using namespace consign;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

constexpr auto quiet_time = 30ms;

void write(const fs::path& file, std::string_view text) {
    std::ofstream(file) << text;
}

struct Fixture {
    TemporaryFolder folder;
    Log log{Log::Format::text, Log::Level::error, -1};
    asio::io_context io;
    const std::chrono::milliseconds quiet;
    daemon::PolicyWatch watch{io.get_executor(), log, quiet};
    int changes = 0;
    bool has_ended = false;

    explicit Fixture(std::chrono::milliseconds quiet_for = quiet_time) : quiet(quiet_for) {
        fs::create_directory(path("policy.d"));
        fs::create_directory(path("elsewhere"));
        write(path("policy.d/a.yaml"), "a");
        watch.watch({path("policy.d")});
        asio::co_spawn(io, count(), [](std::exception_ptr thrown) {
            if (thrown) std::rethrow_exception(thrown);
        });
    }
    [[nodiscard]] fs::path path(std::string_view name) const { return folder.path() / name; }
    asio::awaitable<void> count() {
        while (co_await watch.changed()) ++changes;
        has_ended = true;
    }
    /// Until what has happened so far was told, and long enough for what must not be told.
    void settle() { io.run_for(std::max<std::chrono::milliseconds>(20 * quiet_time, 3 * quiet)); }
};

/// Not in a hurry, where a test is slow in between.
struct Patient : Fixture {
    Patient() : Fixture(500ms) {}
};

struct Act {
    const char* what;
    void (*act)(const fs::path& folder);
};
std::ostream& operator<<(std::ostream& out, const Act& act) {
    return out << act.what;
}

const Act acts[]{
    {"a file is written", [](const fs::path& folder) { write(folder / "policy.d/a.yaml", "b"); }},
    {"a file is made", [](const fs::path& folder) { write(folder / "policy.d/b.yaml", "b"); }},
    {"a file is removed", [](const fs::path& folder) { fs::remove(folder / "policy.d/a.yaml"); }},
    {"a file comes into another's place",
     [](const fs::path& folder) {
         write(folder / "elsewhere/a.yaml", "b");
         fs::rename(folder / "elsewhere/a.yaml", folder / "policy.d/a.yaml");
     }},
    {"a file is moved away",
     [](const fs::path& folder) {
         fs::rename(folder / "policy.d/a.yaml", folder / "elsewhere/a.yaml");
     }},
    {"a link is made",
     [](const fs::path& folder) { fs::create_symlink("a.yaml", folder / "policy.d/b.yaml"); }},
    {"the folder is moved away",
     [](const fs::path& folder) { fs::rename(folder / "policy.d", folder / "old"); }},
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(policy_watch, Fixture)

BOOST_DATA_TEST_CASE_F(Fixture, each_change_of_a_folder_is_told_once,
                       boost::unit_test::data::make(acts), one) {
    settle();
    BOOST_TEST(changes == 0);
    one.act(folder.path());
    settle();
    BOOST_TEST(changes == 1);
}

BOOST_FIXTURE_TEST_CASE(changes_behind_each_other_are_told_together, Patient) {
    settle();
    for (int number = 0; number < 50; ++number) {
        write(path("policy.d/" + std::to_string(number)), "x");
        io.run_for(1ms);
    }
    settle();
    BOOST_TEST(changes == 1);
    write(path("policy.d/a.yaml"), "c");
    settle();
    BOOST_TEST(changes == 2);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_still_being_written_is_not_told) {
    settle();
    std::ofstream file(path("policy.d/a.yaml"), std::ios::app);
    file << "half of it" << std::flush;
    settle();
    BOOST_TEST(changes == 0);
    file.close();
    settle();
    BOOST_TEST(changes == 1);
}

BOOST_AUTO_TEST_CASE(other_folders_are_told_once_they_are_watched_and_no_longer) {
    write(path("elsewhere/a"), "x");
    settle();
    BOOST_TEST(changes == 0);
    watch.watch({path("elsewhere"), path("that is not there")});
    settle();
    const int so_far = changes;
    write(path("policy.d/a.yaml"), "b");
    settle();
    BOOST_TEST(changes == so_far);
    write(path("elsewhere/a"), "y");
    settle();
    BOOST_TEST(changes == so_far + 1);
}

BOOST_AUTO_TEST_CASE(a_folder_that_came_back_is_watched_when_it_is_asked_for_again) {
    settle();
    fs::rename(path("policy.d"), path("old"));
    fs::create_directory(path("policy.d"));
    settle();
    watch.watch({path("policy.d")});
    settle();
    const int so_far = changes;
    write(path("policy.d/a.yaml"), "b");
    settle();
    BOOST_TEST(changes == so_far + 1);
}

BOOST_AUTO_TEST_CASE(after_the_stop_nothing_is_told_any_more) {
    settle();
    write(path("policy.d/a.yaml"), "b");
    watch.stop();
    settle();
    BOOST_TEST(has_ended);
    BOOST_TEST(changes == 0);
    asio::co_spawn(io, count(), asio::detached);
    io.restart();
    settle();
    BOOST_TEST(changes == 0);
}

BOOST_AUTO_TEST_SUITE_END()
